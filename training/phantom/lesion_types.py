"""The table of lesion types: size, shape, margin, multiplicity and base tissue of each, and the cohorts' case mix.

Means and spreads come from published case series where they exist and are assumed otherwise. A row fixes the label,
never the looks: every number here is the centre of a random draw.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Label = Literal["benign", "primary_malignancy", "metastasis"]


@dataclass(frozen=True)
class LesionType:
    """How lesions of one type vary.

    Attributes:
        label: class of the paper.
        mean_mm, sigma_ln: lognormal diameter before the cohort's own scale.
        sphericity: mean ratio of the short to the long axis.
        lobulation, margin: mean and SD of the 0–1 scores.
        multiple: share of patients with several lesions.
        texture_cv: coefficient of variation of T2 inside the lesion.
        cirrhosis: share of patients with a cirrhotic liver (weakened on purpose, so that the background tells little).
        age: mean and SD in years; male: share of men.
    """

    label: Label
    mean_mm: float
    sigma_ln: float
    sphericity: float
    lobulation: tuple[float, float]
    margin: tuple[float, float]
    multiple: float
    texture_cv: float
    cirrhosis: float
    age: tuple[float, float] = (55.0, 13.0)
    male: float = 0.5


def _met(age: float = 61.0) -> LesionType:
    return LesionType("metastasis", 56, 0.62, 0.90, (0.40, 0.18), (0.55, 0.18), 0.75, 0.15, 0.10, (age, 11), 0.58)


def _nodule(mean_mm: float, cirrhosis: float) -> LesionType:
    return LesionType("benign", mean_mm, 0.50, 0.95, (0.15, 0.16), (0.60, 0.16), 0.70, 0.06, cirrhosis, (55, 12), 0.65)


def _adenoma() -> LesionType:
    return LesionType("benign", 35, 0.50, 0.94, (0.20, 0.16), (0.65, 0.16), 0.25, 0.08, 0.05, (38, 11), 0.30)


LESION_TYPES: dict[str, LesionType] = {
    "cyst": LesionType("benign", 46, 0.65, 0.97, (0.10, 0.10), (0.95, 0.05), 0.45, 0.03, 0.08, (50, 13), 0.42),
    "haemangioma": LesionType("benign", 43, 0.65, 0.92, (0.35, 0.16), (0.90, 0.12), 0.35, 0.08, 0.10, (50, 13), 0.42),
    "abscess": LesionType("benign", 56, 0.45, 0.88, (0.35, 0.16), (0.50, 0.16), 0.50, 0.20, 0.08, (55, 14), 0.60),
    "fnh": LesionType("benign", 36, 0.55, 0.93, (0.35, 0.16), (0.75, 0.16), 0.25, 0.05, 0.10, (38, 11), 0.30),
    "rn": _nodule(21, 0.95),
    "dn": _nodule(21, 0.95),
    "adenoma_hnf1a": _adenoma(),
    "adenoma_inflammatory": _adenoma(),
    "benign_other": _nodule(23, 0.20),
    "ipt_like": LesionType("benign", 40, 0.50, 0.88, (0.40, 0.18), (0.45, 0.18), 0.30, 0.14, 0.10, (55, 14), 0.6),
    "hcc": LesionType(
        "primary_malignancy", 62, 0.62, 0.90, (0.25, 0.18), (0.70, 0.18), 0.30, 0.12, 0.65, (58, 11), 0.82
    ),
    "icc": LesionType(
        "primary_malignancy", 72, 0.50, 0.82, (0.60, 0.18), (0.45, 0.18), 0.40, 0.15, 0.30, (60, 11), 0.55
    ),
    "mixed": LesionType(
        "primary_malignancy", 65, 0.50, 0.85, (0.45, 0.18), (0.55, 0.18), 0.30, 0.15, 0.30, (58, 11), 0.65
    ),
    "primary_other": LesionType(
        "primary_malignancy", 65, 0.50, 0.87, (0.40, 0.18), (0.55, 0.18), 0.30, 0.15, 0.30, (57, 12), 0.60
    ),
    "ehe_like": LesionType(
        "primary_malignancy", 45, 0.50, 0.90, (0.35, 0.18), (0.60, 0.18), 0.60, 0.12, 0.10, (45, 12), 0.45
    ),
    "met_colorectal": _met(),
    "met_pancreas": _met(),
    "met_breast": _met(56.0),
    "met_lung": _met(),
    "met_net": _met(55.0),
    "met_mucinous": _met(),
}

BASE_TISSUE: dict[str, str] = {
    "cyst": "cyst",
    "haemangioma": "hemangioma_typical",
    "abscess": "abscess_cavity",
    "fnh": "fnh",
    "rn": "regenerative_nodule",
    "dn": "dysplastic_nodule",
    "adenoma_hnf1a": "adenoma_hnf1a",
    "adenoma_inflammatory": "adenoma_inflammatory",
    "benign_other": "hemangioma_sclerosed",
    "ipt_like": "abscess_wall",
    "hcc": "hcc",
    "icc": "icc_viable_rim",
    "mixed": "mixed_hcc_icc",
    "primary_other": "mixed_hcc_icc",
    "ehe_like": "icc_viable_rim",
    "met_colorectal": "met_colorectal",
    "met_pancreas": "met_pancreas",
    "met_breast": "met_breast",
    "met_lung": "met_lung",
    "met_net": "met_net_hypervascular",
    "met_mucinous": "met_mucinous",
}

# Which looks an atypical lesion borrows from the other side: malignant ones look benign and the reverse.
BORROWED_LOOKS: dict[str, tuple[str, ...]] = {
    "primary_malignancy": ("abscess", "fnh", "haemangioma", "adenoma_inflammatory"),
    "metastasis": ("haemangioma", "abscess", "cyst"),
    "benign": ("hcc", "met_colorectal", "icc"),
}

Group = str
CASE_MIX: dict[str, dict[Group, int]] = {
    "train": {
        "abscess": 73, "cyst": 155, "haemangioma": 275, "fnh": 197, "nodule": 150, "metastasis": 140,
        "hcc": 396, "other_primary": 108,
    },
    "srrsh": {
        "abscess": 12, "cyst": 17, "haemangioma": 29, "fnh": 29, "nodule": 29, "metastasis": 36,
        "hcc": 56, "other_primary": 12,
    },
    "hzfph": {
        "abscess": 12, "cyst": 22, "haemangioma": 29, "fnh": 14, "nodule": 14, "metastasis": 22,
        "hcc": 42, "other_primary": 14,
    },
    "tdh": {
        "abscess": 6, "cyst": 1, "haemangioma": 23, "fnh": 6, "nodule": 4, "metastasis": 13,
        "hcc": 16, "other_primary": 3,
    },
}  # fmt: skip

# Shares of the members inside a group of the case mix.
MEMBERS: dict[Group, tuple[tuple[str, float], ...]] = {
    "nodule": (
        ("rn", 0.40), ("dn", 0.35), ("adenoma_hnf1a", 0.10), ("adenoma_inflammatory", 0.12), ("benign_other", 0.03),
    ),
    "metastasis": (
        ("met_colorectal", 0.50), ("met_pancreas", 0.15), ("met_breast", 0.12), ("met_lung", 0.10),
        ("met_net", 0.08), ("met_mucinous", 0.05),
    ),
    "other_primary": (("icc", 0.75), ("mixed", 0.20), ("primary_other", 0.05)),
}  # fmt: skip
