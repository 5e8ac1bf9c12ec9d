"""`lobule-train`: simulate, prepare, train, export, refit, evaluate: from a cohort to a package.

Exit codes are those of `lobule`: 0 done, 1 the training diverged, 2 usage, 3 data not usable, 4 package
not usable, 130 stopped.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from engine.domain.errors import Cancelled, EngineError, StorageError, UsageError
from engine.domain.sequence import SequenceRole
from training import config as configuration
from training.prepare import CHANNELS, prepare, spec_for

ALLOCATOR = {
    "MALLOC_MMAP_THRESHOLD_": str(8 << 30),
    "MALLOC_TRIM_THRESHOLD_": str(32 << 30),
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",
}
"""glibc settings that keep freed activations mapped, in huge pages: a step at 128 px took 1.47 s instead of 2.00 s."""


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
        print("lobule-train: stopped; the same command goes on from here.", file=sys.stderr)
        return Cancelled.exit_status
    return status


def build_parser() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="lobule-train", description="Train, export and evaluate Lobule's model packages."
    )
    parser.add_argument("-v", "--verbose", action="store_true", help="show what is done")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    simulate = commands.add_parser(
        "simulate",
        help="write simulated patients: shards for training, or DICOM studies with a cohort table",
    )
    simulate.add_argument("cohort", choices=("train", "srrsh", "hzfph", "tdh"), help="phantom cohort")
    simulate.add_argument("--count", type=int, default=0, help="number of patients (0: all)")
    simulate.add_argument("--first", type=int, default=0, help="index of the first patient")
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
    simulate.set_defaults(run=_simulate)

    prepare_ = commands.add_parser(
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
    prepare_.set_defaults(run=_prepare)

    adapt = commands.add_parser(
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
    adapt.set_defaults(run=_adapt)

    train = commands.add_parser("train", help="train a network on shards; the same command resumes")
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
    train.set_defaults(run=_train)

    export = commands.add_parser("export", help="make a verified package of a checkpoint")
    export.add_argument("checkpoint", type=Path, help="final.pt of a training")
    export.add_argument("--shards", type=Path, required=True, help="the shards of the training")
    export.add_argument("--out", type=Path, required=True, help="folder of the package")
    export.add_argument("--margin-mm", type=float, default=10.0, help="as in prepare")
    export.add_argument("--version", default="1.0.0", help="version of the package")
    export.add_argument("--title", default="", help="name that readers see")
    export.add_argument("--precision", choices=("int8", "float16", "float32"), default="int8")
    export.add_argument("--calibration", choices=("percentile", "entropy"), default="percentile")
    export.add_argument("--calibration-slices", type=int, default=256, help="training slices to calibrate on")
    export.add_argument(
        "--feature-slices", type=int, default=1000, help="slices for the feature statistics, spread over the lesions"
    )
    export.add_argument(
        "--float-blocks",
        type=int,
        default=99,
        help="most blocks computed in float where int8 changes over 1 %% of the classes (stated in the manifest)",
    )
    export.set_defaults(run=_export)

    refit = commands.add_parser(
        "refit",
        help="fit a package's feature statistics (for the caution unfamiliar-input) anew; the network stays",
    )
    refit.add_argument("package", type=Path, help="folder of the package")
    refit.add_argument("--shards", type=Path, required=True, help="folder of shards, prepared for this package")
    refit.add_argument(
        "--set", dest="subsets", action="append", default=[], help="set to fit on (repeat; default: those trained on)"
    )
    refit.add_argument("--feature-slices", type=int, default=1000, help="slices to fit on, spread over the lesions")
    refit.set_defaults(run=_refit)

    evaluate = commands.add_parser(
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
    evaluate.set_defaults(run=_evaluate)

    study = commands.add_parser("study", help="every table and figure of the paper, over several packages and cohorts")
    study.add_argument("config", type=Path, help="TOML file; see training/runs/study.toml")
    study.add_argument("--out", type=Path, help="folder of the report (default: what the file says)")
    study.add_argument("--shards", type=Path, action="append", default=[], help="folder of shards for every cohort")
    study.set_defaults(run=_study)
    return parser


class Bar:
    """Progress on stderr: one line that is overwritten, or nothing where nobody looks."""

    def __init__(self) -> None:
        self._shown = sys.stderr.isatty()

    def step(self, stage: str, done: int, total: int) -> None:
        """Show the step."""
        if self._shown:
            end = "\n" if done == total else ""
            print(f"\r{stage} {done}/{total}", end=end, file=sys.stderr, flush=True)


def _simulate(values: argparse.Namespace) -> int:
    from training.phantom.cohort import DEFAULT_SEED
    from training.sources import phantom_sources

    seed = DEFAULT_SEED if values.seed is None else values.seed
    sources = phantom_sources(values.cohort, values.count, seed, values.first)
    from training.simulate import write_dicom_cohort, write_shard_cohort

    if values.dicom:
        roles = tuple(SequenceRole) if values.all_sequences else spec_for(values.model).roles
        table = write_dicom_cohort(sources, values.dicom, roles, values.workers, Bar(), values.irregular)
        _print({"patients": len(sources), "table": str(table)})
        return 0
    spec = spec_for(values.model)
    done = write_shard_cohort(sources, spec, values.shards, values.workers, Bar(), values.with_excluded)
    _print({"made": done.made, "kept": done.kept, "excluded": len(done.exclusions)})
    return 0 if done.made + done.kept else 3


def _prepare(values: argparse.Namespace) -> int:
    from training.cohort import read_cohort
    from training.sources import table_sources

    sources = table_sources(read_cohort(values.table))
    spec = spec_for(values.model, values.margin_mm)
    done = prepare(sources, spec, values.out, values.workers, Bar())
    for item in done.exclusions:
        print(f"excluded {item.name}: {item.reason}", file=sys.stderr)
    _print({"made": done.made, "kept": done.kept, "excluded": len(done.exclusions)})
    return 0 if done.made + done.kept else 3


def _adapt(values: argparse.Namespace) -> int:
    from training.adapters.lld_mmri import adapt

    sets: dict[str, Path] = {}
    for text in values.subsets:
        name, sign, file = text.partition("=")
        if not (name and sign and file):
            raise UsageError(
                f"--set {text!r} is not NAME=FILE.", remedy="Write --set test=labels_test.txt.", code="usage"
            )
        sets[name] = Path(file)
    made = adapt(values.folder, values.annotation, values.out, values.masks, sets)
    for patient, reason in made.left_out:
        print(f"left out {patient}: {reason}", file=sys.stderr)
    _print({"table": str(made.table), "rows": made.rows, "left_out": len(made.left_out)})
    return 0 if made.rows else 3


def _train(values: argparse.Namespace) -> int:
    _restart_with_allocator()
    from training import loop, splits
    from training.dataset import ShardSet
    from training.facts import classes_of
    from training.parallel import joined

    config = configuration.load(values.config)
    spec = spec_for(config.model_id, values.margin_mm)
    training = ShardSet.open(values.shards, config.labels, values.subsets).serving(spec)
    validation = None
    if values.held:
        validation = ShardSet.open(values.shards, config.labels, values.held).serving(spec)
    elif config.validation_share > 0:
        kept, held = splits.hold_out_patients(classes_of(training.shards), config.validation_share, config.seed)
        validation = training.of_patients(held) if held else None
        training = training.of_patients(kept)
        if validation is None:
            logging.getLogger(__name__).warning("No class has two patients: nobody is held out, nothing is validated.")
    with joined(cuda=loop.device_of(config).type == "cuda") as group:
        path = loop.train(
            config, training, validation, values.out, Bar(), values.stop_after_steps, group, values.finish
        )
        if group.leads:
            _print({"checkpoint": str(path)})
    return 0


def _export(values: argparse.Namespace) -> int:
    from training import checkpoint
    from training.dataset import ShardSet
    from training.export import export
    from training.export_options import ExportOptions

    config = checkpoint.load(values.checkpoint).config
    spec = spec_for(config.model_id, values.margin_mm)
    shards = ShardSet.open(values.shards, config.labels).serving(spec)
    options = ExportOptions(
        version=values.version,
        precision=values.precision,
        calibration_slices=values.calibration_slices,
        calibration=values.calibration,
        feature_slices=values.feature_slices,
        float_block_limit=values.float_blocks,
        title=values.title,
    )
    out = export(values.checkpoint, spec, shards, values.out, options, Bar())
    _print({"package": str(out)})
    return 0


def _refit(values: argparse.Namespace) -> int:
    from training.refit import refit

    _print(refit(values.package, values.shards, tuple(values.subsets), values.feature_slices, Bar()))
    return 0


def _evaluate(values: argparse.Namespace) -> int:
    from training.evaluation import Request, evaluate

    request = Request(
        package=values.package,
        cohorts=(*values.cohorts, *values.shards),
        sets=tuple(values.subsets),
        names=_names(values.name, values.subsets),
        readers=values.readers,
        checkpoint=values.checkpoint,
        calibrate_on=values.calibrate_on or "",
        json=values.json,
        out=values.out,
        images=not values.no_images,
        cache=values.cache,
        provider=values.provider,
        resamples=values.resamples,
        workers=values.workers,
        write=values.write,
    )
    _print(evaluate(request, Bar()))
    return 0


def _names(given: Sequence[str], subsets: Sequence[str]) -> dict[str, str]:
    """Set → name, from NAME (one set) or SET=NAME."""
    if len(given) == 1 and len(subsets) == 1 and not given[0].startswith(f"{subsets[0]}="):
        return {subsets[0]: given[0]}
    for item in given:
        if "=" not in item:
            raise UsageError(
                f"--name {item!r} does not say which set it names.", remedy="Write --name SET=NAME.", code="name"
            )
    return dict(item.split("=", 1) for item in given)


def _study(values: argparse.Namespace) -> int:
    from training.study.run import run

    _print(run(values.config, values.out, tuple(values.shards), Bar()))
    return 0


def _restart_with_allocator() -> None:
    """Start the same command again with `ALLOCATOR`: glibc reads these at start-up only."""
    if sys.platform != "linux" or "pytest" in sys.modules:
        return
    if all(os.environ.get(name) for name in ALLOCATOR):
        return
    environment = {**os.environ, **{name: os.environ.get(name) or value for name, value in ALLOCATOR.items()}}
    os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], environment)


def _print(values: Mapping[str, Any]) -> None:
    print(json.dumps(values))


if __name__ == "__main__":
    sys.exit(main())
