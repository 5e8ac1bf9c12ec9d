"""When contrast was given, as far as the clocks of the contrast-enhanced T1 series tell.

T2 and diffusion images are often acquired after the dynamic run, to use the wait; they then show an enhanced liver. The
agent in their own header says so at some hospitals only (a fifth of T2 series), but their AcquisitionTime lies after
that of an enhanced T1 series everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.domain.sequence import Phase, RoleGuess, SequenceRole, SeriesKind
from engine.domain.study import Series, Study
from engine.sequences.evidence import evidence_of
from engine.sequences.identify import identify_roles
from engine.sequences.phases import PhaseWord
from engine.sequences.timeline import DAY_S, MIDNIGHT_S, is_post

# a subtraction carries the clock of either of its sources, and other kinds carry an agent for other reasons
_KINDS = (SeriesKind.T1, SeriesKind.T1_DIXON, SeriesKind.T1_HEPATOBILIARY)
_NATIVE = ("PRE_CONTRAST", "NONE")


def delays_after_contrast_s(study: Study, roles: Mapping[SequenceRole, str]) -> dict[SequenceRole, float]:
    """Return how many seconds after the start of the first contrast-enhanced T1 series the others began.

    Args:
        roles: Series of the study by role; what a person took for a T1 phase counts as that phase.

    Returns:
        T2 and DWI, those that began later; empty where no enhanced series or no AcquisitionTime is known.
    """
    guesses = {guess.series_key: guess for guess in identify_roles(study).guesses}
    confirmed = {key: role for role, key in roles.items()}
    starts = [
        series.facts.acquisition_time_s
        for series in study.series
        if series.facts.acquisition_time_s is not None
        and _is_enhanced(series, guesses[series.key], confirmed.get(series.key))
    ]
    if not starts:
        return {}
    # a run that passes midnight: times more than half a day before the latest belong to the next day
    first = min(start + DAY_S if max(starts) - start > MIDNIGHT_S else start for start in starts)
    found = {}
    for role in (SequenceRole.T2, SequenceRole.DWI):
        series = study.find(roles.get(role, ""))
        if series is None or series.facts.acquisition_time_s is None:
            continue
        delay = series.facts.acquisition_time_s - first
        delay += DAY_S if delay < -MIDNIGHT_S else -DAY_S if delay > MIDNIGHT_S else 0.0
        if delay > 0:
            found[role] = delay
    return found


def _is_enhanced(series: Series, guess: RoleGuess, confirmed: SequenceRole | None) -> bool:
    """Tell whether a series shows contrast: a person's word, then AgentPhase, the phase found, the agent, the name."""
    if confirmed is not None:
        return confirmed not in (SequenceRole.T2, SequenceRole.DWI, SequenceRole.T1_PRE)
    if guess.kind not in _KINDS:
        return False
    if series.facts.contrast_phase:
        return series.facts.contrast_phase not in _NATIVE
    if guess.phase is not None:
        return guess.phase is not Phase.PRE
    word = evidence_of(series.facts, series=series).phase
    return is_post(word) or (bool(series.facts.contrast_agent) and word is not PhaseWord.PRE)
