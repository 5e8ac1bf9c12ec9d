"""The lesion panel: the lesions of the case, their sizes, and what can be done with them."""

from __future__ import annotations

from PySide6.QtCore import QItemSelectionModel, QModelIndex, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QHBoxLayout,
    QHeaderView,
    QInputDialog,
    QMenu,
    QTableView,
    QToolButton,
    QWidget,
)

from desktop import roi_edits
from desktop.icons import icon
from desktop.models.lesion_model import LesionModel
from desktop.session import Session
from desktop.theme import Theme
from desktop.views.roi_tools import ToolBox
from desktop.views.widgets import column, heading, label
from engine.domain.roi import LesionId


class LesionPanel(QWidget):
    """Lists lesions; the selected one is the one that drawing works on.

    Signals:
        jump_requested(lesion_id): The person wants to see the lesion.
        import_requested(): The person wants to import outlines from a file of their choice.
    """

    jump_requested = Signal(object)
    import_requested = Signal()

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
        self.table.doubleClicked.connect(self._rename)
        layout.addWidget(self.table)
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
        self.table.setFixedHeight(height + 26 * min(max(rows, 1), 5) + 4)
        self._hint.setVisible(case is not None and rows == 0)
        for widget in (self._new, self._import, self.treated):
            widget.setEnabled(case is not None)
        self.treated.blockSignals(True)
        self.treated.setChecked(case is not None and case.treated)
        self.treated.blockSignals(False)
        self._select()

    def _select(self) -> None:
        lesion = self._tools.lesion
        row = -1 if lesion is None else self.model.row_of(lesion)
        self._delete.setEnabled(row >= 0)
        if row < 0:
            self.table.clearSelection()
        else:
            self.table.selectionModel().select(
                self.model.index(row, 0),
                QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows,
            )

    def _clicked(self, index: QModelIndex) -> None:
        lesion = self.model.roi(index.row()).lesion_id
        self._tools.choose_lesion(lesion)
        self.jump_requested.emit(lesion)

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
            action.setToolTip(found.reason)
            path = found.path
            action.triggered.connect(lambda _=False, path=path: self._session.importer.take([path]))
        if self._session.document.roi_objects:
            self._menu.addSeparator()
        self._menu.setToolTipsVisible(True)
        self._menu.addAction(self.tr("From another file…"), self.import_requested.emit)
