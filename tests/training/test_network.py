"""The network: published size, timm's names, maps equal to Grad-CAM, weights that load."""

from __future__ import annotations

import pytest
import torch
from captum.attr import LayerGradCam
from torch import Tensor, nn

from training.network import InceptionResnetV2

WIDTH = 0.125


@pytest.fixture
def small() -> InceptionResnetV2:
    torch.manual_seed(3)
    network = InceptionResnetV2(width=WIDTH)
    # One pass in training mode sets the batch norm statistics, so that activations are of order one.
    for layer in network.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.momentum = None
    with torch.no_grad():
        network(images(4))
    return network.eval()


def images(n: int, channels: int = 3, size_px: int = 139) -> Tensor:
    return torch.rand(n, channels, size_px, size_px, generator=torch.Generator().manual_seed(5)) * 2 - 1


def assert_same_map(found: Tensor, expected: Tensor) -> None:
    """Within 1e-4 of the largest value of the map."""
    largest = float(expected.detach().max())
    assert largest > 0.01
    assert float((found - expected).detach().abs().max()) <= 1e-4 * largest


def test_parameter_counts_are_the_published_ones() -> None:
    with torch.device("meta"):
        thousand = InceptionResnetV2(outputs=1000)
        three = InceptionResnetV2(outputs=3)
    # timm 1.0 states 55.84 M for 1000 classes; 997 outputs less take 997 · (1536 + 1) = 1,532,389 away.
    assert sum(p.numel() for p in thousand.parameters()) == 55_843_464
    assert sum(p.numel() for p in three.parameters()) == 55_843_464 - 1_532_389


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("conv2d_1a.conv.weight", (32, 3, 3, 3)),
        ("conv2d_4a.bn.running_var", (192,)),
        ("mixed_5b.branch0.conv.weight", (96, 192, 1, 1)),
        ("mixed_5b.branch3.1.conv.weight", (64, 192, 1, 1)),
        ("repeat.9.branch2.2.conv.weight", (64, 48, 3, 3)),
        ("repeat.0.conv2d.bias", (320,)),
        ("mixed_6a.branch1.2.conv.weight", (384, 256, 3, 3)),
        ("repeat_1.19.branch1.1.conv.weight", (160, 128, 1, 7)),
        ("repeat_1.0.conv2d.weight", (1088, 384, 1, 1)),
        ("mixed_7a.branch2.2.conv.weight", (320, 288, 3, 3)),
        ("repeat_2.8.branch1.2.conv.weight", (256, 224, 3, 1)),
        ("block8.conv2d.weight", (2080, 448, 1, 1)),
        ("conv2d_7b.conv.weight", (1536, 2080, 1, 1)),
        ("classif.weight", (3, 1536)),
    ],
)
def test_names_and_shapes_are_timms(name: str, shape: tuple[int, ...]) -> None:
    with torch.device("meta"):
        state = InceptionResnetV2().state_dict()
    assert len(state) == 1306
    assert tuple(state[name].shape) == shape


def test_full_network_at_299_px_gives_8_by_8_maps() -> None:
    with torch.device("meta"):
        logits, cam, features = InceptionResnetV2(6, 2).eval()(torch.empty(1, 6, 299, 299))
    assert (logits.shape, cam.shape, features.shape) == ((1, 2), (1, 2, 8, 8), (1, 1536))


def test_cam_is_grad_cam_by_autograd(small: InceptionResnetV2) -> None:
    x = images(2)
    activation = small.last_activation(x).detach().requires_grad_(True)
    features = activation.mean(dim=(2, 3))
    logits = small.classif(features)
    _, cam, _ = small(x)
    pixels = activation.shape[2] * activation.shape[3]
    for label in range(3):
        (gradient,) = torch.autograd.grad(logits[:, label].sum(), activation, retain_graph=True)
        weights = gradient.mean(dim=(2, 3), keepdim=True)  # α_k = w_k / (h·w)
        expected = torch.relu((weights * activation).sum(dim=1)) * pixels
        assert_same_map(cam[:, label], expected)


def test_cam_is_captums_layer_grad_cam(small: InceptionResnetV2) -> None:
    class Logits(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.network = small

        def forward(self, x: Tensor) -> Tensor:
            return self.network(x)[0]  # type: ignore[no-any-return]

    x = images(2)
    _, cam, _ = small(x)
    model = Logits()
    layer = LayerGradCam(model, small.conv2d_7b)
    pixels = cam.shape[2] * cam.shape[3]
    for label in range(3):
        expected = layer.attribute(x, target=label, relu_attributions=True)[:, 0] * pixels
        assert_same_map(cam[:, label], expected)


def test_a_block_that_is_left_out_passes_its_input_on(small: InceptionResnetV2) -> None:
    assert small.repeated_blocks == 39
    x = images(2)
    with torch.inference_mode():
        whole = small(x)[0]
        assert torch.equal(small(x, [1.0] * 39)[0], whole)
        without_third = small(x, [0.0 if number == 2 else 1.0 for number in range(39)])[0]
        del small.repeat[2]
        assert torch.equal(small(x)[0], without_third)
    assert not torch.equal(without_third, whole)


def test_a_factor_multiplies_what_a_block_adds(small: InceptionResnetV2) -> None:
    block = small.repeat_1[4]
    x = torch.randn(1, block.conv2d.out_channels, 7, 7, generator=torch.Generator().manual_seed(2)).abs() + 3.0
    with torch.inference_mode():
        added, doubled = block(x) - x, block(x, 2.0) - x
    assert float(added.abs().max()) > 1e-3
    torch.testing.assert_close(doubled, 2.0 * added, rtol=1e-3, atol=1e-5)
