"""PNG figures: one per key slice and one chart per lesion, with the status line, without identifiers in names."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PIL import Image

from engine.domain.roi import LesionId
from engine.report import build_content, write_figures
from engine.report.palette import HEAT_FROM, heat_over, heat_table
from tests.support.results import CREATED, Example, example


def content_of(made: Example, **options):
    return build_content(made.analysis, made.study, made.case, made.manifest, made.volumes, created=CREATED, **options)


def test_key_slices_and_charts_are_written_twice_the_same(tmp_path):
    content = content_of(example(1, 4, malignant=(1,)))
    written = write_figures(content, tmp_path / "one")
    # analysis planes 2 to 5; plane 3 is malignant, plane 2 is the most benign of the others
    assert [path.name for path in written] == ["L1_slice03.png", "L1_slice02.png", "L1_scores.png"]
    again = write_figures(content, tmp_path / "two")
    for one, two in zip(written, again, strict=True):
        assert one.read_bytes() == two.read_bytes()


def test_the_status_line_stands_on_every_figure(tmp_path):
    for path in write_figures(content_of(example(1, 1)), tmp_path):
        pixels = np.asarray(Image.open(path).convert("RGB")).astype(int)
        foot = pixels[-40:]
        # the amber of the status line: red well above blue
        assert ((foot[..., 0] - foot[..., 2]) > 80).sum() > 150, path.name


def test_lesion_ids_become_plain_file_names(tmp_path):
    made = example(2, 1)
    names = {"L1": "../a b", "L2": "王"}
    rois = tuple(replace(roi, lesion_id=LesionId(names[roi.lesion_id])) for roi in made.case.rois)
    inputs = {LesionId(names[key]): value for key, value in made.analysis.inputs.items()}
    answers = {LesionId(names[key]): value for key, value in made.analysis.predictions.items()}
    lesions = tuple(
        replace(lesion, lesion_id=LesionId(names[lesion.lesion_id])) for lesion in made.analysis.result.lesions
    )
    result = replace(made.analysis.result, lesions=lesions)
    analysis = replace(made.analysis, result=result, inputs=inputs, predictions=answers)
    written = write_figures(content_of(replace(made, analysis=analysis, case=made.case.with_rois(rois))), tmp_path)
    assert {path.name.split("_")[0] for path in written} == {"ab", "lesion2"}
    assert all(path.parent == tmp_path for path in written)


def test_low_values_of_a_map_leave_the_image_clear():
    image = np.full((1, 3), 100, np.uint8)
    heat = np.array([[np.nan, HEAT_FROM, 1.0]], np.float32)
    shown = heat_over(image, heat)
    assert shown[0, 0].tolist() == [100, 100, 100]
    assert shown[0, 1].tolist() == [100, 100, 100]
    # alpha 0.62 over the brightest colour of the scale
    wanted = 100 * 0.38 + heat_table()[255] * 255 * 0.62
    assert np.abs(shown[0, 2] - wanted).max() <= 1


def test_the_colour_scale_grows_lighter_all_the_way():
    luminance = heat_table() @ np.array([0.2126, 0.7152, 0.0722])
    assert (np.diff(luminance) >= 0).all()
    assert luminance[-1] > luminance[0] + 0.7
