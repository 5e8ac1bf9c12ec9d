"""The audit record on the screen: whether the chain of entries is whole, or where not, and the latest entries."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from desktop import errors, wording
from desktop import settings as table
from desktop.icons import pixmap
from desktop.operations import audit
from desktop.operations.audit import AuditCheck
from desktop.session import Session
from desktop.theme import Theme
from desktop.views.widgets import card, column, label, resize_within, set_card
from desktop.worklist import State

SHORT_DIGEST = 12
ROW_PX = 26


class AuditDialog(QDialog):
    """Checks when it is opened; nothing here changes the record."""

    def __init__(self, session: Session, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._theme = session, theme
        self.setWindowTitle(self.tr("Audit record"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        resize_within(self, 860, 520)
        layout = column(self, (16, 16, 16, 12), 10)
        about = self.tr(
            "Every analysis and every export of this account is written into one file, each entry sealed to the one "
            "before it. It names cases by digest, never by patient."
        )
        layout.addWidget(label(about, "dim", wrap=True))
        self.frame = card("neutral")
        inside = QHBoxLayout(self.frame)
        inside.setContentsMargins(12, 10, 12, 10)
        inside.setSpacing(11)
        self._sign = QLabel()
        inside.addWidget(self._sign, alignment=Qt.AlignmentFlag.AlignTop)
        texts = QVBoxLayout()
        texts.setSpacing(4)
        self.headline = label(self.tr("The chain is being checked…"), "title", wrap=True)
        self.reason = label("", wrap=True)
        self.place = label("", "dim", wrap=True)
        for text in (self.headline, self.reason, self.place):
            text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            texts.addWidget(text)
        inside.addLayout(texts, 1)
        layout.addWidget(self.frame)
        self.table = QTableWidget(0, 5)
        self.table.setTabKeyNavigation(False)  # Tab goes on to the next control
        self.table.setAccessibleName(self.tr("Latest entries"))
        self.table.setHorizontalHeaderLabels(
            [self.tr("Time"), self.tr("Account"), self.tr("What"), self.tr("Case"), self.tr("Result or outputs")]
        )
        self.table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
        self.table.horizontalHeader().setStretchLastSection(True)
        self.table.horizontalHeader().setHighlightSections(False)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setShowGrid(False)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(ROW_PX)
        layout.addWidget(self.table, 1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout.addWidget(buttons)
        job = audit.check_audit()
        job.succeeded.connect(self.show_check)
        job.failed.connect(self._fail)
        session.jobs.start("audit", job)

    def show_check(self, check: AuditCheck) -> None:
        """Show what the check found."""
        report = check.report
        self.place.setText(str(check.path))
        self.reason.setVisible(True)
        if report.ok:
            self._look("neutral", "confirm", self._theme.dim)
            self.headline.setText(self.tr("The chain is sound"))
            found = self.tr("%n entry(s), none changed, missing or moved.", "", report.entries)
            if report.torn:
                found += " " + self.tr("%n line(s) were cut off while they were written.", "", report.torn)
            self.reason.setText(found)
        else:
            self._look("raised", "warning", self._theme.amber)
            self.headline.setText(self.tr("The chain is broken"))
            whole = self.tr("%n entry(s) before that are whole.", "", report.entries)
            remedy = self.tr("Compare the file with your last copy of it.")
            self.reason.setText(f"{wording.phrase(report.problem)} {whole} {remedy}")
        self.table.setRowCount(len(check.latest))
        hidden = impression_missing(self._session)
        for row, entry in enumerate(check.latest):
            for place, text in enumerate(entry_texts(entry, hidden=hidden)):
                item = QTableWidgetItem(text)
                item.setToolTip(text)
                self.table.setItem(row, place, item)
        for place in range(4):
            self.table.resizeColumnToContents(place)

    def _fail(self, error: BaseException) -> None:
        what, remedy = errors.words(error)
        self._look("raised", "warning", self._theme.amber)
        self.headline.setText(what)
        self.reason.setText(remedy)

    def _look(self, kind: str, sign: str, colour: str) -> None:
        set_card(self.frame, kind)
        self._sign.setPixmap(pixmap(sign, colour, 24, self.devicePixelRatioF()))


def impression_missing(session: Session) -> bool:
    """Say whether read-first mode still waits for an impression of any open study.

    Those of the list count as well: they are analysed beside the window. All entries are then held back alike, for an
    earlier analysis of the same lesion stands under another digest.
    """
    if not session.settings.get(table.READ_FIRST):
        return False
    study, case = session.document.study, session.document.case
    others = [one for one in session.list.entries if one.state is not State.FAILED]
    cases = [one.case for one in others if study is None or one.study is not study]
    if study is not None:
        cases.append(case)
    return any(one is None or one.reader.first_impression is None for one in cases)


def entry_texts(entry: Mapping[str, Any], *, hidden: bool = False) -> list[str]:
    """Return time, account, event, case and outcome of one entry, in words; `hidden` holds back what was found."""
    t = wording.translate
    events = {
        "analysis": t("audit", "Analysis"),
        "export": t("audit", "Export"),
        "send": t("audit", "Sending"),
    }
    event = str(entry.get("event", ""))
    return [
        _time(str(entry.get("time", ""))),
        str(entry.get("who") or "–"),
        events.get(event, event),
        str(entry.get("case_digest") or "–")[:SHORT_DIGEST],
        _outcome(entry, hidden),
    ]


def _outcome(entry: Mapping[str, Any], hidden: bool) -> str:
    t = wording.translate
    result = entry.get("result")
    if isinstance(result, Mapping):
        package = entry.get("package") or {}
        raised = result.get("recommended")
        flag = t("audit", "flag raised") if raised else t("audit", "flag not raised")
        if raised is None:
            flag = t("audit", "flag withheld")
        if hidden:
            flag = t("audit", "hidden until your impression is recorded")
        return f"{flag}, {package.get('id', '')} {package.get('version', '')}".rstrip(", ")
    if "outputs" in entry:
        names = ", ".join(entry["outputs"])
        return t("audit", "{0} (de-identified)").format(names) if entry.get("deidentified") else names
    if "objects" in entry:
        return t("audit", "{0} objects to {1}").format(len(entry["objects"]), entry.get("to", ""))
    return ""


def _time(text: str) -> str:
    """Return an entry's moment in the time of this computer."""
    try:
        return datetime.fromisoformat(text).astimezone().strftime("%Y-%m-%d %H:%M:%S")
    except ValueError:
        return text
