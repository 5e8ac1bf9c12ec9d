"""Heat maps as pictures: true aspect, map in its place, words burnt in, nothing that names the patient."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pydicom
import pytest

from engine.dicom_out import write_secondary_captures
from engine.dicom_out.heat_picture import HeatPicture, draw
from engine.domain.errors import ReportError
from tests.support.roi_analysis import made_up_analysis
from tests.support.roi_series import ball, small_study

CREATED = datetime(2026, 1, 2, 3, 4, 5)


def picture(**changed) -> HeatPicture:
    values = {
        "grey": np.zeros((20, 40), dtype=np.float32),
        "heat": np.zeros((20, 40), dtype=np.float32),
        "pixel_mm": (2.0, 1.0),
        "outlines": (),
        "edges": ("R", "L", "A", "P"),
        "lines": ("Model scores.",),
        "status": "Demonstration model.",
        "watermark": False,
    }
    return HeatPicture(**{**values, **changed})


def test_pixels_have_their_true_shape() -> None:
    """20 rows of 2 mm and 40 columns of 1 mm make a square of 40 mm: 768 x 768, and the text below it."""
    drawn = draw(picture())
    assert drawn.shape[1] == 768
    assert drawn.shape[0] > 768
    assert drawn[768:].max() == 255  # the strip holds white text
    assert drawn.dtype == np.uint8


def test_heat_shows_where_it_is_and_nowhere_else() -> None:
    heat = np.full((20, 40), np.nan, dtype=np.float32)
    heat[5:10, 20:30] = 1.0
    drawn = draw(picture(heat=heat, edges=("", "", "", ""))).astype(int)
    # pixel centres: column 25 at 25.5 / 40 * 768 = 489, row 7 at 7.5 / 20 * 768 = 288
    assert drawn[288, 489].max() > 100
    assert drawn[600, 100].max() == 0


def test_outline_is_drawn_at_pixel_centres() -> None:
    square = np.array([(4.0, 10.0), (4.0, 30.0), (15.0, 30.0), (15.0, 10.0)])
    drawn = draw(picture(outlines=(square,), edges=("", "", "", "")))
    # row 4 centre: 4.5 / 20 * 768 = 172.8; column 20 centre: 20.5 / 40 * 768 = 393.6
    assert (drawn[171:176, 394] == 255).any()
    assert (drawn[300, 394] == 0).all()


def test_watermark_covers_the_picture_for_simulated_packages() -> None:
    assert draw(picture(watermark=True))[100:668, 100:668].any()
    assert not draw(picture())[100:668, 100:668].any()


@pytest.mark.parametrize("enhanced", [False, True])
def test_one_picture_a_slice_that_names_its_t2_image(tmp_path, enhanced) -> None:
    small = small_study(tmp_path / "t2", enhanced=enhanced)
    case = small.case(small.roi(ball(small.volume.shape, (2, 9, 12), (2, 4, 6))))
    analysis = made_up_analysis(small, case)
    paths = write_secondary_captures(analysis, case, small.study, small.volumes, tmp_path / "out", created=CREATED)
    slices = analysis.result.lesions[0].slices
    assert len(paths) == len(slices) > 1
    for number, (path, slice_) in enumerate(zip(paths, slices, strict=True), start=1):
        written = pydicom.dcmread(path)
        assert written.InstanceNumber == number
        assert written.BurnedInAnnotation == "NO"
        assert list(written.PatientOrientation) == ["L", "P"]
        item = written.SourceImageSequence[0]
        instance = small.series.instances[slice_.ref.nearest_t2_slice]
        assert item.ReferencedSOPInstanceUID == instance.sop_instance_uid
        assert item.get("ReferencedFrameNumber") == (instance.frame + 1 if enhanced else None)
        assert written.pixel_array.shape == (written.Rows, written.Columns, 3)
    assert len({pydicom.dcmread(path).SeriesInstanceUID for path in paths}) == 1


def test_nothing_classified_nothing_shown(tmp_path) -> None:
    small = small_study(tmp_path / "t2")
    case = small.case(small.roi(ball(small.volume.shape, (2, 9, 12), (1.5, 4, 6))))
    analysis = made_up_analysis(small, case, withheld=True)
    with pytest.raises(ReportError) as caught:
        write_secondary_captures(analysis, case, small.study, small.volumes, tmp_path / "out", created=CREATED)
    assert caught.value.code == "nothing-to-export"
