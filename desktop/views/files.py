"""The file chooser: every dialog that asks for a path; the session does the work."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from desktop import settings as table
from desktop.session import Session
from desktop.views.report_dialog import ReportDialog
from engine import pipeline
from engine.pipeline import ReportOptions


class FileChooser(QObject):
    """Asks for paths and remembers the folder of the last one."""

    def __init__(self, session: Session, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._window = session, window

    def open_folder(self) -> None:
        """Open a folder as a study."""
        path = QFileDialog.getExistingDirectory(self._window, self.tr("Open folder"), self._start())
        if path:
            self._session.open_paths([self._remember(path, folder=True)])

    def open_files(self) -> None:
        """Open files or zips as a study."""
        paths, _ = QFileDialog.getOpenFileNames(self._window, self.tr("Open files or zip"), self._start())
        if paths:
            self._session.open_paths([self._remember(path) for path in paths])

    def import_outlines(self) -> None:
        """Import outlines from files."""
        paths, _ = QFileDialog.getOpenFileNames(
            self._window,
            self.tr("Import outlines"),
            self._start(),
            self.tr("Outlines (*.dcm *.nii *.nii.gz *.nrrd *.mha *.mhd);;All files (*)"),
        )
        if paths:
            self._session.importer.take([self._remember(path) for path in paths])

    def export_outlines(self) -> None:
        """Write the outlines in one of the formats that other programs read."""
        kinds = {
            self.tr("DICOM segmentation (*.dcm)"): "seg",
            self.tr("DICOM RT structure set (*.dcm)"): "rtstruct",
            self.tr("NIfTI mask (*.nii.gz)"): "nifti",
        }
        start = str(Path(self._start()) / pipeline.EXPORTS["seg"])
        path, chosen = QFileDialog.getSaveFileName(self._window, self.tr("Export outlines"), start, ";;".join(kinds))
        if path:
            kind = "nifti" if path.endswith((".nii", ".nii.gz")) else kinds.get(chosen, "seg")
            self._session.saver.export_outlines(self._remember(path), kind)

    def show_report(self) -> None:
        """Show the report's pages; from there it is printed or saved."""
        dialog = ReportDialog(self._session, self._window)
        dialog.failed.connect(self._session.failed)
        dialog.pdf_requested.connect(self._keep_report)
        dialog.outputs_requested.connect(lambda options: self.save_outputs(deidentify=options.deidentify))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def _keep_report(self, data: bytes, options: ReportOptions) -> None:
        path = self._save(self.tr("Save PDF report"), "lobule-report.pdf", self.tr("PDF (*.pdf)"))
        if path is not None:
            self._session.saver.keep_report(data, path, options)

    def save_report(self, deidentify: bool = False) -> None:
        """Write the PDF. The proposed name holds no identifiers."""
        path = self._save(self.tr("Save PDF report"), "lobule-report.pdf", self.tr("PDF (*.pdf)"))
        if path is not None:
            self._session.saver.save_report(path, deidentify=deidentify)

    def save_outputs(self, deidentify: bool = False) -> None:
        """Write every output into a folder."""
        path = QFileDialog.getExistingDirectory(self._window, self.tr("Save all outputs"), self._start())
        if path:
            self._session.saver.save_outputs(self._remember(path, folder=True), deidentify=deidentify)

    def save_picture(self, data: bytes, *, named: bool) -> None:
        """Write a picture of the views. The proposed name holds no identifiers."""
        title = self.tr("Save picture with the patient's name") if named else self.tr("Save picture")
        path = self._save(title, "lobule-views.png", self.tr("PNG (*.png)"))
        if path is not None:
            self._session.saver.save_picture(data, path)

    def save_case(self) -> None:
        """Write the case."""
        path = self._save(self.tr("Save case"), "case.json", self.tr("Case (*.json)"))
        if path is not None:
            self._session.saver.save_case(path)

    def load_case(self) -> None:
        """Read a case."""
        path, _ = QFileDialog.getOpenFileName(
            self._window, self.tr("Load case"), self._start(), self.tr("Case (*.json)")
        )
        if path:
            self._session.load_case(self._remember(path))

    def _save(self, title: str, name: str, kinds: str) -> Path | None:
        start = str(Path(self._start()) / name)
        path, _ = QFileDialog.getSaveFileName(self._window, title, start, kinds)
        return self._remember(path) if path else None

    def _start(self) -> str:
        return self._session.settings.get(table.LAST_FOLDER) or str(Path.home())

    def _remember(self, text: str, *, folder: bool = False) -> Path:
        path = Path(text)
        self._session.settings.set(table.LAST_FOLDER, str(path if folder else path.parent))
        return path
