"""Study → roles: every series is judged, then each role goes to the series that fits best, or to none.

Order of thought: the rule table names the kinds; derived copies are set aside; the T2, the diffusion image and the
phases of the dynamic run are chosen among their kinds. From 0.85 a proposal stands by itself; from 0.5 it asks for
confirmation; below, the role stays empty and the person chooses. Disagreement between kinds of evidence never passes
silently.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from engine.domain.sequence import Phase, RoleGuess, RoleMap, SequenceFacts, SequenceRole, SeriesKind
from engine.domain.study import Series, Study
from engine.sequences.dynamic import phases_of_study
from engine.sequences.evidence import Evidence, evidence_of
from engine.sequences.phases import PHASE_OF_WORD, PhaseWord
from engine.sequences.rules import Verdict, judge
from engine.sequences.t2 import AUTOMATIC_FROM, t2_score
from engine.sequences.timeline import PhaseGuess

AUTOMATIC, LEAST = 0.85, 0.5
JUST_ASK = 0.84
PREFERRED_B = 800.0
B_RANGE = (750.0, 1100.0)
LOWEST_B = 400.0
FEW_SLICES = 8
ROLE_OF_PHASE = {
    Phase.PRE: SequenceRole.T1_PRE,
    Phase.LATE_ARTERIAL: SequenceRole.T1_LATE_ARTERIAL,
    Phase.PORTAL_VENOUS: SequenceRole.T1_PORTAL_VENOUS,
    Phase.EQUILIBRIUM: SequenceRole.T1_EQUILIBRIUM,
}
_NAMED_B = re.compile(r"(?<![a-z0-9])b ?-?(\d{1,4})(?!\d)")
_FAR_REGIONS = re.compile(
    r"BRAIN|HEAD|SKULL|NECK|SPINE|KNEE|ANKLE|FOOT|HAND|WRIST|ELBOW|SHOULDER|HIP|BREAST|PROSTATE|HEART|LEG|ARM|ORBIT|JAW"
)
_NEAR_REGIONS = re.compile(r"PELVIS|CHEST|THORAX|UTERUS|RECTUM|BLADDER")


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
    return _guess(key, evidence, judge(evidence))


def identify_roles(study: Study) -> RoleMap:
    """Return what every series of a study is, and which series plays which role.

    At most one series holds a role; one that could hold it too is marked by `candidate_for`.
    """
    highest = _highest_acquired(study.series)
    evidence = {s.key: evidence_of(s.facts, series=s, highest_acquired_b=highest.get(s.key)) for s in study.series}
    guesses = {s.key: _guess(s.key, evidence[s.key], judge(evidence[s.key])) for s in study.series}
    series = {s.key: s for s in study.series}
    _mark_dual_echoes(series, evidence, guesses)
    proposals = [
        *_propose_t2(series, evidence, guesses),
        *_propose_dwi(series, evidence, guesses),
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


def _mark_dual_echoes(series: dict[str, Series], evidence: dict[str, Evidence], guesses: dict[str, RoleGuess]) -> None:
    """Take T1 volumes that differ in echo time alone for what they are: in phase and opposed phase."""
    groups: dict[tuple[object, ...], list[str]] = defaultdict(list)
    for key, guess in guesses.items():
        facts = series[key].facts
        if guess.kind is SeriesKind.T1 and evidence[key].component != "water" and facts.echo_time_ms is not None:
            groups[
                series[key].series_instance_uid, facts.acquisition_time_s, series[key].slices, series[key].rows
            ].append(key)
    for keys in groups.values():
        if len({round(series[key].facts.echo_time_ms or 0.0, 2) for key in keys}) > 1:
            reason = "one of several echoes of one measurement: in-phase and opposed-phase images"
            for key in keys:
                guesses[key] = replace(
                    guesses[key], kind=SeriesKind.T1_DIXON, phase=None, reasons=(reason,), confidence=0.9
                )


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


def _highest_acquired(all_series: Sequence[Series]) -> dict[str, float]:
    """Return for each single-b series the largest b of the multi-b series that it may be computed from.

    A computed image is a series of its own that copies clock or name of the acquired one.
    """
    by_dicom: dict[str, list[Series]] = defaultdict(list)
    for series in all_series:
        if series.facts.b_value_s_mm2 is not None:
            by_dicom[series.series_instance_uid].append(series)
    found: dict[str, float] = {}
    for uid, members in by_dicom.items():
        if len(members) > 1:
            continue
        own = members[0]
        sources = [
            other
            for other_uid, others in by_dicom.items()
            if other_uid != uid and len({s.facts.b_value_s_mm2 for s in others}) > 1
            for other in others
            if _same_measurement(own, other)
        ]
        if sources:
            found[own.key] = max(source.facts.b_value_s_mm2 or 0.0 for source in sources)
    return found


def _same_measurement(one: Series, other: Series) -> bool:
    first, second = one.facts.acquisition_time_s, other.facts.acquisition_time_s
    if first is not None and second is not None and abs(first - second) <= 1.0:
        return True
    return (
        bool(one.facts.protocol_name)
        and one.facts.protocol_name == other.facts.protocol_name
        and (one.slices == other.slices)
    )


def _limit(guess: RoleGuess, limit: float, reason: str) -> RoleGuess:
    """Lower a guess's confidence to `limit` and say why."""
    return replace(guess, confidence=min(guess.confidence, limit), reasons=(*guess.reasons, reason))


def _general_limits(guess: RoleGuess, series: Series, evidence: Evidence) -> RoleGuess:
    """Apply what holds for every role: region, plane, number of slices, contradictions."""
    region = evidence.facts.body_part_examined
    if _FAR_REGIONS.search(region) and not evidence.says("liver"):
        guess = _limit(guess, 0.3, f"BodyPartExamined says {region}")
    elif _NEAR_REGIONS.search(region) and not evidence.says("liver"):
        guess = _limit(guess, 0.7, f"BodyPartExamined says {region}")
    if series.slices < FEW_SLICES:
        guess = _limit(guess, 0.7, f"only {series.slices} slices")
    if evidence.says("dixon") and not evidence.component:
        guess = _limit(guess, 0.7, "a Dixon series that does not say which part it is")
    if evidence.says("processed copy"):
        guess = _limit(guess, 0.8, "named as a registered, filtered or uncorrected copy")
    if evidence.plane == "axial" and evidence.says("sagittal", "oblique", "coronal") and not evidence.says("axial"):
        guess = _limit(guess, JUST_ASK, "its name speaks of another plane than its images show")
    if guess.conflict:
        guess = _limit(guess, JUST_ASK, "header and name disagree: please confirm")
    return guess


def _propose_t2(
    series: dict[str, Series], evidence: dict[str, Evidence], guesses: dict[str, RoleGuess]
) -> list[RoleGuess]:
    scored: list[tuple[float, float, RoleGuess]] = []
    for key, guess in guesses.items():
        if guess.kind is not SeriesKind.T2 or not series[key].is_stack:
            continue
        score, why = t2_score(evidence[key], series[key])
        matrix = series[key].rows * series[key].columns
        likely = (
            0.85 + min((score - AUTOMATIC_FROM) / 400, 0.12) if score >= AUTOMATIC_FROM else 0.5 + 0.34 * score / 60
        )
        own = replace(
            guess,
            role=SequenceRole.T2,
            candidate_for=SequenceRole.T2,
            confidence=max(0.0, min(likely, guess.confidence if guess.confidence < LEAST else 0.97)),
            reasons=(*guess.reasons, f"{score:.0f} points as reference: {', '.join(why)}" if why else "no points"),
        )
        if evidence[key].plane not in ("axial", "near axial"):
            own = _limit(own, 0.4, f"{evidence[key].plane}, not axial: used only if you choose it")
        scored.append((score, matrix, _general_limits(own, series[key], evidence[key])))
    scored.sort(
        key=lambda entry: (
            entry[2].confidence < LEAST,
            series[entry[2].series_key].slices < FEW_SLICES,  # a repeated part never replaces the whole
            -entry[0],
            -entry[1],
            entry[2].series_key,
        )
    )
    if len(scored) > 1 and scored[0][0] - scored[1][0] < 5 and scored[1][2].confidence >= LEAST:
        rival = series[scored[1][2].series_key].facts.series_description or scored[1][2].series_key
        asked = _limit(scored[0][2], JUST_ASK, f"“{rival}” would serve nearly as well")
        scored[0] = (scored[0][0], scored[0][1], asked)
    return [guess for _score, _matrix, guess in scored]


def _propose_dwi(
    series: dict[str, Series], evidence: dict[str, Evidence], guesses: dict[str, RoleGuess]
) -> list[RoleGuess]:
    candidates: list[tuple[tuple[float, ...], RoleGuess]] = []
    known = [key for key, guess in guesses.items() if guess.kind is SeriesKind.DWI]
    for key in known:
        facts, b_value = series[key].facts, series[key].facts.b_value_s_mm2
        if not series[key].is_stack:
            continue
        if b_value is None:
            named = [float(number) for number in _NAMED_B.findall(evidence[key].words)]
            if len(known) > 1 or (named and max(named) < LOWEST_B):
                continue
            own = _limit(guesses[key], 0.5, "the b-value is not stated: please confirm that it is 800 to 1000")
        elif b_value < LOWEST_B:
            reason = f"b = {b_value:g}: too little diffusion weighting for the diffusion role"
            guesses[key] = replace(guesses[key], reasons=(*guesses[key].reasons, reason))
            continue
        else:
            own = _judged_b(guesses[key], b_value, facts)
        own = replace(own, role=SequenceRole.DWI, candidate_for=SequenceRole.DWI)
        if evidence[key].plane not in ("axial", "near axial"):
            own = _limit(own, 0.4, f"{evidence[key].plane}, not axial: used only if you choose it")
        own = _general_limits(own, series[key], evidence[key])
        candidates.append((_dwi_rank(own, series[key], evidence[key]), own))
    candidates.sort(key=lambda entry: (entry[0], entry[1].series_key))
    return [guess for _rank, guess in candidates]


def _judged_b(guess: RoleGuess, b_value: float, facts: SequenceFacts) -> RoleGuess:
    source = facts.b_value_source or "header"
    own = replace(guess, reasons=(f"b = {b_value:g} s/mm² ({source})", *guess.reasons))
    if not B_RANGE[0] <= b_value <= B_RANGE[1]:
        own = _limit(own, 0.65, f"b = {b_value:g} lies outside {B_RANGE[0]:g} to {B_RANGE[1]:g}: please confirm")
    if facts.diffusion == "direction":
        own = _limit(own, 0.75, "it shows a single gradient direction, no trace")
    elif facts.diffusion == "mean of directions" and facts.diffusion_directions < 3:
        own = _limit(own, 0.75, f"the mean of only {facts.diffusion_directions} directions")
    elif facts.diffusion == "mean of directions":
        own = replace(own, reasons=(*own.reasons, f"the geometric mean of {facts.diffusion_directions} directions"))
    if source in ("description", "protocol name"):
        own = _limit(own, JUST_ASK, "only the name states the b-value")
    return own


def _dwi_rank(guess: RoleGuess, series: Series, evidence: Evidence) -> tuple[float, ...]:
    b_value = series.facts.b_value_s_mm2
    in_range = b_value is not None and B_RANGE[0] <= b_value <= B_RANGE[1]
    kinds = {"trace": 0.0, "mean of directions": 1.0, "": 2.0, "direction": 3.0}
    return (
        float(guess.confidence < LEAST),
        float(series.slices < FEW_SLICES),
        float(not in_range),
        float(evidence.says("processed copy")),
        abs((b_value or 0.0) - PREFERRED_B),
        kinds.get(series.facts.diffusion, 2.0),
        -float(series.slices),
        -(series.facts.acquisition_time_s or 0.0),
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
        proposals.append(_general_limits(own, series[key], evidence[key]))
    for key in set(t1) - set(found):
        plane = evidence[key].plane
        if plane and plane not in ("axial", "near axial"):
            guesses[key] = _limit(guesses[key], 0.6, f"{plane}, not axial: used only if you choose it")
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
