"""Real series names, with nothing else known than vendor and modality: kinds, and roles that must never be given."""

from __future__ import annotations

import csv
from collections import Counter

import pytest

from engine.domain.sequence import Phase, SequenceFacts, SeriesKind
from engine.sequences import describe_series, identify_roles
from tests.support.paths import shared_table
from tests.support.series import make_series, make_study

PHASES = {
    "T1_PRE": Phase.PRE, "T1_ART": Phase.LATE_ARTERIAL, "T1_PV": Phase.PORTAL_VENOUS, "T1_EQ": Phase.EQUILIBRIUM,
}  # fmt: skip
EXCLUDED = {
    SeriesKind.ADC, SeriesKind.MRCP, SeriesKind.LOCALIZER, SeriesKind.T1_SUBTRACTION, SeriesKind.T1_HEPATOBILIARY,
    SeriesKind.T1_DIXON, SeriesKind.DERIVED,
}  # fmt: skip


def rows():
    with shared_table("series_strings.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def facts_of(row) -> SequenceFacts:
    vendor = "" if row["vendor"] == "unknown" else row["vendor"]
    return SequenceFacts(
        modality="MR", manufacturer=vendor, series_description=" ".join(row["series_description"].split())
    )


def right_kinds(row) -> set[str]:
    """The label read literally: a T1 name without its phase is labelled OTHER, and no flag excuses another kind."""
    label, flags = row["label"], row["flags"].split()
    if label in PHASES:
        return {"T1"}
    if label == "T1_HBP":
        return {"T1_HEPATOBILIARY"}
    if label == "T1_DIXON_OTHER":
        return {"T1_DIXON", "T1_SUBTRACTION"}
    if label != "OTHER":
        return {label}
    return {"T1_SUBTRACTION"} if "SUBTRACTION" in flags else {"OTHER", "DERIVED"}


def test_kinds_of_the_whole_table():
    table = rows()
    confusion: Counter[tuple[str, str]] = Counter()
    wrong = []
    for row in table:
        kind = describe_series(facts_of(row)).kind.value
        confusion[row["label"], kind] += 1
        if kind not in right_kinds(row):
            wrong.append((row["vendor"], row["series_description"], row["label"], kind))
    kinds = sorted({kind for _label, kind in confusion})
    print("\n" + "label".ljust(16) + "".join(kind[:9].rjust(10) for kind in kinds))
    for label in sorted({label for label, _kind in confusion}):
        print(label.ljust(16) + "".join(str(confusion[label, kind] or ".").rjust(10) for kind in kinds))
    for entry in wrong:
        print("not as labelled:", *entry)
    share = 1 - len(wrong) / len(table)
    print(f"right: {share:.1%} of {len(table)}")
    assert share >= 0.95


def test_excluded_rows_never_get_a_role():
    """Even as a perfect axial stack that is alone in its study."""
    given = []
    for row in rows():
        label, flags = row["label"], row["flags"].split()
        facts = facts_of(row)
        series = make_series(
            manufacturer=facts.manufacturer, series_description=facts.series_description, modality=facts.modality
        )
        roles = identify_roles(make_study(series)).roles
        never = label in ("ADC", "MRCP", "LOCALIZER", "T1_HBP") or "SUBTRACTION" in flags or "SYNTHETIC-B" in flags
        if roles and never:
            given.append((row["series_description"], dict(roles)))
        kind = describe_series(facts).kind
        assert not (roles and kind in EXCLUDED), row["series_description"]
    assert not given


def test_names_that_leave_it_open_never_get_a_role_without_asking():
    for row in rows():
        if {"AMBIGUOUS", "POST-UNSPEC"} & set(row["flags"].split()):
            facts = facts_of(row)
            series = make_series(manufacturer=facts.manufacturer, series_description=facts.series_description)
            found = identify_roles(make_study(series))
            assert not found.roles or found.guess_for(series.key).confidence < 0.85, facts.series_description


def test_low_b_values_never_get_a_role():
    for row in rows():
        if "LOWB" in row["flags"].split():
            facts = facts_of(row)
            series = make_series(series_description=facts.series_description, b_value_s_mm2=50.0)
            assert not identify_roles(make_study(series)).roles


def test_phases_of_rows_that_state_one():
    wrong, total = [], 0
    for row in rows():
        flags = row["flags"].split()
        if row["label"] not in PHASES or {"MULTIPHASE", "AMBIGUOUS", "SYNTHETIC-TEST"} & set(flags):
            continue
        total += 1
        guess = describe_series(facts_of(row))
        if guess.phase is not PHASES[row["label"]]:
            wrong.append((row["series_description"], row["label"], guess.phase))
    print(*wrong, sep="\n")
    print(f"phase right: {total - len(wrong)} of {total}")
    assert len(wrong) <= 0.1 * total


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        # names of the same kinds that are not in the table
        ("T2 TSE FS tra Atemtrigger", "T2"),
        ("t2_tse_tra_spair_PACE_320", "T2"),
        ("Ax T2 FRFSE RTr FS", "T2"),
        ("T2W_MVXD_SPAIR_RT", "T2"),
        ("横断位T2压脂", "T2"),
        ("AX T2 PROPELLER FS", "T2"),
        ("COR T2 SSFSE BH", "T2"),
        ("ep2d_diff_b50_b800_tra_TRACEW", "DWI"),
        ("DWI_b=50,400,800_RT", "DWI"),
        ("Ax DWI 800 RTr", "DWI"),
        ("eDWI b1000", "DWI"),
        ("弥散b800", "DWI"),
        ("ep2d_diff_b50_800_tra_ADC_DFC", "ADC"),
        ("dADC", "ADC"),
        ("eADC (10^-6 mm2/s)", "ADC"),
        ("ADC (10^-6 mm²/s)", "ADC"),
        ("ep2d_diff_b50_800_CALC_BVAL_1400", "DERIVED"),
        ("cDWI b1500", "DERIVED"),
        ("MRCP_3D_nav", "MRCP"),
        ("3D MRCP BH HD", "MRCP"),
        ("Thick Slab 40mm rotations", "MRCP"),
        ("Lokalisation", "LOCALIZER"),
        ("SURVEY_COR_BH", "LOCALIZER"),
        ("3 Plane Loc", "LOCALIZER"),
        ("AAHead_Scout", "LOCALIZER"),
        ("t1_vibe_fs_tra_bh_art_SUB", "T1_SUBTRACTION"),
        ("Subtraktion art-nativ", "T1_SUBTRACTION"),
        ("(1205/24/88)-(1201/24/88)", "T1_SUBTRACTION"),
        ("t1_vibe_fs_tra_bh_20min", "T1_HEPATOBILIARY"),
        ("eTHRIVE HBP 15 min", "T1_HEPATOBILIARY"),
        ("LAVA hepatobiliary phase", "T1_HEPATOBILIARY"),
        ("肝胆期 T1 VIBE", "T1_HEPATOBILIARY"),
        ("mDIXON_in phase_BH", "T1_DIXON"),
        ("t1_vibe_dixon_tra_bh_opp", "T1_DIXON"),
        ("OutPhase: Ax LAVA-Flex", "T1_DIXON"),
        ("FAT: Ax LAVA-Flex ART", "T1_DIXON"),
        ("WATER: Ax LAVA-Flex PV", "T1"),
        ("T1 VIBE portalvenös", "T1"),
        ("eTHRIVE_arterieel", "T1"),
        ("Ax 3D SPGR FS +C delayed", "T1"),
        ("t2_trufi_tra_bh", "OTHER"),
        ("FIESTA cor", "OTHER"),
        ("T1 map MOLLI", "OTHER"),
        ("T2* mapping", "OTHER"),
        ("CARE_BOLUS_cor", "OTHER"),
        ("SmartPrep", "OTHER"),
        ("t2_tse_sag_prostate", "OTHER"),
        ("T2 FLAIR ax", "OTHER"),
        ("MRE wave images", "OTHER"),
        ("t1_vibe_tra_MIP", "DERIVED"),
        ("sDW_SSh_b800", "DWI"),
        ("Ax DualEcho", "T1_DIXON"),
        ("Average DC", "ADC"),
        ("t1_mprage_tra", "OTHER"),
        ("t2_tse_dixon_tra_F", "OTHER"),
        ("t2_tse_dixon_tra_W", "T2"),
        ("FRFSE-XL fs", "T2"),
        ("b800", "DWI"),
        ("同相位", "T1_DIXON"),
        ("造影後 門脈相", "T1"),
        ("定位像", "LOCALIZER"),
    ],
)
def test_other_names_of_the_same_kinds(name, kind):
    assert describe_series(SequenceFacts(modality="MR", series_description=name)).kind.value == kind
