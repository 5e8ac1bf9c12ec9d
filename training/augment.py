"""Augmentation: one composed affine map per sample, drawn apart from being applied.

`make_params` is the only place of chance, `apply` the only place of arithmetic: the same parameters
always give the same pixels, in a batch as one by one.
"""

from __future__ import annotations

from math import pi

import torch
from torch import Tensor
from torch.nn import functional

from training.config import AugmentConfig


def make_params(generator: torch.Generator, n: int, config: AugmentConfig, part: float = 1.0) -> Tensor:
    """Draw `n` affine maps: (n, 2, 3) float32 on the CPU, from output to input coordinates.

    Coordinates are those of `torch.nn.functional.affine_grid`: x along columns, y along rows, −1…1
    over the image. The map is rotation · shear · zoom · flip, then the shift. ``part`` is the share
    of the side that a sample shows where nothing zooms it.
    """
    draw = torch.rand((n, 7), generator=generator)
    even = 2.0 * draw - 1.0
    angle = even[:, 0] * (config.rotation_deg * pi / 180.0)
    shear = even[:, 1] * config.shear
    # The map leads from output to input: an object enlarged by z is sampled in steps of 1/z.
    inverse_zoom = 1.0 / (1.0 + even[:, 2] * config.zoom)
    # Coordinates span 2 over the side, so a share of the side is twice that share.
    shift_x, shift_y = 2.0 * config.shift_share * even[:, 3], 2.0 * config.shift_share * even[:, 4]
    one = torch.ones(n)
    flip_x = torch.where((draw[:, 5] < 0.5) & config.horizontal_flip, -one, one)
    flip_y = torch.where((draw[:, 6] < 0.5) & config.vertical_flip, -one, one)
    cos, sin = torch.cos(angle), torch.sin(angle)
    # rotation [[c, −s], [s, c]] · shear [[1, k], [0, 1]] = [[c, c·k − s], [s, s·k + c]]
    matrix = torch.stack(
        [
            torch.stack([cos * flip_x, (cos * shear - sin) * flip_y], dim=1),
            torch.stack([sin * flip_x, (sin * shear + cos) * flip_y], dim=1),
        ],
        dim=1,
    )
    matrix = matrix * (part * inverse_zoom)[:, None, None]
    return torch.cat([matrix, torch.stack([shift_x, shift_y], dim=1)[:, :, None]], dim=2)


def apply(images: Tensor, params: Tensor, size_px: int) -> Tensor:
    """Resample (n, c, s, s) images by their maps to (n, c, size_px, size_px): bicubic, edge values outside.

    Cubic interpolation overshoots at edges; every image is clipped to its former range.
    """
    shape = [*images.shape[:2], size_px, size_px]
    grid = functional.affine_grid(params.to(images.device, images.dtype), shape, align_corners=False)
    moved = functional.grid_sample(images, grid, mode="bicubic", padding_mode="border", align_corners=False)
    low, high = images.amin((1, 2, 3), keepdim=True), images.amax((1, 2, 3), keepdim=True)
    return torch.clamp(moved, low, high)
