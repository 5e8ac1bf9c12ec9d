"""From an analysis to files: all of them, or none."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from engine import audit, dicom_out, report, storage
from engine.domain.case import Case
from engine.domain.errors import UsageError
from engine.domain.progress import SILENT, Writing
from engine.domain.result import Analysis, StudyResult
from engine.domain.sequence import SequenceRole
from engine.domain.study import Study
from engine.domain.volume import VolumeSet
from engine.pipeline.outlines import EXPORTS, write_rois
from engine.pipeline.study import series_of
from engine.pipeline.trail import record_export

log = logging.getLogger("lobule.pipeline")

HEAT_MAPS = "sc"
ALSO = (*(kind for kind in EXPORTS if kind != "seg"), HEAT_MAPS)
"""What may be written besides the usual outputs: outlines as RTSTRUCT or NIfTI, heat maps as Secondary Captures."""


@dataclass(frozen=True, slots=True)
class ReportOptions:
    """How results leave: language (``en`` or ``zh_CN``), paper (``A4`` or ``Letter``), with or without the name."""

    language: str = "en"
    paper: str = "A4"
    deidentify: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Finished:
    """One finished analysis and all that it was made from: what every writer needs.

    Attributes:
        volumes: As loaded; writers apply the corrections of the case.
        created: The date of all outputs: the only clock that they know.
    """

    analysis: Analysis
    study: Study
    case: Case
    volumes: VolumeSet
    created: datetime
    options: ReportOptions = ReportOptions()


def write_outputs(
    finished: Finished, folder: Path, *, also: Collection[str] = (), progress: Writing = SILENT
) -> tuple[Path, ...]:
    """Write every output of one analysis into `folder`: all of them, or none.

    De-identified, the objects that must carry the patient (DICOM, `case.json` with its UIDs) are left out.

    Args:
        also: What to write besides, out of `ALSO`. Heat maps of a withheld result do not exist and are left out.

    Raises:
        StorageError, ReportError: As their stages say; nothing is left half written.
        UsageError: Something else is asked for in `also`.
        Cancelled: The progress asked to stop; what lay in the folder is as it was.
    """
    if unknown := sorted(set(also) - set(ALSO)):
        raise UsageError(
            f"There is no output {', '.join(unknown)}.", remedy=f"Choose from {', '.join(ALSO)}.", code="also-unknown"
        )
    # fails early, with the folder's name, where nobody may write
    storage.write_text_atomic(folder / ".lobule-writing", "")
    (folder / ".lobule-writing").unlink()
    result, deidentify = finished.analysis.result, finished.options.deidentify
    with tempfile.TemporaryDirectory(dir=folder, prefix=".lobule-") as name:
        scratch = Path(name)
        progress.step("outputs", 0, 4)
        storage.write_json(scratch / "result.json", storage.result_to_dict(result, deidentify=deidentify))
        storage.write_text_atomic(scratch / "slices.csv", storage.slices_csv(result))
        content = _report_content(finished)
        progress.step("outputs", 1, 4)
        report.write_figures(content, scratch / "figures")
        progress.step("outputs", 2, 4)
        report.write_pdf(content, scratch / "report.pdf", paper=finished.options.paper)
        progress.step("outputs", 3, 4)
        if not deidentify:
            _write_objects(finished, scratch)
        _write_also(finished, scratch, also)
        made = sorted(path for path in scratch.rglob("*") if path.is_file())
        progress.commit()
        # before anything leaves: where the audit file cannot be written, nothing is exported
        record_export(result, audit.kinds(made, scratch), deidentified=deidentify)
        written = []
        for path in made:
            target = folder / path.relative_to(scratch)
            target.parent.mkdir(parents=True, exist_ok=True)
            path.replace(target)
            written.append(target)
    return tuple(written)


def _write_objects(finished: Finished, folder: Path) -> None:
    """Write what names the patient: the case, and the DICOM objects beside the report that lies in `folder`."""
    study, case, created = finished.study, finished.case, finished.created
    storage.save_case(case, folder / "case.json")
    t2 = series_of(study, SequenceRole.T2, case.roles[SequenceRole.T2])
    if SequenceRole.T2 in finished.volumes:  # else there was nothing to outline on, and nothing to refer to
        segmentation = folder / "roi.seg.dcm"
        dicom_out.write_segmentation(case, study, finished.volumes, segmentation, created=created)
        dicom_out.write_structured_report(
            finished.analysis, case, study, folder / "result.sr.dcm", segmentation=segmentation, created=created
        )
    dicom_out.write_encapsulated_pdf(folder / "report.pdf", study, t2, folder / "report.dcm", created=created)


def _write_also(finished: Finished, folder: Path, also: Collection[str]) -> None:
    deidentify = finished.options.deidentify
    for kind in (kind for kind in EXPORTS if kind in also):
        name = EXPORTS[kind]
        if not (deidentify and name.endswith(".dcm")):
            write_rois(finished.case, finished.study, finished.volumes, folder / name, kind, created=finished.created)
    if HEAT_MAPS in also and not deidentify:
        if finished.analysis.result.lesions:
            _write_captures(finished, folder / "heat_maps")
        else:
            log.info("no heat maps: nothing was classified")


def _write_captures(finished: Finished, folder: Path) -> tuple[Path, ...]:
    return dicom_out.write_secondary_captures(
        finished.analysis, finished.case, finished.study, finished.volumes, folder, created=finished.created
    )


def write_heat_maps(finished: Finished, folder: Path) -> tuple[Path, ...]:
    """Write the heat map of every classified slice as DICOM Secondary Capture, status text burnt in.

    Raises:
        ReportError: Nothing was classified, a source image is gone, or a file can't be written.
    """
    with tempfile.TemporaryDirectory() as name:
        made = _write_captures(finished, Path(name))
        content = [path.read_bytes() for path in made]
    record_export(finished.analysis.result, {"heat_maps": b"".join(content)}, deidentified=False)
    for path, data in zip(made, content, strict=True):
        storage.write_bytes(folder / path.name, data)
    return tuple(folder / path.name for path in made)


def render_report(finished: Finished) -> bytes:
    """Return the PDF to be looked at: it has not left until it is kept, or `record_export` says so."""
    content = _report_content(finished)
    with tempfile.TemporaryDirectory() as scratch:
        draft = Path(scratch) / "report.pdf"
        report.write_pdf(content, draft, paper=finished.options.paper)
        return draft.read_bytes()


def write_report(finished: Finished, path: Path, progress: Writing = SILENT) -> Path:
    """Write the PDF alone.

    Raises:
        StorageError, ReportError, Cancelled: As their stages say; what lay at `path` is as it was.
    """
    progress.step("report", 0, 0)
    data = render_report(finished)
    return keep_report(finished.analysis.result, data, path, finished.options, progress)


def keep_report(
    result: StudyResult, data: bytes, path: Path, options: ReportOptions, progress: Writing = SILENT
) -> Path:
    """Write a report that was rendered; the audit file hears of it before it takes its place.

    Raises:
        StorageError, Cancelled: As `write_report` says.
    """

    def leave() -> None:
        progress.commit()
        record_export(result, {"report.pdf": data}, deidentified=options.deidentify)

    storage.write_bytes(path, data, leave)
    return path


def _report_content(finished: Finished) -> report.ReportContent:
    return report.build_content(
        finished.analysis,
        finished.study,
        finished.case,
        finished.analysis.package.manifest,
        finished.volumes,
        created=finished.created,
        deidentify=finished.options.deidentify,
        language=finished.options.language,
    )
