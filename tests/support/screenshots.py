"""Screenshots of every state of the window, from the program itself: `make screenshots` writes docs/screenshots.

    python -m tests.support.screenshots FOLDER          all looks
    python -m tests.support.screenshots FOLDER LOOK     one look

The sample study is opened, recognised and analysed for real, once, and every look shows that analysis; only *not
flagged* shows an invented study, because no shipped one is benign on every slice. Qt takes its scale at the start, so
looks of one scale share a process. Time stands still: pictures change only where the window has changed. Whoever
changed the window looks at them afterwards.
"""

from __future__ import annotations

import datetime
import json
import os
import pickle
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QMessageBox, QWidget

import engine.pipeline  # noqa: F401  (ONNX Runtime before Qt)
from desktop import saver, wording
from desktop import settings as table
from desktop.operations import Reading
from desktop.views import result_panel
from desktop.views.about import AboutDialog
from desktop.views.actions import shortcut_groups
from desktop.views.audit_dialog import AuditDialog
from desktop.views.help import HelpDialog
from desktop.views.input_preview import InputPreview
from desktop.views.main_window import MainWindow
from desktop.views.report_dialog import ReportDialog
from desktop.views.roi_tools import Tool
from desktop.views.settings_dialog import SettingsDialog
from desktop.views.shift_dialog import ShiftDialog
from desktop.views.shortcuts import ShortcutSheet
from desktop.views.skipped_dialog import SkippedDialog
from desktop.worklist import State
from engine import audit
from engine.domain.sequence import RoleGuess, RoleMap, SequenceRole, SeriesKind
from engine.domain.study import Skipped
from tests.support.results import example
from tests.support.screen_looks import LOOKS, Look
from tests.support.screen_material import Material, Prepared, material

COLOURS = 192
"""Colours of a stored picture: greys of the images, and the few of the window."""
PATIENCE_MS = 300_000
SCREEN = {"name": "reading room", "x": 0, "y": 0, "width": 2560, "height": 1600, "logicalDpi": 96, "dpr": 1}
"""Room for every dialog at its natural size; by itself Qt takes 800 × 800."""
NOW = datetime.datetime(2026, 3, 12, 14, 30, 0)


class Stage:
    """A window in one look, and the studies that the scenes need."""

    def __init__(self, look: Look, scratch: Path, folder: Path, name: str, stock: Material) -> None:
        from desktop.app import make_application, make_window
        from desktop.settings import Settings

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

    def keep(self, scene: str, widget: QWidget | None = None) -> None:
        """Store a picture of the window, or of a dialog alone, once nothing moves any more."""
        shown = widget or self.window
        before = None
        for _ in range(20):
            QTest.qWait(60)
            for _ in range(4):  # layouts settle by events that post further events
                QApplication.processEvents()
            pixels = _pixels(shown.grab().toImage())
            if before is not None and np.array_equal(pixels, before):
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
        self.until(lambda: not self.session.is_busy)

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
        self.until(lambda: not self.session.is_busy)
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
        self.session.open_paths([self.stock.folder])
        self.until(lambda: bool(seen) and self.session.is_busy)
        QApplication.processEvents()
        self.keep("loading")
        self.until(lambda: not self.session.is_busy)
        self.session.close()

    def flagged(self) -> None:
        """A raised flag."""
        self.sample()
        self.keep("flagged")

    def preview(self) -> None:
        """What the network sees."""
        self.sample()
        analysis = self.session.document.analysis
        lesion = next(iter(analysis.inputs))
        self.show(InputPreview(self.session, lesion, 1, self.window.overlay, self.window), "preview")

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
        self.sample(self.stock.treated)
        self.keep("withheld")

    def align(self) -> None:
        """Diffusion lies beside T2, and registration has found where it belongs."""
        self.sample()
        document = self.session.document
        document.edit(document.case.with_shift(SequenceRole.DWI, (6.0, -4.0, 0.0)), "…")
        dialog = ShiftDialog(SequenceRole.DWI, self.session, self.window)
        dialog.show()
        dialog.align.click()
        self.until(lambda: not self.session.jobs.is_running("register"))
        self.keep("align", dialog)
        dialog.reject()
        while document.history.canUndo():
            document.history.undo()

    def not_flagged(self) -> None:
        """No slice of an invented study is malignant."""
        self.session.close()
        made = example(malignant=())
        guesses = tuple(
            RoleGuess(key, SeriesKind(role.value), role=role, confidence=0.95) for role, key in made.case.roles.items()
        )
        reading = Reading(made.study, RoleMap(guesses, made.case.roles), ())
        self.put(Prepared(reading, made.case, made.volumes, made.analysis))
        self.window.grid.go_to_slice(made.analysis.result.lesions[0].slices[3].ref.nearest_t2_slice)
        self.keep("not-flagged")

    def read_first(self) -> None:
        """The reader's impression is asked for before the result is shown."""
        self.sample()
        self.session.settings.set(table.READ_FIRST, True)
        self.keep("read-first")
        self.session.settings.set(table.READ_FIRST, False)

    def ambiguous(self) -> None:
        """Two T2 series would do, and nothing is outlined."""
        self.put(self.stock.ambiguous)
        self.window.grid.navigation.point(None, None)
        self.keep("ambiguous")

    def work_list(self) -> None:
        """Four studies were dropped; two are done, one is being read, one cannot be."""
        self.sample()
        entries, sample = self.session.list, self.stock.sample
        study = sample.reading.study
        known = {"study": study, "analysis": sample.analysis, "case": sample.case, "prepared": True}
        shown = entries.add([Path("first")], state=State.ANALYSED, **known)
        entries.show(shown.number)
        patient = replace(study.patient, patient_name="Phantom^Second", patient_id="PH-SRRSH-0214")
        other = replace(study, patient=patient)
        entries.add([Path("second")], state=State.ANALYSED, **(known | {"study": other}))
        entries.add([Path("liver_2026-03-12.zip")], state=State.READING)
        reason = wording.phrase("the archive is damaged or cut short")
        entries.add([Path("old_archive.zip")], state=State.FAILED, reason=reason)
        self.session.opening.background.cancel_all()
        self.keep("work-list")
        for entry in tuple(entries.entries):
            entries.remove(entry.number)

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

    def skipped(self) -> None:
        """Files that were not used, with reasons."""
        told = {
            "IM0007.dcm": "the file is cut short: pixel data is missing at its end",
            "IM0012 (copy).dcm": "the same image as IM0012.dcm (equal SOP Instance UID)",
            "letter.pdf": "no DICOM file",
            "report.dcm": "encapsulated document, no image",
            "PR000001": "presentation state, no image",
            "old.tar.gz": "an archive that is no zip: unpack it and open the folder",
            "DICOMDIR": "DICOMDIR: the files themselves are read",
        }
        self.show(SkippedDialog([Skipped(Path(name), why) for name, why in told.items()], self.window), "skipped")

    def audit(self) -> None:
        """The record of what was done, checked."""
        dialog = AuditDialog(self.session, self.window.theme, self.window)
        dialog.show()
        self.until(lambda: not self.session.jobs.is_running("audit"))
        dialog.place.setText(f"~/.local/share/lobule/{audit.FILE}")  # the pictures' own folder is another one each time
        self.keep("audit", dialog)
        dialog.close()

    def shortcuts(self) -> None:
        """Everything that keys and mouse do."""
        self.show(ShortcutSheet(shortcut_groups(self.window.actions_), self.window), "shortcuts")

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


def run(folder: Path, names: Sequence[str], stock: Material, scratch: Path) -> None:
    """Play the scenes of looks of one scale, one window after another."""
    for module in (result_panel, saver):
        _stop_time(module)
    for name in names:
        stage = Stage(LOOKS[name], scratch, folder, name, stock)
        for scene in LOOKS[name].scenes:
            getattr(stage, scene.replace("-", "_"))()
        stage.session.close()
        stage.window.close()


def _stop_time(module: ModuleType) -> None:
    class Stopped(datetime.datetime):
        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> datetime.datetime:
            return NOW if tz is None else NOW.astimezone(tz)

    module.datetime = Stopped  # type: ignore[attr-defined]


def main(arguments: list[str]) -> None:
    """Make the material once, then play the looks of each scale in a process of their own, two at a time."""
    folder = Path(arguments[0])
    wanted = arguments[1:] or list(LOOKS)
    if not arguments[1:]:
        shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="lobule-screens-") as name:
        scratch = Path(name)
        screen = scratch / "screen.json"
        screen.write_text(json.dumps({"screens": [SCREEN]}))
        platform = f"offscreen:configfile={screen}"
        os.environ.update(LOBULE_HOME=name, LOGNAME="reader", QT_QPA_PLATFORM=platform, TZ="UTC")
        _stop_time(audit)
        stock = material(scratch)
        (scratch / "material").write_bytes(pickle.dumps(stock))
        scales = sorted({LOOKS[look].scale for look in wanted})
        groups = [[look for look in wanted if LOOKS[look].scale == scale] for scale in scales]
        players = [_player(folder, scratch, looks) for looks in groups]
        failed = [player for player in players if player.wait() != 0]
        if failed:
            raise SystemExit("a look could not be played; see above")
    total = sum(path.stat().st_size for path in folder.glob("*.png"))
    print(f"{len(list(folder.glob('*.png')))} pictures, {total / 2**20:.1f} MB in {folder}")


def _player(folder: Path, scratch: Path, looks: Sequence[str]) -> subprocess.Popen[bytes]:
    surroundings = os.environ | {"QT_SCALE_FACTOR": str(LOOKS[looks[0]].scale)}
    command = [sys.executable, "-m", "tests.support.screenshots", "--play", folder, scratch, *looks]
    return subprocess.Popen(command, env=surroundings)


def _pixels(image: QImage) -> np.ndarray:
    """Return (row, column, RGB) uint8."""
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    flat = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    pixels = flat[:, : image.width() * 3].reshape(image.height(), image.width(), 3)
    return pixels.copy()  # the buffer goes with the image


if __name__ == "__main__":
    if sys.argv[1] == "--play":
        place, stored = Path(sys.argv[2]), Path(sys.argv[3])
        run(place, sys.argv[4:], pickle.loads((stored / "material").read_bytes()), stored)
    else:
        main(sys.argv[1:])
