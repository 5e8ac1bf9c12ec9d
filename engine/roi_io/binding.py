"""Binding: does this object belong to this patient, and does it lie in the space of the T2 images?"""

from __future__ import annotations

import numpy as np

from engine.domain.errors import RoiError
from engine.domain.study import Series, Study
from engine.geometry.affine import affine_from_plane, corners_mm, to_index
from engine.roi_io.found import Found, FoundLesion, Identity


def check_patient(identity: Identity, study: Study, name: str) -> None:
    """Refuse the object of another patient. Nothing overrides this.

    Patient IDs decide when both sides have one; otherwise name and birth date do, unless the study is the same.

    Raises:
        RoiError: ``roi-wrong-patient``.
    """
    patient = study.patient
    same_study = bool(identity.study_instance_uid) and identity.study_instance_uid == study.study_instance_uid
    differs = ""
    if identity.patient_id.strip() and patient.patient_id.strip():
        if identity.patient_id.strip() != patient.patient_id.strip():
            differs = "Patient ID (0010,0020)"
    elif not same_study and _differ(_name(identity.patient_name), _name(patient.patient_name)):
        differs = "Patient's Name (0010,0010)"
    if not differs and not same_study and _differ(identity.birth_date.strip(), patient.birth_date.strip()):
        differs = "Patient's Birth Date (0010,0030)"
    if differs:
        raise RoiError(
            f"The ROI file {name} belongs to another patient: its {differs} is not that of the open study.",
            remedy="Open the study that it was drawn on, or choose the ROI file of this patient.",
            code="roi-wrong-patient",
        )


def _differ(one: str, other: str) -> bool:
    return bool(one) and bool(other) and one != other


def _name(value: str) -> str:
    return " ".join(value.replace("^", " ").replace("=", " ").split()).casefold()


def check_place(
    found: Found, study: Study, reference: Series, frame_of_reference_uid: str | None, name: str, *, confirmed: bool
) -> tuple[str, ...]:
    """Check that the object is bound to the space of the reference series.

    Bound means: the same frame of reference, or, where one side states none, images of the series or the series itself
    named as source. `confirmed` stands in for a missing binding, and for another frame of reference where the object
    names the very images as its source (software that renews UIDs makes such objects); never for a plainly foreign
    one.

    Returns:
        Notes for the reader.

    Raises:
        RoiError: ``roi-wrong-frame`` or ``roi-unreferenced``.
    """
    identity = found.identity
    if identity is None:
        return _check_image_format(found, name, confirmed=confirmed)
    frame = frame_of_reference_uid or reference.frame_of_reference_uid
    if frame and frame in identity.frame_of_reference_uids:
        return ()
    names_images = any(one.sop_instance_uid in identity.sop_instance_uids for one in reference.instances)
    if frame and identity.frame_of_reference_uids:
        if not (names_images and confirmed):
            raise _wrong_frame(identity, study, frame, name, names_images=names_images)
        return (
            "It names the T2 images as its source, but another frame of reference: placed by position as confirmed.",
        )
    if names_images:
        return ()
    if reference.series_instance_uid in identity.series_instance_uids:
        return ()
    if not confirmed:
        raise RoiError(
            f"The ROI file {name} does not say which images it was drawn on: no frame of reference or image in common.",
            remedy="Confirm that it belongs to this series to import it by position, then check the overlay.",
            code="roi-unreferenced",
        )
    return ("It names neither these images nor their frame of reference: placed by position, as confirmed.",)


def _wrong_frame(identity: Identity, study: Study, frame: str, name: str, *, names_images: bool) -> RoiError:
    others = ", ".join(sorted(identity.frame_of_reference_uids))
    drawn_on = next((s for s in study.series if s.frame_of_reference_uid in identity.frame_of_reference_uids), None)
    where = ""
    if drawn_on is not None:
        where = f" It fits the series {title(drawn_on)}, which lies in another space than the T2 series."
    elif identity.study_instance_uid and identity.study_instance_uid != study.study_instance_uid:
        where = " It was made for another study."
    remedy = "Draw the lesion on the T2 images, or export it for them."
    if names_images:
        where = " Yet it names the T2 images as its source."
        remedy = "Confirm that it belongs to this series to import it by position, then check the overlay."
    return RoiError(
        f"The ROI file {name} lies in another frame of reference: {others}, while the T2 images have {frame}.{where}",
        remedy=remedy,
        code="roi-wrong-frame",
    )


def _check_image_format(found: Found, name: str, *, confirmed: bool) -> tuple[str, ...]:
    if found.placed:
        return (f"{found.format} files name no patient: placed by position, check the overlay.",)
    if not confirmed:
        raise RoiError(
            f"The ROI file {name} has no geometry (its header gives no orientation and position).",
            remedy="Confirm that it was drawn on this series to take it pixel by pixel, then check the overlay.",
            code="roi-unreferenced",
        )
    return ("The file has no geometry: taken pixel by pixel as confirmed, check the overlay for flips.",)


def no_geometry(name: str, shape: tuple[int, ...] | None, wanted: tuple[int, int, int]) -> RoiError:
    """Return the error for an array without geometry that fits no images by its size."""
    sizes = " and ".join(" x ".join(map(str, each)) for each in (shape or (), wanted) if each)
    return RoiError(
        f"The ROI file {name} has no geometry and another size than the images ({sizes}).",
        remedy="Export the mask with its orientation, or on the grid of the T2 series.",
        code="roi-unreferenced",
    )


def sources(identity: Identity, study: Study) -> tuple[Series, ...]:
    """Return the series that an object may have been drawn on: those it names, else those that share its frame."""
    images = identity.sop_instance_uids
    named = tuple(
        series for series in study.series if any(one.sop_instance_uid in images for one in series.instances)
    ) or tuple(s for s in study.series if s.series_instance_uid in identity.series_instance_uids)
    return named or tuple(
        series for series in study.series if series.frame_of_reference_uid in identity.frame_of_reference_uids
    )


def overlaps(lesion: FoundLesion, series: Series) -> bool:
    """Say whether the box around a lesion meets the box of a series' images."""
    planes = [instance.plane for instance in series.instances]
    first, last = (planes[0], planes[-1]) if planes else (None, None)
    if first is None or last is None:
        return False
    step_mm = series.slice_step_mm or series.facts.slice_thickness_mm or 1.0
    affine = affine_from_plane(first, step_mm)
    points = [np.reshape(outline, (-1, 3)) for outline in lesion.outlines_mm]
    points += [corners_mm(block.affine, block.mask.shape) for block in (each.cropped() for each in lesion.blocks)]
    index = to_index(affine, np.concatenate(points))
    top = float(to_index(affine, last.position_mm)[0])
    low = np.array([min(0.0, top), 0.0, 0.0]) - 0.5
    high = np.array([max(0.0, top), series.rows - 1.0, series.columns - 1.0]) + 0.5
    return bool((index.min(axis=0) <= high).all() and (index.max(axis=0) >= low).all())


def title(series: Series) -> str:
    """Return a short name of a series for messages: description and number."""
    number = series.facts.series_number
    text = series.facts.series_description or series.facts.protocol_name or "without description"
    return f"'{text}'" + (f" (series {number})" if number is not None else "")
