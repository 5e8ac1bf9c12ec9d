"""From an analysis to files: all of them, or none."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from typing import Any

from engine import audit, dicom_out, report, storage
from engine.domain.case import Case
from engine.domain.errors import UsageError
from engine.domain.result import Analysis
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


def write_outputs(
    analysis: Analysis,
    study: Study,
    case: Case,
    volumes: VolumeSet,
    folder: Path,
    *,
    created: datetime,
    deidentify: bool = False,
    language: str = "en",
    paper: str = "A4",
    also: Collection[str] = (),
) -> tuple[Path, ...]:
    """Write every output of one analysis into `folder`: all of them, or none.

    With `deidentify` the objects that must carry the patient (DICOM, `case.json` with its UIDs) are left out.

    Args:
        also: What to write besides, out of `ALSO`. Heat maps of a withheld result do not exist and are left out.

    Raises:
        StorageError, ReportError: As their stages say; nothing is left half written.
        UsageError: Something else is asked for in `also`.
    """
    if unknown := sorted(set(also) - set(ALSO)):
        raise UsageError(
            f"There is no output {', '.join(unknown)}.", remedy=f"Choose from {', '.join(ALSO)}.", code="also-unknown"
        )
    storage.write_text_atomic(
        folder / ".lobule-writing", ""
    )  # fails early, with the folder's name, where nobody may write
    (folder / ".lobule-writing").unlink()
    with tempfile.TemporaryDirectory(dir=folder, prefix=".lobule-") as name:
        scratch = Path(name)
        storage.write_json(scratch / "result.json", storage.result_to_dict(analysis.result, deidentify=deidentify))
        storage.write_text_atomic(scratch / "slices.csv", storage.slices_csv(analysis.result))
        content = _report_content(analysis, study, case, volumes, created, deidentify, language)
        report.write_figures(content, scratch / "figures")
        report.write_pdf(content, scratch / "report.pdf", paper=paper)
        if not deidentify:
            storage.save_case(case, scratch / "case.json")
            t2 = series_of(study, SequenceRole.T2, case.roles[SequenceRole.T2])
            if SequenceRole.T2 in volumes:  # else there was nothing to outline on, and nothing to refer to
                segmentation = scratch / "roi.seg.dcm"
                dicom_out.write_segmentation(case, study, volumes, segmentation, created=created)
                dicom_out.write_structured_report(
                    analysis, case, study, scratch / "result.sr.dcm", segmentation=segmentation, created=created
                )
            dicom_out.write_encapsulated_pdf(scratch / "report.pdf", study, t2, scratch / "report.dcm", created=created)
        _write_also(analysis, study, case, volumes, scratch, created, deidentify, also)
        made = sorted(path for path in scratch.rglob("*") if path.is_file())
        # before anything leaves: where the audit file cannot be written, nothing is exported
        record_export(analysis.result, audit.kinds(made, scratch), deidentified=deidentify)
        written = []
        for path in made:
            target = folder / path.relative_to(scratch)
            target.parent.mkdir(parents=True, exist_ok=True)
            path.replace(target)
            written.append(target)
    return tuple(written)


def _write_also(
    analysis: Analysis,
    study: Study,
    case: Case,
    volumes: VolumeSet,
    folder: Path,
    created: datetime,
    deidentify: bool,
    also: Collection[str],
) -> None:
    for kind in (kind for kind in EXPORTS if kind in also):
        name = EXPORTS[kind]
        if not (deidentify and name.endswith(".dcm")):
            write_rois(case, study, volumes, folder / name, kind, created=created)
    if HEAT_MAPS in also and not deidentify:
        if analysis.result.lesions:
            dicom_out.write_secondary_captures(analysis, case, study, volumes, folder / "heat_maps", created=created)
        else:
            log.info("no heat maps: nothing was classified")


def write_heat_maps(
    analysis: Analysis, study: Study, case: Case, volumes: VolumeSet, folder: Path, *, created: datetime
) -> tuple[Path, ...]:
    """Write the heat map of every classified slice as DICOM Secondary Capture, status text burnt in.

    Raises:
        ReportError: Nothing was classified, a source image is gone, or a file can't be written.
    """
    with tempfile.TemporaryDirectory() as name:
        made = dicom_out.write_secondary_captures(analysis, case, study, volumes, Path(name), created=created)
        content = [path.read_bytes() for path in made]
    record_export(analysis.result, {"heat_maps": b"".join(content)}, deidentified=False)
    for path, data in zip(made, content, strict=True):
        storage.write_bytes(folder / path.name, data)
    return tuple(folder / path.name for path in made)


def render_report(
    analysis: Analysis,
    study: Study,
    case: Case,
    volumes: VolumeSet,
    *,
    created: datetime,
    deidentify: bool = False,
    language: str = "en",
    paper: str = "A4",
) -> bytes:
    """Return the PDF, on ``A4`` or ``Letter``, to be looked at: it has not left until `record_export` says so."""
    content = _report_content(analysis, study, case, volumes, created, deidentify, language)
    with tempfile.TemporaryDirectory() as scratch:
        draft = Path(scratch) / "report.pdf"
        report.write_pdf(content, draft, paper=paper)
        return draft.read_bytes()


def write_report(
    analysis: Analysis,
    study: Study,
    case: Case,
    volumes: VolumeSet,
    path: Path,
    *,
    created: datetime,
    deidentify: bool = False,
    language: str = "en",
    paper: str = "A4",
) -> Path:
    """Write the PDF alone, on ``A4`` or ``Letter``."""
    data = render_report(
        analysis, study, case, volumes, created=created, deidentify=deidentify, language=language, paper=paper
    )
    record_export(analysis.result, {"report.pdf": data}, deidentified=deidentify)
    storage.write_bytes(path, data)
    return path


def _report_content(
    analysis: Analysis,
    study: Study,
    case: Case,
    volumes: VolumeSet,
    created: datetime,
    deidentify: bool,
    language: str,
) -> Any:
    return report.build_content(
        analysis,
        study,
        case,
        analysis.package.manifest,
        volumes,
        created=created,
        deidentify=deidentify,
        language=language,
    )
