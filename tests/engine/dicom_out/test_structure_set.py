"""The written RTSTRUCT: contours in patient mm on the right images, whatever the pixel shape."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pydicom
import pytest

from engine.dicom_out import write_structure_set
from engine.domain.errors import ReportError
from tests.support.roi_series import OBLIQUE, ball, small_study


@pytest.mark.parametrize("enhanced", [False, True])
def test_contours_and_references(tmp_path, enhanced) -> None:
    small = small_study(tmp_path / "t2", axes=OBLIQUE, enhanced=enhanced)
    roi = small.roi(ball(small.volume.shape, (2, 9, 12), (1.5, 4, 6)), name="segment 5")
    path = tmp_path / "rs.dcm"
    write_structure_set(small.case(roi), small.study, small.volumes, path, created=datetime(2026, 1, 2))
    written = pydicom.dcmread(path)
    assert [item.ROIName for item in written.StructureSetROISequence] == ["Lesion L1 segment 5"]
    assert written.StructureSetROISequence[0].ROIGenerationAlgorithm == "MANUAL"
    stored = written.ROIContourSequence[0].ContourSequence
    for item, contour, index in zip(stored, roi.contours, (1, 2, 3), strict=True):
        points = np.array(item.ContourData, dtype=float).reshape(-1, 3)
        assert item.NumberOfContourPoints == len(points)
        assert np.allclose(points, contour.points_mm, atol=1e-6)
        image = item.ContourImageSequence[0]
        assert image.ReferencedSOPInstanceUID == small.series.instances[index].sop_instance_uid
        assert image.get("ReferencedFrameNumber") == (index + 1 if enhanced else None)


def test_no_lesion_no_structure_set(tmp_path) -> None:
    small = small_study(tmp_path / "t2")
    with pytest.raises(ReportError) as caught:
        write_structure_set(small.case(), small.study, small.volumes, tmp_path / "x.dcm", created=datetime(2026, 1, 2))
    assert caught.value.code == "nothing-to-export"
