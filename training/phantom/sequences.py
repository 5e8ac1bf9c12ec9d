"""Signal equations: turbo spin echo, spoiled gradient echo and diffusion-weighted spin-echo EPI.

Every function takes arrays or numbers alike, times in ms, angles in degrees, b in s/mm², ADC in 1e-3 mm²/s, and returns
the magnitude of the transverse magnetisation per unit gain.
"""

from __future__ import annotations

from typing import Any

import numpy as np

# A multi-echo train reads longer than single spin echo in solid tissue: 54 ms against 46 ms in liver.
TSE_T2_FACTOR = 1.17
TSE_FLUID_T2_MS = 250.0

Value = Any  # a float or a float32 array: the formulae are the same


def tse_t2(t2_ms: Value) -> Value:
    """T2 as a turbo-spin-echo train sees it: ×1.17 below 250 ms, ×1.0 for fluid."""
    return np.where(np.asarray(t2_ms) < TSE_FLUID_T2_MS, TSE_T2_FACTOR * np.asarray(t2_ms), t2_ms)


def tse(pd: Value, t1_ms: Value, t2_ms: Value, *, tr_ms: float, te_ms: float, train_ms: float = 0.0) -> Value:
    """Turbo spin echo: PD (1 − exp(−(TR − train)/T1)) exp(−TE/T2_TSE)."""
    return pd * (1 - np.exp(-(tr_ms - train_ms) / t1_ms)) * np.exp(-te_ms / tse_t2(t2_ms))


def spgr(pd: Value, t1_ms: Value, r2_star_per_s: Value, *, tr_ms: float, te_ms: float, flip_deg: Value) -> Value:
    """Spoiled gradient echo: PD sin a (1 − E1)/(1 − E1 cos a) exp(−TE R2*)."""
    angle = np.deg2rad(flip_deg)
    e1 = np.exp(-tr_ms / t1_ms)
    decay = np.exp(-te_ms / 1000.0 * r2_star_per_s)
    return pd * np.sin(angle) * (1 - e1) / (1 - e1 * np.cos(angle)) * decay


def tse_transmit(b1: Value, refocus_deg: float) -> Value:
    """What a flip angle off by `b1` does to a turbo spin echo, relative to the nominal angle."""
    nominal = np.sin(np.deg2rad(refocus_deg / 2)) ** 2
    return np.sin(np.pi / 2 * b1) * np.sin(np.deg2rad(refocus_deg / 2) * b1) ** 2 / nominal


def epi_transmit(b1: Value) -> Value:
    """The same for spin-echo EPI with a 90° and a 180° pulse."""
    return np.sin(np.pi / 2 * b1) ** 3


def spgr_transmit(signal: Value, b1: Value, *, flip_deg: float, pd: float = 0.8) -> Value:
    """Spoiled gradient echo at `b1` times the flip angle, from the signal at the nominal angle.

    T1 is read from the signal itself: for small angles S = PD·x·a/(x + a²/2) with x = TR/T1, which is solved for x with
    the proton density of soft tissue. So shading changes T1 contrast too, as it does in a scanner.
    """
    a = np.deg2rad(flip_deg)
    share = np.clip(signal / np.float32(pd), 0.0, np.float32(0.9 * a))
    x = share * np.float32(a * a / 2) / (np.float32(a) - share)
    half = np.float32(a * a / 2)
    return signal * b1 * (x + half) / (x + half * b1 * b1)


# Diffusivity belongs to the tissue, not to the protocol: the table's ADC is what this pair of b-values would read.
TABLE_B = (50.0, 800.0)


def tissue_diffusivity(
    adc: Value, perfusion: Value, d_star: Value, b_low: float = TABLE_B[0], b_high: float = TABLE_B[1]
) -> Value:
    """True diffusivity D for which a two-point fit between b_low and b_high returns `adc`."""
    low = (1 - perfusion) + perfusion * np.exp(-b_low * d_star / 1000)
    high = (1 - perfusion) + perfusion * np.exp(-b_high * d_star / 1000)
    return adc - 1000.0 * np.log(low / high) / (b_high - b_low)


def diffusion(
    pd: Value,
    t1_ms: Value,
    t2_ms: Value,
    d: Value,
    perfusion: Value,
    d_star: Value,
    *,
    tr_ms: float,
    te_ms: float,
    b: float,
) -> Value:
    """Spin-echo EPI with IVIM: the perfused pool adds to the static one.

    The static pool carries the tissue's proton density whole, so that at high b, where the perfused pool is gone,
    lesion-to-liver ratios are those of T2 and diffusion alone.
    """
    spin_echo = pd * (1 - np.exp(-tr_ms / t1_ms)) * np.exp(-te_ms / t2_ms)
    pool = np.exp(-b * d / 1000) * (1 + perfusion / (1 - perfusion) * np.exp(-b * d_star / 1000))
    return spin_echo * pool


def two_point_adc(low: Value, high: Value, b_low: float, b_high: float) -> Value:
    """ADC in 1e-3 mm²/s from two magnitudes."""
    return 1000.0 * np.log(low / high) / (b_high - b_low)
