"""The stage of the screenshots: a window in one look, what is shown in it, and when a picture of it is taken."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QWidget

import engine.pipeline  # noqa: F401  (ONNX Runtime before Qt)
from desktop import settings as table
from desktop.app import make_application, make_window
from desktop.settings import Settings
from desktop.views.main_window import MainWindow
from desktop.views.report_dialog import ReportDialog
from desktop.views.roi_tools import Tool
from tests.support.screen_looks import Look
from tests.support.screen_material import Material, Prepared

COLOURS = 192
"""Colours of a stored picture: greys of the images, and the few of the window."""
PATIENCE_MS = 300_000


class Stage:
    """A window in one look, and the studies that the scenes need."""

    def __init__(self, look: Look, scratch: Path, folder: Path, name: str, stock: Material) -> None:
        settings = Settings(scratch / f"{name}.ini")
        settings.set(table.THEME, look.theme)
        settings.set(table.LANGUAGE, look.language)
        settings.set(table.OVERLAY_OPACITY, 0.45)
        settings.set(table.AUTO_ANALYZE, False)  # analyses are brought along
        self.look, self.scratch, self.folder, self.name, self.stock = look, scratch, folder, name, stock
        self.app = make_application()
        self.window: MainWindow = make_window(self.app, settings)
        self.window.resize(*look.size)
        self.window.show()
        self.until(lambda: self.session.models.is_checked)

    @property
    def session(self):
        """What drives the window."""
        return self.window.session

    def until(self, condition: Callable[[], bool], timeout_ms: int = PATIENCE_MS) -> None:
        """Let the window work until something is so."""
        for _ in range(timeout_ms // 10):
            if condition():
                return
            QTest.qWait(10)
        raise TimeoutError(f"{self.name}: waited in vain")

    def rests(self) -> bool:
        """True when nothing is read, computed or written, and the outcome of everything that was has arrived."""
        session = self.session
        every = (session.jobs, session.saving, session.opening.background, session.models.jobs)
        return all(jobs.are_home() for jobs in every)

    def keep(self, scene: str, widget: QWidget | None = None, *, working: bool = False) -> None:
        """Store a picture of the window, or of a dialog alone, once nothing runs or moves any more.

        Args:
            working: The scene is one of work that goes on: jobs may run.
        """
        shown = widget or self.window
        if not working:
            self.until(self.rests)
        before = None
        for _ in range(20):
            QTest.qWait(60)
            for _ in range(4):  # layouts settle by events that post further events
                QApplication.processEvents()
            pixels = _pixels(shown.grab().toImage())
            rests = working or self.rests()
            if rests and before is not None and np.array_equal(pixels, before):
                break
            before = pixels
        picture = Image.fromarray(pixels).quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        picture.save(self.folder / f"{scene}_{self.name}.png")

    def put(self, made: Prepared) -> None:
        """Show a study as if it had been opened and read here; nothing runs afterwards."""
        self.session.close()
        document, reading = self.session.document, made.reading
        document.open(reading.study, made.case, reading.role_map, reading.roi_objects)
        for role, volume in made.volumes.items():
            self.session.store.add(made.case.roles[role], volume)
        if made.analysis is not None:
            document.show_analysis(made.analysis)
        self.until(self.rests)

    def sample(self, made: Prepared | None = None) -> None:
        """Show the sample study with its result, on a slice of the lesion."""
        wanted = made or self.stock.sample
        document = self.session.document
        if document.analysis is not wanted.analysis or document.is_stale:
            self.put(wanted)
        self.window.tools.choose(Tool.WINDOW)
        self.window.tools.choose_lesion(wanted.case.rois[0].lesion_id)
        self.window.grid.go_to_slice(document.result.lesions[0].slices[-2].ref.nearest_t2_slice)
        self.window.grid.navigation.point(None, None)

    def show(self, dialog: QDialog, scene: str) -> None:
        """Store a picture of a dialog, then close it."""
        dialog.show()
        if isinstance(dialog, ReportDialog):
            self.until(dialog.print_button.isEnabled)
        self.until(self.rests)
        self.keep(scene, dialog)
        dialog.close()


def _pixels(image: QImage) -> np.ndarray:
    """Return (row, column, RGB) uint8."""
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    flat = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    pixels = flat[:, : image.width() * 3].reshape(image.height(), image.width(), 3)
    return pixels.copy()  # the buffer goes with the image
