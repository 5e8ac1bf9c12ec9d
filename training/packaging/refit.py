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
from training.packaging.package_folder import change_package, refuse_unwritable
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
    if slices < 1:
        raise UsageError(f"--feature-slices is {slices}.", remedy="Fit on 1 or more.", code="usage")
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
    refuse_unwritable(folder)
    graph = Graph(folder / "model.onnx")
    statistics, facts = familiarity.measured(
        known, manifest.preprocess, lambda images: graph.run(images).features, slices, progress
    )
    stated: dict[str, Any] = {}

    def change(made: Path) -> None:
        stated.update(familiarity.write(made, statistics, facts | {"sets": sorted(wanted)}))
        finish_package(made, replace(manifest, features=stated))
        load_package(made)

    change_package(folder, change)
    return stated
