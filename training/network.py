"""Inception-ResNet V2 with class activation maps beside its logits.

The layout is that of Szegedy et al. 2016 (arXiv:1602.07261) in the variant of TensorFlow's published
weights. Parameter names and shapes are those of timm's ``inception_resnet_v2``, so that its ImageNet
weights load; the code is Lobule's own: each mixed block is a row of a table, read by one class.

The network returns three values: logits (n, k); ``cam`` (n, k, h, w) = ReLU(Σ_j w_cj A_j), which is
Grad-CAM of class c up to the positive factor 1/(h·w) because only average pooling and one linear
layer stand between the last activation A and the logits; and the pooled features (n, 1536).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

BATCH_NORM_EPS = 1e-3
"""TensorFlow's value; the ImageNet weights were trained with it."""


@dataclass(frozen=True, slots=True)
class Conv:
    """One convolution + batch norm + ReLU: output channels, kernel (rows, columns), stride, padding."""

    channels: int
    kernel: tuple[int, int] = (1, 1)
    stride: int = 1
    same: bool = True


@dataclass(frozen=True, slots=True)
class MaxPool:
    """3×3 maximum pooling, stride 2, no padding."""


@dataclass(frozen=True, slots=True)
class AveragePool:
    """3×3 average pooling, stride 1, that does not count the padding."""


Step = Conv | MaxPool | AveragePool
Branch = tuple[Step, ...]


def _down(channels: int) -> Conv:
    return Conv(channels, (3, 3), stride=2, same=False)


MIXED_5B: tuple[Branch, ...] = (
    (Conv(96),),
    (Conv(48), Conv(64, (5, 5))),
    (Conv(64), Conv(96, (3, 3)), Conv(96, (3, 3))),
    (AveragePool(), Conv(64)),
)
BLOCK_35: tuple[Branch, ...] = (
    (Conv(32),),
    (Conv(32), Conv(32, (3, 3))),
    (Conv(32), Conv(48, (3, 3)), Conv(64, (3, 3))),
)
MIXED_6A: tuple[Branch, ...] = (
    (_down(384),),
    (Conv(256), Conv(256, (3, 3)), _down(384)),
    (MaxPool(),),
)
BLOCK_17: tuple[Branch, ...] = (
    (Conv(192),),
    (Conv(128), Conv(160, (1, 7)), Conv(192, (7, 1))),
)
MIXED_7A: tuple[Branch, ...] = (
    (Conv(256), _down(384)),
    (Conv(256), _down(288)),
    (Conv(256), Conv(288, (3, 3)), _down(320)),
    (MaxPool(),),
)
BLOCK_8: tuple[Branch, ...] = (
    (Conv(192),),
    (Conv(192), Conv(224, (1, 3)), Conv(256, (3, 1))),
)
FEATURES = 1536


class ConvNorm(nn.Module):
    """Convolution without bias, batch norm, ReLU."""

    def __init__(self, inputs: int, row: Conv, outputs: int) -> None:
        super().__init__()
        padding = (row.kernel[0] // 2, row.kernel[1] // 2) if row.same else (0, 0)
        self.conv = nn.Conv2d(inputs, outputs, row.kernel, row.stride, padding, bias=False)
        self.bn = nn.BatchNorm2d(outputs, eps=BATCH_NORM_EPS)

    def forward(self, x: Tensor) -> Tensor:
        return functional.relu_(self.bn(self.conv(x)))


class Mixed(nn.Module):
    """Parallel branches, concatenated; with ``residual_scale`` also projected and added to the input."""

    def __init__(
        self,
        inputs: int,
        table: tuple[Branch, ...],
        width: float,
        residual_scale: float | None = None,
        final_relu: bool = True,
    ) -> None:
        super().__init__()
        self.residual_scale = residual_scale
        self.final_relu = final_relu
        self.branch_names = [f"branch{number}" for number in range(len(table))]
        total = 0
        for name, branch in zip(self.branch_names, table, strict=True):
            steps: list[nn.Module] = []
            channels = inputs
            for step in branch:
                if isinstance(step, Conv):
                    outputs = scaled(step.channels, width)
                    steps.append(ConvNorm(channels, step, outputs))
                    channels = outputs
                elif isinstance(step, MaxPool):
                    steps.append(nn.MaxPool2d(3, stride=2))
                else:
                    steps.append(nn.AvgPool2d(3, stride=1, padding=1, count_include_pad=False))
            # A branch of one step carries no index in timm's parameter names.
            self.add_module(name, steps[0] if len(steps) == 1 else nn.Sequential(*steps))
            total += channels
        self.outputs = total
        if residual_scale is not None:
            self.conv2d = nn.Conv2d(total, inputs, 1)
            self.outputs = inputs

    def forward(self, x: Tensor, factor: float = 1.0) -> Tensor:
        """The concatenated branches, or the input plus ``factor`` times the scaled projection of them."""
        mixed = torch.cat([self.get_submodule(name)(x) for name in self.branch_names], dim=1)
        if self.residual_scale is None:
            return mixed
        scale = self.residual_scale * factor
        # The scale is put on the small kernel, not on the large activation: the same sum, less traffic.
        bias = self.conv2d.bias
        added = functional.conv2d(
            mixed,
            self.conv2d.weight * scale,
            None if bias is None else bias * scale,
        ).add_(x)
        return functional.relu_(added) if self.final_relu else added


def scaled(channels: int, width: float) -> int:
    """Channel count under the ``width`` flag (1.0 leaves the published count)."""
    return max(2, round(channels * width))


def _repeat(inputs: int, table: tuple[Branch, ...], width: float, times: int, scale: float) -> nn.Sequential:
    return nn.Sequential(*(Mixed(inputs, table, width, scale) for _ in range(times)))


def _through(blocks: nn.Sequential, x: Tensor, factors: Iterator[float]) -> Tensor:
    for block in blocks:
        factor = next(factors)
        x = block(x, factor) if factor else x
    return x


class InceptionResnetV2(nn.Module):
    """The network: (n, channels, s, s) in −1…1 → logits (n, k), cam (n, k, h, w), features (n, 1536).

    ``channels`` is 3 or 6, ``outputs`` 2 or 3. At s = 299 the map is 8×8. ``width`` scales every
    channel count; it exists for fast tests only, a shipped network has width 1. ``dropout`` acts on
    the pooled features while training.
    """

    def __init__(self, channels: int = 3, outputs: int = 3, width: float = 1.0, dropout: float = 0.0) -> None:
        super().__init__()
        first, third, fifth = scaled(32, width), scaled(64, width), scaled(192, width)
        fourth = scaled(80, width)
        features = scaled(FEATURES, width)
        plain = Conv(0, (3, 3), same=False)
        self.conv2d_1a = ConvNorm(channels, Conv(0, (3, 3), stride=2, same=False), first)
        self.conv2d_2a = ConvNorm(first, plain, first)
        self.conv2d_2b = ConvNorm(first, Conv(0, (3, 3)), third)
        self.maxpool_3a = nn.MaxPool2d(3, stride=2)
        self.conv2d_3b = ConvNorm(third, Conv(0), fourth)
        self.conv2d_4a = ConvNorm(fourth, plain, fifth)
        self.maxpool_5a = nn.MaxPool2d(3, stride=2)
        self.mixed_5b = Mixed(fifth, MIXED_5B, width)
        self.repeat = _repeat(self.mixed_5b.outputs, BLOCK_35, width, 10, 0.17)
        self.mixed_6a = Mixed(self.mixed_5b.outputs, MIXED_6A, width)
        self.repeat_1 = _repeat(self.mixed_6a.outputs, BLOCK_17, width, 20, 0.10)
        self.mixed_7a = Mixed(self.mixed_6a.outputs, MIXED_7A, width)
        self.repeat_2 = _repeat(self.mixed_7a.outputs, BLOCK_8, width, 9, 0.20)
        self.block8 = Mixed(self.mixed_7a.outputs, BLOCK_8, width, 1.0, final_relu=False)
        self.conv2d_7b = ConvNorm(self.mixed_7a.outputs, Conv(0), features)
        self.dropout = nn.Dropout(dropout)
        self.classif = nn.Linear(features, outputs)

    @property
    def repeated_blocks(self) -> int:
        """Number of residual blocks that stochastic depth may leave out."""
        return len(self.repeat) + len(self.repeat_1) + len(self.repeat_2)

    def last_activation(self, x: Tensor, depth: Sequence[float] = ()) -> Tensor:
        """The activation A (n, 1536, h, w) that is pooled, and that Grad-CAM weighs.

        ``depth`` has a factor per repeated block for what the block adds to its input, in order; blocks
        with factor 0 are not computed (stochastic depth, Huang et al. 2016). Empty: all factors are 1.
        """
        factors = iter(depth or [1.0] * self.repeated_blocks)
        x = self.conv2d_2b(self.conv2d_2a(self.conv2d_1a(x)))
        x = self.conv2d_4a(self.conv2d_3b(self.maxpool_3a(x)))
        x = _through(self.repeat, self.mixed_5b(self.maxpool_5a(x)), factors)
        x = _through(self.repeat_1, self.mixed_6a(x), factors)
        x = _through(self.repeat_2, self.mixed_7a(x), factors)
        activation: Tensor = self.conv2d_7b(self.block8(x))
        return activation

    def forward(self, x: Tensor, depth: Sequence[float] = ()) -> tuple[Tensor, Tensor, Tensor]:
        activation = self.last_activation(x, depth)
        features = activation.mean(dim=(2, 3))
        logits = self.classif(self.dropout(features))
        weights = self.classif.weight[:, :, None, None]
        cam = functional.relu(functional.conv2d(activation, weights))
        return logits, cam, features
