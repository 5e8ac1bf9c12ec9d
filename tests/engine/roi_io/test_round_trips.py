"""Property: an outline written and read again fills the same voxels, for any mask, orientation, spacing and matrix."""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from engine.dicom_out import write_segmentation, write_structure_set
from engine.geometry.outline import mask_of_roi
from engine.roi_io import read_rois, write_nifti
from tests.support.roi_series import AXIAL, CORONAL, OBLIQUE, SmallStudy, small_study

CREATED = datetime(2026, 1, 2, 3, 4, 5)


@st.composite
def outlined(draw: st.DrawFn) -> tuple[dict[str, object], list[np.ndarray]]:
    """A geometry and one or two masks on it, overlapping or not."""
    shape = (draw(st.integers(1, 4)), draw(st.integers(3, 7)), draw(st.integers(3, 9)))
    geometry = {
        "shape": shape,
        "step_mm": draw(st.sampled_from([0.8, 3.3, 6.0])),
        "pixel_mm": (draw(st.sampled_from([0.6, 1.5])), draw(st.sampled_from([0.75, 2.0]))),
        "axes": draw(st.sampled_from([AXIAL, OBLIQUE, CORONAL])),
        "enhanced": draw(st.booleans()),
    }
    masks = draw(st.lists(arrays(bool, shape).filter(lambda mask: mask.any()), min_size=1, max_size=2))
    return geometry, masks


def read_masks(path: Path, small: SmallStudy) -> list[np.ndarray]:
    rois = read_rois(path, small.study, small.series, small.volume)
    return [mask_of_roi(roi, small.volume.affine, small.volume.shape) for roi in rois]


@settings(max_examples=10, deadline=None)
@given(outlined())
def test_seg_nifti_and_rtstruct_give_the_same_voxels_back(drawn) -> None:
    geometry, masks = drawn
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        small = small_study(folder / "t2", **geometry)
        case = small.case(*(small.roi(mask, f"L{n}") for n, mask in enumerate(masks, start=1)))
        write_segmentation(case, small.study, small.volumes, folder / "a.dcm", created=CREATED)
        write_nifti(case.rois, small.volume, folder / "a.nii.gz")
        write_structure_set(case, small.study, small.volumes, folder / "b.dcm", created=CREATED)
        for path in (folder / "a.dcm", folder / "a.nii.gz"):
            found = read_masks(path, small)
            assert len(found) == len(masks)
            assert all(np.array_equal(*pair) for pair in zip(found, masks, strict=True)), path.name
        # an RTSTRUCT whose drawn slices never touch reads as every n-th slice drawn: only drawn slices compare
        for found, mask in zip(read_masks(folder / "b.dcm", small), masks, strict=True):
            held = mask.any(axis=(1, 2))
            assert np.array_equal(found[held], mask[held])


def test_non_square_pixels_and_matrix_keep_rows_and_columns_apart(tmp_path: Path) -> None:
    """96 x 128 pixels of 1.5 x 0.75 mm: a reader that swaps either loses part of this box of 2 x 40 x 25 voxels."""
    small = small_study(tmp_path / "t2", shape=(4, 96, 128), pixel_mm=(1.5, 0.75))
    mask = np.zeros(small.volume.shape, dtype=bool)
    mask[1:3, 50:90, 100:125] = True
    case = small.case(small.roi(mask))
    write_segmentation(case, small.study, small.volumes, tmp_path / "a.dcm", created=CREATED)
    write_structure_set(case, small.study, small.volumes, tmp_path / "b.dcm", created=CREATED)
    write_nifti(case.rois, small.volume, tmp_path / "c.nii")
    for name in ("a.dcm", "b.dcm", "c.nii"):
        (found,) = read_masks(tmp_path / name, small)
        assert found.sum() == 2 * 40 * 25
        assert np.array_equal(found, mask)
