"""Predicting: slice inputs in, logits, probabilities, class maps and features out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.domain.errors import InferenceError
from engine.domain.package import ModelPackage
from engine.domain.progress import SILENT, Progress
from engine.domain.result import Prediction
from engine.domain.sample import SliceInput
from engine.inference.session import Session

BATCH = 4
"""Slices per run: large enough to use the cores, small enough to cancel soon."""


def predict(session: Session, inputs: Sequence[SliceInput], progress: Progress = SILENT) -> tuple[Prediction, ...]:
    """Run the network over the inputs, in order.

    Raises:
        InferenceError: An input was made by another specification than the package's, or the network failed or answered
            with something else than finite numbers of the expected shapes.
        Cancelled: The progress asked to stop.
    """
    spec_digest = session.package.manifest.preprocess.digest()
    if any(item.spec_digest != spec_digest for item in inputs):
        raise InferenceError(
            f"The inputs were not prepared by the specification of package {session.package.manifest.id}.",
            remedy="Prepare them again with this package.",
            code="spec-mismatch",
        )
    predictions: list[Prediction] = []
    for start in range(0, len(inputs), BATCH):
        progress.step("predict", start, len(inputs))
        batch = inputs[start : start + BATCH]
        logits, cam, features = run(session, np.stack([item.array for item in batch]))
        probabilities = scores_of(session.package, logits)
        predictions += [
            Prediction(item.ref, logits[i], probabilities[i], cam[i], features[i]) for i, item in enumerate(batch)
        ]
    progress.step("predict", len(inputs), len(inputs))
    return tuple(predictions)


def run(
    session: Session, images: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """Run one batch (n, c, h, w); return logits (n, k), cam (n, k, h', w') >= 0 and features (n, f).

    Raises:
        InferenceError: The network failed, or its answer has a wrong shape or is not finite.
    """
    identity = session.package.manifest.id
    try:
        logits, cam, features = session.runner.run(["logits", "cam", "features"], {"image": images})
    except Exception as problem:  # ONNX Runtime raises classes of its own that have no common base
        raise InferenceError(
            f"The network of package {identity} failed on {session.provider}: {str(problem).splitlines()[0]}",
            remedy="Try the provider cpu; if it fails there too, install the package again.",
            code="run-failed",
        ) from problem
    classes = len(session.package.manifest.labels)
    if logits.shape != (len(images), classes) or cam.shape[:2] != (len(images), classes):
        raise InferenceError(
            f"The network of package {identity} answers for {logits.shape[-1]} classes; its manifest names {classes}.",
            remedy="Export the package again with lobule-train export.",
            code="run-shape",
        )
    if not (np.isfinite(logits).all() and np.isfinite(cam).all() and np.isfinite(features).all()):
        raise InferenceError(
            f"The network of package {identity} answered with numbers that are not finite on {session.provider}.",
            remedy="Try the provider cpu, and report the package to whoever made it.",
            code="run-not-finite",
        )
    return logits, cam, features


def softmax(logits: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return class probabilities (…, k) in float64."""
    shifted = np.asarray(logits, dtype=np.float64)
    shifted = np.exp(shifted - shifted.max(axis=-1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=-1, keepdims=True))


def scores_of(package: ModelPackage, logits: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the class scores (n, k) of raw answers: softmax after dividing by the temperature that the package was
    calibrated with (1 when it was not).
    """
    temperature = float(package.manifest.calibration.get("temperature", 1.0))
    return softmax(np.asarray(logits, dtype=np.float64) / temperature)
