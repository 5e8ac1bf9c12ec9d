"""Splitting by patient: nobody stands in two sets."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from typing import Protocol

import numpy as np

from engine.domain.errors import UsageError


def hold_out_patients(classes: Mapping[str, str], share: float, seed: int) -> tuple[frozenset[str], frozenset[str]]:
    """Split patients into (kept, held out), class by class.

    Args:
        classes: Patient → class of the patient's lesion.
        share: Share to hold out of every class, rounded; at least one where the class has two or more.
        seed: The split depends on the seed and the set of patients, not on their order.
    """
    generator = np.random.default_rng(seed)
    held: set[str] = set()
    for name in sorted(set(classes.values())):
        members = sorted(patient for patient, value in classes.items() if value == name)
        count = round(share * len(members))
        if share > 0 and len(members) >= 2:
            count = min(max(count, 1), len(members) - 1)
        held.update(members[int(i)] for i in generator.permutation(len(members))[:count])
    return frozenset(set(classes) - held), frozenset(held)


class Member(Protocol):
    """Anything that a patient has in a set: a shard, or a row to make one of."""

    @property
    def patient(self) -> str:
        """Patient identifier of the cohort table."""

    @property
    def subset(self) -> str:
        """The set, such as ``train``."""


def spoken(name: str) -> str:
    """A name as people read it: width of letters, case and blanks do not tell two patients (or sets) apart."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def refuse_two_sets(members: Iterable[Member]) -> None:
    """Raise if a patient stands in two sets, or if a patient or a set is spelt in two ways.

    Raises:
        UsageError: Names the first such patient or set.
    """
    sets: dict[str, str] = {}
    spellings: dict[tuple[str, str], str] = {}
    for member in members:
        for kind, name in (("patient", member.patient), ("set", member.subset)):
            written = spellings.setdefault((kind, spoken(name)), name)
            if written != name:
                raise UsageError(
                    f"One {kind} is spelt in two ways, {written!r} and {name!r}.",
                    remedy="Write it in one way in the cohort tables; if they are two, give them names that differ in "
                    "more than case and blanks.",
                    code="patient-leak" if kind == "patient" else "set-spelling",
                )
        first = sets.setdefault(member.patient, member.subset)
        if first != member.subset:
            raise UsageError(
                f"Patient {member.patient} stands in two sets, {first!r} and {member.subset!r}.",
                remedy="Give every patient one set in the cohort tables, and prepare all tables again.",
                code="patient-leak",
            )


def refuse_shared_patients(first: Iterable[str], second: Iterable[str], names: str) -> None:
    """Raise if a patient stands in both sets.

    Raises:
        UsageError: Names the first patients found twice.
    """
    known = {spoken(name) for name in first}
    both = sorted({name for name in second if spoken(name) in known})
    if both:
        raise UsageError(
            f"{len(both)} patients stand in both {names}: {', '.join(both[:3])}.",
            remedy="Give every patient one set in the cohort table.",
            code="patient-leak",
        )
