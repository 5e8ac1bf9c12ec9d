"""The report before it leaves: its pages as they will be printed; then print, PDF, or every output."""

from __future__ import annotations

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPageLayout, QPageSize, QPainter, QPixmap
from PySide6.QtPdf import QPdfDocument
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QWidget,
)

from desktop import settings as table
from desktop.session import Session
from desktop.views.settings_dialog import choice_text
from desktop.views.widgets import button, column, label, resize_within
from engine.domain.errors import EngineError
from engine.pipeline import ReportOptions

PREVIEW_PX = 760
"""Width of a previewed page: A4 at about 90 dots an inch, where the smallest text can be read."""
PRINT_DPI = 300


class ReportDialog(QDialog):
    """Shows the pages for the chosen language, paper and identification, and hands them on.

    Signals:
        failed(error): The report could not be made, printed or recorded.
        pdf_requested(data, options): Save these bytes.
        outputs_requested(options): Write every output.
    """

    failed = Signal(object)
    pdf_requested = Signal(object, object)
    outputs_requested = Signal(object)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Report"))
        resize_within(self, PREVIEW_PX + 60, 900)
        self._session = session
        self._data = b""
        self._buffer = QBuffer(self)
        self._pdf = QPdfDocument(self)
        layout = column(self, (14, 12, 14, 12), 10)
        layout.addLayout(self._build_choices())
        self.pages = QWidget()
        self.pages.setObjectName("panel")
        self._stack = column(self.pages, (10, 10, 10, 10), 12)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setWidget(self.pages)
        layout.addWidget(self.area, 1)
        layout.addLayout(self._build_buttons())
        session.document.case_changed.connect(self.refresh)
        session.document.result_changed.connect(self.refresh)
        self.refresh()

    # ---- building

    def _build_choices(self) -> QHBoxLayout:
        options = self._session.saver.options()
        settings = self._session.settings
        self.language = _combo(table.REPORT_LANGUAGE, ("en", "zh_CN"), options.language)
        self.language.setEnabled(not settings.locked(table.REPORT_LANGUAGE))
        self.paper = _combo(table.REPORT_PAPER, ("A4", "Letter"), options.paper)
        self.paper.setEnabled(not settings.locked(table.REPORT_PAPER))
        self.deidentify = QCheckBox(self.tr("Without the patient's name and numbers"))
        row = QHBoxLayout()
        row.setSpacing(8)
        for text, box in ((self.tr("Language"), self.language), (self.tr("Paper"), self.paper)):
            row.addWidget(label(text, "dim"))
            row.addWidget(box)
            box.setAccessibleName(text)
            box.currentIndexChanged.connect(lambda _: self.refresh())
        row.addWidget(self.deidentify)
        self.deidentify.toggled.connect(lambda _: self.refresh())
        row.addStretch(1)
        self.state = label("", "dim")
        row.addWidget(self.state)
        return row

    def _build_buttons(self) -> QHBoxLayout:
        self.print_button = button(self.tr("Print…"), primary=True)
        self.print_button.clicked.connect(self.ask_printer)
        self.save_button = button(self.tr("Save PDF…"))
        self.save_button.clicked.connect(lambda: self.pdf_requested.emit(self._data, self.options()))
        self.outputs_button = button(
            self.tr("Save all outputs…"), tip=self.tr("PDF, DICOM objects, JSON, CSV and pictures into a folder")
        )
        self.outputs_button.clicked.connect(lambda: self.outputs_requested.emit(self.options()))
        close = button(self.tr("Close"))
        close.clicked.connect(self.reject)
        row = QHBoxLayout()
        for made in (self.print_button, self.save_button, self.outputs_button):
            row.addWidget(made)
        row.addStretch(1)
        row.addWidget(close)
        return row

    # ---- the report

    def options(self) -> ReportOptions:
        """Return what the boxes say."""
        return ReportOptions(self.language.currentData(), self.paper.currentData(), self.deidentify.isChecked())

    def refresh(self) -> None:
        """Make the report again, of the case as it is now; the newest request wins."""
        self._enable(False)
        if not self._session.can_save:  # as when outlines that were being imported arrive beneath the dialog
            self._session.jobs.cancel("report preview")
            self.state.setText(self.tr("The result is out of date: analyze again."))
            return
        self.state.setText(self.tr("Making the pages…"))
        job = self._session.saver.render_report(self.options())
        job.succeeded.connect(self._show)
        job.failed.connect(self._fail)
        self._session.jobs.start("report preview", job)

    def _show(self, data: bytes) -> None:
        self._data = data
        self._pdf.close()
        self._buffer.close()
        self._buffer.setData(QByteArray(data))
        self._buffer.open(QIODevice.OpenModeFlag.ReadOnly)
        self._pdf.load(self._buffer)
        while self._stack.count():
            item = self._stack.takeAt(0)
            widget = None if item is None else item.widget()
            if widget is not None:
                widget.deleteLater()
        for number in range(self._pdf.pageCount()):
            self._stack.addWidget(self._page(number), alignment=Qt.AlignmentFlag.AlignHCenter)
        self.state.setText(self.tr("%n page(s)", "", self._pdf.pageCount()))
        self._enable(True)

    def _page(self, number: int) -> QLabel:
        ratio = self.devicePixelRatioF()
        picture = QPixmap.fromImage(self._image(number, round(PREVIEW_PX * ratio)))
        picture.setDevicePixelRatio(ratio)
        made = QLabel()
        made.setPixmap(picture)
        made.setAccessibleName(self.tr("Page {0} of {1}").format(number + 1, self._pdf.pageCount()))
        made.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        return made

    def _image(self, number: int, width: int) -> QImage:
        """Return a page as a picture on white, `width` pixels wide."""
        points = self._pdf.pagePointSize(number)
        size = QSize(width, round(width * points.height() / points.width()))
        rendered = self._pdf.render(number, size)
        picture = QImage(size, QImage.Format.Format_RGB32)
        picture.fill(Qt.GlobalColor.white)
        painter = QPainter(picture)
        painter.drawImage(0, 0, rendered)
        painter.end()
        return picture

    def _fail(self, error: Exception) -> None:
        self.state.setText(self.tr("The report could not be made."))
        self.failed.emit(error)

    def _enable(self, ready: bool) -> None:
        for made in (self.print_button, self.save_button, self.outputs_button):
            made.setEnabled(ready)

    # ---- printing

    def ask_printer(self) -> None:
        """Show the system's print dialog, then print."""
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        asking = QPrintDialog(printer, self)
        if asking.exec() == QDialog.DialogCode.Accepted:
            self.print_on(printer)

    def print_on(self, printer: QPrinter) -> None:
        """Print every page on paper of the report's size; the audit file hears of it first."""
        try:
            self._session.saver.record_print(self._data, self.options())
        except EngineError as error:
            self.failed.emit(error)
            return
        size = QPageSize.PageSizeId.A4 if self.options().paper == "A4" else QPageSize.PageSizeId.Letter
        printer.setPageSize(QPageSize(size))
        printer.setPageOrientation(QPageLayout.Orientation.Portrait)
        printer.setFullPage(True)  # the report has margins of its own
        printer.setDocName("Lobule")  # a print queue shows it to anyone: no identifiers
        painter = QPainter(printer)
        for number in range(self._pdf.pageCount()):
            if number:
                printer.newPage()
            area = QRectF(painter.viewport())
            width = min(round(area.width()), round(PRINT_DPI * self._pdf.pagePointSize(number).width() / 72))
            painter.drawImage(area, self._image(number, width))
        painter.end()


def _combo(setting: table.Setting[str], values: tuple[str, ...], chosen: str) -> QComboBox:
    box = QComboBox()
    for value in values:
        box.addItem(choice_text(setting, value), value)
    box.setCurrentIndex(values.index(chosen))
    return box
