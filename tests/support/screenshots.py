"""Screenshots of every state of the window, from the program itself: `make screenshots` writes docs/screenshots.

    python -m tests.support.screenshots FOLDER          all looks, each in a process of its own
    python -m tests.support.screenshots FOLDER LOOK     one look

The sample study is opened, recognised and analysed for real; only *not flagged* shows an invented study, because no
shipped one is benign on every slice. Whoever changed the window looks at the pictures afterwards.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pydicom
from PIL import Image
from pydicom.uid import generate_uid
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QMessageBox, QWidget

import engine.pipeline  # noqa: F401  (ONNX Runtime before Qt)
from desktop import settings as table
from desktop.views.about import AboutDialog
from desktop.views.help import HelpDialog
from desktop.views.input_preview import InputPreview
from desktop.views.main_window import MainWindow
from desktop.views.report_dialog import ReportDialog
from desktop.views.roi_tools import Tool
from desktop.views.settings_dialog import SettingsDialog
from engine.domain.sequence import RoleGuess, RoleMap, SeriesKind
from tests.support.results import example

COLOURS = 192
"""Colours of a stored picture: greys of the images, and the few of the window."""
PATIENCE_MS = 300_000


@dataclass(frozen=True)
class Look:
    """Theme, language and scale of one process, the window's size in its own pixels, and the scenes it shows."""

    theme: str
    language: str
    scale: float
    size: tuple[int, int]
    scenes: tuple[str, ...]


LOOKS = {
    "dark-en": Look(
        "dark", "en", 1.0, (1440, 900),
        ("empty", "loading", "flagged", "preview", "drawing", "stale", "withheld", "not-flagged", "read-first",
         "ambiguous", "error", "report", "settings", "help", "about"),
    ),
    "light-en": Look("light", "en", 1.0, (1440, 900), ("empty", "flagged", "withheld", "settings")),
    "dark-zh": Look(
        "dark", "zh_CN", 1.0, (1440, 900), ("empty", "flagged", "withheld", "ambiguous", "error", "settings", "help")
    ),
    "light-zh": Look("light", "zh_CN", 1.0, (1440, 900), ("flagged", "report")),
    "dark-en-125": Look("dark", "en", 1.25, (1536, 864), ("flagged",)),
    "dark-en-200": Look("dark", "en", 2.0, (1280, 800), ("flagged",)),
    "light-zh-200": Look("light", "zh_CN", 2.0, (1280, 800), ("withheld",)),
}  # fmt: skip


class Stage:
    """A window in one look, and the studies that the scenes need."""

    def __init__(self, look: Look, scratch: Path, folder: Path, name: str) -> None:
        from desktop.app import make_application, make_window
        from desktop.settings import Settings

        settings = Settings(scratch / "window.ini")
        settings.set(table.THEME, look.theme)
        settings.set(table.LANGUAGE, look.language)
        settings.set(table.OVERLAY_OPACITY, 0.45)
        self.look, self.scratch, self.folder, self.name = look, scratch, folder, name
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
        for _ in range(timeout_ms // 20):
            if condition():
                return
            QTest.qWait(20)
        raise TimeoutError(f"{self.name}: waited in vain")

    def keep(self, scene: str, widget: QWidget | None = None) -> None:
        """Store a picture of the window with what lies over it, or of a dialog alone."""
        QTest.qWait(150)
        pixels = _pixels((widget or self.window).grab().toImage())
        picture = Image.fromarray(pixels).quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        picture.save(self.folder / f"{scene}_{self.name}.png", optimize=True)

    def sample(self) -> None:
        """Show the sample study with its result."""
        if self.session.document.result is None or self.session.document.is_stale or self.session.document.case.treated:
            self.session.close()
            self.window.open_sample()
            self.until(lambda: self.session.document.result is not None and not self.session.is_busy)
        case = self.session.document.case
        self.window.tools.choose(Tool.WINDOW)
        self.window.tools.choose_lesion(case.rois[0].lesion_id)
        self.window.grid.go_to_slice(self.session.document.result.lesions[0].slices[-2].ref.nearest_t2_slice)

    def show(self, dialog: QDialog, scene: str) -> None:
        """Store a picture of a dialog, then close it."""
        dialog.show()
        if isinstance(dialog, ReportDialog):
            self.until(dialog.print_button.isEnabled)
        self.keep(scene, dialog)
        dialog.close()

    # ---- scenes

    def empty(self) -> None:
        """No study yet."""
        self.keep("empty")

    def loading(self) -> None:
        """A first image stands on the screen while the rest is read."""
        seen: list[object] = []
        self.session.first_image.connect(seen.append)
        self.window.open_sample()
        self.until(lambda: bool(seen) and self.session.is_busy)
        QApplication.processEvents()
        self.keep("loading")
        self.until(lambda: self.session.document.result is not None and not self.session.is_busy)

    def flagged(self) -> None:
        """A raised flag."""
        self.sample()
        self.keep("flagged")

    def preview(self) -> None:
        """What the network sees."""
        self.sample()
        analysis = self.session.document.analysis
        lesion = next(iter(analysis.inputs))
        self.show(InputPreview(analysis, lesion, 1, self.window.overlay, self.window), "preview")

    def drawing(self) -> None:
        """A freehand line, half drawn."""
        self.sample()
        view = self.window.grid.t2_view()
        self.window.tools.choose_lesion(None)
        self.window.tools.choose(Tool.FREEHAND)
        middle = QPoint(view.width() * 2 // 3, view.height() // 2)
        line = [middle + QPoint(round(42 * np.cos(a)), round(34 * np.sin(a))) for a in np.linspace(0, 4.6, 40)]
        QTest.mousePress(view.viewport(), Qt.MouseButton.LeftButton, pos=line[0])
        for point in line:
            QTest.mouseMove(view.viewport(), point)
        self.keep("drawing")
        QTest.mouseRelease(view.viewport(), Qt.MouseButton.LeftButton, pos=line[-1])
        while self.session.document.history.canUndo():
            self.session.document.history.undo()

    def stale(self) -> None:
        """An outline was moved after the analysis."""
        self.sample()
        case = self.session.document.case
        roi = case.rois[0]
        fewer = replace(roi, contours=roi.contours[:-1])
        self.session.document.edit(case.with_roi(fewer), "…")
        self.keep("stale")
        self.session.document.history.undo()

    def withheld(self) -> None:
        """Prior treatment is ticked: the flag is withheld."""
        self.sample()
        document = self.session.document
        document.edit(document.case.with_treated(True), "…")
        self.session.analyze()
        self.until(lambda: document.result.withheld and not self.session.is_busy)
        self.keep("withheld")

    def not_flagged(self) -> None:
        """No slice of an invented study is malignant."""
        self.session.close()
        made = example(malignant=())
        guesses = tuple(
            RoleGuess(key, SeriesKind(role.value), role=role, confidence=0.95) for role, key in made.case.roles.items()
        )
        self.session.document.open(made.study, made.case, RoleMap(guesses, made.case.roles))
        for role, volume in made.volumes.items():
            self.session.store.add(made.case.roles[role], volume)
        self.session.document.show_analysis(made.analysis)
        self.window.grid.go_to_slice(made.analysis.result.lesions[0].slices[3].ref.nearest_t2_slice)
        self.keep("not-flagged")
        self.session.close()

    def read_first(self) -> None:
        """The reader's impression is asked for before the result is shown."""
        self.sample()
        self.session.settings.set(table.READ_FIRST, True)
        self.keep("read-first")
        self.session.settings.set(table.READ_FIRST, False)

    def ambiguous(self) -> None:
        """Two T2 series would do, and nothing is outlined."""
        study = self.scratch / "ambiguous"
        if not study.exists():
            _sample(study)
            _second_t2(study)
        self.session.close()
        self.session.open_paths([study])
        self.until(lambda: self.session.document.study is not None and not self.session.is_busy)
        self.keep("ambiguous")
        self.session.close()

    def error(self) -> None:
        """A file that is no outline."""
        self.sample()
        wrong = self.scratch / "notes.nii.gz"
        wrong.write_bytes(b"not an outline")
        self.session.importer.take([wrong])
        self.until(lambda: any(True for _ in self._boxes()))
        for box in self._boxes():
            self.keep("error", box)
            box.close()
            break

    def _boxes(self) -> Iterator[QMessageBox]:
        boxes = self.window.findChildren(QMessageBox)
        return (box for box in boxes if box.isVisible() and box.icon() is QMessageBox.Icon.Warning)

    def report(self) -> None:
        """The report's pages."""
        self.sample()
        self.show(ReportDialog(self.session, self.window), "report")

    def settings(self) -> None:
        """The settings page."""
        self.show(SettingsDialog(self.session.settings, self.window), "settings")

    def help(self) -> None:
        """The help pages."""
        self.show(HelpDialog(self.window), "help")

    def about(self) -> None:
        """Version and licences."""
        self.show(AboutDialog(self.window.theme, self.window), "about")


def run(folder: Path, name: str) -> None:
    """Play the scenes of one look."""
    look = LOOKS[name]
    with tempfile.TemporaryDirectory(prefix="lobule-screens-") as scratch:
        os.environ["LOBULE_HOME"] = scratch
        stage = Stage(look, Path(scratch), folder, name)
        for scene in look.scenes:
            getattr(stage, scene.replace("-", "_"))()
        stage.window.close()


def main(arguments: list[str]) -> None:
    """Play one look here, or all of them, each in its own process: Qt takes its scale at the start."""
    folder = Path(arguments[0])
    if len(arguments) > 1:
        run(folder, arguments[1])
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, look in LOOKS.items():
        surroundings = os.environ | {"QT_QPA_PLATFORM": "offscreen", "QT_SCALE_FACTOR": str(look.scale)}
        subprocess.run([sys.executable, "-m", "tests.support.screenshots", folder, name], env=surroundings, check=True)
    total = sum(path.stat().st_size for path in folder.glob("*.png"))
    print(f"{len(list(folder.glob('*.png')))} pictures, {total / 2**20:.1f} MB in {folder}")


def _pixels(image: QImage) -> np.ndarray:
    """Return (row, column, RGB) uint8."""
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    flat = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    pixels = flat[:, : image.width() * 3].reshape(image.height(), image.width(), 3)
    return pixels.copy()  # the buffer goes with the image


def _sample(folder: Path) -> None:
    subprocess.run([sys.executable, "-m", "engine.cli", "sample", folder], check=True, capture_output=True)


def _second_t2(folder: Path) -> None:
    """Add a repetition of T2 under identifiers of its own, and take the outline away."""
    series, number = generate_uid(), 9
    for path in sorted(each for each in folder.rglob("*") if each.is_file()):
        dataset = pydicom.dcmread(path)
        if dataset.Modality == "SEG":
            path.unlink()
        elif str(dataset.SeriesDescription).startswith("t2"):
            dataset.SeriesInstanceUID, dataset.SeriesNumber = series, number
            dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = generate_uid()
            dataset.SeriesDescription = f"{dataset.SeriesDescription}_rep"
            dataset.decompress()  # equal pixels would be taken for a copy
            dataset.PixelData = (dataset.pixel_array + 1).astype(np.uint16).tobytes()
            dataset.save_as(path.with_name(f"rep_{path.name}"))


if __name__ == "__main__":
    main(sys.argv[1:])
