"""Bench: the phantom against its specification.

    python -m tests.bench.bench_phantom [patients]        default: 8; OMP_NUM_THREADS=1 for honest figures

Prints tissue means and SDs drawn against the table; T2, T1 and ADC measured on noise-free renderings against what was
drawn; lesion-to-liver contrasts, sign frequencies, case mix and sizes against the specification; what a linear model
can tell from header fields alone; and patients per minute on one core. It prints and never fails. What can be told from
images without the lesion: `bench_shortcuts`.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np
from scipy import ndimage
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import cross_val_predict

from engine.domain.sequence import SequenceRole
from training.phantom import contrast, scene, sequences, signals
from training.phantom.cohort import COHORTS, PhantomPatient, cohort_size, cohort_table, draw_patient
from training.phantom.render import render_patient
from training.phantom.tissues import draw_tissue, load_table, mean_tissue

# Lesion over liver at 1.5 T: T2 with TE 85, b 800 with TE 65.
RATIOS = {
    "fnh": (1.32, 1.17), "hcc": (1.65, 1.75), "icc_viable_rim": (1.9, 2.1), "met_colorectal": (1.67, 1.73),
    "met_net_hypervascular": (2.0, 1.9), "hemangioma_typical": (2.6, 1.5), "hemangioma_sclerosed": (1.9, 1.6),
    "cyst": (3.0, 1.0), "met_mucinous": (2.5, 1.6), "regenerative_nodule": (0.93, 1.07), "abscess_cavity": (2.4, 2.9),
    "spleen": (1.9, 2.6), "muscle": (0.50, 0.45),
}  # fmt: skip
# Where the specification states one share for all sizes.
SPECIFIED_SIGNS = {
    ("cyst", "septum"): 0.10, ("cyst", "proteinaceous"): 0.05, ("haemangioma", "sclerosed"): 0.07,
    ("abscess", "oedema"): 0.35, ("abscess", "multilocular"): 0.45, ("abscess", "gas"): 0.10,
    ("abscess", "central_restriction"): 0.26, ("abscess", "peripheral_restriction"): 0.42, ("fnh", "scar"): 0.64,
    ("fnh", "pseudocapsule"): 0.14, ("fnh", "bright"): 0.07, ("adenoma_hnf1a", "fat"): 0.80,
    ("adenoma_inflammatory", "atoll"): 0.40, ("hcc", "capsule"): 0.52, ("hcc", "fat"): 0.15,
    ("hcc", "haemorrhage"): 0.15, ("hcc", "portal_thrombus"): 0.08, ("hcc", "infiltrative"): 0.07,
    ("hcc", "target"): 0.031, ("icc", "target"): 0.75, ("icc", "ducts"): 0.45, ("mixed", "target"): 0.40,
    ("mixed", "capsule"): 0.30, ("mixed", "fat"): 0.10, ("metastasis", "rim_pattern"): 0.65,
    ("metastasis", "variegate"): 0.07, ("metastasis", "halo"): 0.35, ("metastasis", "cystic"): 0.05,
    ("metastasis", "haemorrhage"): 0.05,
}  # fmt: skip
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


def tissue_draw_spreads() -> None:
    """SDs drawn against the table, where truncation (T2 ≥ 18, ADC 0.25–3.3) does not bite."""
    worst = (0.0, "")
    for (name, field_t), row in load_table().items():
        rng = np.random.default_rng(2)
        drawn = [draw_tissue(rng, name, field_t) for _ in range(4000)]
        for key, (mean, sd) in (("t1_ms", row.t1_ms), ("t2_ms", row.t2_ms), ("adc", row.adc)):
            low, high = {"t1_ms": (0.0, 1e9), "t2_ms": (18.0, 1e9), "adc": (0.25, 3.3)}[key]
            if mean <= 1 or sd <= 0 or mean - 2.5 * sd < low or mean + 3 * sd > high:
                continue
            error = abs(np.std([getattr(t, key) for t in drawn]) / sd - 1)
            worst = max(worst, (float(error), f"{key} of {name} {field_t} T"))
    print(f"  largest error of an SD {100 * worst[0]:.1f} % ({worst[1]}); 4000 draws have 1.6 % of chance themselves")


def _with(patient: PhantomPatient, key: str, **changes: Any) -> PhantomPatient:
    protocols = {**patient.protocols, key: replace(patient.protocols[key], **changes)}
    return replace(patient, protocols=MappingProxyType(protocols))


def _cores(built: scene.Scene) -> dict[str, np.ndarray]:
    """Voxels that one organ fills alone, away from its edge."""
    wanted = ("liver", "spleen", "kidney_cortex", "muscle", "csf", "bile_gallbladder")
    core: dict[str, np.ndarray] = {}
    for layer in built.canvas.layers:
        inside = np.zeros(built.canvas.grid.shape, bool)
        if layer.name in wanted:
            inside[layer.box] = layer.alpha > 0.999
        for name, mask in core.items():
            mask[layer.box] &= (layer.alpha < 0.001) | (layer.name == name)
        if layer.name in wanted:
            core[layer.name] = core.get(layer.name, np.zeros_like(inside)) | inside
    for lesion in built.lesions:
        for mask in core.values():
            mask[lesion.box] &= lesion.alpha < 0.001
            for box, alpha, _ in lesion.around:
                mask[box] &= alpha < 0.001
    return {name: ndimage.binary_erosion(mask, iterations=1) for name, mask in core.items()}


def recovered(count: int) -> None:
    """T2, T1 and ADC measured on noise-free renderings, as a physicist would, against what was drawn.

    T2 from two echo times (a train reads solid tissue 1.17 times too long), ADC from b 50 and 800, T1 from two angles.
    """
    errors: dict[tuple[str, str], list[float]] = {}
    for index in range(count):
        patient = draw_patient("srrsh", 3 * index)
        built = scene.build_scene(patient)
        early, late = 60.0, 100.0
        first, _ = signals.compose_t2(built, _with(patient, "T2", te_ms=early))
        second, _ = signals.compose_t2(built, _with(patient, "T2", te_ms=late))
        low, _ = signals.compose_dwi(built, patient, 50.0)
        high, _ = signals.compose_dwi(built, patient, 800.0)
        angles = (4.0, 14.0)
        small, large = (
            contrast.compose_t1(built, _with(patient, "T1", flip_deg=angle), SequenceRole.T1_PRE)[0] for angle in angles
        )
        tr = patient.protocols["T1"].tr_ms
        for name, mask in _cores(built).items():
            if mask.sum() < 60:
                continue
            tissue = patient.tissues[name]
            t2 = np.median((late - early) / np.log(first[mask] / second[mask]))
            t2 /= sequences.TSE_T2_FACTOR if tissue.t2_ms < sequences.TSE_FLUID_T2_MS else 1.0
            adc = np.median(sequences.two_point_adc(low[mask], high[mask], 50.0, 800.0))
            # Two angles: S/sin a against S/tan a is a line of slope E1.
            radians = np.deg2rad(angles)
            y = [image[mask] / np.sin(a) for image, a in zip((small, large), radians, strict=True)]
            x = [image[mask] / np.tan(a) for image, a in zip((small, large), radians, strict=True)]
            t1 = np.median(-tr / np.log((y[1] - y[0]) / (x[1] - x[0])))
            for key, value, drawn in (("T2", t2, tissue.t2_ms), ("ADC", adc, tissue.adc), ("T1", t1, tissue.t1_ms)):
                errors.setdefault((name, key), []).append(float(value / drawn - 1))
    for (name, key), values in sorted(errors.items()):
        print(f"  {name} {key}: mean {100 * np.mean(values):+.2f} %, largest {100 * np.max(np.abs(values)):.2f} %")


def contrasts() -> None:
    """Lesion over liver at 1.5 T against the specification, relaxation and diffusion alone."""
    for name, (t2_said, dwi_said) in RATIOS.items():
        t2, dwi = (levels[name] / levels["liver_normal"] for levels in _levels())
        print(
            f"  {name}: T2 {t2:.2f} ({t2_said:.2f}, {100 * (t2 / t2_said - 1):+.0f} %), "
            f"b800 {dwi:.2f} ({dwi_said:.2f}, {100 * (dwi / dwi_said - 1):+.0f} %)"
        )


def _levels() -> tuple[dict[str, float], dict[str, float]]:
    t2, dwi = {}, {}
    for name in (*RATIOS, "liver_normal"):
        t = mean_tissue(name, 1.5)
        d = sequences.tissue_diffusivity(t.adc, t.perfusion, t.d_star)
        t2[name] = float(sequences.tse(1.0, t.t1_ms, t.t2_ms, tr_ms=4000, te_ms=85))
        dwi[name] = float(
            sequences.diffusion(1.0, t.t1_ms, t.t2_ms, d, t.perfusion, t.d_star, tr_ms=6600, te_ms=65, b=800)
        )
    return t2, dwi


def signs() -> None:
    """Share of the training cohort's lesions that carry each sign; the specified shares stand in `lesion_dress`."""
    counts: dict[str, Counter[str]] = {}
    totals: Counter[str] = Counter()
    for index in range(cohort_size("train")):
        lesion = draw_patient("train", index).lesion
        kind = "metastasis" if lesion.looks.startswith("met_") else lesion.looks
        totals[kind] += 1
        counts.setdefault(kind, Counter()).update(set(lesion.signs))
    for kind, found in sorted(counts.items()):
        shares = ", ".join(
            f"{name} {100 * n / totals[kind]:.0f} %{_said(kind, name)}" for name, n in sorted(found.items())
        )
        print(f"  {kind} ({totals[kind]}): {shares or 'none'}")


def _said(kind: str, sign: str) -> str:
    share = SPECIFIED_SIGNS.get((kind, sign))
    return "" if share is None else f" (specified {100 * share:.0f})"


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
    """Patients per minute and core: processor time, so that a busy machine does not count."""
    for name, roles in (("T2 and DWI", (SequenceRole.T2, SequenceRole.DWI)), ("six sequences", tuple(SequenceRole))):
        start = time.process_time()
        for index in range(count):
            render_patient(draw_patient("train", index), roles)
        each = (time.process_time() - start) / count
        hours = 1494 * each / 2 / 60
        print(f"  {name}: {each:.2f} s per patient, {60 / each:.0f} a minute; 1,494 on two cores: {hours:.0f} minutes")


def main() -> None:
    """Prints every part."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 8
    for title, part in (
        ("tissue draws against the table", tissue_draws),
        ("spreads of the draws against the table", tissue_draw_spreads),
        ("T2, ADC and T1 measured on noise-free renderings against the draw", lambda: recovered(count)),
        ("lesion to liver (specified in brackets)", contrasts),
        ("signs in the training cohort", signs),
        ("cohorts (published in brackets)", cohorts),
        ("shortcuts", shortcuts),
        ("speed", lambda: speed(count)),
    ):
        print(title)
        part()


if __name__ == "__main__":
    main()
