"""The reader panel: the reader's own class and comment, kept with the case; in read-first mode asked for first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QLineEdit, QWidget

from desktop import wording
from desktop.session import Session
from desktop.views.widgets import button, column, heading, label

LABELS = ("benign", "primary_malignancy", "metastasis")


class ReaderPanel(QWidget):
    """Final class and comment, undoable like every other decision. They do not change the result."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        layout = column(self, spacing=5)
        layout.addWidget(heading(self.tr("Your reading")))
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.setColumnStretch(1, 1)
        self.final = class_box(LABELS, self.tr("not stated"))
        self.final.setAccessibleName(self.tr("Your final class"))
        self.final.activated.connect(self._set_final)
        self.comment = QLineEdit()
        self.comment.setPlaceholderText(self.tr("Comment for the report"))
        self.comment.setAccessibleName(self.tr("Comment"))
        self.comment.editingFinished.connect(self._set_comment)
        self._first = label("", "dim", wrap=True)
        grid.addWidget(label(self.tr("Final class"), "dim"), 0, 0)
        grid.addWidget(self.final, 0, 1)
        grid.addWidget(label(self.tr("Comment"), "dim"), 1, 0)
        grid.addWidget(self.comment, 1, 1)
        layout.addLayout(grid)
        layout.addWidget(self._first)
        session.document.case_changed.connect(self.refresh)
        session.document.opened.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show what the case holds."""
        case = self._session.document.case
        if case is None:
            return
        reader = case.reader
        self.final.setCurrentIndex(max(self.final.findData(reader.final_class or ""), 0))
        if self.comment.text() != reader.comment:
            self.comment.setText(reader.comment)
        first = reader.first_impression
        self._first.setVisible(first is not None)
        if first is not None:
            self._first.setText(self.tr("First impression, before the scores: {0}").format(wording.class_name(first)))

    def _set_final(self, index: int) -> None:
        case = self._session.document.case
        if case is not None:
            chosen = str(self.final.itemData(index)) or None
            after = case.with_reader(replace(case.reader, final_class=chosen))
            self._session.document.edit(after, self.tr("Change final class"))

    def _set_comment(self) -> None:
        case = self._session.document.case
        if case is not None:
            after = case.with_reader(replace(case.reader, comment=self.comment.text().strip()))
            self._session.document.edit(after, self.tr("Change comment"))


class ReadFirstPage(QWidget):
    """Asks for the reader's impression before the result is shown.

    Signals:
        given(): The impression was recorded.
    """

    given = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        layout = column(self, (16, 18, 16, 16), 8)
        layout.addWidget(label(self.tr("Your impression first"), "title"))
        text = self.tr("The analysis is ready. Record your own impression; then its scores and heat maps are shown.")
        layout.addWidget(label(text, wrap=True))
        self.choice = class_box(LABELS, self.tr("choose a class"))
        self.choice.setAccessibleName(self.tr("Your impression"))
        self.show_result = button(self.tr("Record and show the result"), primary=True)
        self.show_result.setEnabled(False)
        self.show_result.clicked.connect(self._record)
        self.choice.currentIndexChanged.connect(lambda index: self.show_result.setEnabled(index > 0))
        layout.addWidget(self.choice)
        layout.addWidget(self.show_result)
        layout.addStretch(1)
        session.document.opened.connect(lambda: self.choice.setCurrentIndex(0))

    def _record(self) -> None:
        case = self._session.document.case
        if case is not None:
            reader = replace(case.reader, first_impression=str(self.choice.currentData()))
            self._session.document.edit(case.with_reader(reader), self.tr("Record first impression"))
            self.given.emit()


def class_box(labels: Sequence[str], nothing: str) -> QComboBox:
    """Return a box with the classes written out, and `nothing` first."""
    made = QComboBox()
    made.addItem(nothing, "")
    for name in labels:
        made.addItem(wording.class_name(name), name)
    return made
