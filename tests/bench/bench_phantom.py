"""Bench: the phantom against its specification.

    python -m tests.bench.bench_phantom [patients]        default: 8

Prints tissue means and SDs drawn against the table, tissue levels recovered from noise-free renderings against the
signal equations, case mix and sizes per cohort against the published ones, what a linear model can tell from header
fields alone, and patients per minute on one core. It prints and never fails.
"""

from __future__ import annotations

import sys
import time
from collections import Counter

import numpy as np
from scipy import ndimage
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import cross_val_predict

from training.phantom import scene, sequences
from training.phantom.cohort import COHORTS, PhantomPatient, cohort_size, cohort_table, draw_patient
from training.phantom.render import render_patient
from training.phantom.tissues import draw_tissue, load_table

PUBLISHED = {
    "train": (49.48, 35.39, 4.57, "850/504/140"),
    "srrsh": (48.03, 34.78, 3.92, "116/68/36"),
    "hzfph": (41.49, 24.87, 2.88, "91/56/22"),
    "tdh": (40.06, 29.04, 3.10, "40/19/13"),
}


def tissue_draws() -> None:
    """Largest deviation of drawn means and SDs from the table."""
    worst: dict[str, tuple[float, str]] = {}
    for (name, field_t), row in load_table().items():
        rng = np.random.default_rng(1)
        drawn = [draw_tissue(rng, name, field_t) for _ in range(1500)]
        for key, (mean, _sd) in (("t1_ms", row.t1_ms), ("t2_ms", row.t2_ms), ("adc", row.adc)):
            if mean <= 1:
                continue
            error = abs(np.mean([getattr(t, key) for t in drawn]) / mean - 1)
            worst[key] = max(worst.get(key, (0.0, "")), (float(error), f"{name} {field_t} T"))
    for key, (error, name) in worst.items():
        print(f"  {key}: largest error of a mean {100 * error:.1f} % ({name}); truncation included")


def rendered_levels(count: int) -> None:
    """Median noise-free signal deep inside organs against the equation of the tissue that was drawn."""
    errors: dict[str, list[float]] = {}
    for index in range(count):
        patient = draw_patient("srrsh", index)
        built = scene.build_scene(patient)
        image, _ = scene.compose_t2(built, patient)
        protocol = patient.protocols["T2"]
        core = {}
        for layer in built.canvas.layers:
            if layer.name in ("liver", "spleen", "csf"):
                core[layer.name] = np.zeros(image.shape, bool)
                core[layer.name][layer.box] = layer.alpha > 0.999
            else:
                for mask in core.values():
                    mask[layer.box] &= layer.alpha < 0.001
        for lesion in built.lesions:
            for mask in core.values():
                mask[lesion.box] &= lesion.alpha < 0.001
        transfer = float(np.random.default_rng([patient.seed, 201]).uniform(0.85, 0.95))
        for name, mask in core.items():
            inside = ndimage.binary_erosion(mask, iterations=2)
            if inside.sum() < 200:
                continue
            t = patient.tissues[name]
            expected = float(sequences.tse(t.pd, t.t1_ms, t.t2_ms, tr_ms=protocol.tr_ms, te_ms=protocol.te_ms))
            expected *= (transfer if t.t2_ms <= 250 else 1.0) * (1 - t.fat * (1 - patient.mishaps.fat_left))
            errors.setdefault(name, []).append(float(np.median(image[inside]) / expected - 1))
    for name, values in errors.items():
        print(f"  {name}: mean deviation {100 * np.mean(values):+.2f} %, largest {100 * np.max(np.abs(values)):.2f} %")


def cohorts() -> None:
    """Case mix, sizes and slices against the published table."""
    for cohort in COHORTS:
        rows = cohort_table(cohort)
        labels = Counter(row["label"] for row in rows)
        sizes = np.array([row["diameter_mm"] for row in rows])
        slices = np.mean([row["n_slices"] for row in rows])
        mean, sd, published_slices, mix = PUBLISHED[cohort]
        print(
            f"  {cohort}: {labels['benign']}/{labels['primary_malignancy']}/{labels['metastasis']} ({mix}); "
            f"{sizes.mean():.1f} ± {sizes.std():.1f} mm ({mean} ± {sd}); {slices:.2f} slices ({published_slices})"
        )


def _header(patient: PhantomPatient) -> list[float]:
    t2, dwi = patient.protocols["T2"], patient.protocols["DWI"]
    machine = [patient.field_t, float(patient.scanner.vendor == "GE"), *patient.fov_mm]
    return [*machine, t2.te_ms, t2.tr_ms, t2.step_mm, dwi.te_ms, dwi.tr_ms, dwi.b_high]


def shortcuts() -> None:
    """Cross-validated AUC, malignant against benign, of a linear model on header fields and on size alone."""
    patients = [draw_patient("train", index) for index in range(cohort_size("train"))]
    malignant = np.array([p.label != "benign" for p in patients])
    header = np.array([_header(patient) for patient in patients], float)
    person = np.array([[p.age, p.sex == "M"] for p in patients], float)
    size = np.log([[p.diameter_mm] for p in patients])
    for name, features in (("acquisition header", header), ("size", size), ("age and sex", person)):
        scaled = (features - features.mean(0)) / (features.std(0) + 1e-9)
        scores = cross_val_predict(LogisticRegression(), scaled, malignant, cv=5, method="predict_proba")[:, 1]
        print(f"  {name} alone: AUC {roc_auc_score(malignant, scores):.3f}")


def speed(count: int) -> None:
    """Patients per minute, T2 and DWI, one process."""
    start = time.perf_counter()
    for index in range(count):
        render_patient(draw_patient("train", index))
    each = (time.perf_counter() - start) / count
    print(f"  {each:.2f} s per patient, {60 / each:.0f} patients per minute")


def main() -> None:
    """Prints every part."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 8
    for title, part in (
        ("tissue draws against the table", tissue_draws),
        ("noise-free T2 levels against the equation", lambda: rendered_levels(count)),
        ("cohorts (published in brackets)", cohorts),
        ("shortcuts", shortcuts),
        ("speed", lambda: speed(count)),
    ):
        print(title)
        part()


if __name__ == "__main__":
    main()
