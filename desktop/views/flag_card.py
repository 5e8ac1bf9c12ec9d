"""The flag card: the conclusion in the words of the result, with its cautions. Shape and words carry the meaning."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop import wording
from desktop.icons import pixmap
from desktop.theme import Theme
from desktop.views.widgets import button, card, clear_layout, column, label, set_card
from engine.domain.result import Caution, Effect, StudyResult

_LOOKS = {True: ("raised", "flag"), False: ("neutral", "flag-open"), None: ("withheld", "pause")}


class FlagCard(QWidget):
    """Headline and reason exactly as the result words them, the cautions, and the out-of-date banner.

    Signals:
        analyze_requested(): The person wants an out-of-date result made anew.
    """

    analyze_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        layout = column(self, spacing=8)
        self.stale = card("stale")
        row = QHBoxLayout(self.stale)
        row.setContentsMargins(10, 7, 8, 7)
        words = self.tr("Out of date: outlines, sequences or model changed since this analysis.")
        row.addWidget(label(words, wrap=True), 1)
        again = button(self.tr("Analyze again"))
        again.clicked.connect(self.analyze_requested)
        row.addWidget(again)
        layout.addWidget(self.stale)
        self.frame = card("neutral")
        inside = QHBoxLayout(self.frame)
        inside.setContentsMargins(12, 12, 12, 12)
        inside.setSpacing(11)
        self._icon = QLabel()
        inside.addWidget(self._icon, alignment=Qt.AlignmentFlag.AlignTop)
        texts = QVBoxLayout()
        texts.setSpacing(5)
        self.headline = label("", "title", wrap=True)
        self.reason = label("", wrap=True)
        for text in (self.headline, self.reason):
            text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            texts.addWidget(text)
        inside.addLayout(texts, 1)
        layout.addWidget(self.frame)
        self._cautions = QVBoxLayout()
        self._cautions.setSpacing(5)
        layout.addLayout(self._cautions)

    def show_result(self, result: StudyResult, stale: bool) -> None:
        """Show one result."""
        kind, name = _LOOKS[result.follow_up.recommended]
        colours = {"raised": self._theme.amber, "neutral": self._theme.dim, "withheld": self._theme.violet}
        set_card(self.frame, kind)
        self._icon.setPixmap(pixmap(name, colours[kind], 26, self.devicePixelRatioF()))
        headline, reason = wording.flag(result)
        self.headline.setText(headline)
        # headline and reason read as one sentence; on a line of its own the reason takes a capital letter
        self.reason.setText(reason[:1].upper() + reason[1:])
        self.frame.setAccessibleName(f"{headline}. {reason}")
        self.stale.setVisible(stale)
        clear_layout(self._cautions)
        for caution in result.cautions:
            self._cautions.addWidget(self._caution(caution))

    def _caution(self, caution: Caution) -> QFrame:
        stops = caution.effect is Effect.WITHHOLD
        made = card("stop" if stops else "caution")
        layout = column(made, (10, 2, 4, 2), 1)
        kind = self.tr("Withholds the flag") if stops else self.tr("Caution")
        layout.addWidget(label(kind, "head"))
        text = label(wording.caution(caution), wrap=True)
        text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        layout.addWidget(text)
        return made
