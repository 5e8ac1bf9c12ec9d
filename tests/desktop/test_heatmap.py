"""Heat maps at their place in patient space."""

from __future__ import annotations

import numpy as np
import pytest

from desktop.heatmap import SIDE_PX, cell_size_mm, coloured, heat_maps, on_slice
from engine.domain.sequence import SequenceRole
from engine.geometry.affine import to_index
from tests.support.results import example
from tests.support.volumes import turned


def test_a_map_lies_over_the_square_that_the_network_saw():
    made = example()
    t2 = made.volumes[SequenceRole.T2]
    ((first, *_),) = heat_maps(made.analysis, "benign")
    far = first.corner_mm + SIDE_PX * (first.along_x_mm + first.along_y_mm)
    low, high = sorted((to_index(t2.affine, first.corner_mm)[1:].tolist(), to_index(t2.affine, far)[1:].tolist()))
    # lesion at row 40, column 34, radius 7 pixels of 3 mm; its box and 10 mm more: ± (7 + 10 / 3)
    assert low == pytest.approx([40 - 10.33, 34 - 10.33], abs=0.3)
    assert high == pytest.approx([40 + 10.33, 34 + 10.33], abs=0.3)


def test_slices_show_the_map_of_the_plane_within_half_a_step():
    made = example()
    t2 = made.volumes[SequenceRole.T2]
    maps = heat_maps(made.analysis, "benign")
    (lesion,) = made.analysis.result.lesions
    for index in range(t2.shape[0]):
        level = t2.affine[2, 3] + 10.0 * index
        near = [one.ref.position_mm for one in lesion.slices if abs(one.ref.position_mm - level) <= 5.0]
        assert [one.position_mm for one in on_slice(maps, t2.affine, index)] == near


def test_no_map_in_a_stack_at_right_angles():
    made = example()
    maps = heat_maps(made.analysis, "benign")
    assert on_slice(maps, turned(made.volumes[SequenceRole.T2].affine, 90.0, "y"), 5) == []


def test_no_map_without_predictions():
    assert heat_maps(example(blind=True).analysis, "benign") == []


def test_the_largest_value_of_any_class_is_the_brightest_colour():
    """The made-up maps grow with the score: the best class of the best slice is brightest."""
    made = example(malignant=())
    brightest = {}
    for label in made.analysis.result.package.labels:
        (maps,) = heat_maps(made.analysis, label)
        brightest[label] = max(one.image.pixelColor(x, x).lightness() for one in maps for x in range(SIDE_PX))
    assert brightest["benign"] > brightest["primary_malignancy"] > brightest["metastasis"]


def test_colours_get_lighter_and_more_opaque_with_the_value():
    image = coloured(np.array([[0.0, 0.2, 0.6, 1.0, np.nan]], dtype=np.float32))
    colours = [image.pixelColor(x, 0) for x in range(5)]
    assert colours[0].alpha() == colours[4].alpha() == 0
    assert 0 < colours[1].alpha() < 255 == colours[2].alpha()
    assert colours[1].lightness() < colours[2].lightness() < colours[3].lightness()


def test_the_resolution_that_is_shown():
    rows, columns, size_mm = cell_size_mm(example().analysis)
    assert (rows, columns) == (8, 8)
    assert size_mm == pytest.approx(62.0 / 8, abs=0.4)  # 42 mm and 10 mm on each side, over 8 cells
