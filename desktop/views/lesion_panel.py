"""The lesion panel: the lesions of the case, their sizes, and what can be done with them."""

from __future__ import annotations

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPoint, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QHBoxLayout,
    QHeaderView,
    QInputDialog,
    QMenu,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop import roi_edits, wording
from desktop.icons import icon
from desktop.models.lesion_model import LesionModel
from desktop.session import Session
from desktop.theme import Theme
from desktop.views.roi_tools import ToolBox
from desktop.views.widgets import button, column, heading, label, set_tone
from engine.domain.roi import LesionId
from engine.geometry.outline import contours_by_slice


class LesionPanel(QWidget):
    """Lists lesions; the selected one is the one that drawing works on.

    Signals:
        jump_requested(lesion_id): The person wants to see the lesion.
        import_requested(): The person wants to import outlines from a file of their choice.
        export_requested(): The person wants to write the outlines into a file.
        interpolate_requested(): Outlines shall be made between the drawn ones.
        confirm_requested(): The interpolated outlines are right.
    """

    jump_requested = Signal(object)
    import_requested = Signal()
    export_requested = Signal()
    interpolate_requested = Signal()
    confirm_requested = Signal()

    def __init__(self, session: Session, tools: ToolBox, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._tools = tools
        self.model = LesionModel(session.document, session.store, self)
        layout = column(self, spacing=4)
        top = QHBoxLayout()
        top.addWidget(heading(self.tr("Lesions")))
        top.addStretch(1)
        self._new = self._tool("plus", self.tr("New lesion: the next line you draw begins it"), theme)
        self._new.clicked.connect(lambda: tools.choose_lesion(None))
        self._import = self._tool("import", self.tr("Import outlines"), theme)
        self._import.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._menu = QMenu(self)
        self._menu.aboutToShow.connect(self._fill_menu)
        self._import.setMenu(self._menu)
        self._delete = self._tool("trash", self.tr("Delete the selected lesion"), theme)
        self._delete.clicked.connect(self.delete_lesion)
        for tool in (self._new, self._import, self._delete):
            top.addWidget(tool)
        layout.addLayout(top)
        self.table = QTableView()
        self.table.setModel(self.model)
        self.table.setAccessibleName(self.tr("Lesions"))
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setTabKeyNavigation(False)  # Tab goes on to the next control
        self.table.setShowGrid(False)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(26)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setHighlightSections(False)
        self.table.setMinimumWidth(120)
        self.table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.table.clicked.connect(self._clicked)
        self.table.selectionModel().selectionChanged.connect(self._selected)
        self.table.doubleClicked.connect(self._rename)
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.table.customContextMenuRequested.connect(self._show_row_menu)
        layout.addWidget(self.table)
        self._add_between(layout, theme)
        self._hint = label(
            self.tr("No outline yet. Take a drawing tool and outline the lesion on T2, or import an outline."),
            "dim",
            wrap=True,
        )
        layout.addWidget(self._hint)
        self.treated = QCheckBox(self.tr("Prior treatment of a lesion"))
        self.treated.setToolTip(self.tr("The method was studied on untreated lesions: the flag is withheld."))
        self.treated.toggled.connect(self._set_treated)
        layout.addWidget(self.treated)
        self.model.modelReset.connect(self._show)
        tools.changed.connect(self._select)
        session.readiness_changed.connect(self._show)
        self._show()

    def delete_lesion(self) -> None:
        """Delete the selected lesion, undoably."""
        case, lesion = self._session.document.case, self._tools.lesion
        if case is not None and lesion is not None:
            self._session.document.edit(case.without_roi(lesion), self.tr("Delete lesion {0}").format(lesion))

    def rename_lesion(self) -> None:
        """Ask for another name of the selected lesion."""
        row = self._row()
        if row >= 0:
            self._rename(self.model.index(row, 0))

    def step(self, by: int) -> None:
        """Select and show the lesion `by` rows further down, from the last to the first and back."""
        rows, row = self.model.rowCount(), self._row()
        if rows:
            beside = (row + by) % rows if row >= 0 else (0 if by > 0 else rows - 1)
            self._clicked(self.model.index(beside, 0))

    def _row(self) -> int:
        lesion = self._tools.lesion
        return -1 if lesion is None else self.model.row_of(lesion)

    def _add_between(self, layout: QVBoxLayout, theme: Theme) -> None:
        """Add what says and changes how many slices are outlined and which outlines wait to be confirmed."""
        self._slices = label("", "dim", wrap=True)
        layout.addWidget(self._slices)
        row = QHBoxLayout()
        row.setSpacing(6)
        self.interpolate = button(
            self.tr("Interpolate"), tip=self.tr("Outline the slices between those that are drawn")
        )
        self.interpolate.setIcon(icon("interpolate", theme.text, theme.faint))
        self.interpolate.clicked.connect(self.interpolate_requested)
        self.confirm = button(self.tr("Confirm"), tip=self.tr("Take the interpolated outlines over as your own"))
        self.confirm.setIcon(icon("confirm", theme.text, theme.faint))
        self.confirm.clicked.connect(self.confirm_requested)
        for control in (self.interpolate, self.confirm):
            row.addWidget(control)
        row.addStretch(1)
        layout.addLayout(row)

    def _show_between(self) -> None:
        roi = roi_edits.find(self._session.document.case, self._tools.lesion)
        volume = self._session.t2_volume()
        known = roi is not None and volume is not None
        case = self._session.document.case
        beginning = roi is None and volume is not None and case is not None and bool(case.rois)
        self._slices.setVisible(known or beginning)
        self.interpolate.setVisible(known)
        self.confirm.setVisible(roi is not None and roi.has_interpolated)
        if roi is None or volume is None:
            self._slices.setText(self.tr("The next outline begins a new lesion."))
            set_tone(self._slices, "dim")
            return
        groups = contours_by_slice(roi, volume.affine)
        waiting = sum(any(contour.interpolated for contour in contours) for contours in groups.values())
        text = self.tr("{0}: %n slice(s) outlined", "", len(groups)).format(roi.lesion_id)
        if waiting:
            text += self.tr(", %n of them interpolated and not yet confirmed", "", waiting)
        self._slices.setText(text)
        set_tone(self._slices, "warn" if waiting else "dim")
        gaps = max(groups, default=0) - min(groups, default=0) + 1 > len(groups)
        self.interpolate.setEnabled(gaps or bool(waiting))

    def _tool(self, name: str, tip: str, theme: Theme) -> QToolButton:
        made = QToolButton()
        made.setIcon(icon(name, theme.dim, theme.border))
        made.setToolTip(tip)
        made.setAccessibleName(tip)
        return made

    def _show(self) -> None:
        case = self._session.document.case
        rows = self.model.rowCount()
        known = [] if case is None else [roi.lesion_id for roi in case.rois]
        if self._tools.lesion not in known:
            self._tools.choose_lesion(known[-1] if known else None)
        self.table.setVisible(rows > 0)
        height = self.table.horizontalHeader().sizeHint().height()
        self.table.setFixedHeight(height + 26 * min(max(rows, 1), 6) + 4)
        self._hint.setVisible(case is not None and rows == 0)
        for widget in (self._new, self._import, self.treated):
            widget.setEnabled(case is not None)
        self.treated.blockSignals(True)
        self.treated.setChecked(case is not None and case.treated)
        self.treated.blockSignals(False)
        self._select()

    def _select(self) -> None:
        row = self._row()
        self._show_between()
        self._delete.setEnabled(row >= 0)
        if row < 0:
            self.table.clearSelection()
        else:
            self.table.scrollTo(self.model.index(row, 0))
            self.table.selectionModel().setCurrentIndex(
                self.model.index(row, 0),
                QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows,
            )

    def _selected(self) -> None:
        """The highlighted lesion is the one that is drawn on and deleted, whatever highlighted it."""
        chosen = self.table.selectionModel().selectedRows()
        if not chosen:
            self._select()  # a Ctrl + click took the highlight off the lesion that is worked on
        elif self.model.roi(chosen[0].row()).lesion_id != self._tools.lesion:
            self._clicked(chosen[0])

    def _clicked(self, index: QModelIndex) -> None:
        lesion = self.model.roi(index.row()).lesion_id
        self._tools.choose_lesion(lesion)
        self.jump_requested.emit(lesion)

    def _show_row_menu(self, at: QPoint) -> None:
        """Offer what can be done with the lesion under the mouse."""
        index = self.table.indexAt(at)
        if not index.isValid():
            return
        self._tools.choose_lesion(self.model.roi(index.row()).lesion_id)
        menu = QMenu(self)
        menu.addAction(self.tr("Rename…"), lambda: self._rename(index))
        menu.addAction(self.tr("Show on the images"), lambda: self._clicked(index))
        menu.addAction(self.tr("Interpolate between outlined slices"), self.interpolate_requested.emit)
        confirm = menu.addAction(self.tr("Confirm all interpolated outlines"), self.confirm_requested.emit)
        confirm.setEnabled(self.model.roi(index.row()).has_interpolated)
        menu.addSeparator()
        menu.addAction(self.tr("Export outlines…"), self.export_requested.emit)
        menu.addAction(self.tr("Delete lesion"), self.delete_lesion)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.table.viewport().mapToGlobal(at))

    def _rename(self, index: QModelIndex) -> None:
        roi = self.model.roi(index.row())
        name, given = QInputDialog.getText(
            self, self.tr("Lesion {0}").format(roi.lesion_id), self.tr("Name"), text=roi.name
        )
        if given:
            self.rename(roi.lesion_id, name)

    def rename(self, lesion: LesionId, name: str) -> None:
        """Give a lesion another name, undoably."""
        case = self._session.document.case
        if case is not None:
            after = roi_edits.renamed(case, lesion, name)
            self._session.document.edit(after, self.tr("Rename lesion {0}").format(lesion))

    def _set_treated(self, treated: bool) -> None:
        case = self._session.document.case
        if case is not None:
            self._session.document.edit(case.with_treated(treated), self.tr("Change prior treatment"))

    def _fill_menu(self) -> None:
        self._menu.clear()
        for found in self._session.document.roi_objects:
            text = f"{found.path.name}   ({found.format})".replace("&", "&&")
            action = self._menu.addAction(text)
            action.setEnabled(found.usable)
            action.setToolTip(wording.outline_file(found))
            path = found.path
            action.triggered.connect(lambda _=False, path=path: self._session.importer.take([path]))
        if self._session.document.roi_objects:
            self._menu.addSeparator()
        self._menu.setToolTipsVisible(True)
        self._menu.addAction(self.tr("From another file…"), self.import_requested.emit)
