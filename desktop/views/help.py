"""The help pages, in the window's language: what the program does, what a result says, and what to do when stuck."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QTextBrowser, QWidget

from desktop import i18n
from desktop.views.widgets import column, resize_within
from engine.storage import assets_folder


class HelpDialog(QDialog):
    """One page that can be scrolled and read beside the window."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Lobule help"))
        resize_within(self, 760, 820)
        layout = column(self, (16, 14, 16, 12), 10)
        self.page = QTextBrowser()
        self.page.setAccessibleName(self.tr("Help"))
        self.page.setOpenLinks(False)
        self.page.document().setDocumentMargin(14)
        text = (assets_folder() / "help" / f"{i18n.language()}.md").read_text(encoding="utf-8")
        self.page.setMarkdown(text)
        layout.addWidget(self.page)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout.addWidget(buttons)
