"""The facts view: which package made a result, on what it ran, what it used and when: beside every result."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from desktop import wording
from desktop.views.widgets import column, heading, label
from engine.domain.figures import FIRST, figures_of
from engine.domain.result import Analysis
from engine.domain.sequence import SequenceRole

SHORT_DIGEST = 12


class FactsView(QWidget):
    """A small table of names and values."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = column(self, spacing=5)
        layout.addWidget(heading(self.tr("How this result was made")))
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(3)
        self._grid.setColumnStretch(1, 1)
        layout.addLayout(self._grid)
        self._values = {}
        names = {
            "package": self.tr("Model package"),
            "digest": self.tr("Digest"),
            "status": self.tr("Status"),
            "provider": self.tr("Ran on"),
            "dwi": self.tr("DWI"),
            "slices": self.tr("Slices"),
            "rule": self.tr("Flag rule"),
            "when": self.tr("Date"),
            "figures": self.tr("Package's figures"),
        }
        for row, (name, text) in enumerate(names.items()):
            value = label("", wrap=True)
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self._grid.addWidget(label(text, "dim"), row, 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(value, row, 1)
            self._values[name] = value

    def show_analysis(self, analysis: Analysis) -> None:
        """Show the facts of one analysis."""
        result = analysis.result
        package = result.package
        used = SequenceRole.DWI.value in package.roles
        slices = sum(len(lesion.slices) for lesion in result.lesions)
        texts = {
            "package": f"{package.id} {package.version}",
            "digest": package.digest[:SHORT_DIGEST],
            "status": wording.status_line(package.clinical_status),
            "provider": wording.provider_name(result.provider),
            "dwi": self.tr("used") if used else self.tr("not used"),
            "slices": str(slices),
            "rule": self.tr("any slice classified as malignant raises the flag"),
            "when": "–" if analysis.made_at is None else analysis.made_at.strftime("%Y-%m-%d %H:%M"),
            "figures": self._figures(analysis),
        }
        for name, text in texts.items():
            self._values[name].setText(text)
        self._values["digest"].setToolTip(package.digest)

    def _figures(self, analysis: Analysis) -> str:
        """Return the flag rule's own figures, each with interval and count, and what they were measured on."""
        found = figures_of(analysis.package.manifest.validation)
        first = [each for each in found if each.key in FIRST and "sum_rule" not in each.path]
        if not first:
            return self.tr("The package states none.")
        names = {
            "sensitivity": self.tr("Sensitivity"),
            "specificity": self.tr("Specificity"),
            "dlr_plus": "DLR+",
            "dlr_minus": "DLR\u2212",
        }
        lines = [f"{names[each.key]} {wording.figure(each)}" for each in first]
        cohort = wording.phrase(first[0].cohort) or self.tr("cohort not named")
        if analysis.result.package.clinical_status == "simulated":
            lines.append(self.tr("Measured on simulated images: {0}. They say nothing about patients.").format(cohort))
        else:
            lines.append(self.tr("Measured on: {0}.").format(cohort))
        return "\n".join(lines)
