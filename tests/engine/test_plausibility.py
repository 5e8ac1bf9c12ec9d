"""Pixel checks of the chosen diffusion image, with numbers that a person can redo."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine import pipeline
from engine.domain.case import Case
from engine.domain.sequence import SequenceRole
from engine.domain.study import Plane
from engine.intake import read_paths
from engine.pipeline.diffusion import diffusion_cautions
from engine.plausibility import Oddity, check_diffusion, low_b_companion
from tests.support.dicom_writer import MRImage, write_classic
from tests.support.series import make_series, make_study

B_LOW, B_HIGH = 50.0, 800.0
SHAPE = (4, 40, 40)


def images(tissue_adc=1.1e-3, fluid_adc=3.0e-3):
    """Tissue of 100 with a pool of fluid of 300 in an empty frame, at b 50; the same at b 800."""
    low = np.zeros(SHAPE, np.float32)
    low[:, 5:35, 5:35] = 100.0
    low[:, 8:18, 8:18] = 300.0
    adc = np.where(low > 200, fluid_adc, tissue_adc)
    return low, (low * np.exp(-(B_HIGH - B_LOW) * adc)).astype(np.float32)


def oddities(high, low, b_step=B_HIGH - B_LOW):
    return {finding.oddity: finding.value for finding in check_diffusion(high, low, b_step=b_step)}


def test_a_true_diffusion_image_passes():
    low, high = images()
    assert oddities(high, low) == {}


def test_the_same_image_twice_is_not_darker():
    low, _high = images()
    assert oddities(low.copy(), low)[Oddity.NOT_DARKER] == pytest.approx(1.0)


def test_an_adc_map_in_disguise_shows_by_its_fluid():
    low, _high = images()
    adc_map = np.where(low > 200, 3000, np.where(low > 0, 60, 0)).astype(np.float32)  # scaled to pass for dark tissue
    assert oddities(adc_map, low)[Oddity.FLUID] == pytest.approx((3000 / 300) / (60 / 100))


def test_a_wrong_b_value_shows_by_the_diffusion_coefficient():
    """Acquired at b 200 and labelled 800: exp(-150 · 1.5e-3) = 0.799 is dark enough, 0.3e-3 mm²/s is no tissue."""
    low, high = images(tissue_adc=1.5e-3 * 150 / 750)
    assert oddities(high, low)[Oddity.ADC] == pytest.approx(0.3e-3, rel=0.01)


def test_values_cut_off_at_4095_are_counted():
    low, high = images()
    capped = high.copy()
    capped[0, :4, :20] = 4095.0  # 80 of 6400 voxels
    assert oddities(capped, low)[Oddity.CAPPED] == pytest.approx(80 / 6400)
    assert oddities(capped, None) == {Oddity.CAPPED: pytest.approx(80 / 6400)}
    capped[0, :4, :20] = 4094.0
    assert Oddity.CAPPED not in oddities(capped, low)


def test_nothing_is_judged_without_a_real_step_of_b_or_without_signal():
    low, _high = images()
    assert oddities(low, low, b_step=100.0) == {}
    assert oddities(np.zeros(SHAPE, np.float32), np.zeros(SHAPE, np.float32)) == {}
    assert oddities(low, low[:2]) == {}


def test_the_right_half_of_the_patient_speaks_whatever_the_columns_direction():
    low, high = images()
    high[:, :, 20:] = low[:, :, 20:] * np.float32(np.exp(-750 * 2.9e-3))
    assert Oddity.ADC not in {f.oddity for f in check_diffusion(high, low, b_step=750, row_cosine_x=1.0)}
    assert Oddity.ADC in {f.oddity for f in check_diffusion(high, low, b_step=750, row_cosine_x=-1.0)}


def series(key, b_value, uid="1", **facts):
    return replace(make_series(key, b_value_s_mm2=b_value, **facts), series_instance_uid=uid)


def test_the_companion_is_the_lowest_b_value_of_the_same_measurement():
    chosen = series("1#b800", 800.0)
    study = make_study(chosen, series("1#b400", 400.0), series("1#b50", 50.0), series("2", 0.0, uid="2"))
    assert low_b_companion(study, chosen).key == "1#b50"
    alone = make_study(chosen, series("1#b600", 600.0), series("x", None))
    assert low_b_companion(alone, chosen) is None


def test_a_companion_in_a_series_of_its_own_needs_the_name_and_the_planes():
    chosen = series("1", 800.0, uid="1", protocol_name="ep2d_diff")
    twin = series("2", 50.0, uid="2", protocol_name="ep2d_diff")
    assert low_b_companion(make_study(chosen, twin), chosen).key == "2"
    other = series("3", 50.0, uid="3", protocol_name="another")
    assert low_b_companion(make_study(chosen, other), chosen) is None
    planes = tuple(replace(i, plane=Plane((9.0, 0.0, i.plane.position_mm[2]), *_axes(i.plane))) for i in twin.instances)
    assert low_b_companion(make_study(chosen, replace(twin, instances=planes)), chosen) is None


def _axes(plane):
    return plane.row_cosine, plane.column_cosine, plane.pixel_spacing_mm


def test_findings_become_cautions_with_their_figures(tmp_path):
    """Two series of files: an image whose header says b 800 but whose pixels are those of b 50."""
    study, case, volumes = _stored(tmp_path, factor=1.0)
    (caution,) = diffusion_cautions(study, case, volumes)
    assert (caution.code, caution.effect.value) == ("b-value", "inform")
    assert "ratio 1.00" in caution.text
    study, case, volumes = _stored(tmp_path / "true", factor=0.45)
    assert diffusion_cautions(study, case, volumes) == []


def test_a_vanished_companion_leaves_the_other_checks(tmp_path):
    study, case, volumes = _stored(tmp_path, factor=1.0)
    for path in tmp_path.glob("b50/*.dcm"):
        path.unlink()
    assert diffusion_cautions(study, case, volumes) == []


def _stored(folder, factor):
    low, _high = images()
    tags = {
        "ScanningSequence": "EP",
        "SeriesDescription": "ep2d_diff",
        "ImageType": ["DERIVED", "PRIMARY", "DIFFUSION"],
    }
    for name, b_value, scale in (("b50", 50.0, 1.0), ("b800", 800.0, factor)):
        for index, pixels in enumerate(low):
            image = MRImage(
                (0.0, 0.0, 6.0 * index),
                pixels=np.round(pixels * scale).astype(np.uint16),
                instance=index + 1 + int(b_value) * 10,
                tags=tags | {"DiffusionBValue": b_value},
            )
            write_classic(folder / name / f"{index}.dcm", image)
    (study,) = read_paths([folder]).studies
    key = next(s.key for s in study.series if s.facts.b_value_s_mm2 == 800.0)
    case = Case(study.study_instance_uid, roles={SequenceRole.DWI: key})
    return study, case, pipeline.load_volumes(study, case.roles)
