"""Exporting a checkpoint as a verified package: float graph, int8 graph, statistics, self-test, card."""

from __future__ import annotations

import logging
import tempfile
import warnings
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from engine.domain.errors import PackageError, UsageError
from engine.domain.package import ClinicalStatus, ModelManifest, PreprocessSpec
from engine.domain.progress import SILENT, Progress
from training.dataset import ShardSet
from training.facts import classes_of, is_simulated, kind_of_data
from training.fitting import checkpoint
from training.fitting.checkpoint import Checkpoint
from training.network import InceptionResnetV2
from training.packaging import familiarity, precision
from training.packaging.card import render_card
from training.packaging.export_options import ExportOptions
from training.packaging.package_folder import refuse_other, refuse_unwritable, replace_package
from training.packaging.parity import Graph
from training.packaging.precision import chosen
from training.packaging.vectors import (
    cropped_study,
    file_digests,
    selftest_arrays,
    write_manifest,
    write_vectors,
)
from training.sources import PhantomSource

logger = logging.getLogger(__name__)

TORCH_ABS = 1e-4
"""Largest allowed difference of a logit between torch and the float graph."""
SELFTEST_SEED = 977
INPUT_ABS = 1e-3
"""Tolerance of an input pixel (range −1…1): far above what libraries differ by, far below what shows."""
MACHINE_NOISE = 1e-4
"""Change of the inputs by which the tolerances of the answers are found."""
INTENDED_USE = {
    ClinicalStatus.SIMULATED: "Demonstration of the software on simulated images. Not for use with patients.",
    ClinicalStatus.RESEARCH: "Research on focal liver lesions in MRI, with review by a qualified radiologist.",
}


def export(
    source: Path,
    spec: PreprocessSpec,
    shards: ShardSet,
    out: Path,
    options: ExportOptions | None = None,
    progress: Progress = SILENT,
) -> Path:
    """Write the package of a checkpoint into `out`, which must not exist or be a package of the same id.

    Args:
        source: ``final.pt`` of a training.
        shards: The training's shards: both the patients that were trained on and those held out.

    Raises:
        UsageError: The shards or `spec` are not those of the training.
        PackageError: The graphs do not agree.
        StorageError: `out` cannot be written.
    """
    options = options or ExportOptions()
    saved = checkpoint.load(source)
    config = saved.config
    refuse_other(out, config.model_id)
    training, held = _sets(saved, spec, shards)
    refuse_unwritable(out)
    network = network_of(saved)
    with tempfile.TemporaryDirectory(prefix="lobule-export-") as folder:
        scratch, made = Path(folder), Path(folder) / "package"
        made.mkdir()
        progress.step("export float graph", 0, 1)
        float_path = scratch / "float.onnx"
        write_float(network, float_path, spec.input_px)
        difference = _against_torch(network, Graph(float_path), held, spec.input_px)
        facts = {"torch_logit_abs": difference} | precision.write_graph(
            float_path, made / "model.onnx", training, held, spec, options, progress
        )
        graph = Graph(made / "model.onnx")
        known = shards.of_patients({*training.patients.tolist(), *held.patients.tolist()})
        statistics, fitted = familiarity.measured(
            known, spec, lambda images: graph.run(images).features, options.feature_slices, progress
        )
        features = familiarity.write(made, statistics, fitted)
        tolerances = _write_selftest(graph, spec, made)
        status = ClinicalStatus.RESEARCH
        if any(map(is_simulated, training.shards)):
            status = ClinicalStatus.SIMULATED
        manifest = ModelManifest(
            id=config.model_id,
            version=options.version,
            title=options.title,
            created=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            labels=config.labels,
            preprocess=spec,
            clinical_status=status,
            intended_use=INTENDED_USE[status],
            files={"model.onnx": ""},
            training=_training_facts(saved, training),
            features=features,
            selftest=tolerances,
            quantisation=facts,
        )
        finish_package(made, manifest)
        replace_package(made, out)
    return out


def network_of(saved: Checkpoint) -> InceptionResnetV2:
    """The network of a checkpoint, ready to answer."""
    config = saved.config
    network = InceptionResnetV2(config.channels, len(config.labels), config.width)
    network.load_state_dict(saved.network)
    return network.eval()


def write_float(network: InceptionResnetV2, path: Path, size_px: int) -> None:
    """The float32 graph, batch norm folded into the convolutions; inputs and outputs as packages have them."""
    names = ("image", "logits", "cam", "features")
    example = torch.zeros(2, network.conv2d_1a.conv.in_channels, size_px, size_px)
    with warnings.catch_warnings():
        # The TorchScript exporter is deprecated, but it folds batch norm and gives the plain graph that
        # ONNX Runtime's quantiser knows.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network,
            (example,),
            str(path),
            input_names=[names[0]],
            output_names=list(names[1:]),
            dynamic_axes={name: {0: "n"} for name in names},
            opset_version=17,
            dynamo=False,
        )


def finish_package(folder: Path, manifest: ModelManifest) -> ModelManifest:
    """Write card and manifest with the digests of the files that lie in `folder`."""
    (folder / "card.md").write_text(render_card(manifest), encoding="utf-8")
    manifest = replace(manifest, files=file_digests(folder))
    write_manifest(folder, manifest)
    return manifest


def _sets(saved: Checkpoint, spec: PreprocessSpec, shards: ShardSet) -> tuple[ShardSet, ShardSet]:
    if saved.facts["spec_digest"] != spec.digest() or shards.spec_digest != spec.digest():
        raise UsageError(
            "The checkpoint, the shards and the model's preprocessing do not belong together.",
            remedy="Give the shards that the training used, and the same --model and --margin-mm.",
            code="mixed-shards",
        )
    present = set(shards.patients.tolist())
    trained = set(saved.facts["training_patients"])
    earlier = set(saved.facts.get("earlier_patients", ()))
    if not trained <= present:
        raise UsageError(
            f"{len(trained - present)} patients of the training have no shards here.",
            remedy="Give the folder of shards that the training used.",
            code="shards-missing",
        )
    others = present - trained - earlier
    held = set(saved.facts["validation_patients"]) & others or others
    if not held:
        raise UsageError(
            "There are no patients outside the training to compare the graphs on.",
            remedy="Train with validation_share above 0, or add shards of another set.",
            code="no-held-out",
        )
    return shards.of_patients(trained), shards.of_patients(held)


def _against_torch(network: InceptionResnetV2, graph: Graph, held: ShardSet, size_px: int) -> float:
    images = held.images(chosen(held, 8, 0), size_px)
    with torch.inference_mode():
        logits, cam, _ = network(images)
    found = graph.run(images.numpy())
    difference = float(np.abs(found.logits - logits.numpy()).max())
    cam_difference = float(np.abs(found.cam - cam.numpy()).max())
    largest = max(1.0, float(cam.max()))
    if difference > TORCH_ABS or cam_difference > TORCH_ABS * largest:
        raise PackageError(
            f"The float graph differs from torch by {difference:.2g} in a logit and {cam_difference:.2g} in a map.",
            remedy="This is a fault of the exporter: report it with the versions of torch and onnxruntime.",
            code="export-parity",
        )
    return difference


def _write_selftest(graph: Graph, spec: PreprocessSpec, out: Path) -> dict[str, float]:
    """Vectors from a phantom patient of a seed that no training uses, and tolerances from its sensitivity.

    The tolerance of a logit is four times what random changes of all input pixels by up to `MACHINE_NOISE` do,
    because rounding to 8 bits turns tiny differences between machines into whole steps; at least 0.02. A
    map's is found in the same way; at least 2 % of its largest value.
    """
    lesion = PhantomSource("tdh", 3, SELFTEST_SEED).load(spec.roles)
    volumes, roi = cropped_study(lesion.volumes, lesion.roi, margin_mm=30.0)

    def run(inputs: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        # One slice at a time: the answer must not depend on the batch.
        answers = [graph.run(inputs[i : i + 1]) for i in range(len(inputs))]
        return (
            np.concatenate([answer.logits for answer in answers]),
            np.concatenate([answer.cam for answer in answers]),
        )

    arrays = selftest_arrays(volumes, roi, spec, run)
    write_vectors(out, arrays)
    noise = np.random.default_rng(0).uniform(-MACHINE_NOISE, MACHINE_NOISE, arrays["inputs"].shape)
    logits, cam = run((arrays["inputs"] + noise).astype(np.float32))
    return {
        "input_abs": INPUT_ABS,
        "logit_abs": _tolerance(logits, arrays["logits"], 0.02),
        "cam_abs": _tolerance(cam, arrays["cam"], 0.02 * float(arrays["cam"].max())),
    }


def _tolerance(moved: NDArray[np.float32], still: NDArray[np.float32], least: float) -> float:
    return round(max(least, 4.0 * float(np.abs(moved - still).max())), 4)


def _training_facts(saved: Checkpoint, training: ShardSet) -> dict[str, Any]:
    facts = saved.facts
    counts = dict(Counter(classes_of(training.shards).values()))
    return {
        "data": _data(facts, training),
        "sets": sorted({shard.subset for shard in training.shards} | set(facts.get("earlier_sets", ()))),
        "patients": len(facts["training_patients"]),
        "patients_by_class": counts,
        "slices": facts["training_slices"],
        "validation_patients": len(facts["validation_patients"]),
        "selection_sets": list(facts.get("validation_sets", ())),
        "steps": saved.step,
        **({"planned_steps": saved.total_steps} if saved.step < saved.total_steps else {}),
        "images_seen": facts.get("images_seen", saved.step * saved.config.batch_size),
        "minutes": round(float(facts.get("seconds", 0.0)) / 60, 1),
        "hardware": facts.get("hardware", "not recorded"),
        "weights": facts.get("weights", "last"),
        **({"begun_from": _without_folders(facts["begun_from"])} if "begun_from" in facts else {}),
        "validation_at_export_size": {
            name: {key: value for key, value in figures.items() if value == value}  # NaN: undefined
            for name, figures in facts.get("validation_at_export_size", {}).items()
        },
        "config": _without_folders(saved.config.as_dict()),
    }


def _without_folders(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The same facts, initial weights by their name alone: a package tells nobody how a site's disks are laid out."""
    told: dict[str, Any] = {
        key: _without_folders(value) if isinstance(value, Mapping) else value for key, value in facts.items()
    }
    if "initial_weights" in told and "://" not in told["initial_weights"]:
        told["initial_weights"] = Path(told["initial_weights"]).name
    return told


def _data(facts: Mapping[str, Any], training: ShardSet) -> str:
    """What the images were, and what those were that the training's first weights came from."""
    own, begun = kind_of_data(training.shards), facts.get("begun_from", {})
    while begun:
        if "simulated" in str(begun.get("data", "")) and "simulated" not in own:
            return f"{own}; begun from a network trained on {begun['data']}"
        begun = begun.get("begun_from", {})
    return own
