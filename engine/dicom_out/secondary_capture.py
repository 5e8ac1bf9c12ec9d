"""Heat maps as Secondary Capture images: one picture a classified slice, for archives that show no SEG and no SR."""

from __future__ import annotations

import warnings
from datetime import datetime
from pathlib import Path

import highdicom as hd
import numpy as np
from pydicom import Dataset

from engine.dicom_out.heat_picture import CAPTION, HeatPicture, draw
from engine.dicom_out.identity import (
    SERIES_PREFIX,
    image_reference,
    reference_series,
    save,
    seed_of,
    source_header,
    stamp,
    uid_for,
)
from engine.domain.case import Case
from engine.domain.errors import ReportError
from engine.domain.labels import STATUS_TEXT
from engine.domain.result import Analysis, Prediction, SliceResult, StudyResult
from engine.domain.roi import Roi
from engine.domain.sample import SliceInput
from engine.domain.sequence import SequenceRole
from engine.domain.study import Series, Study
from engine.domain.volume import Volume, VolumeSet
from engine.geometry.affine import Matrix, to_world
from engine.geometry.outline import contours_by_slice, polygons_in_plane
from engine.geometry.project import project_map


def write_secondary_captures(
    analysis: Analysis, case: Case, study: Study, volumes: VolumeSet, folder: Path, *, created: datetime
) -> tuple[Path, ...]:
    """Write the heat map of the predicted class of every slice, on T2, as ``heat_<lesion>_<plane>.dcm``.

    The caption, the package, the provider and the status text of the package are burnt in; nothing that names the
    patient is.

    Returns:
        The files, in the order of lesions and slices.

    Raises:
        ReportError: No T2 series, no slice to show, a source image gone, or a file can't be written.
    """
    series = reference_series(case.roles.get(SequenceRole.T2), study)
    source = source_header(series)
    volume = volumes[SequenceRole.T2]
    seed = seed_of(case.digest(), created)
    rois = {roi.lesion_id: roi for roi in case.rois}
    written: list[Path] = []
    for lesion in analysis.result.lesions:
        inputs, predictions = analysis.inputs[lesion.lesion_id], analysis.predictions[lesion.lesion_id]
        for slice_, seen, prediction in zip(lesion.slices, inputs, predictions, strict=True):
            picture = _picture(analysis, rois[lesion.lesion_id], slice_, seen, prediction, volume)
            path = folder / f"heat_{lesion.lesion_id}_{slice_.ref.index:03d}.dcm"
            dataset = _capture(draw(picture), series, source, study, seed, created, len(written) + 1)
            _name_source(dataset, series, slice_.ref.nearest_t2_slice)
            save(dataset, path)
            written.append(path)
    if not written:
        raise ReportError(
            "There is no classified slice to show a heat map of.",
            remedy="Analyse the case first.",
            code="nothing-to-export",
        )
    return tuple(written)


def _picture(
    analysis: Analysis, roi: Roi, slice_: SliceResult, seen: SliceInput, prediction: Prediction, volume: Volume
) -> HeatPicture:
    package = analysis.result.package
    index = int(np.clip(slice_.ref.nearest_t2_slice, 0, volume.shape[0] - 1))
    plane = _plane_affine(volume, index)
    channel = package.labels.index(slice_.predicted)
    highest = max(float(each.cam[channel].max()) for each in analysis.predictions[roi.lesion_id])
    heat = project_map(
        prediction.cam[channel], seen.affine, seen.array.shape[-1], plane, (volume.shape[1], volume.shape[2])
    )
    words = slice_.predicted.replace("_", " ")
    rows, columns = prediction.cam.shape[1:]
    cell_mm = float(np.linalg.norm(seen.affine[:3, 2])) * seen.array.shape[-1] / columns
    lines = (
        f"{SERIES_PREFIX}, heat map for '{words}' on T2. "
        f"Lesion {roi.lesion_id}, slice at {slice_.ref.position_mm:.1f} mm.",
        "Model scores: "
        + ", ".join(f"{label.replace('_', ' ')} {slice_.scores[label]:.2f}" for label in package.labels)
        + ".",
        _flag(analysis.result),
        f"Package {package.id} {package.version} ({package.digest[:12]}), {analysis.result.provider}. "
        f"Map of {rows} x {columns} cells of {cell_mm:.1f} mm. Unverified, not for diagnosis.",
    )
    return HeatPicture(
        grey=volume.array[index],
        heat=(heat / highest if highest > 0 else np.zeros_like(heat)).astype(np.float32),
        pixel_mm=(volume.spacing_mm[1], volume.spacing_mm[2]),
        outlines=polygons_in_plane(contours_by_slice(roi, volume.affine).get(index, []), volume.affine),
        edges=_edges(volume.affine),
        lines=lines,
        status=STATUS_TEXT[package.clinical_status],
        watermark=package.clinical_status == "simulated",
    )


def _flag(result: StudyResult) -> str:
    """Return the flag of the study in one line, so that a picture that travels alone is not read as another answer."""
    follow_up = result.follow_up
    if follow_up.recommended is None:
        return f"{follow_up.headline}: the result is withheld ({follow_up.withheld_because})."
    return f"{follow_up.headline}." if follow_up.recommended else f"{follow_up.headline}. Malignancy is not excluded."


def _plane_affine(volume: Volume, index: int) -> Matrix:
    plane = np.array(volume.affine)
    plane[:3, 3] = to_world(volume.affine, (index, 0, 0))
    return plane


def _edges(affine: Matrix) -> tuple[str, str, str, str]:
    """Return the patient directions of the left, right, top and bottom edge of the picture."""
    across, down = affine[:3, 2], affine[:3, 1]
    return _letter(-across), _letter(across), _letter(-down), _letter(down)


def _letter(direction: Matrix) -> str:
    axis = int(np.argmax(np.abs(direction)))
    return (("R", "L"), ("A", "P"), ("F", "H"))[axis][int(direction[axis] > 0)]


def _capture(
    pixels: np.ndarray, series: Series, source: Dataset, study: Study, seed: str, created: datetime, number: int
) -> Dataset:
    plane = series.plane
    orientation = ("L", "P") if plane is None else (
        _letter(np.asarray(plane.row_cosine)), _letter(np.asarray(plane.column_cosine))
    )  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # highdicom warns about habits of the source that are copied as they are
        image: Dataset = hd.sc.SCImage(
            pixel_array=np.ascontiguousarray(pixels),
            photometric_interpretation=hd.PhotometricInterpretationValues.RGB,
            bits_allocated=8,
            coordinate_system=hd.CoordinateSystemNames.PATIENT,
            study_instance_uid=study.study_instance_uid,
            series_instance_uid=uid_for(seed, "SC", "series"),
            series_number=1,
            sop_instance_uid=uid_for(seed, "SC", "instance", number),
            instance_number=number,
            manufacturer="",
            patient_orientation=orientation,
            transfer_syntax_uid="1.2.840.10008.1.2.1",
        )
    stamp(image, source, study, "SC", seed, created)
    image.InstanceNumber = number
    image.SeriesDescription = f"{SERIES_PREFIX} heat maps"
    image.DerivationDescription = CAPTION
    image.BurnedInAnnotation = "NO"  # no name, ID or date is drawn
    image.BodyPartExamined = "LIVER"  # unpaired, so that no Laterality is needed
    if "Laterality" in image:
        del image.Laterality
    image.DateOfSecondaryCapture = created.strftime("%Y%m%d")
    image.TimeOfSecondaryCapture = created.strftime("%H%M%S")
    return image


def _name_source(dataset: Dataset, series: Series, index: int) -> None:
    """Refer to the T2 image that the picture shows."""
    instance = series.instances[min(max(index, 0), len(series.instances) - 1)]
    dataset.SourceImageSequence = [image_reference(instance, series)]
