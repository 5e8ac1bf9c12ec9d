"""Outlines through the pipeline: ask, answer, import; rivals; each export comes back; what is written besides."""

from __future__ import annotations

import shutil
from datetime import datetime

import numpy as np
import pydicom
import pytest

from engine import pipeline
from engine.domain.errors import RoiError, UsageError
from engine.domain.roi import RoiQuestion
from engine.geometry.outline import mask_of_roi
from tests.support.roi_series import OBLIQUE, SmallStudy, ball, small_study

CREATED = datetime(2026, 1, 2)


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> SmallStudy:
    return small_study(tmp_path_factory.mktemp("t2"), axes=OBLIQUE, shape=(6, 20, 28))


@pytest.fixture(scope="module")
def case(small):
    return small.case(small.roi(ball(small.volume.shape, (2, 9, 12), (2, 4, 6))))


def mask(case, small) -> np.ndarray:
    return np.any([mask_of_roi(roi, small.volume.affine, small.volume.shape) for roi in case.rois], axis=0)


@pytest.mark.parametrize("kind", list(pipeline.EXPORTS))
def test_every_export_comes_back_as_the_same_voxels(small, case, tmp_path, kind) -> None:
    path = tmp_path / pipeline.EXPORTS[kind]
    assert pipeline.export_rois(case, small.study, small.volumes, path, kind, created=CREATED) == path
    back = pipeline.import_roi(path, small.study, small.case(), small.volumes)
    assert not isinstance(back, RoiQuestion)
    assert np.array_equal(mask(back, small), mask(case, small))


def test_an_unknown_format_is_refused(small, case, tmp_path) -> None:
    with pytest.raises(UsageError, match="seg, rtstruct, nifti"):
        pipeline.export_rois(case, small.study, small.volumes, tmp_path / "x", "stl", created=CREATED)
    assert list(tmp_path.iterdir()) == []


def test_a_question_comes_first_and_its_answer_imports(small, case, tmp_path) -> None:
    path = tmp_path / "seg.dcm"
    pipeline.export_rois(case, small.study, small.volumes, path, "seg", created=CREATED)
    dataset = pydicom.dcmread(path)
    del dataset.FrameOfReferenceUID
    del dataset.ReferencedSeriesSequence
    for group in dataset.PerFrameFunctionalGroupsSequence:
        del group.DerivationImageSequence
    dataset.save_as(path)
    question = pipeline.import_roi(path, small.study, small.case(), small.volumes)
    assert isinstance(question, RoiQuestion)
    with pytest.raises(RoiError) as caught:
        pipeline.import_rois([path], small.study, small.case(), small.volumes)
    assert caught.value.code == "roi-unreferenced"
    answers = {question.code: question.choices[0].key}
    back = pipeline.import_roi(path, small.study, small.case(), small.volumes, answers)
    assert np.array_equal(mask(back, small), mask(case, small))


@pytest.mark.parametrize("answers", [{"place": "no"}, {"colour": "red"}, {"overlap": "both"}, {"series": "1.2.3"}])
def test_what_answers_nothing_is_refused(small, case, tmp_path, answers) -> None:
    path = tmp_path / "seg.dcm"
    pipeline.export_rois(case, small.study, small.volumes, path, "seg", created=CREATED)
    with pytest.raises(UsageError) as caught:
        pipeline.import_rois([path], small.study, small.case(), small.volumes, answers)
    assert caught.value.code == "roi-answer"


def test_files_that_outline_one_place_differently_are_rivals(small, case, tmp_path) -> None:
    """A copy is no rival, nor is a lesion elsewhere; an outline of half the size inside is one."""

    def write(name, *arguments):
        other = small.case(small.roi(ball(small.volume.shape, *arguments)))
        return pipeline.export_rois(other, small.study, small.volumes, tmp_path / name, "seg", created=CREATED)

    first = write("first.dcm", (2, 9, 12), (2, 4, 6))
    copy = shutil.copy(first, tmp_path / "copy.dcm")
    elsewhere = write("elsewhere.dcm", (2, 16, 23), (1, 2, 3))
    smaller = write("smaller.dcm", (2, 9, 12), (1, 3, 4))
    rivals = lambda *paths: pipeline.rival_outlines(paths, small.study, case, small.volumes)  # noqa: E731
    assert rivals(first, copy, elsewhere) is None
    assert rivals(first, elsewhere, smaller) == (first, smaller)
