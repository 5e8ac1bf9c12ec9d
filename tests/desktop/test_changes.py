"""What changed since the last analysis: only what a reader should know of."""

from __future__ import annotations

from dataclasses import replace

from desktop.changes import changes
from engine.domain.caution import Effect
from engine.domain.caution_words import make_caution
from tests.support.results import example


def test_nothing_is_said_where_nothing_changed(qapp):
    result = example().analysis.result
    assert changes(result, result) == []


def test_the_flag_comes_first_then_class_and_slices(qapp):
    before, after = example().analysis.result, example(malignant=()).analysis.result
    lines = changes(before, after)
    assert lines[0] == "Flag, changed: Contrast follow-up flag not raised"
    assert "Malignant slices: 2 of 7 → 0 of 7" in lines


def test_lesions_package_and_cautions(qapp):
    before = example(lesions=2).analysis.result
    caution = make_caution("t2-only", Effect.INFORM)
    other = replace(before.package, version="9", digest="0" * 64)
    after = replace(before, lesions=before.lesions[:1], package=other, cautions=(caution,))
    lines = changes(before, after)
    assert "Without lesion L2" in lines
    assert f"Model package: {before.package.id} {before.package.version} → {before.package.id} 9" in lines
    assert f"New caution: {caution.text}" in lines
    assert f"No longer: {caution.text}" in changes(after, before)
    assert "New lesion L2" in changes(after, before)
