"""`lobule-train`: simulate, prepare, train, export, refit, evaluate: from a cohort to a package.

Exit codes are those of `lobule`: 0 done, 1 the training diverged, 2 usage, 3 data not usable, 4 package
not usable, 130 stopped.
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from engine.domain.errors import Cancelled, EngineError, StorageError
from training import commands
from training.config import THREE_WAY
from training.models import CHANNELS


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    parser = build_parser()
    values = parser.parse_args(arguments)
    logging.basicConfig(
        level=logging.INFO if values.verbose else logging.WARNING,
        format="%(asctime)s %(message)s",
        datefmt="%H:%M:%S",
        stream=sys.stderr,
    )
    try:
        status: int = values.run(values)
    except EngineError as fault:
        print(f"lobule-train: {fault}", file=sys.stderr)
        return fault.exit_status
    except OSError as fault:  # a folder that cannot be written, a full disk
        print(f"lobule-train: {fault.strerror or fault}: {fault.filename or 'a file'}. Check it.", file=sys.stderr)
        return StorageError.exit_status
    except (KeyboardInterrupt, Cancelled):
        print("lobule-train: stopped; the same command goes on from what was saved.", file=sys.stderr)
        return Cancelled.exit_status
    return status


def build_parser() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="lobule-train", description="Train, export and evaluate Lobule's model packages."
    )
    parser.add_argument("-v", "--verbose", action="store_true", help="show what is done")
    subparsers = parser.add_subparsers(required=True, metavar="COMMAND")

    simulate = subparsers.add_parser(
        "simulate",
        help="write simulated patients: shards for training, or DICOM studies with a cohort table",
    )
    simulate.add_argument("cohort", choices=("train", "srrsh", "hzfph", "tdh"), help="phantom cohort")
    simulate.add_argument("--count", type=int, default=0, help="number of patients (0: all)")
    simulate.add_argument("--first", type=int, default=0, help="index of the first patient")
    simulate.add_argument("--label", choices=THREE_WAY, help="patients of this class only")
    simulate.add_argument(
        "--set", dest="subset", default="", metavar="NAME", help="set to put them in (default: cohort)"
    )
    simulate.add_argument("--seed", type=int, default=None, help="seed of the phantom")
    target = simulate.add_mutually_exclusive_group(required=True)
    target.add_argument("--shards", type=Path, metavar="DIR", help="write shards")
    target.add_argument("--dicom", type=Path, metavar="DIR", help="write DICOM studies and DIR/cohort.csv")
    simulate.add_argument("--model", choices=tuple(CHANNELS), default="t2_dwi", help="channels to make")
    simulate.add_argument("--workers", type=int, default=1, help="processes")
    simulate.add_argument("--all-sequences", action="store_true", help="with --dicom: whole studies, all six sequences")
    simulate.add_argument(
        "--irregular",
        action="store_true",
        help="with --dicom: deliberate departures from tidy headers, drawn per patient",
    )
    simulate.add_argument(
        "--with-excluded", action="store_true", help="with --shards: list the enrolled who were left out"
    )
    simulate.set_defaults(run=commands.run_simulate)

    prepare_ = subparsers.add_parser(
        "prepare",
        help="make shards from a cohort table of DICOM folders",
        description="Columns of the table: patient, folder, diagnosis; optional: roi, lesion, set, and any "
        "other as facts. Diagnoses: benign, cyst, haemangioma, abscess, FNH, benign nodule, primary "
        "malignancy, HCC, ICC, mixed HCC-ICC, other primary, metastasis.",
    )
    prepare_.add_argument("table", type=Path, help="cohort table (CSV)")
    prepare_.add_argument("--out", type=Path, required=True, help="folder for the shards")
    prepare_.add_argument("--model", choices=tuple(CHANNELS), default="t2_dwi", help="channels to make")
    prepare_.add_argument("--margin-mm", type=float, default=10.0, help="margin around the lesion")
    prepare_.add_argument("--workers", type=int, default=1, help="processes")
    prepare_.set_defaults(run=commands.run_prepare)

    adapt = subparsers.add_parser(
        "adapt",
        help="make a cohort table of a public data set in its own layout",
        description="lld-mmri: 498 patients, eight phases, seven lesion types. Its terms: non-commercial research "
        "only, no redistribution of images, annotations or crops.",
    )
    adapt.add_argument("layout", choices=("lld-mmri",))
    adapt.add_argument("folder", type=Path, help="folder of the patients")
    adapt.add_argument("--annotation", type=Path, required=True, help="the data set's Annotation.json")
    adapt.add_argument("--out", type=Path, required=True, help="folder for cohort.csv and the masks")
    adapt.add_argument("--masks", type=Path, help="masks of the T2 series, named by its UID (default: the boxes)")
    adapt.add_argument(
        "--set", dest="subsets", action="append", default=[], metavar="NAME=FILE", help="set and its label file"
    )
    adapt.set_defaults(run=commands.run_adapt)

    train = subparsers.add_parser("train", help="train a network on shards; the same command resumes")
    train.add_argument("config", type=Path, help="TOML file; keys are the fields of TrainConfig")
    train.add_argument("--shards", type=Path, required=True, help="folder of shards")
    train.add_argument("--set", dest="subsets", action="append", default=[], help="subset to train on")
    train.add_argument(
        "--validation-set",
        dest="held",
        action="append",
        default=[],
        help="subset to validate on (default: validation_share of the training patients)",
    )
    train.add_argument("--out", type=Path, required=True, help="folder of the training")
    train.add_argument("--margin-mm", type=float, default=10.0, help="as in prepare")
    train.add_argument("--finish", action="store_true", help="train no further: final.pt from the last checkpoint")
    train.add_argument("--stop-after-steps", type=int, default=None, help="leave early, resumable")
    train.set_defaults(run=commands.run_train)

    export = subparsers.add_parser("export", help="make a verified package of a checkpoint")
    export.add_argument("checkpoint", type=Path, help="final.pt of a training")
    export.add_argument("--shards", type=Path, required=True, help="the shards of the training")
    export.add_argument("--out", type=Path, required=True, help="folder of the package")
    export.add_argument("--margin-mm", type=float, default=10.0, help="as in prepare")
    export.add_argument("--version", default="1.0.0", help="version of the package")
    export.add_argument("--title", default="", help="name that readers see")
    export.add_argument("--precision", choices=("int8", "int8-weights", "float16", "float32"), default="int8")
    export.add_argument("--calibration", choices=("percentile", "entropy"), default="percentile")
    export.add_argument("--calibration-slices", type=int, default=256, help="training slices to calibrate on")
    export.add_argument(
        "--feature-slices", type=int, default=1000, help="slices for the feature statistics, spread over the lesions"
    )
    export.add_argument(
        "--float-blocks",
        type=int,
        default=99,
        help="most blocks computed in float where int8 changes over 1 %% of the classes, or the order of over 0.3 %% "
        "of the pairs of slices that an AUC counts (stated in the manifest)",
    )
    export.set_defaults(run=commands.run_export)

    recover = subparsers.add_parser(
        "recover", help="make a checkpoint of a package whose own was not kept, to export or compare it anew"
    )
    recover.add_argument("package", type=Path, help="folder of the package")
    recover.add_argument("--shards", type=Path, required=True, help="the shards of its training")
    recover.add_argument(
        "--set", dest="subsets", action="append", default=[], help="set trained on (repeat; default: the manifest's)"
    )
    recover.add_argument("--out", type=Path, required=True, help="file to write, such as final.pt")
    recover.set_defaults(run=commands.run_recover)

    refit = subparsers.add_parser(
        "refit",
        help="fit a package's feature statistics (for the caution unfamiliar-input) anew; the network stays",
    )
    refit.add_argument("package", type=Path, help="folder of the package")
    refit.add_argument("--shards", type=Path, required=True, help="folder of shards, prepared for this package")
    refit.add_argument(
        "--set", dest="subsets", action="append", default=[], help="set to fit on (repeat; default: those trained on)"
    )
    refit.add_argument("--feature-slices", type=int, default=1000, help="slices to fit on, spread over the lesions")
    refit.set_defaults(run=commands.run_refit)

    evaluate = subparsers.add_parser(
        "evaluate",
        help="score a package on patients it was not trained on",
        description="A cohort is a folder of shards or a cohort table (CSV, prepared first). Every set of it is "
        "measured by itself; sets that the package was trained on are left out.",
    )
    evaluate.add_argument("package", type=Path, help="folder of the package")
    evaluate.add_argument("cohorts", type=Path, nargs="*", metavar="COHORT", help="folder of shards, or cohort table")
    evaluate.add_argument("--shards", type=Path, action="append", default=[], help="the same as COHORT")
    evaluate.add_argument(
        "--set", dest="subsets", action="append", default=[], help="set to score (repeat; default: all not trained on)"
    )
    evaluate.add_argument(
        "--name", action="append", default=[], help="name beside the figures, or SET=NAME where there are several"
    )
    evaluate.add_argument("--readers", type=Path, help="CSV of readers' calls: reader, patient, call, level")
    evaluate.add_argument(
        "--checkpoint", type=Path, help="its final.pt: checks every patient, and compares with the float network"
    )
    evaluate.add_argument(
        "--calibrate-on",
        metavar="SET",
        help="fit the temperature on this set of COHORT first and put it into the manifest; "
        "'validation': the patients that --checkpoint held out",
    )
    evaluate.add_argument("--json", type=Path, help="write every figure to this file")
    evaluate.add_argument("--out", type=Path, help="write figures (JSON, CSV), calls and misclassified lesions here")
    evaluate.add_argument("--no-images", action="store_true", help="list misclassified lesions without images")
    evaluate.add_argument("--cache", type=Path, help="where answers are kept (default: beside the shards)")
    evaluate.add_argument("--provider", default="cpu", help="execution provider (default: cpu)")
    evaluate.add_argument("--resamples", type=int, default=2000, help="bootstrap resamples of patients")
    evaluate.add_argument("--workers", type=int, default=1, help="processes for preparing a table")
    evaluate.add_argument("--write", action="store_true", help="put the figures into the manifest and the card")
    evaluate.set_defaults(run=commands.run_evaluate)

    study = subparsers.add_parser(
        "study", help="every table and figure of the paper: several packages, several cohorts"
    )
    study.add_argument("config", type=Path, help="TOML file; see training/runs/study.toml")
    study.add_argument("--out", type=Path, help="folder of the report (default: what the file says)")
    study.add_argument("--shards", type=Path, action="append", default=[], help="folder of shards for every cohort")
    study.set_defaults(run=commands.run_study)
    return parser


if __name__ == "__main__":
    sys.exit(main())
