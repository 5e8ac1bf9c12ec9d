"""A study → roles: the right series, with confidence and reasons; never a wrong one in silence."""

from __future__ import annotations

import random

import pytest

from engine.domain.sequence import Phase, SequenceRole, SeriesKind
from engine.sequences import identify_roles
from tests.support.series import make_series, make_study

R, K = SequenceRole, SeriesKind
SE = {"scanning_sequence": ("SE",), "image_type": ("ORIGINAL", "PRIMARY", "M"), "repetition_time_ms": 3000.0}
T2 = SE | {"echo_time_ms": 90.0, "echo_train_length": 20}
EPI = {
    "scanning_sequence": ("EP", "SE"),
    "echo_time_ms": 60.0,
    "image_type": ("DERIVED", "PRIMARY", "DIFFUSION", "TRACEW"),
}
GRE = {
    "scanning_sequence": ("GR",), "echo_time_ms": 1.3, "repetition_time_ms": 3.9, "flip_angle_deg": 10.0,
    "mr_acquisition_type": "3D", "image_type": ("ORIGINAL", "PRIMARY", "M"), "scan_options": ("FS",),
}  # fmt: skip


def dwi(key, b_value, **facts):
    return make_series(
        key, **EPI | {"series_description": "ep2d_diff_tra", "b_value_s_mm2": b_value, "b_value_source": "0018,9087",
                      "diffusion": "trace" if b_value else ""} | facts
    )  # fmt: skip


def t1(key, start=None, **facts):
    return make_series(key, **GRE | {"series_description": "t1_vibe_fs_tra", "acquisition_time_s": start} | facts)


def t2(key, **facts):
    return make_series(key, **T2 | {"series_description": "t2_tse_fs_tra_trig"} | facts)


def roles_of(*series):
    return dict(identify_roles(make_study(*series)).roles)


def test_a_usual_study_is_sorted_out_without_asking():
    found = identify_roles(
        make_study(
            make_series("loc", series_description="localizer", image_type=("ORIGINAL", "PRIMARY", "LOCALIZER")),
            t2("t2"),
            make_series("cor", plane="coronal", **T2 | {"series_description": "t2_haste_cor"}),
            dwi("dwi#b50", 50.0), dwi("dwi#b400", 400.0), dwi("dwi#b800", 800.0),
            dwi("adc", 800.0, image_type=("DERIVED", "PRIMARY", "DIFFUSION", "ADC")),
            t1("pre", 36000.0), *(t1(key, 36000.0 + t, contrast_agent="Gadovist") for key, t in
                                  (("art", 80), ("pv", 120), ("eq", 235))),
        )
    )  # fmt: skip
    assert found.roles == {
        R.T2: "t2", R.DWI: "dwi#b800", R.T1_PRE: "pre", R.T1_LATE_ARTERIAL: "art",
        R.T1_PORTAL_VENOUS: "pv", R.T1_EQUILIBRIUM: "eq",
    }  # fmt: skip
    for role in (R.T2, R.DWI, R.T1_PRE):
        guess = found.guess_for(found.roles[role])
        assert guess.confidence >= 0.85, guess
        assert guess.reasons
    assert found.guess_for("adc").kind is K.ADC
    assert found.guess_for("dwi#b50").kind is K.DWI
    assert found.guess_for("cor").role is None


def test_the_order_of_series_never_matters():
    series = [
        t2("a"),
        t2("b"),
        dwi("c#b800", 800.0),
        dwi("d#b1000", 1000.0),
        t1("e", 0.0),
        t1("f", 80.0),
        t1("g", 120.0),
    ]
    expected = roles_of(*series)
    for seed in range(5):
        random.Random(seed).shuffle(series)
        assert roles_of(*series) == expected


# --- diffusion --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("b_values", "chosen"),
    [((0, 50, 800), 800), ((50, 400, 1000), 1000), ((800, 1000), 800), ((600, 1000), 1000), ((400, 600), 600)],
)
def test_b_value_nearest_to_800_in_range(b_values, chosen):
    assert roles_of(*(dwi(f"d#b{b}", float(b)) for b in b_values)) == {R.DWI: f"d#b{chosen}"}


@pytest.mark.parametrize("b_value", [500.0, 700.0, 1200.0, 1500.0])
def test_b_values_out_of_range_ask(b_value):
    found = identify_roles(make_study(dwi("d", b_value)))
    assert 0.5 <= found.guess_for("d").confidence < 0.85
    assert "confirm" in " ".join(found.guess_for("d").reasons)


@pytest.mark.parametrize("b_value", [0.0, 50.0, 399.0])
def test_low_b_values_are_diffusion_but_never_the_role(b_value):
    found = identify_roles(make_study(dwi("d", b_value)))
    assert not found.roles
    assert found.guess_for("d").kind is K.DWI


@pytest.mark.parametrize(
    "facts",
    [
        {"image_type": ("DERIVED", "PRIMARY", "DIFFUSION", "TRACEW", "ND", "ADC")},  # ADC beats TRACEW
        {"series_description": "ep2d_diff_tra_ADC"},
        {"series_description": "Apparent Diffusion Coefficient (mm?/s)"},
        {"derivation": ("113041", "Apparent Diffusion Coefficient")},
        {"image_type": ("DERIVED", "PRIMARY", "DIFFUSION", "CALC_BVALUE")},
        {"series_description": "ep2d_diff_tra_DYNDISTCALC_BVAL"},
        {"sequence_name": "*ep_b50_800"},
        {"series_description": "DWI synthetic b1500"},
        {"image_type": ("DERIVED", "PRIMARY", "DIFFUSION", "FA")},
        {"image_type": ("DERIVED", "PRIMARY", "DIFFUSION", "EADC")},
    ],
)
def test_maps_and_computed_images_are_never_diffusion(facts):
    found = identify_roles(make_study(dwi("d", 800.0, **facts)))
    assert not found.roles
    assert found.guess_for("d").kind in (K.ADC, K.DERIVED)


def test_a_computed_image_is_unmasked_by_its_source():
    """ImageType says TRACEW as on acquired images; b = 1000 exceeds the acquired 50 and 800 of the same measurement."""
    acquired = [dwi(f"1#b{b}", float(b), acquisition_time_s=36000.0) for b in (50, 800)]
    computed = dwi("2", 1000.0, acquisition_time_s=36000.0)
    found = identify_roles(make_study(*acquired, computed))
    assert found.guess_for("2").kind is K.DERIVED
    assert found.roles == {R.DWI: "1#b800"}


def test_trace_is_preferred_to_directions():
    trace, direction = dwi("t", 800.0), dwi("d", 800.0, diffusion="direction")
    assert roles_of(direction, trace) == {R.DWI: "t"}
    alone = identify_roles(make_study(direction)).guess_for("d")
    assert 0.5 <= alone.confidence < 0.85


def test_unknown_b_value_asks():
    found = identify_roles(make_study(make_series("d", **EPI | {"series_description": "DWI tra"})))
    assert found.roles == {R.DWI: "d"}
    assert found.guess_for("d").confidence == pytest.approx(0.5)


def test_low_b_epi_named_t2_is_no_t2():
    found = identify_roles(make_study(dwi("d", 0.0, series_description="ax diff t2_TRACEW")))
    assert found.guess_for("d").kind is K.DWI
    assert not found.roles


# --- T2 ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        (
            {"series_description": "t2_tse_fs_tra_trig"},
            {"series_description": "t2_haste_tra", "echo_train_length": 120},
        ),
        ({"series_description": "t2_blade_fs_tra_trig"}, {"series_description": "t2_tse_tra"}),
        ({"series_description": "t2_tse_fs_tra_trig"}, {"series_description": "t2_tse_tra_mbh"}),
        ({"series_description": "t2_tse_tra"}, {"series_description": "t2_haste_tra", "echo_train_length": 120}),
        ({"series_description": "t2_haste_fs_tra"}, {"series_description": "t2_haste_cor", "plane": "coronal"}),
    ],
)
def test_t2_preferences(better, worse):
    assert roles_of(t2("worse", **worse), t2("better", **better)) == {R.T2: "better"}


@pytest.mark.parametrize(
    "facts",
    [
        {"series_description": "t2_space_cor_MRCP", "echo_time_ms": 700.0},
        {"series_description": "t2_tse_tra", "echo_time_ms": 500.0},
        {"series_description": "t2_haste_thick", "slice_thickness_mm": 40.0},
        {"series_description": "t2_localizer"},
        {"series_description": "t2_heavy_tse_fs_tra", "echo_time_ms": 180.0},
        {"series_description": "T2W_FFE", "scanning_sequence": ("GR",), "echo_time_ms": 15.0},
        {"series_description": "t2_trufi_tra"},
        {"series_description": "t2_tse_tra", "image_type": ("DERIVED", "SECONDARY", "MPR")},
        {"series_description": "t2_tse_sag", "plane": "sagittal"},
        {"series_description": "t2_haste_cor", "plane": "coronal"},
        {"series_description": "t2_tse_tra", "samples_per_pixel": 3},
        {"series_description": "t2_tse_tra", "stack_problem": "1 missing slice"},
        {"series_description": "t2_tse_tra", "body_part_examined": "BRAIN"},
    ],
)
def test_what_is_never_the_reference(facts):
    assert not roles_of(t2("x", **facts))


def test_a_few_repeated_slices_never_replace_the_whole():
    """The better technique, but five slices: a repeated part, or a fragment of another matrix."""
    whole = t2("whole", series_description="t2_haste_tra", echo_train_length=120)
    assert roles_of(t2("part", slices=5), whole) == {R.T2: "whole"}
    assert roles_of(dwi("a", 800.0, slices=5), dwi("b", 1000.0)) == {R.DWI: "b"}
    assert roles_of(t2("part", slices=5)) == {R.T2: "part"}


def test_two_equal_t2_series_ask():
    found = identify_roles(make_study(t2("a"), t2("b", series_description="t2_tse_fs_tra_trig 2")))
    guess = found.guess_for(found.roles[R.T2])
    assert guess.confidence < 0.85
    assert "nearly as well" in " ".join(guess.reasons)
    other = found.guess_for("b" if found.roles[R.T2] == "a" else "a")
    assert other.candidate_for is R.T2


# --- T1 ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "kind"),
    [
        ({"image_type": ("DERIVED", "PRIMARY", "DIXON", "FAT")}, K.T1_DIXON),
        ({"image_type": ("ORIGINAL", "PRIMARY", "OUT_PHASE")}, K.T1_DIXON),
        ({"image_type": ("DERIVED", "PRIMARY", "M", "F")}, K.T1_DIXON),
        ({"series_description": "t1_vibe_dixon_tra_bh_F"}, K.T1_DIXON),
        ({"series_description": "InPhase: Ax LAVA-Flex"}, K.T1_DIXON),
        ({"image_type": ("DERIVED", "SECONDARY", "SUBTRACTION")}, K.T1_SUBTRACTION),
        ({"derivation": ("113062", "Pixel by pixel subtraction")}, K.T1_SUBTRACTION),
        ({"series_description": "t1_vibe_fs_tra_hepatobiliary"}, K.T1_HEPATOBILIARY),
        ({"series_description": "t1_vibe_q-dixon_tra"}, K.T1_DIXON),
        ({"series_description": "t1 map"}, K.OTHER),
    ],
)
def test_t1_imitations_never_get_a_role(facts, kind):
    found = identify_roles(make_study(t1("x", 36000.0, **facts)))
    assert not found.roles
    assert found.guess_for("x").kind is kind


def test_water_images_are_taken_and_their_other_parts_are_not():
    series = []
    for name, time in (("pre", 0), ("art", 80), ("pv", 120), ("eq", 235)):
        for part, token in (("w", "WATER"), ("f", "FAT"), ("in", "IN_PHASE")):
            agent = "" if name == "pre" else "Dotarem"
            series.append(
                t1(f"{name}-{part}", 36000.0 + time, image_type=("DERIVED", "PRIMARY", "DIXON", token),
                   series_description="t1_vibe_dixon_tra", contrast_agent=agent)
            )  # fmt: skip
    assert set(roles_of(*series).values()) == {"pre-w", "art-w", "pv-w", "eq-w"}


def test_a_late_volume_becomes_hepatobiliary_by_its_clock():
    series = [t1("pre", 36000.0)]
    series += [
        t1(k, 36000.0 + t, contrast_agent="Primovist") for k, t in (("a", 85), ("p", 125), ("e", 240), ("h", 1280))
    ]
    found = identify_roles(make_study(*series))
    assert found.guess_for("h").kind is K.T1_HEPATOBILIARY
    assert found.guess_for("h").phase is Phase.HEPATOBILIARY
    assert found.roles[R.T1_EQUILIBRIUM] == "e"


def test_philips_dynamics_count_in_trigger_time():
    series = [
        t1(
            f"x#pos{n}",
            36000.0,
            trigger_time_ms=1000.0 * t,
            temporal_position=n,
            contrast_agent="Gadovist" if n > 1 else "",
        )
        for n, t in ((1, 0), (2, 80), (3, 120), (4, 235))
    ]
    assert roles_of(*series) == {
        R.T1_PRE: "x#pos1", R.T1_LATE_ARTERIAL: "x#pos2", R.T1_PORTAL_VENOUS: "x#pos3", R.T1_EQUILIBRIUM: "x#pos4",
    }  # fmt: skip


def test_reconstruction_times_never_time_a_run():
    series = [
        t1(str(n), None, series_time_s=36000.0 + n, content_time_s=36000.0 + n, series_number=n) for n in range(1, 6)
    ]
    found = identify_roles(make_study(*series))
    assert all(guess.confidence < 0.85 for guess in found.guesses if guess.role)


def test_a_lone_t1_without_contrast_is_proposed_as_native_but_asks():
    found = identify_roles(make_study(t1("x", 36000.0, series_description="t1_vibe_fs_tra")))
    assert found.roles == {R.T1_PRE: "x"}
    assert found.guess_for("x").confidence < 0.85
    assert not roles_of(t1("x", 36000.0, contrast_agent="Gadovist"))


def test_other_parts_of_the_body_are_refused_or_asked():
    assert not roles_of(dwi("d", 800.0, body_part_examined="PROSTATE"))
    pelvis = identify_roles(make_study(dwi("d", 800.0, body_part_examined="PELVIS")))
    assert pelvis.guess_for("d").confidence <= 0.7


def test_ct_is_named_not_guessed():
    found = identify_roles(make_study(make_series("ct", modality="CT", series_description="T2 liver")))
    assert found.guess_for("ct").kind is K.NOT_MR
    assert not found.roles


def test_contradictions_ask():
    found = identify_roles(make_study(dwi("d", 800.0, conflicts=("b = 800 in 0018,9087 but 400 in 0018,0024",))))
    guess = found.guess_for("d")
    assert guess.conflict
    assert guess.confidence < 0.85
    assert any("400" in reason for reason in guess.reasons)


def test_two_echoes_of_one_measurement_are_in_and_opposed_phase():
    pair = [t1(f"x#te{te}", 36000.0, echo_time_ms=te, series_description="t1_fl2d_tra") for te in (2.3, 4.6)]
    found = identify_roles(make_study(*pair))
    assert not found.roles
    assert {guess.kind for guess in found.guesses} == {K.T1_DIXON}


def test_an_unnamed_dixon_part_is_taken_only_with_your_word():
    found = identify_roles(make_study(t1("x", 36000.0, series_description="Ax LAVA-Flex pre")))
    assert found.roles == {R.T1_PRE: "x"}
    assert found.guess_for("x").confidence <= 0.7
    assert "which part" in " ".join(found.guess_for("x").reasons)


def test_registered_copies_give_way_to_the_primary():
    found = identify_roles(make_study(dwi("copy", 800.0, series_description="dReg DWI"), dwi("own", 800.0)))
    assert found.roles == {R.DWI: "own"}
    alone = identify_roles(make_study(dwi("copy", 800.0, series_description="dReg DWI"))).guess_for("copy")
    assert alone.confidence < 0.85


def test_a_long_run_of_fast_volumes_is_assigned():
    """Seventy volumes 4 s apart after the native one: one arterial, one portal and one equilibrium volume."""
    run = [t1("pre", 36000.0, series_description="t1_vibe_twist pre")]
    run += [
        t1(f"v{n:02d}", 36020.0 + 4.2 * n, contrast_agent="Dotarem", series_description="t1_vibe_twist")
        for n in range(70)
    ]
    roles = roles_of(*run)
    assert {R.T1_PRE, R.T1_LATE_ARTERIAL, R.T1_PORTAL_VENOUS, R.T1_EQUILIBRIUM} == set(roles)
    starts = {series.key: series.facts.acquisition_time_s for series in run}
    arterial, portal, equilibrium = (
        starts[roles[r]] for r in (R.T1_LATE_ARTERIAL, R.T1_PORTAL_VENOUS, R.T1_EQUILIBRIUM)
    )
    assert 30 <= portal - arterial <= 50
    assert equilibrium - portal >= 80


@pytest.mark.parametrize(
    ("facts", "kind"),
    [
        # GE calls PROPELLER and Flex "research mode"; only times and echo train tell
        (T2 | {"scanning_sequence": ("RM",), "echo_train_length": 24}, K.T2),
        (GRE | {"scanning_sequence": ("RM",)}, K.T1),
        # Philips gradient echoes of a steady state with large flip angles are not balanced
        (GRE | {"sequence_variant": ("SS",), "flip_angle_deg": 80.0, "repetition_time_ms": 150.0,
                "series_description": "dual FFE_BH"}, K.T1_DIXON),
        (GRE | {"series_description": "FSPGR Dual BH"}, K.T1_DIXON),
        (GRE | {"series_description": "校准扫描"}, K.OTHER),
    ],
)  # fmt: skip
def test_physics_of_vendors_where_names_say_little(facts, kind):
    found = identify_roles(make_study(make_series("x", **{"series_description": "Leber 5 mm"} | facts)))
    assert found.guess_for("x").kind is kind


def test_a_name_of_another_plane_than_the_images_asks():
    found = identify_roles(make_study(t2("x", series_description="t2_tse_fs_cor_trig")))
    assert found.roles == {R.T2: "x"}
    assert found.guess_for("x").confidence < 0.85
    assert "another plane" in " ".join(found.guess_for("x").reasons)


# --- what only the neighbours of a series tell ------------------------------------------------------------------------


def three_planes(slices, **facts):
    """One DICOM series as the intake divides it: a part for each orientation."""
    planes = zip(("axial", "coronal", "sagittal"), slices, strict=True)
    return [t2(f"7#stack{n}", plane=plane, slices=count, **facts) for n, (plane, count) in enumerate(planes) if count]


@pytest.mark.parametrize("name", ["SSFSE", "AX T2 SSFSE BH", "t2_haste_tra_fs", "Leber"])
@pytest.mark.parametrize("slices", [(9, 9, 9), (20, 10, 10), (15, 15, 0), (1, 1, 1)])
def test_slices_in_several_orientations_are_a_localizer_whatever_the_name(name, slices):
    found = identify_roles(make_study(*three_planes(slices, series_description=name, echo_train_length=120)))
    assert not found.roles
    assert {guess.kind for guess in found.guesses} == {K.LOCALIZER}


def test_a_reference_slice_beside_a_whole_stack_makes_no_localizer_of_it():
    """40 of 41 slices are axial."""
    found = identify_roles(make_study(*three_planes((40, 1, 0))))
    assert found.roles == {R.T2: "7#stack0"}


def test_one_uid_for_a_whole_study_makes_no_localizers():
    """An anonymiser may give every series the same UID; their numbers still differ."""
    series = [
        t2("7#a", series_number=3),
        t2("7#c", plane="coronal", series_number=4),
        t2("7#s", plane="sagittal", series_number=5),
    ]
    assert roles_of(*series) == {R.T2: "7#a"}


def test_maps_in_several_orientations_stay_maps():
    parts = three_planes((9, 9, 9), image_type=("DERIVED", "SECONDARY", "MPR"))
    assert {guess.kind for guess in identify_roles(make_study(*parts)).guesses} == {K.DERIVED}


def single_b(*b_values, clocks=None, **facts):
    """Acquired in one measurement, a DICOM series for each b-value."""
    clocks = clocks or [36000.0] * len(b_values)
    return [
        dwi(f"b{b}", float(b), acquisition_time_s=clock, **facts) for b, clock in zip(b_values, clocks, strict=True)
    ]


@pytest.mark.parametrize("clocks", [[36000.0, 36000.0, 36000.0], [None, None, None]])
def test_an_unmarked_high_b_that_two_lower_ones_could_have_made_asks(clocks):
    found = identify_roles(make_study(*single_b(50, 400, 1000, clocks=clocks)))
    assert found.roles == {R.DWI: "b1000"}
    assert found.guess_for("b1000").confidence == pytest.approx(0.84)
    assert "may be computed" in " ".join(found.guess_for("b1000").reasons)


def test_an_image_that_may_be_computed_gives_way_to_an_acquired_one():
    """b = 800 is nearer to the training's, but could be made from 50 and 400; b = 1000 has a clock of its own."""
    series = single_b(50, 400, 800, 1000, clocks=[36000.0, 36000.0, 36000.0, 36300.0])
    found = identify_roles(make_study(*series))
    assert found.roles == {R.DWI: "b1000"}
    assert found.guess_for("b1000").confidence >= 0.85


@pytest.mark.parametrize(
    "series",
    [
        single_b(50, 800),  # one lower b-value computes nothing
        single_b(50, 800, 1400),
        single_b(50, 400, 800, clocks=[36000.0, 36090.0, 36180.0]),
        single_b(0, 50, 800, diffusion="mean of directions", diffusion_directions=3),
        single_b(50, 400, 800, image_type=("ORIGINAL", "PRIMARY", "DIFFUSION", "TRACEW", "MFSPLIT")),
    ],
)
def test_what_was_surely_acquired_does_not_ask(series):
    found = identify_roles(make_study(*series))
    assert found.roles == {R.DWI: "b800"}
    assert found.guess_for("b800").confidence >= 0.85


# --- one letter for a phase -------------------------------------------------------------------------------------------


def lettered(letters):
    """Native, then 80, 120 and 235 s later; the letters name the contrasted volumes."""
    contrasted = zip(letters, (36080.0, 36120.0, 36235.0), strict=True)
    return [t1("pre", 36000.0, series_description="LAVA pre")] + [
        t1(f"LAVA-{n}", time, series_description=f"LAVA-{n}", contrast_agent="Gadovist") for n, time in contrasted
    ]


def test_letters_tell_phases_but_ask():
    found = identify_roles(make_study(*lettered("AVD")))
    assert found.roles == {
        R.T1_PRE: "pre", R.T1_LATE_ARTERIAL: "LAVA-A", R.T1_PORTAL_VENOUS: "LAVA-V",
        R.T1_EQUILIBRIUM: "LAVA-D",
    }  # fmt: skip
    assert {found.guess_for(f"LAVA-{letter}").confidence for letter in "AVD"} == {0.84}


def test_letters_that_number_the_volumes_tell_no_phase():
    """A is the native volume here: a B beside it shows that the letters count."""
    times = zip("ABCD", (36000.0, 36080.0, 36120.0, 36235.0), strict=True)
    series = [
        t1(f"LAVA-{n}", time, series_description=f"LAVA-{n}", contrast_agent="" if n == "A" else "Gadovist")
        for n, time in times
    ]
    assert roles_of(*series) == {
        R.T1_PRE: "LAVA-A", R.T1_LATE_ARTERIAL: "LAVA-B", R.T1_PORTAL_VENOUS: "LAVA-C", R.T1_EQUILIBRIUM: "LAVA-D",
    }  # fmt: skip
