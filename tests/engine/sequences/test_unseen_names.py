"""Series names that the rules were not written on: `unseen_names.csv`, in a dozen languages, for eight vendors.

Where they come from, said plainly: the lists `first` to `sixth` are made up by us in the manner of names that
hospitals use; no patient's header was read. `protocol list` are names that stand in public protocol documents. All
are labelled by us. A name that may be called two things lists both kinds; a T1 name that does not say its phase may
be called T1 or OTHER, as in the shared table. Measured before any rule was changed for them: first list 90.4 % of
kinds and 198 of 225 phases; second and protocol list 94.5 % and 72 of 77; the third, names that must never have a
role in their oddest forms, 84 %; of 576 more names 30 were wrong, of which the `fourth list` keeps some. The fifth,
around names that had been found wanting, was wrong in 50 of 90 at first; the sixth, written when the fifth had been
mended for and before it was run, in 25 of 66 by the older rules and 6 by the mended ones. Two labels of the fifth
list were changed afterwards: a lone P names no phase, and "location" in a name casts no doubt. The rules have been
mended by them since: what this test holds is no blind result.
"""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

from engine.domain.sequence import SequenceFacts, SequenceRole
from engine.sequences import describe_series, identify_roles
from tests.support.series import make_series, make_study

NAMES = Path(__file__).with_name("unseen_names.csv")
NEVER_A_ROLE = {
    "ADC",
    "MRCP",
    "LOCALIZER",
    "T1_SUBTRACTION",
    "T1_HEPATOBILIARY",
    "T1_DIXON",
    "DERIVED",
    "OTHER",
    "NOT_MR",
}
ROLE_OF_PHASE = {
    "pre": SequenceRole.T1_PRE, "late_arterial": SequenceRole.T1_LATE_ARTERIAL,
    "portal_venous": SequenceRole.T1_PORTAL_VENOUS, "equilibrium": SequenceRole.T1_EQUILIBRIUM,
}  # fmt: skip


def rows() -> list[dict[str, str]]:
    with NAMES.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_kinds_in_every_language():
    right: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for row in rows():
        guess = describe_series(_facts(row))
        total[row["language"]] += 1
        if guess.kind.value in row["kinds"].split("/"):
            right[row["language"]] += 1
        else:
            print("not as labelled:", row["series_description"], row["kinds"], guess.kind.value, guess.reasons)
    print({language: f"{right[language]} of {total[language]}" for language in total})
    assert sum(right.values()) >= 0.98 * sum(total.values())
    for language in total:
        assert right[language] >= 0.9 * total[language], language


def test_phases_in_every_language():
    stated = [row for row in rows() if row["phase"]]
    wrong = []
    for row in stated:
        phase = describe_series(_facts(row)).phase
        if phase is None or phase.value != row["phase"]:
            wrong.append((row["series_description"], row["phase"], phase))
    print(*wrong, sep="\n")
    assert len(wrong) <= 0.02 * len(stated)


def test_no_role_for_what_never_has_one_and_none_without_asking_for_what_the_name_leaves_open():
    """Each name alone on a perfect axial stack: the most tempting case."""
    given = []
    for row in rows():
        series = make_series(manufacturer=row["vendor"], series_description=row["series_description"])
        found = identify_roles(make_study(series))
        if not found.roles:
            continue
        (role,) = found.roles
        confidence = found.guess_for(series.key).confidence
        kinds = set(row["kinds"].split("/"))
        if kinds <= NEVER_A_ROLE or ("NO_AUTO" in row["flags"] and confidence >= 0.85):
            given.append((row["series_description"], role, confidence))
        if row["phase"] and role is not ROLE_OF_PHASE[row["phase"]]:
            given.append((row["series_description"], role, confidence))
    assert not given


def _facts(row: dict[str, str]) -> SequenceFacts:
    return SequenceFacts(modality="MR", manufacturer=row["vendor"], series_description=row["series_description"])
