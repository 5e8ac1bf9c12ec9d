"""What each command of `lobule-train` does with its options; `training.cli` reads them.

Modules that need torch are imported by the command that needs them: `--help` does without, and whoever stops a command
while it loads them is told so like anybody else.
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

from engine.domain.errors import UsageError
from engine.domain.sequence import SequenceRole
from training import config as configuration
from training.models import spec_for

ALLOCATOR = {
    "MALLOC_MMAP_THRESHOLD_": str(8 << 30),
    "MALLOC_TRIM_THRESHOLD_": str(32 << 30),
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",
}
"""glibc settings that keep freed activations mapped, in huge pages: a step at 128 px took 1.47 s instead of 2.00 s."""


class Bar:
    """Progress on stderr: one line that is overwritten, or nothing where nobody looks."""

    def __init__(self) -> None:
        self._shown = sys.stderr.isatty()

    def step(self, stage: str, done: int, total: int) -> None:
        """Show the step."""
        if self._shown:
            end = "\n" if done == total else ""
            print(f"\r{stage} {done}/{total}", end=end, file=sys.stderr, flush=True)


def run_simulate(values: argparse.Namespace) -> int:
    """Write a phantom cohort as shards or as DICOM studies."""
    from training.phantom.cohort import DEFAULT_SEED
    from training.sources import phantom_sources

    seed = DEFAULT_SEED if values.seed is None else values.seed
    sources = phantom_sources(values.cohort, values.count, seed, values.first, values.label, values.subset)
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


def run_prepare(values: argparse.Namespace) -> int:
    """Make shards from a cohort table."""
    from training.cohort import read_cohort
    from training.prepare import prepare
    from training.sources import table_sources

    sources = table_sources(read_cohort(values.table))
    spec = spec_for(values.model, values.margin_mm)
    done = prepare(sources, spec, values.out, values.workers, Bar())
    for item in done.exclusions:
        print(f"excluded {item.name}: {item.reason}", file=sys.stderr)
    _print({"made": done.made, "kept": done.kept, "excluded": len(done.exclusions)})
    return 0 if done.made + done.kept else 3


def run_adapt(values: argparse.Namespace) -> int:
    """Make a cohort table of a public data set."""
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
    return 0


def run_train(values: argparse.Namespace) -> int:
    """Train a network, or go on with it."""
    if values.stop_after_steps is not None and values.stop_after_steps < 1:
        raise UsageError(
            f"--stop-after-steps is {values.stop_after_steps}.",
            remedy="Give the number of steps, 1 or more, or leave it out.",
            code="usage",
        )
    _restart_with_allocator()
    from training import loop, splits
    from training.dataset import ShardSet
    from training.facts import classes_of
    from training.fitting.parallel import joined
    from training.fitting.trainer import device_of

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
    with joined(cuda=device_of(config).type == "cuda") as group:
        path = loop.train(
            config, training, validation, values.out, Bar(), values.stop_after_steps, group, values.finish
        )
        if group.leads:
            _print({"checkpoint": str(path)})
    return 0


def run_export(values: argparse.Namespace) -> int:
    """Make a package of a checkpoint."""
    from training.dataset import ShardSet
    from training.export import export
    from training.fitting import checkpoint
    from training.packaging.export_options import ExportOptions

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


def run_recover(values: argparse.Namespace) -> int:
    """Make a checkpoint of a package."""
    from training.packaging.recover import recover

    _print({"checkpoint": str(recover(values.package, values.shards, values.out, tuple(values.subsets)))})
    return 0


def run_refit(values: argparse.Namespace) -> int:
    """Fit a package's feature statistics anew."""
    from training.packaging.refit import refit

    _print(refit(values.package, values.shards, tuple(values.subsets), values.feature_slices, Bar()))
    return 0


def run_evaluate(values: argparse.Namespace) -> int:
    """Score a package."""
    from training.evaluation.command import Request, evaluate

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


def run_study(values: argparse.Namespace) -> int:
    """Write the report over several packages and cohorts."""
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
