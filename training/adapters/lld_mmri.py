"""LLD-MMRI (498 patients, eight phases, seven lesion types) → a cohort table and masks.

Source: M. Lou et al., "SDR-Former", arXiv:2402.17246, and the data set's own page and preprocessing code
(github.com/LMMMEng/LLD-MMRI-Dataset). **Its terms: non-commercial research only; no copying, publishing or
redistribution of images, annotations or crops.** Nothing of it is part of Lobule: this module knows the layout only.

Layout::

    ROOT/<patient>/<studyUID>/<seriesUID>.nii.gz
    Annotation.json: {"Annotation_info": {"<patient>": [
        {"studyUID", "seriesUID", "phase", "annotation": {"lesion": {"0": {
            "category", "bbox": {"3D_box": {"x_min", "x_max", "y_min", "y_max", "z_min", "z_max"}}}}}}, …]}}

Boxes are indices of the phase's own array, x along columns, both ends inside. The box of T2 is the lesion's
outline, an ellipse inscribed on each of its slices, unless a folder of masks ``<seriesUID>.nii.gz`` is given.
The data set has in- and opposed-phase images, which the method does not use.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import SimpleITK as sitk
from numpy.typing import NDArray

from engine.domain.errors import EngineError, UsageError
from engine.domain.sequence import SequenceRole
from training.cohort import CohortRow, class_of, write_cohort
from training.image_files import open_image

PHASES: Mapping[str, SequenceRole] = {
    "t2wi": SequenceRole.T2,
    "dwi": SequenceRole.DWI,
    "c-pre": SequenceRole.T1_PRE,
    "c+a": SequenceRole.T1_LATE_ARTERIAL,
    "c+v": SequenceRole.T1_PORTAL_VENOUS,
    "c+delay": SequenceRole.T1_EQUILIBRIUM,
}
"""Phase names of the annotation, in lower case without blanks, that the method has a role for."""

TYPES = (
    ("hemangioma", "haemangioma"),
    ("cholangiocarcinoma", "ICC"),
    ("abscess", "abscess"),
    ("metasta", "metastasis"),
    ("cyst", "cyst"),
    ("nodular", "FNH"),
    ("hepatocellular", "HCC"),
)
"""Part of a category's name and our diagnosis, in the order of the data set's class numbers 0 … 6."""

LICENCE = "LLD-MMRI: non-commercial research only, no redistribution"


@dataclass(frozen=True, slots=True)
class Adapted:
    """What was made: the table, its number of rows, and what was left out with the reason."""

    table: Path
    rows: int
    left_out: tuple[tuple[str, str], ...]


def adapt(
    root: Path,
    annotation: Path,
    out: Path,
    masks: Path | None = None,
    sets: Mapping[str, Path] | None = None,
) -> Adapted:
    """Write ``cohort.csv`` and the masks into `out`; the images stay where they are.

    Args:
        root: Folder of the patients.
        annotation: The data set's ``Annotation.json``.
        masks: Masks of the T2 series, named by its UID, where they are at hand.
        sets: Set name → label file of the data set (lines "<patient> <class>"); others are ``train``.

    Raises:
        UsageError: `annotation` or a label file is not of this layout, a patient stands in two label files, or
            nothing could be adapted.
    """
    patients = _annotated(annotation)
    subset = _subsets(sets or {})
    out.mkdir(parents=True, exist_ok=True)
    rows: list[CohortRow] = []
    left_out = [
        (name, f"in the label file of {subset[name]}, not annotated") for name in subset if name not in patients
    ]
    for patient, series in patients.items():
        try:
            rows += _rows(patient, series, root, out, masks, subset.get(patient, "train"))
        except EngineError as fault:
            left_out.append((patient, str(fault)))
        except Exception as fault:  # whatever stands in one patient's annotation, the others are adapted
            left_out.append((patient, f"annotation not readable ({fault!r})"))
    if not rows:
        first = f": {left_out[0][0]}, {left_out[0][1].rstrip('.')}" if left_out else ""
        raise UsageError(
            f"None of the {len(patients)} patients of {annotation} could be adapted{first}.",
            remedy="Check that the folder of images is the one that this annotation belongs to.",
            code="bad-annotation",
        )
    table = out / "cohort.csv"
    write_cohort(table, tuple(rows))
    return Adapted(table, len(rows), tuple(left_out))


def diagnosis_of(category: object) -> str:
    """Our diagnosis of a category's name or number; the name itself where it is not one of the seven."""
    text = str(category).strip().lower()
    if text.isdigit() and int(text) < len(TYPES):
        return TYPES[int(text)][1]
    return next((diagnosis for part, diagnosis in TYPES if part in text), str(category))


def box_mask(shape: tuple[int, int, int], box: Mapping[str, Any]) -> NDArray[np.uint8]:
    """(slice, row, column) mask of the ellipse inscribed in a box on each of its slices.

    A pixel belongs to it when its centre lies inside the ellipse that touches the outer edges of the box.

    Raises:
        ValueError: The box lies outside the image.
    """
    low, high = ([int(float(box[f"{axis}_{end}"])) for axis in "zyx"] for end in ("min", "max"))
    if any(a > b for a, b in zip(low, high, strict=True)):
        raise ValueError(f"an empty box: {dict(box)}")
    if any(a < 0 or b >= n for a, b, n in zip(low, high, shape, strict=True)):
        raise ValueError(f"the box {dict(box)} lies outside an image of {shape} (slice, row, column)")
    mask = np.zeros(shape, np.uint8)
    row, column = np.ogrid[: shape[1], : shape[2]]
    centre = [(a + b) / 2 for a, b in zip(low, high, strict=True)]
    half = [(b - a + 1) / 2 for a, b in zip(low, high, strict=True)]
    inside = ((row - centre[1]) / half[1]) ** 2 + ((column - centre[2]) / half[2]) ** 2 <= 1.0
    mask[low[0] : high[0] + 1] = inside
    return mask


def _rows(
    patient: str, series: list[dict[str, Any]], root: Path, out: Path, masks: Path | None, subset: str
) -> list[CohortRow]:
    images: dict[SequenceRole, Path] = {}
    t2: dict[str, Any] | None = None
    for item in series:
        role = PHASES.get(str(item["phase"]).replace(" ", "").lower())
        if role is None:
            continue
        images[role] = root / patient / item["studyUID"] / f"{item['seriesUID']}.nii.gz"
        t2 = item if role is SequenceRole.T2 else t2
    if t2 is None:
        raise ValueError("no T2WI")
    lesions: Mapping[str, dict[str, Any]] = t2["annotation"]["lesion"]
    if not lesions:
        raise ValueError("no lesion is annotated")
    if masks is not None:
        roi = masks / f"{t2['seriesUID']}.nii.gz"
    else:
        roi = _write_boxes(lesions, open_image(images[SequenceRole.T2]), out / "masks" / f"{patient}.nii.gz")
    rows = []
    for number, lesion in lesions.items():
        diagnosis = diagnosis_of(lesion["category"])
        rows.append(
            CohortRow(
                patient=patient,
                folder=root / patient,
                diagnosis=diagnosis,
                label=class_of(diagnosis),
                roi=roi,
                lesion=str(int(number) + 1) if len(lesions) > 1 else "",
                subset=subset,
                facts={"lesion_type": diagnosis, "outline": "mask" if masks else "box", "licence": LICENCE},
                images=images,
            )
        )
    return rows


def _write_boxes(lesions: Mapping[str, Mapping[str, Any]], reference: sitk.Image, path: Path) -> Path:
    """Write lesion k of a patient as label k + 1 on the grid of its T2 series."""
    columns, rows, slices = reference.GetSize()
    labels = np.zeros((slices, rows, columns), np.uint8)
    for number, lesion in lesions.items():
        labels[box_mask(labels.shape, lesion["bbox"]["3D_box"]) > 0] = int(number) + 1
    image = sitk.GetImageFromArray(labels)
    image.CopyInformation(reference)
    path.parent.mkdir(parents=True, exist_ok=True)
    sitk.WriteImage(image, str(path))
    return path


def _annotated(path: Path) -> dict[str, list[dict[str, Any]]]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))["Annotation_info"]
        if not isinstance(found, dict):
            raise TypeError("Annotation_info is no object")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(
            f"{path} is not an annotation of LLD-MMRI: {error}.",
            remedy="Give the data set's Annotation.json, which begins with Annotation_info.",
            code="bad-annotation",
        ) from error
    return found


def _subsets(files: Mapping[str, Path]) -> dict[str, str]:
    """Patient → set, from the data set's label files: one line "<patient>[_<lesion>] <class>" each."""
    result: dict[str, str] = {}
    for name, path in files.items():
        try:
            lines = path.read_text(encoding="utf-8-sig").split("\n")
        except (OSError, UnicodeError) as error:
            raise UsageError(
                f"The label file {path} cannot be read ({error}).",
                remedy="Check the path; the file is UTF-8 text, one patient and class a line.",
                code="bad-annotation",
            ) from error
        for patient in (line.split()[0].split("_")[0] for line in lines if line.strip()):
            former = result.setdefault(patient, name)
            if former != name:
                raise UsageError(
                    f"Patient {patient} stands in the label files of two sets, {former!r} and {name!r}.",
                    remedy="Give every patient one set.",
                    code="patient-leak",
                )
    return result
