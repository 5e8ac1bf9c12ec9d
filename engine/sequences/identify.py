"""Study → roles: every series is judged, then each role goes to the series that fits best, or to none.

Order of thought: the rule table names the kinds; derived copies are set aside; the T2, the diffusion image and the
phases of the dynamic run are chosen among their kinds. From 0.85 a proposal stands by itself; from 0.5 it asks for
confirmation; below, the role stays empty and the person chooses. Disagreement between kinds of evidence never passes
silently.
"""

from __future__ import annotations

from dataclasses import replace

from engine.domain.sequence import Phase, RoleGuess, RoleMap, SequenceFacts, SequenceRole, SeriesKind
from engine.domain.study import Series, Study
from engine.sequences.diffusion import propose_dwi
from engine.sequences.dynamic import phases_of_study
from engine.sequences.evidence import Evidence, evidence_of
from engine.sequences.letters import read_letters
from engine.sequences.limits import LEAST, general_limits, limit
from engine.sequences.neighbours import highest_acquired, mark_dual_echoes, mark_scouts
from engine.sequences.phases import PHASE_OF_WORD, PhaseWord
from engine.sequences.rules import Verdict, judge
from engine.sequences.t2 import propose_t2
from engine.sequences.timeline import PhaseGuess

ROLE_OF_PHASE = {
    Phase.PRE: SequenceRole.T1_PRE,
    Phase.LATE_ARTERIAL: SequenceRole.T1_LATE_ARTERIAL,
    Phase.PORTAL_VENOUS: SequenceRole.T1_PORTAL_VENOUS,
    Phase.EQUILIBRIUM: SequenceRole.T1_EQUILIBRIUM,
}


def describe_series(
    facts: SequenceFacts,
    *,
    series_key: str = "",
    series: Series | None = None,
    highest_acquired_b: float | None = None,
) -> RoleGuess:
    """Return what one series is, from its facts (and its geometry where given); never a role.

    Args:
        facts: What the header says.
        series_key: Key to put into the guess; the series' own where that is given.
        series: The series, for plane and number of slices.
        highest_acquired_b: Largest b-value acquired beside it, to unmask computed images.
    """
    evidence = evidence_of(facts, series=series, highest_acquired_b=highest_acquired_b)
    key = series.key if series is not None else series_key
    evidence = read_letters({key: evidence})[key]
    return _guess(key, evidence, judge(evidence))


def identify_roles(study: Study) -> RoleMap:
    """Return what every series of a study is, and which series plays which role.

    At most one series holds a role; one that could hold it too is marked by `candidate_for`.
    """
    highest = highest_acquired(study.series)
    evidence = {s.key: evidence_of(s.facts, series=s, highest_acquired_b=highest.get(s.key)) for s in study.series}
    evidence = read_letters(evidence)
    guesses = {s.key: _guess(s.key, evidence[s.key], judge(evidence[s.key])) for s in study.series}
    series = {s.key: s for s in study.series}
    mark_scouts(series, guesses)
    mark_dual_echoes(series, evidence, guesses)
    proposals = [
        *propose_t2(series, evidence, guesses),
        *propose_dwi(series, evidence, guesses),
        *_propose_phases(series, evidence, guesses),
    ]
    roles: dict[SequenceRole, str] = {}
    for guess in proposals:
        if guess.role is not None and guess.role not in roles and guess.confidence >= LEAST:
            roles[guess.role] = guess.series_key
            guesses[guess.series_key] = guess
        else:  # how sure the kind is, not how well it would serve
            certain = max(guess.confidence, guesses[guess.series_key].confidence)
            guesses[guess.series_key] = replace(guess, role=None, confidence=certain)
    return RoleMap(tuple(guesses[s.key] for s in study.series), roles)


def _guess(key: str, evidence: Evidence, verdict: Verdict) -> RoleGuess:
    phase = PHASE_OF_WORD.get(evidence.phase) if evidence.phase is not None and verdict.kind is SeriesKind.T1 else None
    if verdict.kind is SeriesKind.T1 and evidence.phase is PhaseWord.LATE:
        phase = Phase.EQUILIBRIUM
    if verdict.kind is SeriesKind.T1_HEPATOBILIARY:
        phase = Phase.HEPATOBILIARY
    conflicts = evidence.facts.conflicts
    return RoleGuess(
        series_key=key,
        kind=verdict.kind,
        phase=phase,
        confidence=verdict.confidence,
        reasons=(*verdict.reasons, *conflicts),
        conflict=verdict.conflict or bool(conflicts),
    )


def _propose_phases(
    series: dict[str, Series], evidence: dict[str, Evidence], guesses: dict[str, RoleGuess]
) -> list[RoleGuess]:
    """Give the phases of the dynamic run to T1 series; hepatobiliary ones change their kind."""
    t1 = [key for key, guess in guesses.items() if guess.kind is SeriesKind.T1]
    usable = [
        key
        for key in t1
        if series[key].is_stack and evidence[key].plane in ("axial", "near axial") and not evidence[key].is_spin_echo
    ]
    found = phases_of_study([series[key] for key in usable], evidence, list(series.values()))
    proposals = []
    for key, timed in found.items():
        own = _with_phase(guesses[key], timed)
        if own.role is None:
            guesses[key] = own
            continue
        proposals.append(general_limits(own, series[key], evidence[key]))
    for key in set(t1) - set(found):
        plane = evidence[key].plane
        if plane and plane not in ("axial", "near axial"):
            guesses[key] = limit(guesses[key], 0.6, f"{plane}, not axial: used only if you choose it")
    proposals.sort(key=lambda guess: (-guess.confidence, guess.series_key))
    return proposals


def _with_phase(guess: RoleGuess, timed: PhaseGuess) -> RoleGuess:
    reasons = (timed.reason, *guess.reasons)
    if timed.phase is Phase.HEPATOBILIARY:
        return replace(
            guess, kind=SeriesKind.T1_HEPATOBILIARY, phase=timed.phase, confidence=timed.confidence, reasons=reasons
        )
    role = ROLE_OF_PHASE.get(timed.phase) if timed.phase is not None else None
    confidence = min(timed.confidence, max(guess.confidence, 0.7))
    return replace(
        guess,
        phase=timed.phase,
        role=role,
        candidate_for=role,
        confidence=confidence,
        reasons=reasons,
        conflict=guess.conflict or timed.conflict,
    )
