"""Augmentation: chance apart from arithmetic, batch equals one by one, ranges kept."""

from __future__ import annotations

import torch

from training import augment
from training.config import AugmentConfig

STILL = AugmentConfig(0.0, False, False, 0.0, 0.0, 0.0)


def generator() -> torch.Generator:
    return torch.Generator().manual_seed(11)


def images(n: int = 4) -> torch.Tensor:
    return torch.rand(n, 3, 40, 40, generator=generator()) * 2 - 1


def test_a_batch_equals_one_by_one() -> None:
    x, params = images(), augment.make_params(generator(), 4, AugmentConfig())
    alone = torch.cat([augment.apply(x[i : i + 1], params[i : i + 1], 40) for i in range(4)])
    assert torch.equal(augment.apply(x, params, 40), alone)


def test_same_parameters_give_the_same_pixels_and_the_same_seed_the_same_parameters() -> None:
    x = images()
    first = augment.make_params(generator(), 4, AugmentConfig())
    assert torch.equal(first, augment.make_params(generator(), 4, AugmentConfig()))
    assert torch.equal(augment.apply(x, first, 40), augment.apply(x, first, 40))


def test_no_ranges_leave_the_image_alone() -> None:
    x, params = images(), augment.make_params(generator(), 4, STILL)
    assert torch.allclose(augment.apply(x, params, 40), x, atol=1e-5)


def test_a_horizontal_flip_exchanges_columns() -> None:
    x = images(1)
    params = torch.tensor([[[-1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]])
    assert torch.allclose(augment.apply(x, params, 40), x.flip(3), atol=1e-5)


def test_a_shift_of_a_quarter_side_moves_ten_of_forty_pixels_and_repeats_the_edge() -> None:
    x = images(1)
    # Coordinates span −1…1, so 0.5 is a quarter of the side: output column j shows input column j + 10.
    params = torch.tensor([[[1.0, 0.0, 0.5], [0.0, 1.0, 0.0]]])
    moved = augment.apply(x, params, 40)
    assert torch.allclose(moved[..., :30], x[..., 10:], atol=1e-5)
    assert torch.allclose(moved[..., 31:], x[..., -1:].expand(-1, -1, -1, 9), atol=1e-5)


def test_parameters_stay_in_their_ranges() -> None:
    config = AugmentConfig()
    matrix = augment.make_params(generator(), 2000, config)
    # The determinant of rotation and shear is 1 and of a flip ±1: what is left is 1 / zoom².
    zoom = torch.linalg.det(matrix[:, :, :2]).abs() ** -0.5
    assert zoom.min() >= 0.8 - 1e-4
    assert zoom.max() <= 1.2 + 1e-4
    assert matrix[:, :, 2].abs().max() <= 0.4
    first = matrix[:, :, 0] * zoom[:, None]
    angle = torch.rad2deg(torch.atan2(first[:, 1].abs(), first[:, 0].abs()))
    assert angle.max() <= 40.0
    assert angle.max() > 39.0


def test_interpolation_does_not_leave_the_range_of_the_input() -> None:
    x = torch.where(images() > 0, 1.0, -1.0)
    moved = augment.apply(x, augment.make_params(generator(), 4, AugmentConfig()), 40)
    assert moved.abs().max() <= 1.0


def test_a_part_shows_the_middle_at_its_own_scale() -> None:
    x = images(1)
    params = augment.make_params(generator(), 1, STILL, part=0.5)
    assert torch.allclose(augment.apply(x, params, 20), x[..., 10:30, 10:30], atol=1e-5)
