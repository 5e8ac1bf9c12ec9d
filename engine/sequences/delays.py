"""Delays after the injection → phases: the match of volumes and delay windows that fits best, for each injection time.

a volume's delay is the middle of its acquisition minus the injection
late arterial 12 to 45 s (typical 27), portal venous 45 to 110 s (65), equilibrium 120 to 420 s (180)
score = 3 - (distance to the typical delay in standard deviations)²/2, plus 6 where the name agrees; a volume
    whose name says another phase cannot have this one; phases keep their order in time
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from engine.domain.sequence import Phase
from engine.sequences.phases import PHASE_OF_WORD, PhaseWord

ASSUMED_HALF_DURATION_S = 8.0
"""Half of a usual breath-hold, where the header does not state the acquisition's duration."""
NAME_BONUS = 6.0
SEPARATE_BREATH_HOLDS_S = 12.0
"""Volumes that follow one another faster are a burst of one breath-hold, not a repeated acquisition."""


@dataclass(frozen=True, slots=True)
class Window:
    """Expected delay of one phase after the injection, in seconds."""

    phase: Phase
    first_s: float
    last_s: float
    typical_s: float
    spread_s: float


WINDOWS = (
    Window(Phase.LATE_ARTERIAL, 12, 45, 27, 9),
    Window(Phase.PORTAL_VENOUS, 45, 110, 65, 12),
    Window(Phase.EQUILIBRIUM, 120, 420, 180, 45),
)


@dataclass(frozen=True, slots=True)
class TimedVolume:
    """One T1 volume of a dynamic run.

    Attributes:
        key: The series.
        start_s: Start of the acquisition in seconds since midnight, None without a reliable clock.
        order: What orders the volumes when clocks fail, such as temporal position and series number.
        word: What the name says.
        has_agent: The header names a contrast agent.
        duration_s: Duration of the acquisition, None when unknown.
        quality: Larger is preferred between two reconstructions of one moment.
    """

    key: str
    start_s: float | None
    order: tuple[float, ...] = ()
    word: PhaseWord | None = None
    has_agent: bool = False
    duration_s: float | None = None
    quality: float = 0.0

    @property
    def middle_s(self) -> float:
        """Middle of the acquisition; only for volumes with a clock."""
        half = self.duration_s / 2 if self.duration_s and self.duration_s < 120 else ASSUMED_HALF_DURATION_S
        return (self.start_s or 0.0) + half


@dataclass(slots=True)
class Match:
    """One injection time, the phases that the volumes then have, and how well they fit."""

    score: float
    injection_s: float
    phases: dict[Phase, TimedVolume] = field(default_factory=dict)

    def same_as(self, other: Match) -> bool:
        """Tell whether both give the same phases to the same volumes."""
        return {p: v.key for p, v in self.phases.items()} == {p: v.key for p, v in other.phases.items()}


def every_second(first_s: float, last_s: float) -> list[float]:
    """Return injection times to try, one a second."""
    steps = max(int(last_s - first_s), 0)
    return [first_s + step for step in range(steps + 1)]


def matches(post: Sequence[TimedVolume], injections: Sequence[float]) -> list[Match]:
    """Return the best match of every injection time, best first; equal scores prefer the shorter first delay."""
    found = []
    for injection in injections:
        match = _best_match(post, injection)
        if match.phases:
            found.append(match)
    return sorted(found, key=lambda match: (-round(match.score, 6), -match.injection_s))


def _best_match(post: Sequence[TimedVolume], injection_s: float) -> Match:
    """Give each phase its best volume; the windows do not overlap, so that order and uniqueness follow."""
    match = Match(0.0, injection_s)
    for window in WINDOWS:
        scored = [(score, volume) for volume in post if (score := _score(volume, window, injection_s)) is not None]
        if scored:
            score, volume = max(scored, key=lambda pair: (pair[0], -(pair[1].start_s or 0.0), pair[1].key))
            match.phases[window.phase] = _repeated(volume, [other for _score, other in scored])
            match.score += score
    return match


def _repeated(best: TimedVolume, fitting: Sequence[TimedVolume]) -> TimedVolume:
    """Prefer the last of volumes that the operator named alike: a phase is repeated when the first one failed.

    A burst of one breath-hold carries one name too; there the best delay counts.
    """
    if best.word is None or PHASE_OF_WORD.get(best.word) is None:
        return best
    alike = [volume for volume in fitting if volume.word is best.word]
    last = max(alike, key=lambda volume: (volume.start_s or 0.0, volume.key))
    ordered = sorted(volume.start_s or 0.0 for volume in alike)
    burst = any(later - earlier < SEPARATE_BREATH_HOLDS_S for earlier, later in pairwise(ordered))
    return best if burst else last


def _score(volume: TimedVolume, window: Window, injection_s: float) -> float | None:
    delay = volume.middle_s - injection_s
    named = PHASE_OF_WORD.get(volume.word) if volume.word is not None else None
    if named is not None and named is not window.phase:
        return None
    if volume.word is PhaseWord.LATE and window.phase is not Phase.EQUILIBRIUM:
        return None
    if not window.first_s <= delay < window.last_s:
        return None
    score = 3 - ((delay - window.typical_s) / window.spread_s) ** 2 / 2
    if named is window.phase:
        return max(score, -3.0) + NAME_BONUS
    return score if score > 0 else None
