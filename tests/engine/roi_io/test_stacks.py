"""Frames with places of their own become regular blocks."""

from __future__ import annotations

import numpy as np
import pytest

from engine.domain.study import Plane
from engine.roi_io.stacks import PlacedFrame, blocks_of_frames


def plane(z: float, x: float = 0.0) -> Plane:
    return Plane((x, 0.0, z), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (1.0, 1.0))


def frame(z: float, x: float = 0.0) -> PlacedFrame:
    return PlacedFrame(plane(z, x), np.ones((2, 3), dtype=bool))


@pytest.mark.parametrize(
    ("heights", "steps", "slices"),
    [
        ((0.0, 5.0, 10.0), (), 3),
        ((10.0, 0.0, 5.0), (), 3),
        ((0.0, 10.0), (), 2),  # nothing says that one is missing between
        ((0.0, 10.0), (5.0,), 3),  # the declared spacing does
        ((0.0, 10.0), (4.0, 5.0), 3),  # 4 mm does not divide 10 mm, 5 mm does
        ((0.0, 10.0), (3.0,), 2),
        ((0.0,), (5.0,), 1),
    ],
)
def test_omitted_frames_come_back_empty(heights, steps, slices) -> None:
    (block,) = blocks_of_frames([frame(z) for z in heights], [plane(z) for z in heights], steps)
    assert block.mask.shape == (slices, 2, 3)
    assert block.mask.sum() == 6 * len(heights)
    assert block.affine[2, 3] == min(heights)


def test_frames_far_apart_or_aside_make_blocks_of_their_own() -> None:
    frames = [frame(0.0), frame(1.0), frame(2.5), frame(900.0), frame(901.0, x=7.0)]
    blocks = blocks_of_frames(frames, [each.plane for each in frames], ())
    assert [block.mask.shape[0] for block in blocks] == [2, 1, 1, 1]


def test_two_frames_on_one_plane_are_united() -> None:
    one, other = np.zeros((2, 3), dtype=bool), np.zeros((2, 3), dtype=bool)
    one[0], other[1] = True, True
    (block,) = blocks_of_frames([PlacedFrame(plane(0), one), PlacedFrame(plane(0), other)], [plane(0)] * 2, (5.0,))
    assert block.mask.all()


def test_the_mean_step_of_a_run_is_used() -> None:
    """Gaps of 2.0, 2.02 and 1.98 mm: three steps of 2.0 mm in the mean, so no error adds up."""
    heights = (0.0, 2.0, 4.02, 6.0)
    (block,) = blocks_of_frames([frame(z) for z in heights], [plane(z) for z in heights], (2.0,))
    assert block.affine[2, 0] == pytest.approx(2.0)
