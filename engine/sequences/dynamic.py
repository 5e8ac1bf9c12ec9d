"""The dynamic run of a study: which T1 volumes belong together, and by which clock they are ordered."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence

from engine.domain.sequence import Phase
from engine.domain.study import Series
from engine.sequences.delays import TimedVolume
from engine.sequences.evidence import Evidence
from engine.sequences.phases import PhaseWord
from engine.sequences.t2 import is_fat_suppressed
from engine.sequences.timeline import SAME_CLOCK_S, PhaseGuess, assign_phases, is_post
from engine.sequences.words import normalise

_LIVER_AGENT = re.compile(r"gadoxet|primovist|eovist|eob|普美显|钆塞酸")
_LIVER_WORDS = re.compile(r"(?<![a-z])(hbp|hepatobil|hepatocyt|primovist|eovist|eob|20 ?min)")

SHORTEST_RUN = 3
"""Fewer T1 volumes of one technique are no run by themselves."""
FLIP_TOLERANCE_DEG, ECHO_TOLERANCE_MS, REPETITION_TOLERANCE = 1.0, 0.15, 0.1
"""Flip angle, echo time, and repetition time (as a fraction of it) of one technique may differ by this much."""


def phases_of_study(
    candidates: Sequence[Series], evidence: Mapping[str, Evidence], all_series: Sequence[Series]
) -> dict[str, PhaseGuess]:
    """Return a phase guess for every candidate T1 volume of one study.

    The largest group of one technique is the dynamic run. A volume of another technique may only fill the native
    place, or a phase that its name states, and then asks for confirmation. Where nothing in the study speaks of
    contrast, one or two T1 volumes are no dynamic run but native images, whatever their technique.
    """
    if not candidates:
        return {}
    groups = _techniques(candidates, evidence)
    main = max(groups, key=lambda group: (len(group), sum(_quality(evidence[s.key]) for s in group), group[0].key))
    contrast = any(_speaks_of_contrast(series, evidence[series.key]) for series in all_series)
    if not contrast and len(main) <= SHORTEST_RUN - 1 and not any(evidence[s.key].phase for s in candidates):
        return _all_native(candidates, evidence)
    liver_agent = _liver_agent(all_series, evidence)
    starts = _clocks(main)
    injection = next((s.facts.contrast_start_time_s for s in main if s.facts.contrast_start_time_s is not None), None)
    guesses = assign_phases(
        [_timed(series, evidence[series.key], starts.get(series.key)) for series in main],
        injection_s=injection,
        hepatobiliary_agent=liver_agent,
    )
    if not contrast:
        guesses = {key: _doubted(guess) for key, guess in guesses.items()}
    taken = {guess.phase for guess in guesses.values()}
    outside = [series for group in groups if group is not main for series in group]
    native = _native_outside(outside, main, evidence) if Phase.PRE not in taken else None
    for series in outside:
        guesses[series.key] = (
            PhaseGuess(Phase.PRE, 0.55, "another technique than the dynamic run, but before it and without contrast")
            if series is native
            else _outside(series, evidence[series.key], taken, len(main))
        )
    return guesses


def _speaks_of_contrast(series: Series, evidence: Evidence) -> bool:
    """Tell whether a series says that contrast was given: an agent, an injection time, or a phase after it."""
    facts = series.facts
    return (
        bool(facts.contrast_agent)
        or facts.contrast_start_time_s is not None
        or facts.contrast_phase not in ("", "PRE_CONTRAST", "NONE")
        or (
            evidence.phase not in (None, PhaseWord.PRE)
            # "DYNDIST" and the like in the names of other sequences are no dynamic run
            and not (evidence.is_epi or evidence.is_spin_echo or evidence.says("t2", "diffusion"))
        )
    )


def _all_native(candidates: Sequence[Series], evidence: Mapping[str, Evidence]) -> dict[str, PhaseGuess]:
    """Guess about a study without contrast: the best volume is native, the last one of equals."""

    def rank(series: Series) -> tuple[object, ...]:
        facts = series.facts
        return (
            _quality(evidence[series.key]), facts.acquisition_time_s or 0.0, facts.series_number or 0, series.key,
        )  # fmt: skip

    best = max(candidates, key=rank)
    reason = "no header and no name in the study speaks of contrast: a native image"
    if len(candidates) == 1:
        reason = "the only T1 volume, and its header names no contrast agent"
    return {
        series.key: PhaseGuess(Phase.PRE, 0.6, reason)
        if series is best
        else PhaseGuess(None, 0.6, "a native image too: another one is preferred")
        for series in candidates
    }


def _doubted(guess: PhaseGuess) -> PhaseGuess:
    """Lower a phase that only the clocks tell, in a study where nothing says that contrast was given."""
    if guess.phase is None or guess.confidence <= 0.6:
        return guess
    return PhaseGuess(
        guess.phase, 0.6, f"{guess.reason}; nothing in the study says that contrast was given", guess.conflict
    )


def _native_outside(
    outside: Sequence[Series], run: Sequence[Series], evidence: Mapping[str, Evidence]
) -> Series | None:
    """Return the last volume of another technique that was acquired before the run and names neither agent nor phase.

    Only beside a run that is enhanced by its headers or names: otherwise "before" means nothing.
    """
    starts = [series.facts.acquisition_time_s for series in run]
    known = [start for start in starts if start is not None]
    enhanced = all(series.facts.contrast_agent or is_post(evidence[series.key].phase) for series in run)
    if len(known) < len(run) or not enhanced:
        return None
    earlier = [
        series
        for series in outside
        if series.facts.acquisition_time_s is not None
        and series.facts.acquisition_time_s < min(known)
        and not series.facts.contrast_agent
        and evidence[series.key].phase is None
    ]
    return max(
        earlier,
        key=lambda series: (_quality(evidence[series.key]), series.facts.acquisition_time_s or 0.0, series.key),
        default=None,
    )


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
    """Group volumes measured alike: matrix, echo and repetition time, flip angle, Dixon part, frame of reference.

    Times and angles are compared with a tolerance: the shortest possible ones differ a little from series to series.
    """
    frames = _frames_of_reference(candidates)
    groups: list[list[Series]] = []
    for series in sorted(candidates, key=lambda series: (_settings(series), series.key)):
        alike = (group for group in groups if _measured_alike(series, group[0], evidence, frames))
        group = next(alike, None)
        if group is None:
            groups.append([series])
        else:
            group.append(series)
    return [sorted(group, key=lambda series: series.key) for group in groups]


def _settings(series: Series) -> tuple[float, float, float]:
    facts = series.facts
    return (facts.flip_angle_deg or 0.0, facts.echo_time_ms or 0.0, facts.repetition_time_ms or 0.0)


def _measured_alike(
    one: Series, other: Series, evidence: Mapping[str, Evidence], frames: Mapping[str, str | None]
) -> bool:
    tolerances = (FLIP_TOLERANCE_DEG, ECHO_TOLERANCE_MS, REPETITION_TOLERANCE * max(_settings(one)[2], 1.0))
    return (
        (frames[one.key], one.rows, one.columns) == (frames[other.key], other.rows, other.columns)
        and evidence[one.key].component == evidence[other.key].component
        and _suppressed(evidence[one.key]) == _suppressed(evidence[other.key])
        and all(
            abs(own - their) <= most
            for own, their, most in zip(_settings(one), _settings(other), tolerances, strict=True)
        )
    )


def _suppressed(evidence: Evidence) -> bool:
    return is_fat_suppressed(evidence) or evidence.says("gradient t1")


def _frames_of_reference(candidates: Sequence[Series]) -> dict[str, str | None]:
    """Return each series' frame of reference; none where every DICOM series has its own, as anonymisers leave them."""
    series_of: dict[str | None, set[str]] = defaultdict(set)
    for series in candidates:
        series_of[series.frame_of_reference_uid].add(series.series_instance_uid)
    renewed = len(series_of) > 1 and all(len(uids) == 1 for uids in series_of.values())
    return {series.key: None if renewed else series.frame_of_reference_uid for series in candidates}


def _clocks(run: Sequence[Series]) -> dict[str, float]:
    """Return start times in seconds since midnight from the only clock that supports timing; {} when it fails.

    Philips and GE give all dynamics of one series one AcquisitionTime and count in TriggerTime. Reconstruction times
    never count: a whole run may be reconstructed within seconds.
    """
    clocks: dict[str, float] = {}
    by_series: dict[str, list[Series]] = defaultdict(list)
    for series in run:
        by_series[series.series_instance_uid].append(series)
    for members in by_series.values():
        starts = _clocks_of_series(members)
        if not starts:
            return {}
        clocks |= starts
    return clocks


def _clocks_of_series(members: Sequence[Series]) -> dict[str, float]:
    """Return the start times of the volumes of one DICOM series, {} where its clock does not tell them apart."""
    known = [s.facts.acquisition_time_s for s in members if s.facts.acquisition_time_s is not None]
    if len(known) < len(members):
        return {}
    if len(members) > 1 and max(known) - min(known) <= SAME_CLOCK_S:
        offsets = [s.facts.trigger_time_ms for s in members if s.facts.trigger_time_ms is not None]
        if len(offsets) == len(members) and max(offsets) - min(offsets) > 1000:
            return {s.key: known[0] + (s.facts.trigger_time_ms or 0.0) / 1000 for s in members}
        if len({s.facts.image_type for s in members}) < len(members):
            return {}  # dynamics with one clock for all, not several reconstructions of one moment
    return {s.key: start for s, start in zip(members, known, strict=True)}


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
    """Rank volumes that show the same: water, then fat-suppressed; distortion-corrected, normalised, 3D first."""
    water = 4.0 if evidence.component == "water" else 0.0
    suppressed = 2.0 if is_fat_suppressed(evidence) else 0.0
    corrected = sum(0.5 for token in ("DIS2D", "DIS3D", "NORM") if token in evidence.tokens)
    volume = 0.25 if evidence.facts.mr_acquisition_type == "3D" else 0.0
    return water + suppressed + corrected + volume


def _liver_agent(all_series: Sequence[Series], evidence: Mapping[str, Evidence]) -> bool:
    return any(
        _LIVER_AGENT.search(normalise(series.facts.contrast_agent)) or _LIVER_WORDS.search(evidence[series.key].words)
        for series in all_series
    )
