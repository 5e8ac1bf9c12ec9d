"""The rule view: how one set of slices is combined by both rules, in words, numbers and bars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QWidget

from desktop import wording
from desktop.theme import Theme
from desktop.views.widgets import column, label


class ScoreBar(QWidget):
    """A bar from 0 to 1 with no colour code: longer means a higher score."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._value = 0.0
        self.setFixedHeight(16)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_value(self, value: float) -> None:
        """Show a score 0..1."""
        self._value = value
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(120, 16)

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        middle = self.height() / 2
        painter.setBrush(QColor(self._theme.border))
        painter.drawRoundedRect(QRectF(0, middle - 3, self.width(), 6), 3, 3)
        painter.setBrush(QColor(self._theme.accent))
        length = max(self.width() * min(max(self._value, 0.0), 1.0), 0.0)
        if length >= 1:
            painter.drawRoundedRect(QRectF(0, middle - 3, length, 6), min(3.0, length / 2), 3)
        painter.end()


class RuleView(QWidget):
    """Sum rule (class and mean scores) and any-slice rule of a lesion or of the patient."""

    def __init__(self, theme: Theme, labels: Sequence[str]) -> None:
        super().__init__()
        layout = column(self, spacing=3)
        self._sum = label("", wrap=True)
        layout.addWidget(self._sum)
        layout.addWidget(
            label(self.tr("Adds up the scores of all slices; the class with the largest sum wins."), "dim", wrap=True)
        )
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(1)
        grid.setColumnStretch(1, 1)
        self._rows: dict[str, tuple[ScoreBar, QLabel]] = {}
        for row, name in enumerate(labels):
            bar, number = ScoreBar(theme), label("", "strong")
            number.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            grid.addWidget(label(wording.class_name(name), "dim"), row, 0)
            grid.addWidget(bar, row, 1)
            grid.addWidget(number, row, 2)
            self._rows[name] = (bar, number)
        layout.addLayout(grid)
        self._any = label("", wrap=True)
        layout.addWidget(self._any)
        layout.addWidget(
            label(
                self.tr("One slice classified as other than benign is enough; this rule sets the flag."),
                "dim",
                wrap=True,
            )
        )

    def show_rules(
        self,
        predicted: str | None,
        scores: Mapping[str, float] | None,
        malignant: bool | None,
        slices: Sequence[str],
    ) -> None:
        """Show both rules.

        Args:
            scores: Mean model scores by label.
            slices: Positions of the slices classified as malignant, in words.
        """
        if predicted is None or scores is None:
            self._sum.setText(self.tr("Sum rule: nothing to conclude from"))
        else:
            self._sum.setText(self.tr("Sum rule: {0}").format(wording.class_name(predicted)))
        for name, (bar, number) in self._rows.items():
            value = 0.0 if scores is None else scores.get(name, 0.0)
            bar.show_value(value)
            number.setText("–" if scores is None else wording.score(value))
        if malignant is None:
            self._any.setText(self.tr("Any-slice rule: nothing to conclude from"))
        elif malignant:
            where = ", ".join(slices)
            self._any.setText(self.tr("Any-slice rule: malignant ({0})").format(where))
        else:
            self._any.setText(self.tr("Any-slice rule: no slice classified as malignant"))
