"""The written SEG as other programs see it: highdicom, pydicom; segments, references, frames."""

from __future__ import annotations

from datetime import datetime

import highdicom as hd
import numpy as np
import pydicom
import pytest

from engine.dicom_out import write_segmentation
from engine.domain.roi import Contour
from tests.support.roi_series import ball, small_study


@pytest.mark.parametrize("enhanced", [False, True])
def test_highdicom_reads_segments_references_and_pixels(tmp_path, enhanced) -> None:
    small = small_study(tmp_path / "t2", enhanced=enhanced)
    first, second = ball(small.volume.shape, (2, 9, 12), (1.5, 4, 6)), ball(small.volume.shape, (3, 9, 14), (1, 4, 4))
    drawn = small.roi(first, name="segment 5")
    contours = (Contour(drawn.contours[0].points_mm, interpolated=True), *drawn.contours[1:])
    case = small.case(
        drawn,
        small.roi(second, "L2", origin="imported from RTSTRUCT"),
        small.roi(first, "L3").with_contours(contours),
    )
    path = tmp_path / "seg.dcm"
    write_segmentation(case, small.study, small.volumes, path, created=datetime(2026, 1, 2))
    seg = hd.seg.segread(path)
    assert [seg.get_segment_description(n).segment_label for n in (1, 2, 3)] == [
        "Lesion L1 segment 5",
        "Lesion L2",
        "Lesion L3",
    ]
    kinds = [seg.get_segment_description(n).algorithm_type.value for n in (1, 2, 3)]
    assert kinds == ["MANUAL", "SEMIAUTOMATIC", "SEMIAUTOMATIC"]
    assert seg.get_segment_description(1).tracking_id == "Lesion L1"
    assert int(seg.NumberOfFrames) == 3 * small.volume.shape[0]  # empty frames are kept
    uids = {instance.sop_instance_uid for instance in small.series.instances}
    assert {
        item.ReferencedSOPInstanceUID for item in seg.ReferencedSeriesSequence[0].ReferencedInstanceSequence
    } == uids
    found = np.zeros((3, *small.volume.shape), dtype=bool)
    for group, pixels in zip(seg.PerFrameFunctionalGroupsSequence, seg.pixel_array, strict=True):
        source = group.DerivationImageSequence[0].SourceImageSequence[0]
        position = [float(value) for value in group.PlanePositionSequence[0].ImagePositionPatient]
        index = round((position[2] + 100.0) / 5.0)  # the first slice lies at z = -100 mm, the step is 5 mm
        instance = small.series.instances[index]
        assert position == pytest.approx(instance.plane.position_mm, abs=1e-6)
        assert source.ReferencedSOPInstanceUID == instance.sop_instance_uid
        assert source.get("ReferencedFrameNumber") == (instance.frame + 1 if enhanced else None)
        found[group.SegmentIdentificationSequence[0].ReferencedSegmentNumber - 1, index] = pixels
    for segment, mask in zip(found, (first, second, first), strict=True):
        assert np.array_equal(segment, mask)


def test_one_segment_of_few_pixels_keeps_its_bits(tmp_path) -> None:
    """Frames of 3 x 3 pixels: nine bits each, no byte boundary between them."""
    small = small_study(tmp_path / "t2", shape=(5, 3, 3))
    mask = np.random.default_rng(2).random(small.volume.shape) > 0.5
    path = tmp_path / "seg.dcm"
    write_segmentation(small.case(small.roi(mask)), small.study, small.volumes, path, created=datetime(2026, 1, 2))
    written = pydicom.dcmread(path)
    heights = [
        float(group.PlanePositionSequence[0].ImagePositionPatient[2])
        for group in written.PerFrameFunctionalGroupsSequence
    ]
    assert np.array_equal(written.pixel_array[np.argsort(heights)].astype(bool), mask)
