"""The hanging protocol: which series hangs where. Labels are roles, or kinds of series that play no role.

The order is the reader's: whoever puts ADC into the second view finds it there in the next study.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.domain.case import Case
from engine.domain.sequence import RoleMap, SequenceRole, SeriesKind
from engine.domain.study import Study

LIVER = ("T2", "DWI", "ADC", "T1_PRE", "T1_LATE_ARTERIAL", "T1_PORTAL_VENOUS", "T1_EQUILIBRIUM")
"""T2 and diffusion first, since the outline is drawn there; then T1 before and after contrast in order of time."""
_ROLES = {role.value for role in SequenceRole}
_KINDS = (SeriesKind.ADC, SeriesKind.T1_HEPATOBILIARY, SeriesKind.T1_SUBTRACTION, SeriesKind.T1_DIXON, SeriesKind.MRCP)


def label_of(key: str, case: Case, role_map: RoleMap) -> str:
    """Return the label of a series; empty for one that no other study has a like of."""
    role = next((role for role, played in case.roles.items() if played == key), None)
    if role is not None:
        return role.value
    guess = role_map.guess_for(key)
    return guess.kind.value if guess is not None and guess.kind in _KINDS else ""


def hang(study: Study, case: Case, role_map: RoleMap, order: Sequence[str], places: int) -> list[str]:
    """Return the key of the series for each place: by the order as far as present, without gaps; then nothing."""
    stacks = [series.key for series in study.series if series.is_stack]
    by_label: dict[str, str] = {role.value: key for role, key in case.roles.items() if key in stacks}
    for key in stacks:
        label = label_of(key, case, role_map)
        if label and label not in _ROLES:
            by_label.setdefault(label, key)
    wanted = [by_label[label] for label in order if label in by_label] or stacks
    return [*wanted, *[""] * places][:places]


def rearranged(order: Sequence[str], shown: Sequence[str], place: int, label: str) -> tuple[str, ...]:
    """Return the order after somebody put `label` into a place; the label that hung there takes the place it left.

    Args:
        shown: Labels by place, as they hang now; empty where nothing with a label hangs.
    """
    now = list(shown)
    if label in now:
        now[now.index(label)] = now[place]
    now[place] = label
    first = tuple(one for one in now if one)
    return (*first, *(one for one in order if one not in first))
