"""Readiness: which package a case would use, and which of its proposed roles still need a person's word."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from engine.domain.case import Case
from engine.domain.package import ModelPackage
from engine.domain.sequence import RoleMap, SequenceRole

CONFIDENT = 0.85
"""From this confidence on a proposed role stands by itself (see `RoleGuess`)."""


def package_for(packages: Sequence[ModelPackage], case: Case | None) -> ModelPackage | None:
    """Return the package that an analysis would use: by the case's choice, else the one that uses most roles."""
    roles = set() if case is None else set(case.roles)
    fitting = [one for one in packages if set(one.roles) <= roles]
    if case is not None and case.model != "auto":
        fitting = [one for one in fitting if one.manifest.id == case.model]
    return max(fitting, key=lambda one: (len(one.roles), one.manifest.id), default=None)


def needs_confirmation(case: Case | None, role_map: RoleMap, confirmed: Collection[str], role: SequenceRole) -> bool:
    """Return True while the series in a role was proposed with doubt and nobody has confirmed it."""
    if case is None or role not in case.roles or case.roles[role] in confirmed:
        return False
    guess = role_map.guess_for(case.roles[role])
    return guess is None or guess.conflict or guess.confidence < CONFIDENT


def can_run_alone(
    packages: Sequence[ModelPackage], case: Case, role_map: RoleMap, confirmed: Collection[str] = ()
) -> bool:
    """Return True when an analysis needs no further word from anybody."""
    package = package_for(packages, case)
    return (
        package is not None
        and bool(case.rois)
        and not any(needs_confirmation(case, role_map, confirmed, role) for role in package.roles)
    )
