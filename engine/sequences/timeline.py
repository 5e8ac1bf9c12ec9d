"""Clocks of a dynamic run → contrast phases: one joint choice of injection time and phases.

    injection time: from the header where it is valid, else every second between the last native and the first
        contrasted volume is tried
    every such time is matched with the volumes' delays (`delays`); the best match wins
    what remains is hepatobiliary from 600 s, otherwise extra: kept, shown, not used

A phase that no volume fits stays missing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engine.domain.sequence import Phase
from engine.sequences.delays import TimedVolume, every_second, matches
from engine.sequences.phases import PHASE_OF_WORD, PhaseWord

AMBIGUITY_MARGIN = 2.0
HEPATOBILIARY_FROM_S = 600.0
HEPATOBILIARY_TOLERANCE_S = 20.0
"""The injection time is uncertain by about this much."""
LONGEST_GAP_S = 900.0
LEAST_WAIT_S = 25.0
"""Between a native volume and the first one after contrast lies at least this much."""
SAME_CLOCK_S = 1.0
MIDNIGHT_S = 12 * 3600.0
DAY_S = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class PhaseGuess:
    """The phase of one volume; None for an extra one."""

    phase: Phase | None
    confidence: float
    reason: str
    conflict: bool = False


def assign_phases(
    volumes: Sequence[TimedVolume], *, injection_s: float | None = None, hepatobiliary_agent: bool = False
) -> dict[str, PhaseGuess]:
    """Return a guess for every volume of one dynamic run.

    Args:
        volumes: Volumes of one technique in one study, in any order.
        injection_s: ContrastBolusStartTime in seconds since midnight, believed only where it fits.
        hepatobiliary_agent: The agent is taken up by hepatocytes: 2 to 5 minutes are then the transitional phase.
    """
    if not volumes:
        return {}
    if not _reliable_clock(volumes):
        return _by_order(volumes)
    run = sorted(_unrolled(volumes), key=lambda volume: (volume.start_s or 0.0, volume.order, volume.key))
    moments, copies = _moments(run)
    pre, pre_confidence, pre_reason = _native(moments, injection_s)
    post = [volume for volume in moments if volume not in pre]
    guesses: dict[str, PhaseGuess] = {}
    if pre:
        for volume in pre[:-1]:
            guesses[volume.key] = PhaseGuess(None, 0.6, "an earlier native volume of the run: a later one is used")
        if post and (post[0].start_s or 0.0) - (pre[-1].start_s or 0.0) > LONGEST_GAP_S:
            pre_confidence = min(pre_confidence, 0.7)
            pre_reason += f"; but it is {_minutes(pre[-1], post[0])} minutes older than the next volume: please confirm"
        guesses[pre[-1].key] = PhaseGuess(Phase.PRE, pre_confidence, pre_reason)
    guesses.update(_contrasted(post, pre[-1] if pre else None, injection_s, hepatobiliary_agent))
    for volume, twin in copies:
        guesses[volume.key] = PhaseGuess(None, 0.6, f"another reconstruction of the moment of {twin.key}")
    return guesses


def _minutes(earlier: TimedVolume, later: TimedVolume) -> int:
    return round(((later.start_s or 0.0) - (earlier.start_s or 0.0)) / 60)


def _reliable_clock(volumes: Sequence[TimedVolume]) -> bool:
    starts = [volume.start_s for volume in volumes]
    known = [start for start in starts if start is not None]
    return len(known) == len(starts) and (len(volumes) == 1 or max(known) - min(known) > SAME_CLOCK_S)


def _unrolled(volumes: Sequence[TimedVolume]) -> Iterator[TimedVolume]:
    """Add a day to volumes after midnight: more than twelve hours before the others."""
    latest = max(volume.start_s or 0.0 for volume in volumes)
    for volume in volumes:
        early = volume.start_s is not None and latest - volume.start_s > MIDNIGHT_S
        yield _at(volume, (volume.start_s or 0.0) + DAY_S) if early else volume


def _at(volume: TimedVolume, start_s: float) -> TimedVolume:
    return TimedVolume(
        volume.key, start_s, volume.order, volume.word, volume.has_agent, volume.duration_s, volume.quality
    )


def _moments(run: Sequence[TimedVolume]) -> tuple[list[TimedVolume], list[tuple[TimedVolume, TimedVolume]]]:
    """Keep the best reconstruction of each moment; two of one clock share a phase and take one rank."""
    groups: list[list[TimedVolume]] = []
    for volume in run:
        if groups and abs((volume.start_s or 0.0) - (groups[-1][0].start_s or 0.0)) <= SAME_CLOCK_S:
            groups[-1].append(volume)
        else:
            groups.append([volume])
    kept, copies = [], []
    for group in groups:
        best = max(group, key=lambda volume: (volume.quality, volume.order, volume.key))
        kept.append(best)
        copies += [(volume, best) for volume in group if volume is not best]
    return kept, copies


def _native(moments: Sequence[TimedVolume], injection_s: float | None) -> tuple[list[TimedVolume], float, str]:
    """Return the volumes before contrast, how sure that is, and why."""
    named = [volume for volume in moments if volume.word is PhaseWord.PRE]
    posts = [volume for volume in moments if is_post(volume.word)]
    if named:
        last = named[-1]
        late = any((volume.start_s or 0.0) < (last.start_s or 0.0) for volume in posts)
        if late:
            return named[-1:], 0.6, "named pre-contrast, but a contrasted volume is earlier"
        return named, 0.95, "named pre-contrast and earlier than every contrasted volume"
    if all(volume.has_agent for volume in moments):  # entered once for the whole examination: it tells nothing
        if injection_s is None and _fits_better_without_first(moments):
            return [moments[0]], 0.6, "the first volume of a run that fits the usual delays only if it is native"
        return [], 0.0, ""
    if any(volume.has_agent for volume in moments):
        first_post = min((volume.start_s or 0.0) for volume in moments if volume.has_agent or is_post(volume.word))
        absent = [v for v in moments if not v.has_agent and not is_post(v.word) and (v.start_s or 0.0) < first_post]
        return absent, 0.85, "no contrast agent in its header, later volumes of the run state one"
    if len(moments) >= 3 and not is_post(moments[0].word):
        gap = (moments[1].start_s or 0.0) - (moments[0].start_s or 0.0)
        if gap >= LEAST_WAIT_S or moments[1].word is PhaseWord.ARTERIAL:
            return [moments[0]], 0.6, "the first volume of the run; that it is native is an assumption"
    return [], 0.0, ""


def _fits_better_without_first(moments: Sequence[TimedVolume]) -> bool:
    """Tell whether a run fits the usual delays clearly better when its first volume is native."""
    if len(moments) < 3 or moments[0].word is not None:
        return False

    def fit(post: Sequence[TimedVolume], earliest: float) -> float:
        first = post[0].start_s or 0.0
        found = matches(post, every_second(max(earliest, first - LONGEST_GAP_S), first - 5))
        return found[0].score if found else 0.0

    first, second = (moment.start_s or 0.0 for moment in moments[:2])
    return second - first >= LEAST_WAIT_S and (fit(moments[1:], first) > fit(moments, first - 60) + AMBIGUITY_MARGIN)


def is_post(word: PhaseWord | None) -> bool:
    """Tell whether a name says that contrast had been given."""
    return word in (
        PhaseWord.POST, PhaseWord.ARTERIAL, PhaseWord.PORTAL, PhaseWord.EQUILIBRIUM, PhaseWord.LATE,
        PhaseWord.HEPATOBILIARY,
    )  # fmt: skip


def _contrasted(
    post: Sequence[TimedVolume], native: TimedVolume | None, injection_s: float | None, hepatobiliary_agent: bool
) -> dict[str, PhaseGuess]:
    if not post:
        return {}
    if len(post) == 1 and native is None and injection_s is None:
        return {post[0].key: _by_word(post[0])}
    first = post[0].start_s or 0.0
    given = (
        injection_s is not None
        and (native is None or injection_s >= (native.start_s or 0.0) - 60)
        and injection_s < first
    )
    earliest = native.start_s if native is not None and native.start_s is not None else first - 60
    injections = [injection_s or 0.0] if given else every_second(max(earliest, first - LONGEST_GAP_S), first - 5)
    fits = matches(post, injections)
    if not fits:
        return {volume.key: _by_word(volume) for volume in post}
    best = fits[0]
    rival = next((match for match in fits if not match.same_as(best)), None)
    ambiguous = rival is not None and best.score - rival.score < AMBIGUITY_MARGIN
    guesses: dict[str, PhaseGuess] = {}
    for phase, volume in best.phases.items():
        guesses[volume.key] = _timed_guess(phase, volume, best.injection_s, given, ambiguous, hepatobiliary_agent)
    arterial = best.phases.get(Phase.LATE_ARTERIAL)
    for volume in post:
        if volume.key not in guesses:
            guesses[volume.key] = _unused(volume, best.injection_s, arterial, hepatobiliary_agent)
    return guesses


def _timed_guess(
    phase: Phase, volume: TimedVolume, injection_s: float, given: bool, ambiguous: bool, hepatobiliary_agent: bool
) -> PhaseGuess:
    delay = volume.middle_s - injection_s
    named = volume.word is not None and PHASE_OF_WORD.get(volume.word) is phase
    if named:
        confidence, why = 0.95, f"named {phase.value.replace('_', ' ')}; its delay of {delay:.0f} s agrees"
    elif given:
        confidence, why = 0.9, f"{delay:.0f} s after the injection time stated in the header"
    else:
        confidence = 0.6 if ambiguous else 0.75
        why = f"about {delay:.0f} s after the injection, whose time is estimated from the run"
        if ambiguous:
            why += "; another assignment fits nearly as well"
    if phase is Phase.EQUILIBRIUM and hepatobiliary_agent:
        confidence = min(confidence, 0.8)
        why += "; with a liver-specific agent this is the transitional phase, not equilibrium"
    return PhaseGuess(phase, confidence, why)


def _unused(
    volume: TimedVolume, injection_s: float, arterial: TimedVolume | None, hepatobiliary_agent: bool
) -> PhaseGuess:
    delay = volume.middle_s - injection_s
    since_arterial = volume.middle_s - arterial.middle_s if arterial is not None else 0.0
    if (
        volume.word is PhaseWord.HEPATOBILIARY
        or delay >= HEPATOBILIARY_FROM_S - HEPATOBILIARY_TOLERANCE_S
        or (since_arterial >= HEPATOBILIARY_FROM_S)
    ):
        agent = " of a liver-specific agent" if hepatobiliary_agent else ""
        return PhaseGuess(
            Phase.HEPATOBILIARY, 0.85, f"{delay / 60:.0f} minutes after the injection{agent}: no equilibrium phase"
        )
    return PhaseGuess(None, 0.6, f"{delay:.0f} s after the injection: another volume fits each phase better")


def _by_word(volume: TimedVolume) -> PhaseGuess:
    phase = PHASE_OF_WORD.get(volume.word) if volume.word is not None else None
    if phase is not None:
        return PhaseGuess(phase, 0.7, f"named {phase.value.replace('_', ' ')}; no clock confirms it")
    if volume.word is PhaseWord.LATE:
        return PhaseGuess(
            Phase.EQUILIBRIUM, 0.5, "named a late phase: it may stand in for equilibrium if you confirm it"
        )
    return PhaseGuess(None, 0.4, "neither name nor clock says which phase this is")


def _by_order(volumes: Sequence[TimedVolume]) -> dict[str, PhaseGuess]:
    """Assign without a reliable clock: names first; unnamed volumes may fill the gaps that the order leaves.

    Only a run of exactly four volumes leaves no choice: native, arterial, portal venous, equilibrium.
    """
    ordered = sorted(volumes, key=lambda volume: (volume.order, volume.key))
    guesses = {volume.key: _by_word(volume) for volume in ordered}
    phases = (Phase.PRE, Phase.LATE_ARTERIAL, Phase.PORTAL_VENOUS, Phase.EQUILIBRIUM)
    if len(ordered) != len(phases) or len({volume.order for volume in ordered}) < len(ordered):
        return guesses
    first = ordered[0]
    in_order = all(guesses[v.key].phase in (None, phase) for v, phase in zip(ordered, phases, strict=True))
    enhanced = is_post(first.word) or (first.has_agent and not all(volume.has_agent for volume in ordered))
    if in_order and not enhanced:
        for volume, phase in zip(ordered, phases, strict=True):
            if guesses[volume.key].phase is None:
                guesses[volume.key] = PhaseGuess(phase, 0.55, "by the order of four dynamics only: no valid clock")
    return guesses
