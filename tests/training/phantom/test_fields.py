"""Working a few planes at a time changes no number."""

from __future__ import annotations

import numpy as np
import pytest

from training.phantom import fields
from training.phantom.acquire import reconstruct


@pytest.mark.parametrize("values", [1, 35, 40, 10_000])
def test_blocks_give_what_the_whole_gives(monkeypatch: pytest.MonkeyPatch, values: int) -> None:
    monkeypatch.setattr(fields, "BLOCK_VALUES", values)
    rng = np.random.default_rng(1)
    signal, per_plane, number = (rng.random(shape, np.float32) for shape in ((7, 5, 3), (7, 1, 1), (1, 1, 1)))

    def mixed(a: fields.Array, b: fields.Array, c: fields.Array) -> fields.Array:
        return a * b + c

    whole = mixed(signal, per_plane, number)
    assert fields.in_blocks(mixed, signal, per_plane, number, out=signal) is signal
    assert np.array_equal(signal, whole)


def test_reconstruction_is_that_of_whole_transforms() -> None:
    """Against numpy's two-dimensional transforms of the padded k-space, unfiltered: 20 × 24 pixels to 30 × 36."""
    slices = np.random.default_rng(2).random((2, 20, 24), np.float32)
    noise = np.random.default_rng(3).standard_normal((2, 2, 12, 16), dtype=np.float32)
    made = reconstruct(slices, (12, 16), (30, 36), noise_sd=0.1, rng=np.random.default_rng(3), window=0.0)
    for index in range(2):
        rows, columns = (np.rint(np.fft.fftfreq(n) * n).astype(int) for n in (20, 24))
        kept = np.fft.fft2(slices[index]) * ((np.abs(rows) < 6)[:, None] & (np.abs(columns) < 8))
        picture = np.zeros((30, 36), complex)
        picture[np.ix_(rows % 30, columns % 36)] = kept
        own = np.zeros((30, 36), complex)
        own[np.ix_(np.r_[0:6, 24:30], np.r_[0:8, 28:36])] = (noise[0, index] + 1j * noise[1, index]) * 0.1
        signal = np.fft.ifft2(picture).real * (30 * 36) / (20 * 24)
        expected = np.abs(signal + np.fft.ifft2(own) * (30 * 36) / np.sqrt(12 * 16))
        assert np.abs(made[index] - expected).max() < 1e-5
