"""The reader panel: the reader's own class and comment, kept with the case; in read-first mode asked for first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QLineEdit, QSpinBox, QWidget

from desktop import wording
from desktop.session import Session
from desktop.views.widgets import button, column, heading, label
from engine.domain.figures import figures_of, likelihood_ratio, post_test_probability

LABELS = ("benign", "primary_malignancy", "metastasis")
TYPING_MERGE = 0x7E97000
"""What is typed in one go is one step of the history; goes are counted from here, even for the comment."""


class ReaderPanel(QWidget):
    """Final class and comment, undoable like every other decision. They do not change the result.

    What is typed is in the case at once, not when the cursor leaves its field: a report that is asked for by a key or
    from the tool bar, which takes no focus, holds it, and no way of leaving the study loses it.
    """

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._go = TYPING_MERGE
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
        self.comment.textEdited.connect(self._set_comment)
        self.pre_test = QSpinBox()
        self.pre_test.setRange(-1, 100)
        self.pre_test.setSpecialValueText(self.tr("not stated"))
        self.pre_test.setSuffix(" %")
        self.pre_test.setAccessibleName(self.tr("Pre-test probability of malignancy"))
        self.pre_test.valueChanged.connect(self._set_pre_test)
        for field in (self.comment, self.pre_test):
            field.editingFinished.connect(self._end_go)
        self.post_test = label("", wrap=True)
        self._first = label("", "dim", wrap=True)
        grid.addWidget(label(self.tr("Final class"), "dim"), 0, 0)
        grid.addWidget(self.final, 0, 1)
        grid.addWidget(label(self.tr("Comment"), "dim"), 1, 0)
        grid.addWidget(self.comment, 1, 1)
        grid.addWidget(label(self.tr("Pre-test probability"), "dim"), 2, 0)
        grid.addWidget(self.pre_test, 2, 1)
        layout.addLayout(grid)
        layout.addWidget(self.post_test)
        layout.addWidget(self._first)
        session.document.result_changed.connect(self.refresh)
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
        if self.comment.text().strip() != reader.comment:  # a space typed at the end stays: a word follows it
            self.comment.setText(reader.comment)
        pre = reader.pre_test_probability
        self.pre_test.blockSignals(True)
        self.pre_test.setValue(-1 if pre is None else round(100 * pre))
        self.pre_test.blockSignals(False)
        text = "" if pre is None else self._post_test_text(pre)
        self.post_test.setVisible(bool(text))
        self.post_test.setText(text)
        first = reader.first_impression
        self._first.setVisible(first is not None)
        if first is not None:
            self._first.setText(self.tr("First impression, before the scores: {0}").format(wording.class_name(first)))

    def _post_test_text(self, pre_test: float) -> str:
        """Return the probability after the flag, by the package's own ratio; nothing where the flag is withheld."""
        document = self._session.document
        if document.analysis is None or document.is_stale or document.analysis.result.withheld:
            return ""
        raised = bool(document.analysis.result.follow_up.recommended)
        ratio = likelihood_ratio(figures_of(document.analysis.package.manifest.validation), raised)
        if ratio is None:
            return self.tr("The package states no likelihood ratio: no post-test probability.")
        percent = wording.number(100 * post_test_probability(pre_test, ratio.value), 0)
        name = "DLR+" if raised else f"DLR{wording.MINUS}"
        if document.analysis.result.package.clinical_status == "simulated":
            text = self.tr(
                "Post-test probability {0} % (Fagan, from the package's {1} {2}, measured on simulated images: not a "
                "clinical estimate)"
            )
        else:
            text = self.tr("Post-test probability {0} % (Fagan, from the package's {1} {2})")
        return text.format(percent, name, wording.number(ratio.value, 2))

    def _set_pre_test(self, percent: int) -> None:
        case = self._session.document.case
        if case is not None:
            chosen = None if percent < 0 else percent / 100
            after = case.with_reader(replace(case.reader, pre_test_probability=chosen))
            self._session.document.edit(after, self.tr("Change pre-test probability"), self._go + 1)

    def _set_final(self, index: int) -> None:
        case = self._session.document.case
        if case is not None:
            chosen = str(self.final.itemData(index)) or None
            after = case.with_reader(replace(case.reader, final_class=chosen))
            self._session.document.edit(after, self.tr("Change final class"))

    def _set_comment(self, text: str) -> None:
        case = self._session.document.case
        if case is not None:
            after = case.with_reader(replace(case.reader, comment=text.strip()))
            self._session.document.edit(after, self.tr("Change comment"), self._go)

    def _end_go(self) -> None:
        self._go += 2


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
        document = self._session.document
        if document.case is not None:
            document.record_impression(str(self.choice.currentData()))
            self.given.emit()


def class_box(labels: Sequence[str], nothing: str) -> QComboBox:
    """Return a box with the classes written out, and `nothing` first."""
    made = QComboBox()
    made.addItem(nothing, "")
    for name in labels:
        made.addItem(wording.class_name(name), name)
    return made
