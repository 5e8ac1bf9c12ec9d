"""Does the chosen diffusion image behave like one? Checks of pixels that catch a wrong b-value or a disguised map.

A header can be wrong and a map can carry the b-value of its source; signal cannot. Against an image of lower b-value
from the same measurement a diffusion image is darker, fluid fades most, and the apparent diffusion coefficient of the
upper abdomen is that of tissue. Nothing here knows where the liver lies, so the limits are wider than those of liver.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from engine.domain.study import Series, Study

DARKER_THAN = 0.8
"""Median signal of the high b-value relative to the low one stays below this."""
TISSUE_ADC = (0.5e-3, 2.3e-3)
"""Median over the patient's right half, mm²/s; liver alone lies in 0.7 to 1.8."""
LEAST_B_STEP = 300.0
"""Below this difference of b-values (s/mm²) noise and perfusion hide what the checks look for."""
FLUID_FACTOR, LEAST_FLUID = 2.0, 200
"""Voxels this many times as bright as the body's median at the low b-value count as fluid, from this number on."""
FLUID_FADES_BELOW = 1.05
"""Fluid keeps a smaller share of its signal than tissue does; a little above 1 is rounding."""
CAP, CAPPED_SHARE = 4095.0, 0.01
FOREGROUND = 0.15
"""Share of the 99th percentile above which a voxel of the low b-value counts as body."""

_HIGHEST_LOW_B = 400.0


class Oddity(StrEnum):
    """What does not fit a diffusion image."""

    NOT_DARKER = "not darker"
    ADC = "adc"
    FLUID = "fluid"
    CAPPED = "capped"


@dataclass(frozen=True, slots=True)
class Finding:
    """One check that failed, with the figure that failed it (ratio, mm²/s, ratio of ratios, share)."""

    oddity: Oddity
    value: float


def low_b_companion(study: Study, chosen: Series) -> Series | None:
    """Return the image of the lowest b-value that was measured with the chosen one, slice by slice on the same planes.

    The same DICOM series first; scanners that write each b-value as a series of its own are met by equal names.
    """
    own = chosen.facts.b_value_s_mm2
    if own is None:
        return None
    found = [
        series
        for series in study.series
        if (b := series.facts.b_value_s_mm2) is not None
        and b <= _HIGHEST_LOW_B
        and own - b >= LEAST_B_STEP
        and series.is_stack
        and _same_measurement(series, chosen)
    ]
    return min(
        found,
        key=lambda series: (
            series.series_instance_uid != chosen.series_instance_uid,
            series.facts.b_value_s_mm2 or 0.0,
            series.key,
        ),
        default=None,
    )


def check_diffusion(
    high: NDArray[np.float32],
    low: NDArray[np.float32] | None,
    *,
    b_step: float,
    row_cosine_x: float = 1.0,
) -> tuple[Finding, ...]:
    """Return what does not fit a diffusion image.

    Args:
        high: The chosen image, (slice, row, column).
        low: The image of the lower b-value on the same grid, None when there is none.
        b_step: Difference of their b-values, s/mm².
        row_cosine_x: Component of the row direction along patient left; its sign says on which side the liver lies.
    """
    found = []
    capped = float(np.mean(high == CAP)) if float(high.max(initial=0.0)) == CAP else 0.0
    if capped > CAPPED_SHARE:
        found.append(Finding(Oddity.CAPPED, capped))
    if low is None or low.shape != high.shape or b_step < LEAST_B_STEP:
        return tuple(found)
    body = (low > FOREGROUND * float(np.percentile(low, 99))) & (low > 0)
    if int(body.sum()) < LEAST_FLUID:
        return tuple(found)
    ratio = np.zeros_like(low)
    np.divide(high, low, out=ratio, where=body)
    usual = float(np.median(ratio[body]))
    if usual >= DARKER_THAN:
        found.append(Finding(Oddity.NOT_DARKER, usual))
    else:
        adc = _adc(ratio, body, b_step, row_cosine_x)
        if adc is not None and not TISSUE_ADC[0] <= adc <= TISSUE_ADC[1]:
            found.append(Finding(Oddity.ADC, adc))
    fluid = low > FLUID_FACTOR * float(np.median(low[body]))
    if int(fluid.sum()) >= LEAST_FLUID and usual > 0:
        relative = float(np.median(ratio[fluid & body])) / usual
        if relative > FLUID_FADES_BELOW:
            found.append(Finding(Oddity.FLUID, relative))
    return tuple(found)


def _adc(ratio: NDArray[np.float32], body: NDArray[np.bool_], b_step: float, row_cosine_x: float) -> float | None:
    """Return the median diffusion coefficient of the patient's right half, mm²/s; None without signal."""
    half = body.shape[2] // 2
    side = np.zeros_like(body)
    side[:, :, slice(0, half) if row_cosine_x >= 0 else slice(half, None)] = True
    values = ratio[body & side & (ratio > 0)]
    return float(np.median(-np.log(values))) / b_step if values.size >= LEAST_FLUID else None


def _same_measurement(series: Series, chosen: Series) -> bool:
    if (series.slices, series.rows, series.columns) != (chosen.slices, chosen.rows, chosen.columns):
        return False
    if series.series_instance_uid != chosen.series_instance_uid and (
        series.facts.protocol_name or series.facts.series_description
    ) != (chosen.facts.protocol_name or chosen.facts.series_description):
        return False
    planes = [(a.plane, b.plane) for a, b in zip(series.instances, chosen.instances, strict=True)]
    return all(
        one is not None
        and other is not None
        and max(abs(x - y) for x, y in zip(one.position_mm, other.position_mm, strict=True)) < 0.1
        for one, other in planes
    )
