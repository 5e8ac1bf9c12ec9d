"""Diffusion series that lost every b-value tag but list them in their name: volumes told apart by brightness.

Signal falls with b, so the brightest of k volumes has the lowest of the k listed values. The order of files is no
evidence (it differs between protocols). The assignment is recorded as uncertain, so that the person confirms it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from engine.domain.errors import EngineError
from engine.domain.sequence import SequenceFacts
from engine.domain.study import Series
from engine.intake.bvalue import is_diffusion_weighted, named_diffusion

LEAST_STEP = 0.9
"""Each volume must be at most this bright relative to the one before."""
SOURCE = "order of brightness"
_LIST = re.compile(r"b[\s_=-]{0,3}(\d{1,4}(?:[\s_,+/-]+b?\d{1,4}){1,9})(?![\d.]*(?:mm|sl))", re.IGNORECASE)
_NUMBER = re.compile(r"\d{1,4}")

LoadFrame = Callable[[Series, int], NDArray[np.float32]]


def listed_b_values(text: str) -> tuple[float, ...]:
    """Return the ascending b-values that a name lists (``b50_400_800``), () when it lists none."""
    match = _LIST.search(text)
    values = [float(number) for number in _NUMBER.findall(match.group(1))] if match else []
    usable = len(values) > 1 and all(a < b for a, b in pairwise(values)) and values[-1] >= 100
    return tuple(values) if usable else ()


def label_by_brightness(series: tuple[Series, ...], load_frame: LoadFrame) -> tuple[Series, ...]:
    """Return the volumes of one DICOM series with the b-values that its name lists, where brightness tells them apart.

    Anything that does not fit exactly (number of volumes, equal sizes, falling brightness) leaves them as they were.
    """
    facts = series[0].facts
    values = listed_b_values(facts.series_description) or listed_b_values(facts.protocol_name)
    if len(values) != len(series) or not _is_candidate(series, facts):
        return series
    try:
        brightness = [_brightness(load_frame(volume, volume.slices // 2)) for volume in series]
    except EngineError:
        return series
    order = sorted(range(len(series)), key=lambda index: -brightness[index])
    falling = [brightness[index] for index in order]
    if any(low > LEAST_STEP * high for high, low in pairwise(falling)):
        return series
    labelled = [_labelled(series[index], value) for index, value in zip(order, values, strict=True)]
    return tuple(sorted(labelled, key=lambda volume: volume.facts.b_value_s_mm2 or 0.0))


def _is_candidate(series: tuple[Series, ...], facts: SequenceFacts) -> bool:
    return (
        (is_diffusion_weighted(facts) or named_diffusion(facts))
        and all(volume.facts.b_value_s_mm2 is None for volume in series)
        and all(volume.is_stack and "#pos" in volume.key for volume in series)
        and len({(volume.slices, volume.rows, volume.columns) for volume in series}) == 1
    )


def _brightness(image: NDArray[np.float32]) -> float:
    """Return the median of the foreground: pixels above a tenth of the brightest ones."""
    foreground = image[image > 0.1 * float(np.percentile(image, 99))]
    return float(np.median(foreground)) if foreground.size else 0.0


def _labelled(series: Series, value: float) -> Series:
    facts = replace(
        series.facts,
        b_value_s_mm2=value,
        b_value_source=SOURCE,
        conflicts=(*series.facts.conflicts, f"b = {value:g} follows from the brightness of the volumes only"),
    )
    return replace(series, key=f"{series.key.partition('#')[0]}#b{value:g}", facts=facts)
