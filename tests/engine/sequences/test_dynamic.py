"""Which T1 volumes form the dynamic run, by which clock they are ordered, and studies without contrast."""

from __future__ import annotations

import pytest

from engine.domain.sequence import SequenceRole, SeriesKind
from engine.sequences import identify_roles
from tests.support.series import make_series, make_study

R, K = SequenceRole, SeriesKind
ORIGIN = 36_000.0
T1 = {
    "scanning_sequence": ("GR",), "echo_time_ms": 1.65, "repetition_time_ms": 3.72, "flip_angle_deg": 12.0,
    "mr_acquisition_type": "3D", "image_type": ("ORIGINAL", "PRIMARY", "OTHER"), "scan_options": ("FS",),
}  # fmt: skip
RUN = {"pre": R.T1_PRE, "art": R.T1_LATE_ARTERIAL, "pv": R.T1_PORTAL_VENOUS, "eq": R.T1_EQUILIBRIUM}
STARTS = {"pre": 0.0, "art": 80.0, "pv": 120.0, "eq": 235.0}


def t1(key, start=None, **facts):
    return make_series(
        key, slices=64, step_mm=3.0,
        **T1 | {"series_description": "Ax LAVA", "acquisition_time_s": None if start is None else ORIGIN + start}
        | facts,
    )  # fmt: skip


def run(**by_key):
    """The four volumes of a usual run; `by_key` gives each further facts."""
    return [
        t1(key, start, contrast_agent="" if key == "pre" else "Dotarem", **by_key.get(key, {}))
        for key, start in STARTS.items()
    ]


def roles_of(*series):
    found = identify_roles(make_study(*series))
    return dict(found.roles), found


WHOLE_RUN = {role: key for key, role in RUN.items()}


# --- one series with one clock for all its dynamics -------------------------------------------------------------------


def test_dynamics_of_one_series_beside_a_native_one_count_in_trigger_time():
    """GE and Philips: the native volume is a series of its own, the others share one AcquisitionTime."""
    series = [t1("pre", 0.0, series_number=8)]
    series += [
        t1(f"m#pos{n}", 90.0, trigger_time_ms=1000.0 * t, temporal_position=n, series_number=9, contrast_agent="Gd")
        for n, t in ((1, 0), (2, 40), (3, 150))
    ]
    roles, _found = roles_of(*series)
    assert roles == {
        R.T1_PRE: "pre", R.T1_LATE_ARTERIAL: "m#pos1", R.T1_PORTAL_VENOUS: "m#pos2", R.T1_EQUILIBRIUM: "m#pos3",
    }  # fmt: skip


def test_dynamics_of_one_clock_without_trigger_times_are_no_reconstructions_of_one_moment():
    series = [t1("pre", 0.0, series_number=8, series_description="Ax LAVA pre")]
    series += [t1(f"m#pos{n}", 90.0, temporal_position=n, series_number=9, contrast_agent="Gd") for n in (1, 2, 3)]
    roles, found = roles_of(*series)
    assert roles == {
        R.T1_PRE: "pre", R.T1_LATE_ARTERIAL: "m#pos1", R.T1_PORTAL_VENOUS: "m#pos2", R.T1_EQUILIBRIUM: "m#pos3",
    }  # fmt: skip
    assert all(found.guess_for(key).confidence < 0.85 for key in roles.values())
    assert "order" in found.guess_for("m#pos2").reasons[0]


def test_two_dynamics_of_one_clock_stay_open():
    """A native volume and two dynamics could be any two of three phases."""
    series = [t1("pre", 0.0, series_description="Ax LAVA pre")]
    series += [t1(f"m#pos{n}", 90.0, temporal_position=n, contrast_agent="Gd") for n in (1, 2)]
    roles, _found = roles_of(*series)
    assert roles == {R.T1_PRE: "pre"}


def test_several_image_types_of_one_clock_are_reconstructions():
    raw = ("ORIGINAL", "PRIMARY", "M", "ND")
    corrected = ("ORIGINAL", "PRIMARY", "M", "DIS2D")
    series = []
    for key, start in STARTS.items():
        agent = "" if key == "pre" else "Dotarem"
        series += [
            t1(f"{key}#raw", start, image_type=raw, contrast_agent=agent),
            t1(f"{key}#corrected", start, image_type=corrected, contrast_agent=agent),
        ]
    roles, _found = roles_of(*series)
    assert roles == {role: f"{key}#corrected" for key, role in RUN.items()}


# --- what is one technique --------------------------------------------------------------------------------------------


def test_shortest_times_that_differ_a_little_are_one_technique():
    """TE 1.648 and 1.652 ms, TR 3.72 to 3.76 ms: whatever rounding does to them."""
    slight = {
        "pre": {"echo_time_ms": 1.648, "repetition_time_ms": 3.72},
        "art": {"echo_time_ms": 1.648, "repetition_time_ms": 3.748},
        "pv": {"echo_time_ms": 1.652, "repetition_time_ms": 3.752},
        "eq": {"echo_time_ms": 1.66, "repetition_time_ms": 3.76},
    }
    roles, _found = roles_of(*run(**slight))
    assert roles == WHOLE_RUN


@pytest.mark.parametrize(
    "other", [{"flip_angle_deg": 30.0}, {"echo_time_ms": 2.4}, {"repetition_time_ms": 6.1}, {"rows": 320}]
)
def test_another_technique_is_not_of_the_run(other):
    late = t1("late", 300.0, contrast_agent="Dotarem", **other)
    roles, found = roles_of(*run(), late)
    assert roles == WHOLE_RUN
    assert "another technique" in found.guess_for("late").reasons[0]


def test_frames_of_reference_renewed_for_every_series_say_nothing():
    """Anonymisers give every series a frame of reference of its own."""
    roles, _found = roles_of(*run(**{key: {"frame_of_reference_uid": f"1.2.{key}"} for key in RUN}))
    assert roles == WHOLE_RUN


def test_a_frame_of_reference_that_others_share_counts():
    """The patient left the table after the native volume: it fills its place only if the person agrees."""
    moved = run(pre={"frame_of_reference_uid": "1.2.10", "series_description": "Ax LAVA pre"})
    roles, found = roles_of(*moved)
    assert roles[R.T1_PRE] == "pre"
    assert found.guess_for("pre").confidence <= 0.6


def test_a_native_volume_of_another_technique_is_offered_by_its_clock():
    series = run(pre={"echo_time_ms": 2.4})
    roles, found = roles_of(*series)
    assert roles == WHOLE_RUN
    assert found.guess_for("pre").confidence < 0.6
    later = [s for s in series if s.key != "pre"] + [t1("x", 400.0, echo_time_ms=2.4)]
    assert R.T1_PRE not in roles_of(*later)[0]


# --- with and without contrast ----------------------------------------------------------------------------------------


def test_an_agent_on_every_series_tells_nothing():
    """Entered once for the examination: the first of 0, 80, 120 and 235 s is native, not portal venous."""
    roles, found = roles_of(*(t1(key, start, contrast_agent="Dotarem") for key, start in STARTS.items()))
    assert roles == WHOLE_RUN
    assert found.guess_for("pre").confidence <= 0.6
    # and a run without a native volume keeps its arterial phase
    three = [t1(key, STARTS[key], contrast_agent="Dotarem") for key in ("art", "pv", "eq")]
    assert roles_of(*three)[0] == {role: key for key, role in RUN.items() if key != "pre"}


def test_without_contrast_a_repeated_volume_is_native_and_no_portal_venous_phase():
    roles, found = roles_of(t1("first", 0.0), t1("again", 60.0))
    assert roles == {R.T1_PRE: "again"}
    assert found.guess_for("again").confidence < 0.85
    assert found.guess_for("first").phase is None


def test_without_contrast_the_volume_is_preferred_to_thick_slices():
    thick = t1("2d", 100.0, mr_acquisition_type="2D", echo_time_ms=4.1, repetition_time_ms=160.0, flip_angle_deg=70.0)
    roles, _found = roles_of(thick, t1("3d", 0.0))
    assert roles == {R.T1_PRE: "3d"}


def test_phases_by_clock_alone_are_doubted_where_nothing_speaks_of_contrast():
    diffusion = make_series("d", scanning_sequence=("EP",), series_description="ep2d_diff_DYNDIST", b_value_s_mm2=800.0)
    _roles, found = roles_of(*(t1(key, start) for key, start in STARTS.items()), diffusion)
    for key in RUN:
        assert found.guess_for(key).confidence <= 0.6
    assert "nothing in the study says that contrast was given" in found.guess_for("art").reasons[0]
