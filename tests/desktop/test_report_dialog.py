"""The report before it leaves: pages are shown, options change them, printing and saving are recorded."""

from __future__ import annotations

import io

import pypdf
import pytest
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtTest import QTest

from desktop import settings as table
from desktop.views.reader_panel import ReaderPanel
from desktop.views.report_dialog import PREVIEW_PX, ReportDialog
from engine import pipeline
from engine.pipeline import ReportOptions


@pytest.fixture
def dialog(qtbot, window, reading):
    made = ReportDialog(window.session, window)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitUntil(made.print_button.isEnabled, timeout=120_000)
    return made


def pages(dialog):
    return [dialog._stack.itemAt(i).widget().pixmap() for i in range(dialog._stack.count())]


def test_every_page_is_shown_and_options_make_it_again(qtbot, dialog):
    shown = pages(dialog)
    assert len(shown) == dialog._pdf.pageCount() >= 2
    a4 = shown[0].height() / shown[0].width()
    assert a4 == pytest.approx(297 / 210, abs=0.01)
    assert shown[0].width() / shown[0].devicePixelRatio() == PREVIEW_PX
    dialog.paper.setCurrentIndex(dialog.paper.findData("Letter"))
    dialog.deidentify.setChecked(True)
    assert not dialog.print_button.isEnabled()
    qtbot.waitUntil(dialog.print_button.isEnabled, timeout=120_000)
    assert pages(dialog)[0].height() / pages(dialog)[0].width() == pytest.approx(11 / 8.5, abs=0.01)
    assert dialog.options() == ReportOptions("en", "Letter", True)


def test_printing_is_recorded_and_gives_as_many_pages(dialog, tmp_path):
    before = len(pipeline.audit_entries())
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "printed.pdf"))
    dialog.print_on(printer)
    printed = pypdf.PdfReader(tmp_path / "printed.pdf")
    assert len(printed.pages) == dialog._pdf.pageCount()
    box = printed.pages[0].mediabox
    assert float(box.height) / float(box.width) == pytest.approx(297 / 210, abs=0.01)
    entries = pipeline.audit_entries()
    assert len(entries) == before + 1
    assert "printed report" in str(entries[-1])


def test_the_saved_pdf_is_the_one_looked_at(qtbot, window, dialog, tmp_path):
    with qtbot.waitSignal(window.session.saved, timeout=60_000):
        window.session.saver.keep_report(dialog._data, tmp_path / "report.pdf", dialog.options())
    assert (tmp_path / "report.pdf").read_bytes() == dialog._data


def test_the_report_holds_what_was_typed_just_before_and_follows_the_case(qtbot, window, reading, dialog):
    def text():
        return "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(dialog._data)).pages)

    assert "seen in May" not in text()
    QTest.keyClicks(window.findChild(ReaderPanel).comment, "seen in May")
    assert not dialog.print_button.isEnabled()
    qtbot.waitUntil(dialog.print_button.isEnabled, timeout=120_000)
    assert "seen in May" in text()
    case = window.session.document.case
    window.session.document.edit(case.with_treated(True), "x")
    assert not window.session.jobs.is_running("report preview")
    assert not dialog.print_button.isEnabled()
    assert "out of date" in dialog.state.text()
    window.session.document.history.undo()
    qtbot.waitUntil(dialog.print_button.isEnabled, timeout=120_000)


def test_the_settings_choose_paper_and_language(window, reading):
    settings = window.session.settings
    settings.set(table.REPORT_PAPER, "Letter")
    settings.set(table.REPORT_LANGUAGE, "zh_CN")
    assert window.session.saver.options() == ReportOptions("zh_CN", "Letter", False)
