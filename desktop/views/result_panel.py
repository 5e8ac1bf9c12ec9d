"""The result panel: the right side of the window: what is missing, or what was found and how far it may be trusted."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QScrollArea, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from desktop import wording
from desktop.changes import changes
from desktop.models import analysed_planes as planes
from desktop.models.navigation import Point
from desktop.models.overlay import Overlay
from desktop.session import Session
from desktop.theme import Theme
from desktop.views.facts_view import FactsView
from desktop.views.flag_card import FlagCard
from desktop.views.overlay_controls import OverlayControls
from desktop.views.reader_panel import ReaderPanel, ReadFirstPage
from desktop.views.rule_view import RuleView
from desktop.views.score_strip import ScoreStrip, StripLegend
from desktop.views.slice_table import SliceTable
from desktop.views.widgets import button, clear_layout, column, heading, label, line
from engine.domain.case import Case
from engine.domain.result import Analysis, LesionResult, StudyResult
from engine.domain.roi import LesionId
from engine.domain.sample import SliceInput

HAIR_MM = 1e-3
"""Rounding of levels: half a slice is reached in spite of it."""


class ResultPanel(QWidget):
    """Shows the document's result, or the steps that lead to one.

    Signals:
        slice_chosen(plane): The person wants to see an analysed plane, a `SliceInput`.
        lesion_chosen(lesion_id): The person looks at the slices of a lesion.
        report_requested(): The person wants to see the report.
    """

    slice_chosen = Signal(object)
    lesion_chosen = Signal(object)
    report_requested = Signal()

    def __init__(self, session: Session, overlay: Overlay, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self._session, self._theme, self._overlay = session, theme, overlay
        self._shown: Analysis | None = None
        outer = column(self, spacing=0)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._pages = QStackedWidget()
        self._all_pages = (self._empty_page(), self._result_page(overlay), ReadFirstPage(session))
        for page in self._all_pages:
            self._pages.addWidget(page)
        scroll.setWidget(self._pages)
        outer.addWidget(scroll, 1)
        outer.addWidget(line())
        outer.addWidget(self._buttons())
        session.document.result_changed.connect(self.refresh)
        session.document.opened.connect(self.refresh)
        session.document.case_changed.connect(self._impression_changed)
        session.settings.changed.connect(self.refresh)
        session.readiness_changed.connect(self._show_readiness)
        self.refresh()

    def refresh(self) -> None:
        """Show the present result."""
        analysis = self._session.document.analysis
        if analysis is None:
            self._shown = None
            self._show_page(0)
        else:
            if self._shown is not analysis:
                self._tell_changes(analysis.result)
                self._shown = analysis
                self._show_analysis(analysis)
            self.flag.show_result(analysis.result, self._session.document.is_stale)
            waiting = self._session.impression_wanted
            self._show_page(2 if waiting else 1)
            self._overlay.set_withheld(waiting)
        self._show_readiness()

    def _show_page(self, number: int) -> None:
        """Show a page; only its size counts, so that a short one does not scroll."""
        for place, page in enumerate(self._all_pages):
            policy = QSizePolicy.Policy.Preferred if place == number else QSizePolicy.Policy.Ignored
            page.setSizePolicy(policy, policy)
        self._pages.setCurrentIndex(number)

    def _tell_changes(self, after: StudyResult) -> None:
        """Say what differs from the analysis before this one, of the same study."""
        before = None if self._shown is None else self._shown.result
        known = before is not None and before.study_instance_uid == after.study_instance_uid
        found = changes(before, after) if before is not None and known else []
        if known and not found:
            found = [self.tr("nothing that matters")]
        self.changed.setVisible(known)
        self.changed.setText("\n".join([self.tr("Since the last analysis:"), *found]))

    def _impression_changed(self, before: Case, after: Case) -> None:
        if before.reader.first_impression != after.reader.first_impression:
            self.refresh()

    def _empty_page(self) -> QWidget:
        page = QWidget()
        layout = column(page, (16, 18, 16, 16), 8)
        layout.addWidget(label(self.tr("No result yet"), "title"))
        self._obstacle = label("", wrap=True)
        layout.addWidget(self._obstacle)
        layout.addStretch(1)
        return page

    def _result_page(self, overlay: Overlay) -> QWidget:
        page = QWidget()
        layout = column(page, (14, 14, 14, 14), 10)
        self.flag = FlagCard(self._theme)
        self.flag.analyze_requested.connect(self._session.analyser.analyze)
        layout.addWidget(self.flag)
        self.changed = label("", "dim", wrap=True)
        layout.addWidget(self.changed)
        layout.addWidget(line())
        self._patient = QVBoxLayout()
        layout.addLayout(self._patient)
        layout.addWidget(line())
        top = QHBoxLayout()
        top.addWidget(heading(self.tr("Slices, model scores")))
        top.addStretch(1)
        self.lesions = QComboBox()
        self.lesions.setAccessibleName(self.tr("Lesion whose slices are listed"))
        self.lesions.currentIndexChanged.connect(self._choose_lesion)
        top.addWidget(self.lesions)
        layout.addLayout(top)
        self.table = SliceTable(self._theme)
        layout.addWidget(self.table)
        self.strip, self._legend = ScoreStrip(self._theme), StripLegend(self._theme)
        self.strip.chosen.connect(self.table.choose)
        self.table.chosen.connect(self._choose_slice)
        layout.addWidget(self.strip)
        layout.addWidget(self._legend)
        self._lesion_facts = label("", "dim", wrap=True)
        layout.addWidget(self._lesion_facts)
        layout.addWidget(line())
        self.overlay = OverlayControls(overlay, self._session.settings)
        layout.addWidget(self.overlay)
        layout.addWidget(line())
        layout.addWidget(ReaderPanel(self._session))
        layout.addWidget(line())
        self.facts = FactsView()
        layout.addWidget(self.facts)
        layout.addStretch(1)
        return page

    def _buttons(self) -> QWidget:
        bar = QWidget()
        row = QHBoxLayout(bar)
        row.setContentsMargins(14, 10, 14, 10)
        self.analyze = button(self.tr("Analyze"), primary=True)
        self.analyze.clicked.connect(self._session.analyser.analyze)
        self.report = button(self.tr("Report…"))
        self.report.clicked.connect(self.report_requested)
        row.addWidget(self.analyze, 1)
        row.addWidget(self.report, 1)
        return bar

    def _show_readiness(self) -> None:
        obstacle = self._session.analyser.obstacle()
        running = self._session.jobs.is_running("analysis")
        if running:
            self._obstacle.setText(self.tr("The analysis is running. You can go on working."))
        else:
            self._obstacle.setText(obstacle or self.tr("Everything is there: press Analyze."))
        current = self._session.can_save
        self.analyze.setEnabled(not obstacle and not running)
        self.analyze.setText(self.tr("Analyzing…") if running else self.tr("Analyze"))
        self.analyze.setToolTip(obstacle)
        self.report.setEnabled(current)

    def _show_analysis(self, analysis: Analysis) -> None:
        result = analysis.result
        clear_layout(self._patient)
        self._patient.addWidget(heading(self.tr("Patient, both rules")))
        rules = RuleView(self._theme, result.package.labels)
        rules.show_rules(result.predicted, result.scores, result.malignant_by_any_slice, _malignant_places(result))
        self._patient.addWidget(rules)
        if len(result.lesions) > 1:
            self._patient.addWidget(
                label(self.tr("Sum rule: that of the lesion with the highest malignant share."), "dim", wrap=True)
            )
        shown = self.lesions.currentData()
        self.lesions.blockSignals(True)
        self.lesions.clear()
        for lesion in result.lesions:
            self.lesions.addItem(f"{lesion.lesion_id}  {lesion.name}".strip(), lesion.lesion_id)
        self.lesions.setCurrentIndex(max(self.lesions.findData(shown), 0))
        self.lesions.setVisible(len(result.lesions) > 1)
        self.lesions.blockSignals(False)
        self._show_lesion()
        self.overlay.show_analysis(analysis)
        self.facts.show_analysis(analysis)

    def _choose_lesion(self) -> None:
        self._show_lesion()
        lesion = self._lesion()
        if lesion is not None:
            self.lesion_chosen.emit(LesionId(lesion.lesion_id))

    def _planes(self) -> tuple[SliceInput, ...]:
        """Return what the network saw of the lesion listed."""
        analysis, lesion = self._session.document.analysis, self._lesion()
        return () if analysis is None or lesion is None else analysis.inputs.get(LesionId(lesion.lesion_id), ())

    def _choose_slice(self, index: int) -> None:
        self.strip.show_current(index)
        for made in self._planes():
            if made.ref.index == index:
                self.slice_chosen.emit(made)

    def show_level(self, point_mm: Point, step_mm: float) -> None:
        """Mark the analysed plane that the views show: of those within half a slice the one chosen, else the nearest.

        Args:
            step_mm: Distance between the slices of the view.
        """
        within = [
            made
            for made in self._planes()
            if planes.distance_mm(made, point_mm) <= max(planes.step_mm(made), step_mm) / 2 + HAIR_MM
        ]
        if self.strip.current not in [made.ref.index for made in within]:
            found = planes.nearest(within, point_mm)
            self.strip.show_current(None if found is None else found.ref.index)

    def _lesion(self) -> LesionResult | None:
        result = self._session.document.result
        wanted = self.lesions.currentData()
        lesions = () if result is None else result.lesions
        return next((lesion for lesion in lesions if lesion.lesion_id == wanted), None)

    def _show_lesion(self) -> None:
        result, lesion = self._session.document.result, self._lesion()
        labels = () if result is None else result.package.labels
        self.table.show_lesion(lesion, labels)
        self.strip.show_lesion(lesion, labels)
        self._legend.show_labels(labels)
        self._legend.setVisible(lesion is not None)
        if lesion is None:
            self._lesion_facts.setText(self.tr("No slice could be classified."))
            return
        facts = [
            self.tr("Longest diameter {0} mm").format(wording.number(lesion.longest_diameter_mm)),
            self.tr("volume {0} ml").format(wording.number(lesion.volume_ml)),
            self.tr("outline {0}").format(wording.origin(lesion.roi_origin)),
        ]
        lines = [f"{lesion.lesion_id}: {', '.join(facts)}."]
        if result is not None and len(result.lesions) > 1:
            rule = wording.class_name(lesion.predicted)
            malignant = self.tr("malignant") if lesion.malignant_by_any_slice else self.tr("no malignant slice")
            lines.append(self.tr("Sum rule: {0}. Any-slice rule: {1}.").format(rule, malignant))
        self._lesion_facts.setText("\n".join(lines))


def _malignant_places(result: StudyResult) -> list[str]:
    return [
        wording.position(one.ref.position_mm)
        for lesion in result.lesions
        for one in lesion.slices
        if one.ref.index in lesion.malignant_slices
    ]
