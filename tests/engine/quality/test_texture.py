"""Texture of an input: finite for everything, blind to nothing that it claims to see."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from engine.domain.package import PreprocessSpec
from engine.domain.sequence import SequenceRole
from engine.quality import texture_of

T2, DWI = SequenceRole.T2, SequenceRole.DWI
SPEC = PreprocessSpec(channels=(T2, DWI, T2))


def image(seed=0, size=299):
    """Shapes of some five pixels, without a common direction."""
    noise = np.random.default_rng(seed).normal(size=(size, size))
    return (2.0 * ndimage.gaussian_filter(noise, 2.0)).astype(np.float32)


@pytest.mark.parametrize("value", [-1.0, 0.0, 1.0, 3.0])
@pytest.mark.parametrize("size", [96, 299])
def test_flat_inputs_give_finite_numbers(value, size):
    found = texture_of(np.full((3, size, size), value, dtype=np.float32), SPEC)
    assert found.shape == (29 + 29 + 6,)
    assert np.isfinite(found).all()


def test_a_role_in_two_channels_counts_once_and_scaling_of_the_spec_is_undone():
    array = np.stack([image(1), image(2), image(1)])
    other = array.copy()
    other[2] = 0.0
    assert np.array_equal(texture_of(array, SPEC), texture_of(other, SPEC))
    unit = PreprocessSpec(channels=(T2, DWI, T2), mean=0.0, std=1.0)
    assert np.allclose(texture_of(array * 0.5 + 0.5, unit), texture_of(array, SPEC), atol=1e-4)
    assert texture_of(array, PreprocessSpec(channels=(T2, T2, T2))).shape == (29,)


def test_every_pair_with_the_first_role_is_described():
    roles = tuple(SequenceRole)
    assert texture_of(np.zeros((6, 96, 96), np.float32), PreprocessSpec(channels=roles)).shape == (6 * 29 + 5 * 6,)


def test_equal_channels_correlate_and_strangers_do_not():
    same = texture_of(np.stack([image(1), image(1), image(1)]), SPEC)[-6:]
    strangers = texture_of(np.stack([image(1), image(2), image(1)]), SPEC)[-6:]
    assert (same[:3] > 2.6).all()  # Fisher's z of correlations above 0.99
    assert (np.abs(strangers[:3]) < 0.3).all()
    assert same[5] > strangers[5]
