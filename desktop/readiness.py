"""Readiness: which package a case would use, and which of its proposed roles still need a person's word."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from engine import pipeline
from engine.domain.case import Case
from engine.domain.package import ModelPackage
from engine.domain.sequence import RoleMap, SequenceRole
from engine.domain.study import Study

Word = tuple[SequenceRole, str]
"""A person's word: the series with this key plays this role. In another role the series is a proposal again."""

CONFIDENT = 0.85
"""From this confidence on a proposed role stands by itself (see `RoleGuess`)."""


def package_for(packages: Sequence[ModelPackage], case: Case | None) -> ModelPackage | None:
    """Return the package that an analysis would use: by the case's choice, else the one that uses most roles."""
    roles = set() if case is None else set(case.roles)
    fitting = [one for one in packages if set(one.roles) <= roles]
    if case is not None and case.model != "auto":
        fitting = [one for one in fitting if one.manifest.id == case.model]
    return max(fitting, key=lambda one: (len(one.roles), one.manifest.id), default=None)


def readable(study: Study, roles: Mapping[SequenceRole, str]) -> dict[SequenceRole, str]:
    """Return those of the roles whose images can be read: a series that is no regular stack has no volume."""
    found = {role: study.find(key) for role, key in roles.items()}
    return {role: roles[role] for role, series in found.items() if series is None or series.is_stack}


def t2_is_broken(study: Study, case: Case) -> bool:
    """Return True when the T2 series is no regular stack: nothing can be outlined, and an analysis says why."""
    series = study.find(case.roles.get(SequenceRole.T2, ""))
    return series is not None and not series.is_stack


def decided(study: Study, case: Case, role_map: RoleMap) -> set[Word]:
    """Return the roles of a case that are somebody's word, as far as the case tells: those that nobody proposed."""
    return set(case.roles.items()) - set(pipeline.first_case(study, role_map).roles.items())


def needs_confirmation(case: Case | None, role_map: RoleMap, confirmed: Collection[Word], role: SequenceRole) -> bool:
    """Return True while the series in a role was proposed with doubt and nobody has confirmed it there."""
    if case is None or role not in case.roles or (role, case.roles[role]) in confirmed:
        return False
    guess = role_map.guess_for(case.roles[role])
    return guess is None or guess.conflict or guess.confidence < CONFIDENT


def can_run_alone(
    packages: Sequence[ModelPackage], case: Case, role_map: RoleMap, confirmed: Collection[Word] = ()
) -> bool:
    """Return True when an analysis needs no further word from anybody."""
    package = package_for(packages, case)
    return (
        package is not None
        and bool(case.rois)
        and not any(needs_confirmation(case, role_map, confirmed, role) for role in package.roles)
    )
