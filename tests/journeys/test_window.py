"""Folder to report in the window, offscreen, on the sample study with the shipped package."""

from __future__ import annotations

import json

import pypdf
import pytest

from desktop.app import make_window
from desktop.garbage import GarbageCollector
from desktop.settings import Settings
from engine import storage
from engine.domain.labels import STATUS_TEXT


@pytest.fixture(scope="module")
def restored_settings(tmp_path_factory):
    return tmp_path_factory.mktemp("settings") / "window.ini"


@pytest.fixture(autouse=True)
def garbage_stays_on_the_ui_thread(qapp):
    collector = GarbageCollector()
    yield
    collector.stop()


@pytest.fixture
def window(qtbot, qapp, restored_settings):
    made = make_window(qapp, Settings(restored_settings))
    qtbot.addWidget(made)
    made.show()
    yield made
    made.close()


def analysed_window(qtbot, window, folder):
    failures = []
    window.session.failed.connect(failures.append)
    window.drop([folder])
    qtbot.waitUntil(lambda: bool(failures) or window.session.document.result is not None, timeout=240_000)
    assert failures == []
    qtbot.waitUntil(lambda: not window.session.jobs.is_running(), timeout=60_000)
    return window.session.document.result


def test_sample_to_pdf_without_a_manual(qtbot, window, sample, analysed, tmp_path):
    """Drop the folder; roles, outline and analysis follow by themselves; the result is that of the command line."""
    result = analysed_window(qtbot, window, sample)
    written = json.loads((analysed / "result.json").read_text(encoding="utf-8"))
    assert storage.to_json(storage.result_to_dict(result)) == storage.to_json(written)
    assert window.banner.isVisible()
    assert window.banner.text.text() == STATUS_TEXT["simulated"]
    assert window.results.flag.headline.text() == result.follow_up.headline
    assert window.overlay.visible

    window.results.table.selectRow(0)
    first = window.results.table.slices.slice_result(0).ref
    t2, dwi = window.grid.visible_views()
    assert t2.state.index == first.nearest_t2_slice
    assert abs(t2.state.level_mm - dwi.state.level_mm) <= dwi.state.step_mm / 2 + 0.5

    report = tmp_path / "report.pdf"
    with qtbot.waitSignal(window.session.saved, timeout=120_000):
        window.session.saver.save_report(report)
    text = "".join(page.extract_text() for page in pypdf.PdfReader(report).pages)
    assert result.package.digest[:12] in text
    assert "Not for use with patients" in " ".join(text.split())


def test_edit_stale_undo_analyze_again_and_all_outputs(qtbot, window, sample, analysed, tmp_path):
    first = analysed_window(qtbot, window, sample)
    document = window.session.document
    t2 = window.grid.t2_view()
    middle = sorted(one.ref.nearest_t2_slice for one in first.lesions[0].slices)[0]
    t2.state.set_index(middle)
    window.tools.choose_lesion(first.lesions[0].lesion_id)
    window.actions_["copy_up"].trigger()
    assert document.is_stale
    assert not window.results.flag.stale.isHidden()
    window.undo.trigger()
    assert not document.is_stale
    window.redo.trigger()
    window.session.analyser.analyze()
    qtbot.waitUntil(lambda: not document.is_stale, timeout=240_000)
    assert document.result.case_digest != first.case_digest
    with qtbot.waitSignal(window.session.saved, timeout=120_000):
        window.session.saver.save_outputs(tmp_path / "out")
    names = {path.name for path in (tmp_path / "out").iterdir() if path.is_file()}
    assert {path.name for path in analysed.iterdir() if path.is_file()} <= names
    stored = storage.load_case(tmp_path / "out" / "case.json")
    assert stored.digest() == document.case.digest()
