"""Temperature scaling of a package, fitted on patients that neither trained it nor measure it.

The temperature travels in the manifest; the engine divides every logit by it. Classes of slices do not change, so the
any-slice rule does not either; scores and sums do.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.domain.package import ModelPackage
from engine.inference.loading import load_package
from engine.inference.predict import softmax
from training import facts
from training.evaluation.calibration_split import unfit
from training.evaluation.scored import Scored
from training.export import finish_package
from training.packaging.package_folder import change_package
from training.splits import refuse_shared_patients
from training.statistics import calibration

FOLDS = 5


def calibrate(
    package: ModelPackage, scored: Scored, name: str, measured: Iterable[str] = (), subset: str = ""
) -> ModelPackage:
    """Fit the temperature on a cohort, write it into the manifest and read the package back.

    Validation figures of the former temperature leave the manifest: they are not this package's any more.

    Every patient weighs the same, however many slices. The error after scaling is cross-validated over patients, since
    a temperature always fits the cases that it was fitted on.

    Args:
        scored: The calibration split, scored by the package.
        name: What the split is called in the manifest.
        measured: Patients that the package is or will be measured on.
        subset: The set that the split is; the package is not measured on it later.

    Raises:
        UsageError: A patient stands in both, the split holds one class or one patient only, or the sharpest
            scores are the likeliest. (Flat ones may be: they claim nothing.)
    """
    patients = scored.patient_of_slice
    refuse_shared_patients(set(patients.tolist()), measured, "the calibration split and the measured cohorts")
    names, members, counts = np.unique(patients, return_inverse=True, return_counts=True)
    weights = 1.0 / counts[members]
    try:
        found = calibration.fit_temperature(scored.truth, scored.logits, weights)
    except ValueError as problem:
        raise unfit(
            f"The calibration split {name!r} is too small: {problem}.",
            "Name a set with more patients, of at least two classes.",
        ) from problem
    if found.value < 1.01 * calibration.TEMPERATURES[0]:
        raise unfit(
            f"The calibration split {name!r} has no temperature of its own: nearly every case is right, so that any "
            "sharper score is likelier.",
            "Name a set with more patients.",
        )
    before = softmax(scored.logits.astype(np.float64))
    stated: dict[str, Any] = {
        "method": "temperature scaling (Guo 2017)",
        "temperature": round(found.value, 4),
        "measured_on": "simulated patients" if any(map(facts.is_simulated, scored.shards)) else "patients",
        "cohort": {"name": name, "patients": len(names)},
        **({"set": subset} if subset else {}),
        "slices": len(scored.truth),
        "loss_before": round(found.loss_before, 4),
        "loss_after": round(found.loss_after, 4),
        "ece_before": round(calibration.expected_calibration_error_classes(scored.truth, before), 4),
        **_cross_validated(scored, members, weights),
    }
    manifest = replace(package.manifest, calibration=stated, validation={})
    change_package(package.folder, lambda made: finish_package(made, manifest))
    return load_package(package.folder)


def _cross_validated(scored: Scored, members: NDArray[np.intp], weights: NDArray[np.float64]) -> dict[str, float]:
    """The calibration error with temperatures that never saw the patient; empty where a fold leaves one class only."""
    folds = np.random.default_rng(1).permutation(int(members.max()) + 1) % FOLDS
    after = np.empty_like(scored.scores)
    for fold in range(FOLDS):
        out = folds[members] == fold
        if not out.any():
            continue
        try:
            own = calibration.fit_temperature(scored.truth[~out], scored.logits[~out], weights[~out])
        except ValueError:
            return {}
        after[out] = softmax(scored.logits[out] / own.value)
    error = calibration.expected_calibration_error_classes(scored.truth, after)
    return {"ece_after_cross_validated": round(error, 4)}
