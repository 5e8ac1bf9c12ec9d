"""Feature statistics of a package fitted anew, the network untouched: on other shards, or by a later release."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from engine.domain.errors import UsageError
from engine.domain.progress import SILENT, Progress
from engine.inference.loading import load_package
from training.dataset import ShardSet
from training.export import finish_package
from training.packaging import familiarity
from training.packaging.parity import Graph


def refit(
    folder: Path, shards: Path, subsets: tuple[str, ...] = (), slices: int = 1000, progress: Progress = SILENT
) -> dict[str, Any]:
    """Fit the statistics of `unfamiliar-input` on shards and write them into the package.

    Args:
        folder: The package; its features file, card and manifest are written anew.
        subsets: Sets of the shards to fit on; those that the package was trained on where none is named.

    Returns:
        What the manifest now says of the statistics.

    Raises:
        UsageError: The shards were prepared for another package, or none of the sets is known.
        PackageError, StorageError: As loading says.
    """
    package = load_package(folder)
    manifest = package.manifest
    wanted = subsets or tuple(str(name) for name in manifest.training.get("sets", ()))
    if not wanted:
        raise UsageError(
            f"The package {manifest.id} does not say which sets it was trained on.",
            remedy="Name the sets with --set.",
            code="refit-sets",
        )
    known = ShardSet.open(shards, manifest.labels, wanted).serving(manifest.preprocess)
    graph = Graph(folder / "model.onnx")
    statistics, facts = familiarity.measured(
        known, manifest.preprocess, lambda images: graph.run(images).features, slices, progress
    )
    stated = familiarity.write(folder, statistics, facts | {"sets": sorted(wanted)})
    finish_package(folder, replace(manifest, features=stated))
    load_package(folder)
    return stated
