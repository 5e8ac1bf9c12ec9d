"""The dynamic run of a study: which T1 volumes belong together, and by which clock they are ordered."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence

from engine.domain.sequence import Phase
from engine.domain.study import Series
from engine.sequences.evidence import Evidence
from engine.sequences.phases import PhaseWord
from engine.sequences.t2 import is_fat_suppressed
from engine.sequences.timeline import PhaseGuess, TimedVolume, assign_phases
from engine.sequences.words import normalise

_LIVER_AGENT = re.compile(r"gadoxet|primovist|eovist|eob|普美显|钆塞酸")
_LIVER_WORDS = re.compile(r"(?<![a-z])(hbp|hepatobil|hepatocyt|primovist|eovist|eob|20 ?min)")


def phases_of_study(
    candidates: Sequence[Series], evidence: Mapping[str, Evidence], all_series: Sequence[Series]
) -> dict[str, PhaseGuess]:
    """Return a phase guess for every candidate T1 volume of one study.

    The largest group of one technique is the dynamic run. A volume of another technique may only fill the native
    place, or a phase that its name states, and then asks for confirmation.
    """
    if not candidates:
        return {}
    groups = _techniques(candidates, evidence)
    main = max(groups, key=lambda group: (len(group), sum(_quality(evidence[s.key]) for s in group), group[0].key))
    liver_agent = _liver_agent(all_series, evidence)
    starts = _clocks(main)
    injection = next((s.facts.contrast_start_time_s for s in main if s.facts.contrast_start_time_s is not None), None)
    guesses = assign_phases(
        [_timed(series, evidence[series.key], starts.get(series.key)) for series in main],
        injection_s=injection,
        hepatobiliary_agent=liver_agent,
    )
    if len(main) == 1:
        guesses = {main[0].key: _lone(evidence[main[0].key], guesses[main[0].key], len(candidates))}
    taken = {guess.phase for guess in guesses.values()}
    for group in groups:
        if group is not main:
            for series in group:
                guesses[series.key] = _outside(series, evidence[series.key], taken, len(main))
    return guesses


def _lone(evidence: Evidence, guess: PhaseGuess, candidates: int) -> PhaseGuess:
    """A single T1 volume: its name, or native when nothing in the study speaks of contrast."""
    if guess.phase is not None or evidence.phase is not None or evidence.facts.contrast_agent or candidates > 1:
        return guess
    return PhaseGuess(Phase.PRE, 0.6, "the only T1 volume, and its header names no contrast agent")


def _outside(series: Series, evidence: Evidence, taken: set[Phase | None], run: int) -> PhaseGuess:
    """A volume of another technique than the run."""
    guess = assign_phases([_timed(series, evidence, None)])[series.key]
    if guess.phase is None or guess.phase in taken:
        return PhaseGuess(None, 0.5, "another technique than the dynamic run")
    if run > 1 and guess.phase is not Phase.HEPATOBILIARY:
        return PhaseGuess(
            guess.phase, min(guess.confidence, 0.6), f"{guess.reason}; another technique than the dynamic run"
        )
    return guess


def _techniques(candidates: Sequence[Series], evidence: Mapping[str, Evidence]) -> list[list[Series]]:
    """Group volumes measured alike: matrix, echo and repetition time, flip angle, Dixon part, frame of reference."""
    groups: dict[tuple[object, ...], list[Series]] = defaultdict(list)
    for series in sorted(candidates, key=lambda series: series.key):
        facts = series.facts
        stem = (
            series.frame_of_reference_uid,
            series.rows,
            series.columns,
            round(facts.echo_time_ms or 0.0, 1),
            round(facts.flip_angle_deg or 0.0),
            round((facts.repetition_time_ms or 0.0) * 2) / 2,
            evidence[series.key].component,
            is_fat_suppressed(evidence[series.key]) or evidence[series.key].says("gradient t1"),
        )
        groups[stem].append(series)
    return list(groups.values())


def _clocks(run: Sequence[Series]) -> dict[str, float]:
    """Return start times in seconds since midnight from the only clock that supports timing; {} when it fails.

    Philips gives all dynamics one AcquisitionTime and counts in TriggerTime. Reconstruction times never count:
    a whole run may be reconstructed within seconds.
    """
    starts = {s.key: s.facts.acquisition_time_s for s in run}
    known = [start for start in starts.values() if start is not None]
    if len(known) < len(starts):
        return {}
    triggers = {s.key: s.facts.trigger_time_ms for s in run}
    offsets = [trigger for trigger in triggers.values() if trigger is not None]
    if max(known) - min(known) <= 1.0 and len(offsets) == len(run) and max(offsets) - min(offsets) > 1000:
        return {key: known[0] + (triggers[key] or 0.0) / 1000 for key in starts}
    return {key: start for key, start in starts.items() if start is not None}


def _timed(series: Series, evidence: Evidence, start_s: float | None) -> TimedVolume:
    facts = series.facts
    one_series = (facts.temporal_position or 0, facts.acquisition_number or 0)
    return TimedVolume(
        key=series.key,
        start_s=start_s,
        order=(float(facts.series_number or 0), *map(float, one_series), facts.content_time_s or 0.0),
        word=_phase_in_header(facts.contrast_phase) or evidence.phase,
        has_agent=bool(facts.contrast_agent),
        duration_s=facts.acquisition_duration_s,
        quality=_quality(evidence),
    )


def _phase_in_header(agent_phase: str) -> PhaseWord | None:
    """Translate AgentPhase (0018,9344); where a scanner writes it, it wins over names."""
    return {
        "PRE_CONTRAST": PhaseWord.PRE,
        "ARTERIAL": PhaseWord.ARTERIAL,
        "PORTAL_VENOUS": PhaseWord.PORTAL,
        "DELAYED": PhaseWord.EQUILIBRIUM,
        "POST_CONTRAST": PhaseWord.POST,
    }.get(agent_phase)


def _quality(evidence: Evidence) -> float:
    """Rank reconstructions of one moment: water, then fat-suppressed; distortion-corrected and normalised first."""
    water = 4.0 if evidence.component == "water" else 0.0
    suppressed = 2.0 if is_fat_suppressed(evidence) else 0.0
    corrected = sum(0.5 for token in ("DIS2D", "DIS3D", "NORM") if token in evidence.tokens)
    return water + suppressed + corrected


def _liver_agent(all_series: Sequence[Series], evidence: Mapping[str, Evidence]) -> bool:
    return any(
        _LIVER_AGENT.search(normalise(series.facts.contrast_agent)) or _LIVER_WORDS.search(evidence[series.key].words)
        for series in all_series
    )
