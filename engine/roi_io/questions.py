"""Questions: what the importer must not decide by itself, asked before anything is imported."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.domain.errors import RoiError
from engine.domain.roi import RoiChoice, RoiQuestion
from engine.domain.study import Series, Study
from engine.domain.volume import Volume
from engine.geometry.affine import affine_from_plane, to_index, to_world
from engine.roi_io.binding import check_patient, check_place, no_geometry, overlaps, sources, title
from engine.roi_io.detect import read_found
from engine.roi_io.found import Found, FoundLesion
from engine.roi_io.outlines import ON_PLANE, overlap_in_part
from engine.roi_io.transfer import SAME_PIXEL

PLACE, SERIES, OVERLAP = "place", "series", "overlap"
YES, EVEN_ODD, UNION = "yes", "even-odd", "union"


def ask_about(path: Path, study: Study, reference: Series, volume: Volume) -> tuple[RoiQuestion, ...]:
    """Return what a person must or may decide before this file is imported onto the T2 volume; often nothing.

    Raises:
        RoiError: The file cannot be used whatever is answered: damaged, empty, or of another patient.
    """
    found = read_found(path, reference)
    if found.identity is not None:
        check_patient(found.identity, study, path.name)
    asked = [_about_place(found, study, reference, volume, path), _about_series(found, study, reference, path)]
    asked.append(_about_overlap(found, volume, path))
    return tuple(question for question in asked if question is not None)


def _about_place(found: Found, study: Study, reference: Series, volume: Volume, path: Path) -> RoiQuestion | None:
    if not found.placed:
        return None  # the question for its series decides this as well
    frame = volume.frame_of_reference_uid
    try:
        check_place(found, study, reference, frame, path.name, confirmed=False)
    except RoiError as problem:
        check_place(found, study, reference, frame, path.name, confirmed=True)
        yes = RoiChoice(YES, f"It was drawn on {title(reference)}: place it there by position.")
        return RoiQuestion(path, PLACE, f"{problem.what} Does it belong to these images?", (yes,))
    return None


def _about_series(found: Found, study: Study, reference: Series, path: Path) -> RoiQuestion | None:
    if not found.placed:
        same_size = [s for s in study.series if s.is_stack and (s.slices, s.rows, s.columns) == found.shape]
        if not same_size:
            raise no_geometry(path.name, found.shape, (reference.slices, reference.rows, reference.columns))
        text = f"The ROI file {path.name} has no orientation and position. On which series was it drawn?"
        return RoiQuestion(path, SERIES, text, _choices(same_size), None)
    if found.identity is None:
        return None
    fitting = candidates(found, study)
    if len(fitting) < 2:
        return None
    default = reference if reference in fitting else fitting[0]
    text = f"The ROI file {path.name} fits {len(fitting)} series in the same space. On which one was it drawn?"
    return RoiQuestion(path, SERIES, text, _choices(fitting), default.key)


def _choices(series: Sequence[Series]) -> tuple[RoiChoice, ...]:
    return tuple(RoiChoice(each.key, title(each)) for each in series)


def candidates(found: Found, study: Study) -> tuple[Series, ...]:
    """Return the series that a DICOM object may have been drawn on.

    Those that it names; without such names those in its frame of reference whose planes (and pixels, for masks) carry
    it, and where no planes do, all that share the frame.
    """
    if found.identity is None:
        return ()
    fitting = sources(found.identity, study)
    if len(fitting) < 2:
        return fitting
    within = tuple(s for s in fitting if any(overlaps(lesion, s) for lesion in found.lesions))
    carrying = tuple(s for s in within if all(_lies_on(lesion, s) for lesion in found.lesions))
    return carrying or within or fitting


def _lies_on(lesion: FoundLesion, series: Series) -> bool:
    plane = series.plane
    if plane is None:
        return False
    affine = affine_from_plane(plane, series.slice_step_mm or series.facts.slice_thickness_mm or 1.0)
    for outline in lesion.outlines_mm:
        if not _on_whole(to_index(affine, outline)[:, 0], ON_PLANE):
            return False
    for block in lesion.blocks:
        ends = [(0, size - 1) for size in block.mask.shape]
        index = to_index(affine, to_world(block.affine, np.array(list(product(*ends)), dtype=np.float64)))
        if not (_each_whole(index[:, 0], ON_PLANE) and _each_whole(index[:, 1:], SAME_PIXEL)):
            return False
    return True


def _on_whole(values: NDArray[np.float64], tolerance: float) -> bool:
    """Say whether all values lie near one and the same whole number."""
    return bool(np.abs(values - round(float(values.mean()))).max() <= tolerance)


def _each_whole(values: NDArray[np.float64], tolerance: float) -> bool:
    return bool(np.abs(values - np.rint(values)).max() <= tolerance)


def _about_overlap(found: Found, volume: Volume, path: Path) -> RoiQuestion | None:
    if not found.placed:
        return None
    names = [lesion.name for lesion in found.lesions if overlap_in_part(lesion.outlines_mm, volume)]
    if not names:
        return None
    text = (
        f"In the ROI file {path.name}, contours of {', '.join(names)} overlap in part on one slice. DICOM does not say "
        "whether the overlap belongs to the lesion."
    )
    choices = (
        RoiChoice(EVEN_ODD, "The overlap is left out (even-odd rule)."),
        RoiChoice(UNION, "The overlap belongs to the lesion (union)."),
    )
    return RoiQuestion(path, OVERLAP, text, choices, EVEN_ODD)
