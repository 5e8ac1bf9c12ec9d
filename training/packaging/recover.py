"""A checkpoint from a package, where that of its training was not kept: to quantise it anew, or to compare with.

The weights are those that the package stores, dequantised: for the recovered network they are exact, for the one that
was trained they are rounded. Batch norm stays folded. Patients are told by the split, which is a function of the
training's configuration and of the shards.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from engine.domain.errors import UsageError
from engine.inference.loading import load_package
from training.config import from_mapping
from training.dataset import ShardSet
from training.facts import classes_of
from training.fitting import checkpoint, initial_weights
from training.fitting.checkpoint import Checkpoint
from training.network import InceptionResnetV2
from training.splits import hold_out_patients


def recover(folder: Path, shards: Path, out: Path, subsets: tuple[str, ...] = ()) -> Path:
    """Write the checkpoint of a package's network.

    Args:
        folder: The package.
        shards: The shards of its training.
        out: File to write, such as ``final.pt``.
        subsets: Sets that were trained on; those that the manifest names where none is.

    Raises:
        UsageError: `out` is a folder or in the package, the shards are not those of the training, or the package does
            not tell its configuration.
        PackageError, StorageError: As loading says.
    """
    if out.is_dir() or out.resolve().is_relative_to(folder.resolve()):
        raise UsageError(
            f"{out} is a folder or lies in the package.",
            remedy="Name a file of its own, such as recovered/final.pt.",
            code="recover-out",
        )
    package = load_package(folder)
    manifest = package.manifest
    told: dict[str, Any] = dict(manifest.training)
    if "config" not in told:
        raise UsageError(
            f"The package {manifest.id} does not say how it was trained.",
            remedy="Export it from the checkpoint of its training.",
            code="recover-config",
        )
    # Manifests of earlier versions state the channels, which the model id tells now.
    config = from_mapping({name: value for name, value in told["config"].items() if name != "channels"})
    wanted = subsets or tuple(str(name) for name in told.get("sets", ()))
    known = ShardSet.open(shards, manifest.labels, wanted).serving(manifest.preprocess)
    kept, held = hold_out_patients(classes_of(known.shards), config.validation_share, config.seed)
    stated = (told.get("patients"), told.get("validation_patients"), told.get("slices"))
    found = (len(kept), len(held), len(known.of_patients(kept)))
    if stated != found:
        raise UsageError(
            "{} was trained on {} patients, held out {}, and saw {} slices; these shards give {}, {} and {}.".format(
                manifest.id, *stated, *found
            ),
            remedy="Give the shards of its training, and its sets with --set.",
            code="recover-shards",
        )
    network = InceptionResnetV2(config.channels, len(config.labels), config.width)
    weights = initial_weights.read(str(folder), config.width)
    initial_weights.load_weights(network, weights.state, head=True)
    facts: dict[str, Any] = {
        "spec_digest": manifest.preprocess.digest(),
        "training_patients": sorted(kept),
        "validation_patients": sorted(held),
        "training_sets": sorted({shard.subset for shard in known.shards}),
        "validation_sets": list(told.get("selection_sets", ())),
        "training_slices": told["slices"],
        "seconds": 60.0 * float(told.get("minutes", 0.0)),
        "weights": f"{told.get('weights', 'last')}, as package {manifest.version} stored them",
    }
    for name in ("images_seen", "hardware", "begun_from", "validation_at_export_size"):
        if name in told:
            facts[name] = told[name]
    steps = int(told.get("steps", 0))
    total = int(told.get("planned_steps", steps))
    checkpoint.save(out, Checkpoint(config, steps, total, network.state_dict(), facts=facts))
    return out
