"""One DICOM series, many volumes: how they are told apart, named, and never mixed."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from pydicom.dataset import Dataset

from engine.intake import load_volume, read_paths
from tests.support.dicom_writer import EnhancedFrame, enhanced_dataset, save, write_enhanced, write_stack

EPI = {"ScanningSequence": ["EP", "SE"]}


def series_of(folder):
    studies = read_paths([folder]).studies
    assert len(studies) == 1
    return {series.key.partition("#")[2]: series for series in studies[0].series}


def test_b_values_become_volumes_of_their_own(tmp_path):
    for number, b_value in enumerate((50.0, 400.0, 800.0)):
        write_stack(tmp_path, first_instance=1 + 100 * number, tags=EPI | {"DiffusionBValue": b_value})
    found = series_of(tmp_path)
    assert set(found) == {"b50", "b400", "b800"}
    assert all(s.slices == 12 and s.is_stack for s in found.values())
    assert found["b800"].facts.b_value_s_mm2 == 800


def test_trace_and_directions_of_one_series_are_kept_apart(tmp_path):
    trace = EPI | {"DiffusionBValue": 800.0, "ImageType": ["DERIVED", "PRIMARY", "DIFFUSION", "TRACEW"]}
    write_stack(tmp_path, tags=trace)
    for number in (1, 2, 3):
        tags = EPI | {"DiffusionBValue": 800.0, "SequenceName": f"*ep_b800#{number}"}
        write_stack(tmp_path, first_instance=100 * number, tags=tags)
    found = series_of(tmp_path)
    kinds = {s.facts.diffusion: s for s in found.values()}
    assert set(kinds) == {"trace", "mean of directions"}
    assert kinds["mean of directions"].slices == 12
    assert kinds["mean of directions"].facts.diffusion_directions == 3
    assert kinds["mean of directions"].files == 36


def test_directions_are_averaged_geometrically(tmp_path):
    frames = []
    for value, direction in ((100, (1.0, 0, 0)), (200, (0, 1.0, 0)), (400, (0, 0, 1.0))):
        for z in range(3):
            pixels = np.full((4, 4), value, np.uint16)
            frames.append(EnhancedFrame((0, 0, 5.0 * z), pixels, 800.0, "DIRECTIONAL", direction))
    write_enhanced(tmp_path / "a", frames)
    (series,) = series_of(tmp_path).values()
    # the cube root of 100 x 200 x 400 = 8 000 000 is 200
    assert load_volume(series).array == pytest.approx(200)


def test_echoes_split_only_where_positions_repeat(tmp_path):
    write_stack(tmp_path / "two", tags={"EchoTime": 2.3})
    write_stack(tmp_path / "two", tags={"EchoTime": 4.6}, first_instance=100)
    assert set(series_of(tmp_path / "two")) == {"te2.3", "te4.6"}
    write_stack(tmp_path / "one", slices=6, tags={"EchoTime": 90.0})
    write_stack(tmp_path / "one", slices=6, first_mm=(0, 0, 30), first_instance=50, tags={"EchoTime": 90.4})
    assert len(series_of(tmp_path / "one")) == 1


def test_dixon_parts_in_one_series_are_named(tmp_path):
    for number, part in enumerate(("W", "F", "IP", "OP")):
        tags = {"ImageType": ["DERIVED", "PRIMARY", part, part, "DERIVED"]}
        write_stack(tmp_path, first_instance=1 + 100 * number, tags=tags)
    assert set(series_of(tmp_path)) == {"water", "fat", "in", "opp"}


@pytest.mark.parametrize(
    "distinguish",
    [
        lambda phase: {"TemporalPositionIdentifier": phase + 1},
        lambda phase: {"AcquisitionNumber": phase + 1},
        lambda phase: {"TriggerTime": 17_000.0 * phase},
        lambda phase: {"AcquisitionTime": f"10{phase:02d}00"},
        lambda _phase: {},  # only the instance numbers tell
    ],
)
def test_phases_of_one_series_are_split_in_time_order(tmp_path, distinguish):
    for phase in range(3):
        write_stack(tmp_path, first_instance=1 + 12 * phase, tags=distinguish(phase))
    found = series_of(tmp_path)
    assert set(found) == {"pos1", "pos2", "pos3"}
    assert all(s.slices == 12 and s.is_stack for s in found.values())
    assert {i.instance_number for i in found["pos2"].instances} == set(range(13, 25))


def test_times_that_differ_per_slice_do_not_split(tmp_path):
    for index in range(6):
        tags = {"AcquisitionTime": f"1000{index:02d}", "AcquisitionNumber": index + 1}
        write_stack(tmp_path, slices=1, first_mm=(0, 0, 5.0 * index), first_instance=index + 1, tags=tags)
    (series,) = series_of(tmp_path).values()
    assert series.slices == 6
    assert series.facts.acquisition_time_s == 36000  # the earliest slice


def test_a_localizer_of_three_planes_is_three_series(tmp_path):
    for number, axes in enumerate(((1, 0, 0, 0, 1, 0), (1, 0, 0, 0, 0, -1), (0, 1, 0, 0, 0, -1))):
        write_stack(tmp_path, slices=4, step_mm=10, orientation=axes, first_instance=1 + 10 * number)
    found = series_of(tmp_path)
    assert set(found) == {"stack1", "stack2", "stack3"}
    assert all(s.slices == 4 and s.is_stack for s in found.values())


def test_two_stations_are_two_series(tmp_path):
    write_stack(tmp_path, slices=10)
    write_stack(tmp_path, slices=10, first_mm=(0, 0, 300), first_instance=50)
    assert set(series_of(tmp_path)) == {"station1", "station2"}


def test_a_missing_slice_is_no_stack_and_says_so(tmp_path):
    paths = write_stack(tmp_path, slices=12)
    paths[5].unlink()
    (series,) = series_of(tmp_path).values()
    assert not series.is_stack
    assert "1 missing slice" in (series.stack_problem or "")
    assert series.slice_step_mm is None


def test_an_enhanced_object_yields_volumes_by_frame_attributes(tmp_path):
    frames = [
        EnhancedFrame((0, 0, 4.0 * z), b_value=b, directionality="ISOTROPIC" if b else "NONE", slope=2.0)
        for z, b in itertools.product(reversed(range(5)), (800.0, 0.0))
    ]
    write_enhanced(tmp_path / "a", frames)
    found = series_of(tmp_path)
    assert set(found) == {"b0", "b800"}
    assert [i.frame for i in found["b0"].instances] == [9, 7, 5, 3, 1]  # ascending z
    assert found["b800"].facts.diffusion == "trace"
    assert load_volume(found["b800"]).array.max() == 126  # 63 x slope 2


def test_an_enhanced_run_of_phases_keeps_its_clocks(tmp_path):
    frames = [
        EnhancedFrame((0, 0, 4.0 * z), acquired=f"2024010210{phase:02d}00", temporal_index=phase + 1)
        for phase in range(3)
        for z in range(5)
    ]
    write_enhanced(tmp_path / "a", frames)
    times = [s.facts.acquisition_time_s for s in series_of(tmp_path).values()]
    assert times == [36000, 36060, 36120]


@pytest.mark.parametrize(("administered", "agent"), [("YES", "administered"), ("NO", ""), (None, "Gadolinium")])
def test_an_enhanced_frame_says_whether_its_agent_was_given_already(tmp_path, administered, agent):
    made = enhanced_dataset([EnhancedFrame((0, 0, 4.0 * z)) for z in range(4)])
    made.ContrastBolusAgentSequence = [Dataset()]
    made.ContrastBolusAgentSequence[0].CodeMeaning = "Gadolinium"
    if administered:
        for groups in made.PerFrameFunctionalGroupsSequence:
            usage = Dataset()
            usage.ContrastBolusAgentAdministered = administered
            groups.ContrastBolusUsageSequence = [usage]
    save(made, tmp_path / "a.dcm")
    (found,) = series_of(tmp_path).values()
    assert found.facts.contrast_agent == agent


def test_images_without_a_place_are_no_stack_but_a_series(tmp_path):
    write_stack(tmp_path, slices=3, tags={"ImagePositionPatient": None})
    (series,) = series_of(tmp_path).values()
    assert series.slices == 3
    assert "do not say where they lie" in (series.stack_problem or "")
    assert series.plane is None
