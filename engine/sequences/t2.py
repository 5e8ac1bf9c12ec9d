"""T2 preference: which T2 series serves best as the reference, as points with their reasons."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from engine.domain.sequence import RoleGuess, SequenceRole, SeriesKind
from engine.domain.study import Series
from engine.sequences.evidence import Evidence
from engine.sequences.limits import FEW_SLICES, JUST_ASK, LEAST, general_limits, limit

AUTOMATIC_FROM = 60
"""Points from which a T2 series may be proposed without asking."""


@dataclass(frozen=True, slots=True)
class Points:
    """One row: points given when the condition holds."""

    points: float
    when: Callable[[Evidence, Series], bool]
    reason: str


def is_fat_suppressed(evidence: Evidence) -> bool:
    """Tell whether header or name says that fat is suppressed."""
    options = set(evidence.facts.scan_options)
    spectral = evidence.facts.spectral_suppression in ("FAT", "FAT_AND_WATER")
    return (
        bool(options & {"FS", "SFS", "FSS", "WE"})
        or spectral
        or evidence.says("fat suppressed")
        or evidence.component == "water"
    )


def is_single_shot(evidence: Evidence) -> bool:
    """Tell whether one echo train fills the image (HASTE, SSFSE)."""
    name = evidence.facts.sequence_name.lower().lstrip("*")
    return evidence.says("single shot") or name.startswith("h2d") or (evidence.facts.echo_train_length or 0) > 60


def is_multi_shot(evidence: Evidence) -> bool:
    """Tell whether several echo trains fill the image (TSE, FSE, BLADE)."""
    train = evidence.facts.echo_train_length or 0
    return not is_single_shot(evidence) and (
        evidence.says("turbo spin echo")
        or 8 <= train <= 40
        or (evidence.facts.sequence_name.lower().lstrip("*").startswith("tse"))
    )


def _coverage_mm(series: Series) -> float:
    return (series.slice_step_mm or 0.0) * (series.slices - 1)


def _te(evidence: Evidence, low: float, high: float) -> bool:
    value = evidence.facts.echo_time_ms
    return value is not None and low <= value <= high


T2_POINTS: tuple[Points, ...] = (
    Points(30, lambda e, _s: e.plane == "axial", "axial"),
    Points(10, lambda e, _s: e.plane == "near axial", "nearly axial"),
    Points(20, lambda e, _s: is_fat_suppressed(e), "fat suppressed"),
    Points(15, lambda e, _s: is_multi_shot(e), "multi-shot turbo spin echo"),
    Points(5, lambda e, _s: is_single_shot(e), "single shot"),
    Points(5, lambda e, _s: e.says("triggered", "motion robust"),
           "breathing is managed (trigger, navigator, breath-hold or BLADE)"),
    Points(2, lambda e, _s: e.says("motion robust"), "radial blades: fewer motion artefacts"),
    Points(10, lambda e, _s: _te(e, 70, 120), "echo time 70 to 120 ms"),
    Points(4, lambda e, _s: _te(e, 60, 69.99) or _te(e, 120.01, 160), "echo time 60 to 160 ms"),
    Points(10, lambda _e, s: 4 <= (s.slice_step_mm or 0) <= 12 and _coverage_mm(s) >= 140 and s.slices >= 15,
           "slices of a usual distance that cover the liver"),
    Points(5, lambda e, _s: "ORIGINAL" in e.tokens and not ({"FIL", "FILTERED"} & e.tokens), "original images"),
    Points(-10, lambda e, _s: e.says("inversion") or 100 <= (e.facts.inversion_time_ms or 0) <= 260,
           "STIR: fat and enhancing tissue are suppressed alike"),
    Points(-8, lambda e, _s: e.facts.mr_acquisition_type == "3D" or e.says("three-dimensional"), "a 3D sequence"),
    Points(-10, lambda e, _s: e.says("processed copy"), "a registered or filtered copy"),
    Points(-3, lambda e, _s: bool(e.facts.contrast_agent), "acquired after contrast"),
)  # fmt: skip


def t2_score(evidence: Evidence, series: Series) -> tuple[float, tuple[str, ...]]:
    """Return the points of a T2 series as reference, and the reasons that count for it, weightiest first."""
    rows = [row for row in T2_POINTS if row.when(evidence, series)]
    ordered = sorted(rows, key=lambda row: -abs(row.points))
    return math.fsum(row.points for row in rows), tuple(row.reason for row in ordered)


def propose_t2(
    series: dict[str, Series], evidence: dict[str, Evidence], guesses: dict[str, RoleGuess]
) -> list[RoleGuess]:
    """Return the T2 series as proposals for the reference, the best one first."""
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
            own = limit(own, 0.4, f"{evidence[key].plane}, not axial: used only if you choose it")
        scored.append((score, matrix, general_limits(own, series[key], evidence[key])))
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
        asked = limit(scored[0][2], JUST_ASK, f"“{rival}” would serve nearly as well")
        scored[0] = (scored[0][0], scored[0][1], asked)
    return [guess for _score, _matrix, guess in scored]
