"""Questions: what the window asks before it goes on: unfinished work, and what an outline file leaves open."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QListWidget, QListWidgetItem, QMessageBox, QWidget

from desktop import importer, wording
from desktop.journal import Entry, Journal
from desktop.session import Session
from desktop.views.widgets import column, label, resize_within
from engine.domain.roi import RoiQuestion


class Questions(QObject):
    """Listens to session and journal; every answer goes back there."""

    def __init__(self, session: Session, journal: Journal, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._journal, self._window = session, journal, window
        session.importer.asked.connect(self.ask)
        session.document.opened.connect(self._offer_for_study)

    def offer_unfinished_work(self) -> None:
        """At the start: ask whether to go on with the work that an earlier session left unfinished."""
        entries = self._journal.entries()
        if entries:
            entry = entries[0]
            question = self.tr("Open the study again and go on where you were?")
            self._ask_about(entry, question, lambda: self._session.restore(entry.paths, entry.case, entry.confirmed))

    def ask(self, question: RoiQuestion) -> None:
        """Let the person choose; closing the dialog imports nothing."""
        dialog = ChoiceDialog(question, self._window)
        dialog.accepted.connect(lambda: self._session.importer.answer(question, dialog.key()))
        dialog.rejected.connect(self._session.importer.refuse)
        dialog.open()

    def _offer_for_study(self) -> None:
        """When a study is opened by hand: offer the work on it that was left unfinished."""
        study = self._session.document.study
        if study is None:
            return
        entry = self._journal.entry_for(study.study_instance_uid)
        if entry is None:
            return
        if self._session.is_restoring:  # the latest: at the start it was asked about, later this session wrote it
            self._journal.take_over(entry)
            return
        self._ask_about(entry, self.tr("Go on where you were?"), lambda: self._resume(entry))

    def _resume(self, entry: Entry) -> None:
        study = self._session.document.study
        if study is not None and study.study_instance_uid == entry.case.study_instance_uid:
            self._journal.take_over(entry)
            self._session.resume(entry.case, entry.confirmed)

    def _ask_about(self, entry: Entry, question: str, go_on: Callable[[], None]) -> None:
        box = QMessageBox(self._window)
        box.setWindowTitle(self.tr("Unfinished work"))
        box.setIcon(QMessageBox.Icon.Question)
        lesions = self.tr("%n lesion(s) outlined.", "", len(entry.case.rois))
        box.setText(self.tr("Work on a study was kept that was not saved as a case. {0}").format(lesions))
        box.setInformativeText(question)
        yes = box.addButton(self.tr("Go on"), QMessageBox.ButtonRole.AcceptRole)
        discard = box.addButton(self.tr("Discard it"), QMessageBox.ButtonRole.DestructiveRole)
        later = box.addButton(self.tr("Later"), QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(yes)
        box.setEscapeButton(later)
        yes.clicked.connect(go_on)
        discard.clicked.connect(lambda: self._journal.discard(entry))
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.open()


class ChoiceDialog(QDialog):
    """One `RoiQuestion` with its choices as a list; nothing is chosen where nobody may decide for the person."""

    def __init__(self, question: RoiQuestion, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Import outlines"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        resize_within(self, 560, 300)
        layout = column(self, (16, 16, 16, 12), 10)
        layout.addWidget(label(self._headline(question.code), "strong", wrap=True))
        layout.addWidget(label(wording.phrase(question.text), "dim", wrap=True))
        self.choices = QListWidget()
        self.choices.setAccessibleName(self.tr("Answers"))
        for choice in question.choices:
            item = QListWidgetItem(wording.phrase(choice.text))
            item.setData(Qt.ItemDataRole.UserRole, choice.key)
            self.choices.addItem(item)
            if choice.key == question.default:
                self.choices.setCurrentItem(item)
        layout.addWidget(self.choices)
        buttons = QDialogButtonBox()
        self.take = buttons.addButton(self.tr("Import"), QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.addButton(self.tr("Do not import"), QDialogButtonBox.ButtonRole.RejectRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout.addWidget(buttons)
        self.choices.itemSelectionChanged.connect(self._show)
        self.choices.itemDoubleClicked.connect(self.accept)
        self._show()

    def key(self) -> str:
        """Return the key of the choice taken."""
        chosen = self.choices.selectedItems()
        return str(chosen[0].data(Qt.ItemDataRole.UserRole)) if chosen else ""

    def _show(self) -> None:
        self.take.setEnabled(bool(self.choices.selectedItems()))  # the focus makes an item current, a person chooses it

    def _headline(self, code: str) -> str:
        return {
            "place": self.tr("Does this outline belong to the images shown?"),
            "series": self.tr("On which series was it drawn?"),
            "overlap": self.tr("What do contours mean that overlap in part?"),
            importer.FILE: self.tr("Which outlines shall be used?"),
        }.get(code, self.tr("A choice is needed before the outlines can be imported."))
