"""The diffusion image: which b-value serves, and how sure that is."""

from __future__ import annotations

import re
from dataclasses import replace

from engine.domain.sequence import RoleGuess, SequenceFacts, SequenceRole, SeriesKind
from engine.domain.study import Series
from engine.sequences.evidence import Evidence
from engine.sequences.limits import FEW_SLICES, JUST_ASK, LEAST, general_limits, limit
from engine.sequences.neighbours import perhaps_computed

PREFERRED_B = 800.0
B_RANGE = (750.0, 1100.0)
LOWEST_B = 400.0
_NAMED_B = re.compile(r"(?<![a-z0-9])b ?-?(\d{1,4})(?!\d)")


def propose_dwi(
    series: dict[str, Series], evidence: dict[str, Evidence], guesses: dict[str, RoleGuess]
) -> list[RoleGuess]:
    """Return the diffusion series that may serve, the best one first; `guesses` tells why low b-values do not."""
    candidates: list[tuple[tuple[float, ...], RoleGuess]] = []
    doubtful = perhaps_computed(series, guesses)
    known = [key for key, guess in guesses.items() if guess.kind is SeriesKind.DWI]
    for key in known:
        facts, b_value = series[key].facts, series[key].facts.b_value_s_mm2
        if not series[key].is_stack:
            continue
        if b_value is None:
            named = [float(number) for number in _NAMED_B.findall(evidence[key].words)]
            if len(known) > 1 or (named and max(named) < LOWEST_B):
                continue
            own = limit(guesses[key], 0.5, "the b-value is not stated: please confirm that it is 800 to 1000")
        elif b_value < LOWEST_B:
            reason = f"b = {b_value:g}: too little diffusion weighting for the diffusion role"
            guesses[key] = replace(guesses[key], reasons=(*guesses[key].reasons, reason))
            continue
        else:
            own = _judged_b(guesses[key], b_value, facts)
        if key in doubtful:
            own = limit(own, JUST_ASK, "it may be computed from the images of lower b-values: please confirm")
        own = replace(own, role=SequenceRole.DWI, candidate_for=SequenceRole.DWI)
        if evidence[key].plane not in ("axial", "near axial"):
            own = limit(own, 0.4, f"{evidence[key].plane}, not axial: used only if you choose it")
        own = general_limits(own, series[key], evidence[key])
        candidates.append((_dwi_rank(own, series[key], evidence[key], key in doubtful), own))
    candidates.sort(key=lambda entry: (entry[0], entry[1].series_key))
    return [guess for _rank, guess in candidates]


def _judged_b(guess: RoleGuess, b_value: float, facts: SequenceFacts) -> RoleGuess:
    source = facts.b_value_source or "header"
    own = replace(guess, reasons=(f"b = {b_value:g} s/mm² ({source})", *guess.reasons))
    if not B_RANGE[0] <= b_value <= B_RANGE[1]:
        own = limit(own, 0.65, f"b = {b_value:g} lies outside {B_RANGE[0]:g} to {B_RANGE[1]:g}: please confirm")
    if facts.diffusion == "direction":
        own = limit(own, 0.75, "it shows a single gradient direction, no trace")
    elif facts.diffusion == "mean of directions" and facts.diffusion_directions < 3:
        own = limit(own, 0.75, f"the mean of only {facts.diffusion_directions} directions")
    elif facts.diffusion == "mean of directions":
        own = replace(own, reasons=(*own.reasons, f"the geometric mean of {facts.diffusion_directions} directions"))
    if source in ("description", "protocol name"):
        own = limit(own, JUST_ASK, "only the name states the b-value")
    return own


def _dwi_rank(guess: RoleGuess, series: Series, evidence: Evidence, doubtful: bool) -> tuple[float, ...]:
    b_value = series.facts.b_value_s_mm2
    in_range = b_value is not None and B_RANGE[0] <= b_value <= B_RANGE[1]
    kinds = {"trace": 0.0, "mean of directions": 1.0, "": 2.0, "direction": 3.0}
    return (
        float(guess.confidence < LEAST),
        float(series.slices < FEW_SLICES),
        float(not in_range),
        float(doubtful),
        float(evidence.says("processed copy")),
        abs((b_value or 0.0) - PREFERRED_B),
        kinds.get(series.facts.diffusion, 2.0),
        -float(series.slices),
        -(series.facts.acquisition_time_s or 0.0),
    )
