"""What is known about a lesion beside its images, in one wording: type, size band, vendor, field strength, age, sex.

Shards carry what their source knew: the phantom's own names, or the words of a hospital's table and DICOM header.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from training.dataset import Shard

GROUPS: Mapping[str, str] = {
    "abscess": "Abscess",
    "cyst": "Cyst",
    "haemangioma": "Haemangioma",
    "fnh": "FNH",
    "nodule": "Benign nodules",
    "metastasis": "Metastatic malignancy",
    "hcc": "HCC",
    "other_primary": "Other primary malignancy",
}
"""The eight lesion types of the paper's Table 1, in its order, and their names."""

_WORDS: Mapping[str, str] = {
    "hemangioma": "haemangioma",
    "hepatocellular carcinoma": "hcc",
    "focal nodular hyperplasia": "fnh",
    "metastatic": "metastasis",
    "rn": "nodule",
    "dn": "nodule",
    "ipt like": "nodule",
    "adenoma": "nodule",
    "benign nodule": "nodule",
    "benign other": "nodule",
    "icc": "other_primary",
    "mixed": "other_primary",
    "mixed hcc-icc": "other_primary",
    "other primary": "other_primary",
    "primary other": "other_primary",
    "ehe like": "other_primary",
}
UNKNOWN = "not stated"

SIZE_BANDS = ((0.0, 10.0), (10.0, 20.0), (20.0, 30.0), (30.0, 50.0), (50.0, float("inf")))
"""Longest diameter in mm, from (inclusive) to (exclusive); the method was studied on lesions usually above 10 mm."""

_VENDORS = (("siemens", "Siemens"), ("ge ", "GE"), ("philips", "Philips"), ("canon", "Canon"), ("toshiba", "Canon"))


def group_of(shard: Shard) -> str:
    """Key of `GROUPS`, or ``not stated`` where the source only knew the class."""
    for name in ("lesion_type", "diagnosis"):
        word = " ".join(str(shard.facts.get(name) or "").replace("_", " ").lower().split())
        if not word:
            continue
        if word in GROUPS:
            return word
        if word in _WORDS:
            return _WORDS[word]
        for start, group in (("met ", "metastasis"), ("adenoma", "nodule")):
            if word.startswith(start):
                return group
    return "metastasis" if shard.label == "metastasis" else UNKNOWN


def size_band(shard: Shard) -> str:
    """Such as ``10–20 mm``."""
    size = diameter_mm(shard)
    if size is None:
        return UNKNOWN
    low, high = next(band for band in SIZE_BANDS if band[0] <= size < band[1])
    if low == 0.0:
        return f"< {high:.0f} mm"
    return f"≥ {low:.0f} mm" if high == float("inf") else f"{low:.0f}–{high:.0f} mm"


def vendor(shard: Shard) -> str:
    """The scanner's maker by its short name."""
    text = str(shard.facts.get("manufacturer") or shard.facts.get("vendor") or "").strip()
    lowered = f"{text.lower()} "
    return next((name for word, name in _VENDORS if word in lowered), text or UNKNOWN)


NOMINAL_FIELDS_T = (0.2, 0.3, 0.35, 0.4, 0.55, 0.6, 0.7, 1.0, 1.2, 1.5, 3.0, 5.0, 7.0)
"""Fields that whole-body scanners are sold with."""
FIELD_TOLERANCE = 0.05
"""Share of the nominal field by which a header may differ: magnets sold as 1.5 T run from 1.43 to 1.56."""


def field_strength(shard: Shard) -> str:
    """Such as ``1.5 T``; headers say 1.494 or 15000 for it. A field that no scanner is sold with is stated as it is."""
    value = _number(shard, "field_t")
    if value is None or value <= 0:
        return UNKNOWN
    tesla = value / 10000.0 if value > 100 else value
    nominal = min(NOMINAL_FIELDS_T, key=lambda field: abs(field - tesla))
    shown = nominal if abs(nominal - tesla) <= FIELD_TOLERANCE * nominal else round(tesla, 2)
    return f"{shown:.2f}".removesuffix("0") + " T"


def diameter_mm(shard: Shard) -> float | None:
    """Longest diameter, or None."""
    value = _number(shard, "diameter_mm")
    return value if value is not None and value >= 0 else None


def age_years(shard: Shard) -> float | None:
    """Age of the patient, or None."""
    return _number(shard, "age")


def sex(shard: Shard) -> str:
    """``M``, ``F`` or ``not stated``."""
    letter = str(shard.facts.get("sex") or "").strip().upper()[:1]
    return letter if letter in ("M", "F") else UNKNOWN


PHANTOM_ID = re.compile(r"PH-(TRAIN|SRRSH|HZFPH|TDH)-X?\d{4,}")
"""Ids that the phantom gives. Others that begin with PH are a hospital's own."""


def is_simulated(shard: Shard) -> bool:
    """True for a phantom: its shard says so, or it bears the id of a phantom patient, whose table may say nothing."""
    stated = str(shard.facts.get("simulated") or "").strip().lower()
    return stated in ("true", "yes", "1") or PHANTOM_ID.fullmatch(shard.patient) is not None


def classes_of(shards: Iterable[Shard]) -> dict[str, str]:
    """Class of each patient: of the malignant lesion where there is one, of several alike of the largest."""
    leading: dict[str, tuple[tuple[bool, float], str]] = {}
    for shard in shards:
        weight = (shard.label != "benign", diameter_mm(shard) or 0.0)
        if shard.patient not in leading or weight > leading[shard.patient][0]:
            leading[shard.patient] = (weight, shard.label)
    return {patient: label for patient, (_, label) in leading.items()}


def kind_of_data(shards: Iterable[Shard]) -> str:
    """What a manifest calls these images; of any phantom among them all are a demonstration."""
    return "simulated patients (phantom)" if any(map(is_simulated, shards)) else "patients of the training site"


def _number(shard: Shard, name: str) -> float | None:
    try:
        value = float(shard.facts.get(name))  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None
    return value if value == value and abs(value) != float("inf") else None
