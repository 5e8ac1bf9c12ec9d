"""The scenes of the screenshots: each brings the window into one state, keeps its picture, and leaves no trace."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox

import engine.pipeline  # noqa: F401  (ONNX Runtime before Qt)
from desktop import settings as table
from desktop import wording
from desktop.operations.studies import Reading
from desktop.views.about import AboutDialog
from desktop.views.actions import shortcut_groups
from desktop.views.audit_dialog import AuditDialog
from desktop.views.help import HelpDialog
from desktop.views.input_preview import InputPreview
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
from tests.support.screen_material import Prepared
from tests.support.screen_stage import Stage


class Scenes(Stage):
    """One method per scene, by the names of `screen_looks`."""

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
        self.keep("loading", working=True)
        self.until(self.rests)
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
