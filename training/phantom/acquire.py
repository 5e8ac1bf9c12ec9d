"""From a continuous-looking phantom to acquired images: slice profile, k-space, noise and EPI distortion."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import fft as scipy_fft

from training.phantom.fields import Array

FWHM_TO_SD = 1 / 2.3548


def slice_weights(plane_z_mm: Array, centres_mm: NDArray[np.floating], thickness_mm: float) -> Array:
    """Share of each simulated plane in each slice: Gaussian of FWHM 1.1 × thickness, shape (slices, planes)."""
    sd = 1.1 * thickness_mm * FWHM_TO_SD
    offset = (np.asarray(plane_z_mm)[None, :] - np.asarray(centres_mm)[:, None]) / sd
    weights = np.exp(-0.5 * offset**2)
    return np.asarray(weights / np.maximum(weights.sum(axis=1, keepdims=True), 1e-9), np.float32)


def take_slices(volume: Array, weights: Array) -> Array:
    """Slices (slice, row, column) as weighted means of the simulated planes."""
    planes = volume.reshape(volume.shape[0], -1)
    return np.asarray((weights @ planes).reshape(weights.shape[0], *volume.shape[1:]), np.float32)


def _apodisation(n: int, strength: float) -> Array:
    """Raised-cosine window over k-space, weaker for smaller `strength` (0 = none, Gibbs ringing in full)."""
    k = np.fft.fftfreq(n) * 2
    return np.asarray(1 - strength * 0.5 * (1 - np.cos(np.pi * k)), np.float32)


def reconstruct(
    slices: Array,
    acq: tuple[int, int],
    recon: tuple[int, int],
    *,
    noise_sd: float,
    rng: np.random.Generator,
    g_map: Array | None = None,
    shift_px: tuple[float, float] = (0.0, 0.0),
    window: float = 0.5,
) -> Array:
    """Samples each slice's k-space to the acquired matrix, adds complex noise, interpolates to the stored matrix.

    Args:
        slices: (slice, row, column) signal on the simulation's pixels.
        acq: acquired (rows, columns); recon: stored (rows, columns).
        noise_sd: SD of each noise channel in the acquired image.
        rng: source of the noise.
        g_map: noise amplification (rows, columns) of the stored image, or None.
        shift_px: rigid displacement (row, column) in simulation pixels.
        window: strength of the k-space filter.

    Returns:
        Magnitude images (slice, *recon). The first stored pixel's centre is the first simulated pixel's centre.
    """
    count, rows, cols = slices.shape
    ar, ac = min(acq[0], rows, recon[0]), min(acq[1], cols, recon[1])
    ar, ac = ar - ar % 2, ac - ac % 2
    hr, hc = ar // 2, ac // 2
    out_rows, out_cols = recon
    row_window, col_window = _apodisation(ar, window)[:, None], _apodisation(ac, window)[None, :]
    signal_filter = (row_window * _apodisation(2 * hc, window)[None, :hc]).astype(np.complex64)
    if shift_px != (0.0, 0.0):
        ky = np.fft.fftfreq(ar) * ar / rows
        kx = np.arange(hc) / cols
        ramp = np.exp(-2j * np.pi * (ky[:, None] * shift_px[0] + kx[None, :] * shift_px[1]))
        signal_filter = (signal_filter * ramp).astype(np.complex64)
    level = np.float32(out_rows * out_cols / (rows * cols))
    # The SNR asked for is that of the unfiltered acquisition: the filter lowers noise with resolution.
    noise_filter = row_window * col_window * np.float32(noise_sd * out_rows * out_cols / np.sqrt(ar * ac))
    noise = rng.standard_normal((2, count, ar, ac), dtype=np.float32) if noise_sd > 0 else None
    images = np.empty((count, out_rows, out_cols), np.float32)
    # Slice by slice: two images fit the processor's cache, a stack of them does not. Columns of k-space that stay empty
    # are left out of the transforms along columns.
    signal_k = np.zeros((out_rows, hc), np.complex64)
    padded = np.zeros((out_rows, out_cols // 2 + 1), np.complex64)
    noise_k = np.zeros((out_rows, 2 * hc), np.complex64)
    spread = np.zeros((out_rows, out_cols), np.complex64)
    per_pixel = np.float32(1 / (out_rows * out_cols))
    for index in range(count):
        k = scipy_fft.fft(scipy_fft.rfft(slices[index])[:, :hc], axis=0)
        np.multiply(k[:hr], signal_filter[:hr], out=signal_k[:hr])
        np.multiply(k[rows - hr + 1 :], signal_filter[hr + 1 :], out=signal_k[out_rows - hr + 1 :])
        padded[:, :hc] = scipy_fft.ifft(signal_k, axis=0, norm="forward")
        image = scipy_fft.irfft(padded, n=out_cols, norm="forward")
        image *= per_pixel
        image *= level
        if noise is None:
            np.abs(image, out=images[index])
            continue
        for half, place in ((slice(0, hr), slice(0, hr)), (slice(hr, ar), slice(out_rows - hr, out_rows))):
            np.multiply(noise[0, index, half], noise_filter[half], out=noise_k.real[place])
            np.multiply(noise[1, index, half], noise_filter[half], out=noise_k.imag[place])
        columns = scipy_fft.ifft(noise_k, axis=0, norm="forward")
        columns *= per_pixel
        spread[:, :hc], spread[:, out_cols - hc :] = columns[:, :hc], columns[:, hc:]
        disturbance = scipy_fft.ifft(spread, axis=1, norm="forward")
        if g_map is not None:
            disturbance *= g_map
        images[index] = _magnitude(image + disturbance.real, disturbance.imag)
    return images


def _magnitude(real: Array, imaginary: Array) -> Array:
    """Root of the sum of squares in double precision: rounds as `numpy.hypot` does for float32, in less time."""
    total = real.astype(np.float64)
    total *= total
    other = imaginary.astype(np.float64)
    other *= other
    total += other
    return np.sqrt(total, out=total)


def distort_rows(slices: Array, shift_px: Array) -> Array:
    """Displaces signal along the rows' direction (phase encoding front to back) as EPI does, conserving its amount.

    Args:
        slices: (slice, row, column).
        shift_px: how far signal moves towards higher rows, in pixels, same shape.
    """
    rows = slices.shape[1]
    row = np.arange(rows, dtype=np.float32)[None, :, None]
    # The displaced position y + s(y) is inverted by two fixed-point steps.
    source = row - shift_px
    source = row - _gather(shift_px, source)
    stretch = np.gradient(source, axis=1)
    out = _gather(slices, source)
    out *= np.clip(stretch, 0.2, 3.0)
    return out


def _gather(values: Array, rows_at: Array) -> Array:
    """Linear interpolation of `values` along axis 1 at fractional row numbers."""
    top = values.shape[1] - 1
    at = np.clip(rows_at, 0, top - 1e-3)
    low = at.astype(np.int32)
    t = at - low
    a = np.take_along_axis(values, low, axis=1)
    b = np.take_along_axis(values, low + 1, axis=1)
    return np.asarray(a + t * (b - a), np.float32)
