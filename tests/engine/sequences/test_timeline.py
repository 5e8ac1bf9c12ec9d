"""Timelines of a dynamic run → phases. Times are starts in seconds after the native volume at 0."""

from __future__ import annotations

import pytest

from engine.domain.sequence import Phase
from engine.sequences.delays import TimedVolume
from engine.sequences.phases import PhaseWord as W
from engine.sequences.phases import phase_word
from engine.sequences.timeline import assign_phases

PRE, ART, PV, EQ, HBP = (
    Phase.PRE, Phase.LATE_ARTERIAL, Phase.PORTAL_VENOUS, Phase.EQUILIBRIUM, Phase.HEPATOBILIARY,
)  # fmt: skip
ORIGIN = 36_000.0


def volumes(*times, words=None, agent=True):
    """A native volume at 0 and contrasted ones at the given times; keys are the times."""
    words = words or {}
    made = [TimedVolume("0", ORIGIN, (0.0,), words.get(0))]
    made += [TimedVolume(str(t), ORIGIN + t, (float(t),), words.get(t), agent) for t in times]
    return made


def phases(made, **options):
    return {key: guess.phase for key, guess in assign_phases(made, **options).items() if guess.phase is not None}


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ((80, 120, 235), {"0": PRE, "80": ART, "120": PV, "235": EQ}),
        # triple arterial: the middle of the burst, the others are extra
        ((76, 84, 92, 125, 240), {"0": PRE, "84": ART, "125": PV, "240": EQ}),
        ((85, 125, 240, 1280), {"0": PRE, "85": ART, "125": PV, "240": EQ, "1280": HBP}),
        (
            (85, 125, 180, 360, 660, 1260),
            {"0": PRE, "85": ART, "125": PV, "180": EQ, "660": HBP, "1260": HBP},
        ),
        ((60, 95, 210), {"0": PRE, "60": ART, "95": PV, "210": EQ}),
        ((200, 240, 360), {"0": PRE, "200": ART, "240": PV, "360": EQ}),  # a long wait before the injection
    ],
)
def test_timelines(times, expected):
    assert phases(volumes(*times)) == expected


def test_a_named_portal_volume_moves_the_injection_time_and_keeps_the_others():
    made = volumes(110, 150, 265, words={150: W.PORTAL})
    found = assign_phases(made)
    assert found["150"].phase is PV
    assert found["150"].confidence == pytest.approx(0.95)
    assert (found["110"].phase, found["265"].phase) == (ART, EQ)


def test_a_phase_that_was_not_acquired_stays_missing():
    found = phases(volumes(130, 245, words={130: W.PORTAL, 245: W.EQUILIBRIUM}))
    assert found == {"0": PRE, "130": PV, "245": EQ}


def test_injection_time_in_the_header_makes_it_surer():
    searched = assign_phases(volumes(80, 120, 235))
    stated = assign_phases(volumes(80, 120, 235), injection_s=ORIGIN + 60)
    assert searched["120"].confidence <= 0.75
    assert stated["120"].confidence == pytest.approx(0.9)
    stale = assign_phases(volumes(80, 120, 235), injection_s=ORIGIN - 4000)
    assert stale["120"].confidence <= 0.75


def test_a_name_is_never_overruled_into_another_phase():
    made = volumes(80, 120, 235, words={80: W.PORTAL})
    assert phases(made).get("80") in (PV, None)


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("VIBE spätvenös", W.EQUILIBRIUM), ("Late venous", W.EQUILIBRIUM), ("FASE VENOSA TARDIA", W.EQUILIBRIUM),
        ("veineux tardif", W.EQUILIBRIUM), ("静脉晚期", W.EQUILIBRIUM), ("DELAYED VENOUS 5 MIN", W.EQUILIBRIUM),
        # two phases named side by side stay two, and "late portal" may be 90 s
        ("VIBE ven/spät", W.MULTIPLE), ("portal + delayed", W.MULTIPLE), ("venous, late", W.MULTIPLE),
        ("late portal", W.MULTIPLE), ("venous late 70 s", W.MULTIPLE), ("portal venous", W.PORTAL),
        ("HA phase", W.ARTERIAL), ("SUB1-PRE", W.SUBTRACTION), ("減算", W.SUBTRACTION),
    ],
)  # fmt: skip
def test_late_venous_is_one_delayed_phase(name, word):
    assert phase_word(name) is word


def test_midnight_is_crossed():
    made = [
        TimedVolume("pre", 86_380.0, (1.0,)),
        TimedVolume("art", 60.0, (2.0,), has_agent=True),
        TimedVolume("pv", 100.0, (3.0,), has_agent=True),
        TimedVolume("eq", 215.0, (4.0,), has_agent=True),
    ]
    assert phases(made) == {"pre": PRE, "art": ART, "pv": PV, "eq": EQ}


def test_two_reconstructions_of_one_moment_take_one_rank():
    made = volumes(80, 120, 235)
    made += [TimedVolume("twin", ORIGIN + 80, (9.0,), None, True, quality=-1.0)]
    found = assign_phases(made)
    assert found["twin"].phase is None
    assert {key: found[key].phase for key in ("80", "120", "235")} == {"80": ART, "120": PV, "235": EQ}


def test_equal_clocks_are_no_clock():
    made = [TimedVolume(str(n), ORIGIN, (float(n),)) for n in range(4)]
    found = assign_phases(made)
    assert [found[str(n)].phase for n in range(4)] == [PRE, ART, PV, EQ]
    assert all(guess.confidence == pytest.approx(0.55) for guess in found.values())


def test_without_clock_only_names_speak():
    made = [TimedVolume("a", None, (1.0,), W.ARTERIAL), TimedVolume("b", None, (2.0,)), TimedVolume("c", None, (3.0,))]
    found = assign_phases(made)
    assert found["a"].phase is ART
    assert found["a"].confidence == pytest.approx(0.7)
    assert found["b"].phase is found["c"].phase is None


def test_a_contrasted_name_forbids_an_assumed_native():
    made = [TimedVolume(str(t), ORIGIN + t, (float(t),), W.POST) for t in (0, 40, 155)]
    assert PRE not in phases(made).values()


def test_the_first_volume_is_only_assumed_native():
    made = [TimedVolume(str(t), ORIGIN + t, (float(t),)) for t in (0, 80, 120, 235)]
    found = assign_phases(made)
    assert found["0"].phase is PRE
    assert found["0"].confidence < 0.85


def test_liver_specific_agent_marks_the_transitional_phase():
    found = assign_phases(volumes(80, 120, 235), hepatobiliary_agent=True)
    assert "transitional" in found["235"].reason
    assert found["235"].confidence < 0.85


@pytest.mark.parametrize("late", [680, 900, 1280])
def test_hepatobiliary_is_never_equilibrium(late):
    found = phases(volumes(85, 125, late))
    assert found[str(late)] is HBP
    assert EQ not in found.values()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("t1_vibe_dixon_tra_bh_pre", W.PRE), ("T1 ohne KM", W.PRE), ("sans injection", W.PRE), ("Ax LAVA mask", W.PRE),
        ("T1 nativ", W.PRE), ("sin contraste", W.PRE), ("平扫", W.PRE), ("T1 C-", W.PRE), ("non-contrast", W.PRE),
        ("AX VIBE ART", W.ARTERIAL), ("arteriel", W.ARTERIAL), ("30s", W.ARTERIAL), ("动脉期", W.ARTERIAL),
        ("Ax portal venous", W.PORTAL), ("porto", W.PORTAL), ("veineux", W.PORTAL), ("70 sec", W.PORTAL),
        ("门脉期", W.PORTAL), ("PVP", W.PORTAL), ("equilibrium", W.EQUILIBRIUM), ("tardif", W.EQUILIBRIUM),
        ("3 min", W.EQUILIBRIUM), ("Spätphase", W.EQUILIBRIUM), ("延迟期", W.EQUILIBRIUM), ("180s", W.EQUILIBRIUM),
        ("late arterial", W.ARTERIAL), ("10 min", W.LATE), ("LAVA 8 min", W.LATE),
        ("20 min", W.HEPATOBILIARY), ("HBP", W.HEPATOBILIARY), ("tardif +2h", W.HEPATOBILIARY),
        ("120min", W.HEPATOBILIARY),
        ("SUB", W.SUBTRACTION), ("SSOUSTRATION ART", W.SUBTRACTION), ("(11534/9/127)-(11534/9/43)", W.SUBTRACTION),
        ("pre/post", W.MULTIPLE), ("ART-PORT", W.MULTIPLE), ("4 FASEN", W.MULTIPLE), ("dyn", W.DYNAMIC),
        ("T1 +C", W.POST), ("post KM", W.POST), ("T1 tra", None), ("seven", None), ("plate", None), ("heart", None),
        ("prescan", None), ("smart", None),
    ],
)  # fmt: skip
def test_words(text, expected):
    assert phase_word(text) is expected


def test_a_repeated_phase_is_the_later_one_but_a_burst_goes_by_its_delay():
    repeated = volumes(80, 120, 138, 240, words={80: W.ARTERIAL, 120: W.PORTAL, 138: W.PORTAL, 240: W.EQUILIBRIUM})
    found = phases(repeated)
    assert found["138"] is PV
    assert "120" not in found
    burst = volumes(76, 84, 92, 125, 240, words={76: W.ARTERIAL, 84: W.ARTERIAL, 92: W.ARTERIAL})
    assert phases(burst) == {"0": PRE, "84": ART, "125": PV, "240": EQ}


def test_a_native_volume_from_long_before_asks():
    found = assign_phases(volumes(1400, 1440, 1555))
    assert found["0"].phase is PRE
    assert found["0"].confidence <= 0.7
    assert "23 minutes older" in found["0"].reason
    assert [found[key].phase for key in ("1400", "1440", "1555")] == [ART, PV, EQ]
