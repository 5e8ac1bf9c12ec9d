"""The main window: puts the parts together and carries actions to the session. It holds no state of the case."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QByteArray, QEvent, QObject, QSize, Qt
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDragLeaveEvent, QDropEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QLabel,
    QMainWindow,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop import errors, wording
from desktop import settings as table
from desktop.icons import icon
from desktop.journal import Journal
from desktop.models.overlay import Overlay
from desktop.operations import studies
from desktop.operations.studies import FirstImage
from desktop.session import Session
from desktop.theme import Theme
from desktop.views.actions import HISTORY_KEYS, Actions, history_texts
from desktop.views.banner import StatusBanner
from desktop.views.closing import Closing
from desktop.views.dialogs import Dialogs
from desktop.views.files import FileChooser
from desktop.views.handlers import handlers
from desktop.views.job_bar import JobBar
from desktop.views.list_keys import ListKeys
from desktop.views.outline_editor import OutlineEditor
from desktop.views.panes import LEFT, RIGHT, Panes
from desktop.views.questions import Questions
from desktop.views.result_panel import ResultPanel
from desktop.views.roi_tools import Tool, ToolBox
from desktop.views.series_panel import SeriesPanel
from desktop.views.switches import follow_settings
from desktop.views.tool_bar import ToolBar
from desktop.views.view_commands import ViewCommands
from desktop.views.view_grid import ViewGrid
from desktop.views.welcome import WelcomePage
from desktop.views.work_list import WorkListView
from engine import pipeline, storage
from engine.domain.sequence import SequenceRole

USUAL_PX = QSize(1600, 960)
LEAST_PX = QSize(640, 360)
"""Half of 1280 × 720: what a small display at 200 % has room for."""


class MainWindow(QMainWindow):
    """Series at the left, images in the middle, the result at the right; the status banner above all of them."""

    def __init__(self, session: Session, theme: Theme) -> None:
        super().__init__()
        self.session, self.theme = session, theme
        self.journal = Journal(session)
        self._list_keys = ListKeys(self)
        self.setWindowIcon(icon("lobule", theme.accent))
        self.setAcceptDrops(True)
        self.setMinimumSize(LEAST_PX)
        self.resize(USUAL_PX)
        self.overlay = Overlay(session.settings.get(table.OVERLAY_OPACITY), self)
        self.tools = ToolBox(self)
        self.files = FileChooser(session, self)
        self.grid = ViewGrid(session, self.overlay, self.tools)
        self.series = SeriesPanel(session, self.tools, theme)
        self.results = ResultPanel(session, self.overlay, theme)
        self.outlines = OutlineEditor(session.document, self.grid, self.tools, self)
        self.welcome = WelcomePage(session.settings, theme)
        self.questions = Questions(session, self.journal, self)
        self.closing = Closing(session, self.journal, self)
        self.banner = StatusBanner(session, theme)
        self.view_commands = ViewCommands(session, self.grid, self.files, self.banner)
        self.dialogs = Dialogs(self)
        self.left = QWidget()
        self.actions_ = Actions(handlers(self), theme, self)
        self._build()
        self._connect()
        self._document_opened()

    # ---- building

    def _build(self) -> None:
        menus = self.actions_.fill(self.menuBar())
        history = self.session.document.history
        texts = history_texts()
        self.undo = history.createUndoAction(self, texts["undo"])
        self.redo = history.createRedoAction(self, texts["redo"])
        for action, name in ((self.undo, "undo"), (self.redo, "redo")):
            action.setShortcuts([QKeySequence(keys) for keys in HISTORY_KEYS[name]])
            action.setIcon(icon(name, self.theme.text, self.theme.faint))
        first = menus["edit"].actions()[0]
        menus["edit"].insertActions(first, [self.undo, self.redo])
        menus["edit"].insertSeparator(first)
        extra = {"undo": self.undo, "redo": self.redo}
        self.addToolBar(ToolBar(self.actions_, extra, self.tools, menus["view"], self.theme, self))
        centre = QWidget()
        layout = QVBoxLayout(centre)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.banner)
        self.middle = QStackedWidget()
        self.middle.addWidget(self.welcome)
        self.middle.addWidget(self.grid)
        self.left.setObjectName("panel")
        beside = QVBoxLayout(self.left)
        beside.setContentsMargins(0, 0, 0, 0)
        beside.setSpacing(0)
        beside.addWidget(WorkListView(self.session.opening, self.theme))
        beside.addWidget(self.series, 1)
        self.panes = Panes(self.left, self.middle, self.results, self.session.settings)
        self.panes.panel_shown.connect(lambda side, shown: self.actions_.check(f"{side}_panel", shown))
        layout.addWidget(self.panes, 1)
        self.setCentralWidget(centre)
        self.job_bar = JobBar(self.session.jobs, self.session.saving)
        self._pointed = QLabel()
        self.statusBar().setSizeGripEnabled(False)
        self.statusBar().addPermanentWidget(self._pointed)
        self.statusBar().addPermanentWidget(self.job_bar)

    def _connect(self) -> None:
        session, document = self.session, self.session.document
        document.opened.connect(self._document_opened)
        document.case_changed.connect(self._refresh_actions)
        document.result_changed.connect(self._refresh_actions)
        session.readiness_changed.connect(self._refresh_actions)
        session.list.changed.connect(self._refresh_actions)
        session.first_image.connect(self._first_image)
        session.opening.given_up.connect(self._document_opened)
        session.failed.connect(self.show_error)
        session.not_saved.connect(lambda path, error: errors.not_saved_box(path, error, self).open())
        session.notice.connect(self._say)
        session.saved.connect(lambda text, path: self._say(f"{text}: {path}"))
        self.grid.notice.connect(self._say)
        self.outlines.notice.connect(self._say)
        self.grid.pointed.connect(self._pointed.setText)
        self.grid.active_changed.connect(self._refresh_actions)
        self.tools.changed.connect(self._refresh_actions)
        self.series.series_chosen.connect(self.grid.show_series)
        self.series.skipped_requested.connect(self.dialogs.show_skipped)
        self.series.lesions.jump_requested.connect(self.outlines.go_to)
        self.series.lesions.import_requested.connect(self.files.import_outlines)
        self.series.lesions.export_requested.connect(self.files.export_outlines)
        self.series.lesions.interpolate_requested.connect(self.outlines.interpolate)
        self.series.lesions.confirm_requested.connect(self.outlines.confirm)
        self.results.slice_chosen.connect(self.grid.go_to_plane)
        self.results.lesion_chosen.connect(self.tools.choose_lesion)
        self.results.lesion_chosen.connect(self.grid.tell_level)
        self.grid.level_changed.connect(self.results.show_level)
        document.result_changed.connect(self.grid.tell_level)  # the panel has taken it over by now: it heard first
        self.results.report_requested.connect(self.files.show_report)
        self.welcome.folder_requested.connect(self.files.open_folder)
        self.welcome.sample_requested.connect(self.open_sample)
        self.welcome.path_chosen.connect(lambda path: session.open_paths([path]))
        follow_settings(self.actions_, session.settings)
        session.settings.changed.connect(self._refresh_actions)  # read-first mode decides what may be shown and saved
        self.actions_.check("overlay", self.overlay.shown)
        self.actions_.check(f"layout_{self.grid.layout_name}")
        self.actions_.check("tool_window")
        for side, panel in ((LEFT, self.left), (RIGHT, self.results)):
            self.actions_.check(f"{side}_panel", panel.isVisibleTo(self.panes))
        self.overlay.changed.connect(lambda: self.actions_.check("overlay", self.overlay.shown))
        self.overlay.changed.connect(lambda: self.results.overlay.show_state())
        for kind in (QAbstractItemView, QComboBox, QAbstractSlider, QAbstractSpinBox):  # these take keys for themselves
            for widget in self.findChildren(kind):
                widget.installEventFilter(self)
                widget.installEventFilter(self._list_keys)

    # ---- what the person asks for

    def come_up(self) -> None:
        """Show the window where it stood last time; the first time at its usual size, or as large as the screen."""
        kept = self.session.settings.get(table.PLACE)
        room = self.screen().availableSize()
        if kept and self.restoreGeometry(QByteArray.fromBase64(kept.encode())):
            self.show()
            return
        self.resize(room.boundedTo(USUAL_PX))
        if self.size() == USUAL_PX:
            self.show()
        else:
            self.showMaximized()

    def open_sample(self) -> None:
        """Unpack the sample study and open it."""
        job = studies.unpack_sample(storage.data_folder() / "sample")
        job.succeeded.connect(lambda path: self.session.open_paths([path]))
        job.failed.connect(self.show_error)
        self.session.jobs.start("open", job)

    def show_error(self, error: BaseException) -> None:
        """Say what happened and what to do next."""
        errors.error_box(error, self).open()

    # ---- reactions

    def _document_opened(self) -> None:
        study = self.session.document.study
        self.middle.setCurrentWidget(self.welcome if study is None else self.grid)
        name = self.tr("Lobule")
        self.setWindowTitle(name if study is None else f"{wording.study_line(study)}  –  {name}")
        self.tools.choose(Tool.WINDOW)
        self.tools.choose_lesion(None)
        self._pointed.setText("")
        self._refresh_actions()

    def _first_image(self, image: FirstImage) -> None:
        """While the rest of a study is read, its first image and its name stand on the screen alone."""
        if self.session.document.study is None:
            self.middle.setCurrentWidget(self.grid)
            self.setWindowTitle(f"{wording.study_line(image.study)}  –  {self.tr('Lobule')}")

    def _refresh_actions(self) -> None:
        document = self.session.document
        self.actions_.enable(
            {
                "study": document.study is not None,
                "list": len(self.session.list) > 1,
                "outline": self._outlined_here(),
                "waiting": any(roi.has_interpolated for roi in document.case.rois) if document.case else False,
                "ready": not self.session.analyser.obstacle() and not self.session.jobs.is_running("analysis"),
                "result": self.session.can_save,
            }
        )
        self.actions_["skipped"].setEnabled(bool(self.session.skipped))
        self.actions_.check(f"tool_{self.tools.tool.value}")

    def _outlined_here(self) -> bool:
        case, lesion = self.session.document.case, self.tools.lesion
        return case is not None and SequenceRole.T2 in case.roles and any(roi.lesion_id == lesion for roi in case.rois)

    def _say(self, text: str) -> None:
        self.statusBar().showMessage(text, 10_000)

    # ---- events of the window

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take H from lists, boxes and sliders: there, too, it shows the plain image."""
        if event.type() in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease) and isinstance(event, QKeyEvent):
            return self._hold_back(event)
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._hold_back(event):
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if not self._hold_back(event):
            super().keyReleaseEvent(event)

    def _hold_back(self, event: QKeyEvent) -> bool:
        """Hide what lies over the images while H is held; text fields keep their h, for they get it first."""
        if event.key() != Qt.Key.Key_H or event.modifiers():
            return False
        if not event.isAutoRepeat():
            self.overlay.hold_back(event.type() == QEvent.Type.KeyPress)
        return True

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            self.welcome.set_target(True)
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.welcome.set_target(False)
        super().dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        self.welcome.set_target(False)
        self.drop([Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()])
        event.acceptProposedAction()

    def drop(self, paths: Sequence[Path]) -> None:
        """Open what was dropped; outlines alone are imported into the study shown."""
        if self.session.document.study is not None and all(pipeline.is_roi_object(path) for path in paths):
            self.session.importer.take(list(paths))
        else:
            self.session.open_paths(list(paths))

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self.closing.may_close():
            event.ignore()
            return
        self.view_commands.cine.stop()
        self.session.shut_down(saving_s=0.0)
        self.journal.leave()  # nothing drawn is lost: the next start offers it
        self.session.settings.set(table.PLACE, self.saveGeometry().toBase64().toStdString())
        self.session.settings.save()
        super().closeEvent(event)
