"""The series panel: whose study this is, the six roles, all series, the lesions and the model."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPoint, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QListView,
    QMenu,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from desktop import wording
from desktop.models.series_model import KEY_ROLE, SeriesModel
from desktop.session import Session
from desktop.theme import Theme
from desktop.views.lesion_panel import LesionPanel
from desktop.views.roi_tools import ToolBox
from desktop.views.role_slot import RoleSlot
from desktop.views.signal_panel import SignalPanel
from desktop.views.widgets import ElidedLabel, button, column, heading, label, line
from engine.domain.sequence import SequenceRole


class SeriesPanel(QWidget):
    """The left side of the window.

    Signals:
        series_chosen(key): The person wants to see a series in the active view.
        skipped_requested(): The person wants to see which files were skipped.
    """

    series_chosen = Signal(str)
    skipped_requested = Signal()

    def __init__(self, session: Session, tools: ToolBox, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self._session = session
        outer = column(self, spacing=0)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inside = QWidget()
        layout = column(inside, (12, 12, 12, 12), 6)
        self._add_study(layout)
        layout.addSpacing(4)
        layout.addWidget(heading(self.tr("Sequences")))
        self.slots = {role: RoleSlot(role, session, theme) for role in SequenceRole}
        for slot in self.slots.values():
            slot.chosen.connect(session.set_role)
            slot.confirmed.connect(session.confirm_role)
            slot.shown.connect(self.series_chosen)
            layout.addWidget(slot)
        layout.addSpacing(4)
        layout.addWidget(heading(self.tr("All series")))
        self.model = SeriesModel(session.document, self)
        self.list = QListView()
        self.list.setModel(self.model)
        self.list.setAccessibleName(self.tr("All series"))
        self.list.setDragEnabled(True)
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setToolTip(self.tr("Double-click to show; drag onto a view or a role"))
        self.list.doubleClicked.connect(self._show_series)
        self.list.activated.connect(self._show_series)  # by Enter
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.customContextMenuRequested.connect(self._show_menu)
        layout.addWidget(self.list)
        layout.addWidget(line())
        self.lesions = LesionPanel(session, tools, theme)
        layout.addWidget(self.lesions)
        layout.addWidget(SignalPanel(session, tools))
        layout.addWidget(line())
        layout.addWidget(heading(self.tr("Model")))
        self.models = QComboBox()
        self.models.setAccessibleName(self.tr("Model"))
        self.models.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.models.setMinimumContentsLength(12)
        self.models.activated.connect(self._choose_model)
        layout.addWidget(self.models)
        self._model_text = label("", "dim", wrap=True)
        layout.addWidget(self._model_text)
        layout.addStretch(1)
        scroll.setWidget(inside)
        outer.addWidget(scroll)
        self._soon = QTimer(self)  # several things change together: the panel is drawn once, when all of them have
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self.refresh)
        for changed in (
            session.document.opened,
            session.document.case_changed,
            session.store.added,
            session.readiness_changed,
            session.skipped_changed,
        ):
            changed.connect(self._refresh_soon)
        self.refresh()

    def _refresh_soon(self) -> None:
        self._soon.start(0)

    def refresh(self) -> None:
        """Show the present state."""
        self._show_study()
        for slot in self.slots.values():
            slot.refresh()
        rows = self.model.rowCount()
        self.list.setFixedHeight(min(max(rows, 1), 7) * 26 + 4)
        self.list.setVisible(rows > 0)
        self._show_models()

    def _add_study(self, layout: QVBoxLayout) -> None:
        self._name = ElidedLabel(tone="title")
        self._identity = ElidedLabel(tone="dim")
        self._what = ElidedLabel(tone="dim")
        for widget in (self._name, self._identity, self._what):
            layout.addWidget(widget)
        self._skipped = button("", flat=True)
        self._skipped.clicked.connect(self.skipped_requested)
        layout.addWidget(self._skipped, alignment=Qt.AlignmentFlag.AlignLeft)

    def _show_study(self) -> None:
        study = self._session.document.study or self._session.arriving
        if study is None:
            self._name.setText(self.tr("No study"))
            self._identity.setText("")
            self._what.setText("")
        else:
            patient = study.patient
            age = None if patient.age_years is None else self.tr("{0} years").format(f"{patient.age_years:.0f}")
            facts = [patient.patient_id or self.tr("no ID"), patient.sex, age]
            self._name.setText(wording.patient_name(patient))
            self._identity.setText("   ".join(fact for fact in facts if fact))
            what = [wording.study_date(study), study.study_description]
            self._what.setText("   ".join(text for text in what if text))
        for widget in (self._name, self._identity, self._what):
            widget.setToolTip(widget.text())
        count = len(self._session.skipped)
        self._skipped.setText(self.tr("%n file(s) skipped…", "", count))
        self._skipped.setVisible(count > 0)

    def _show_models(self) -> None:
        packages = self._session.models.packages()
        case = self._session.document.case
        wanted = "auto" if case is None else case.model
        self.models.blockSignals(True)
        self.models.clear()
        self.models.addItem(self.tr("Automatic: the one that uses most sequences"), "auto")
        for package in packages:
            manifest = package.manifest
            text = f"{wording.phrase(manifest.title) or manifest.id}  {manifest.version}"
            missing = [role for role in package.roles if case is not None and role not in case.roles]
            if missing:
                text += self.tr(", lacks {0}").format(", ".join(wording.role_name(role) for role in missing))
            self.models.addItem(text, manifest.id)
        self.models.setCurrentIndex(max(self.models.findData(wanted), 0))
        self.models.setEnabled(case is not None and bool(packages))
        self.models.blockSignals(False)
        chosen = self._session.models.package_for(case)
        if chosen is None:
            self._model_text.setText("" if case is None else self._session.analyser.obstacle())
        else:
            roles = ", ".join(wording.role_name(role) for role in chosen.roles)
            self._model_text.setText(self.tr("Now: {0} (uses {1})").format(chosen.manifest.id, roles))

    def _choose_model(self, index: int) -> None:
        case = self._session.document.case
        if case is not None:
            model = str(self.models.itemData(index))
            self._session.document.edit(case.with_model(model), self.tr("Choose model"))

    def _show_menu(self, at: QPoint) -> None:
        """Offer to show a series or to let it play a role."""
        index = self.list.indexAt(at)
        if not index.isValid():
            return
        series, playing = self.model.series(index.row()), self.model.role(index.row())
        menu = QMenu(self)
        menu.addAction(self.tr("Show"), lambda: self._show_series(index))
        menu.addSeparator()
        menu.addAction(self.tr("Use as")).setEnabled(False)
        for role in SequenceRole:
            action = menu.addAction(wording.role_name(role))
            action.setCheckable(True)
            action.setChecked(role is playing)
            action.setEnabled(series.is_stack)
            action.triggered.connect(lambda _=False, role=role: self._session.set_role(role, series.key))
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.list.viewport().mapToGlobal(at))

    def _show_series(self, index: QModelIndex) -> None:
        self.series_chosen.emit(str(index.data(KEY_ROLE)))
