"""The order of the stages: from dropped folder to written report. The only module that knows it.

    open_study → propose_roles → load_volumes → (describe_rois → import_rois) → analyze → write_outputs

Every function maps values to values; the person's decisions enter as a `Case` and nothing else flows back.
"""

from __future__ import annotations

import logging
import tempfile
import zipfile
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from engine import aggregate, dicom_out, intake, preprocess, quality, report, roi_io, sequences, storage
from engine.domain.case import Case
from engine.domain.errors import PackageError, RoiError, SequenceError
from engine.domain.package import ModelPackage
from engine.domain.progress import SILENT, Progress
from engine.domain.result import Analysis, Caution, LesionResult, Prediction
from engine.domain.roi import LesionId, Roi, RoiObject
from engine.domain.sample import SliceInput
from engine.domain.sequence import RoleMap, SequenceRole
from engine.domain.study import Opened, Series, Study
from engine.domain.volume import Volume, VolumeSet
from engine.geometry.affine import translated
from engine.geometry.outline import longest_diameter_mm, volume_ml
from engine.inference import loading, predict, session
from engine.logs import protect

log = logging.getLogger("lobule.pipeline")


def open_study(paths: Sequence[Path], progress: Progress = SILENT) -> Opened:
    """Read folders, files, DICOMDIRs or zips into studies, kept apart by patient and study.

    Raises:
        IntakeError: Nothing there can be read as DICOM.
        Cancelled: The progress asked to stop.
    """
    opened = intake.read_paths(paths, progress)
    for study in opened.studies:
        patient = study.patient
        protect([patient.patient_id, patient.patient_name, patient.birth_date, study.accession_number])
    log.info("opened %d studies, skipped %d files", len(opened.studies), len(opened.skipped))
    return opened


def propose_roles(study: Study) -> RoleMap:
    """Say what every series is and which one plays which role, with reasons."""
    return sequences.identify_roles(study)


def load_volumes(study: Study, roles: Mapping[SequenceRole, str], progress: Progress = SILENT) -> VolumeSet:
    """Read the pixels of the series that play roles.

    Raises:
        SequenceError: A role names a series that the study does not have.
        GeometryError, IntakeError: The series is no regular stack, or its pixels cannot be decoded.
    """
    volumes: dict[SequenceRole, Volume] = {}
    for role, key in roles.items():
        volumes[role] = intake.load_volume(series_of(study, role, key), progress)
    return VolumeSet(volumes)


def load_series_volume(series: Series, progress: Progress = SILENT) -> Volume:
    """Read the pixels of one series, whatever its role."""
    return intake.load_volume(series, progress)


def first_image(series: Series, index: int) -> Any:
    """Read one slice of a series: (row, column) float32."""
    return intake.load_frame(series, index)


def series_of(study: Study, role: SequenceRole, key: str) -> Series:
    """Return the series with this key.

    Raises:
        SequenceError: The study has no such series.
    """
    found = study.find(key)
    if found is None:
        raise SequenceError(
            f"The role {role.value} names a series that this study does not have: {key}.",
            remedy="List the series with 'lobule scan' and use one of the keys shown there.",
            code="series-unknown",
        )
    return found


def describe_rois(study: Study) -> tuple[RoiObject, ...]:
    """Look at every file of the drop that may hold outlines, without importing anything."""
    return tuple(roi_io.describe_roi(path, study) for path in study.roi_paths)


def import_rois(paths: Sequence[Path], study: Study, case: Case, volumes: VolumeSet) -> Case:
    """Add the lesions of the given files to a case, outlined on its T2 slices.

    Raises:
        RoiError: A file cannot be used with this study, or the case has no T2 to put outlines on.
    """
    if SequenceRole.T2 not in case.roles or SequenceRole.T2 not in volumes:
        raise RoiError(
            "Outlines need a T2 series to lie on, and no series plays that role.",
            remedy="Assign the T2 role first.",
            code="roi-no-t2",
        )
    reference = series_of(study, SequenceRole.T2, case.roles[SequenceRole.T2])
    for path in paths:
        for roi in roi_io.read_rois(path, study, reference, volumes[SequenceRole.T2]):
            case = case.with_roi(_renamed(roi, case))
    return case


def _renamed(roi: Roi, case: Case) -> Roi:
    fresh = case.next_lesion_id()
    return Roi(fresh, roi.contours, roi.origin, roi.frame_of_reference_uid, roi.name)


def package_folders() -> list[Path]:
    """Return where packages are looked for: those the site installed first, then those that ship."""
    return [storage.data_folder() / "models", storage.assets_folder() / "models"]


def installed_packages() -> tuple[ModelPackage, ...]:
    """Return every package that verifies; faulty ones are left out and logged."""
    packages, faults = loading.list_packages(package_folders())
    for fault in faults:
        log.warning("package left out: %s", fault.what)
    return tuple(packages)


def faulty_packages() -> tuple[PackageError, ...]:
    """Return why packages that lie in the package folders cannot be used."""
    return tuple(loading.list_packages(package_folders())[1])


def install_package(source: Path) -> ModelPackage:
    """Install a package folder or `.lobule` file for this person, after verifying it.

    Raises:
        PackageError: It is refused; nothing is installed.
    """
    return loading.install_package(source, storage.data_folder() / "models")


def load_package(name: str) -> ModelPackage:
    """Return the package with this id, or the one in this folder.

    Raises:
        PackageError: There is none, or it does not verify.
    """
    folders = [folder / name for folder in package_folders()] if "/" not in name and "\\" not in name else []
    for folder in [*folders, Path(name)]:
        if (folder / loading.MANIFEST).is_file():
            return loading.load_package(folder)
    raise PackageError(
        f"There is no model package '{name}'.",
        remedy="Run 'lobule models list' to see the installed ones, or name a package folder.",
        code="package-missing",
    )


def choose_package(model: str, roles: Collection[SequenceRole]) -> ModelPackage:
    """Return the package that a case asks for; ``auto`` takes the installed one that uses most of the roles present.

    Raises:
        PackageError: Nothing is installed, or the named package does not exist or verify.
        SequenceError: The roles present allow none of the installed packages, or not the one named.
    """
    if model != "auto":
        package = load_package(model)
        _require_roles([package], roles)
        return package
    packages = installed_packages()
    if not packages:
        raise PackageError(
            "No model package is installed.",
            remedy="Install one with 'lobule models install PATH'.",
            code="package-none",
        )
    fitting = _require_roles(packages, roles)
    return max(fitting, key=lambda package: (len(package.roles), package.manifest.id))


def _require_roles(packages: Sequence[ModelPackage], roles: Collection[SequenceRole]) -> list[ModelPackage]:
    fitting = [package for package in packages if set(package.roles) <= set(roles)]
    if fitting:
        return fitting
    least = min(packages, key=lambda package: len(set(package.roles) - set(roles)))
    missing = [role.value for role in least.roles if role not in roles]
    raise SequenceError(
        f"The model {least.manifest.id} needs {', '.join(missing)}, which no series of this study was recognised as.",
        remedy="See 'lobule scan' for what was recognised and why; assign a series by hand with --role ROLE=KEY.",
        code="role-missing",
    )


def analyze(
    study: Study,
    case: Case,
    volumes: VolumeSet,
    *,
    provider: str = "cpu",
    progress: Progress = SILENT,
) -> Analysis:
    """Classify every lesion of a case.

    Args:
        volumes: The volumes of the case's roles, as `load_volumes` gives them.
        provider: Short or ONNX Runtime name; ask `engine.selftest.choose_provider` for one that can be trusted.

    Raises:
        RoiError: The case has no lesion, or one that lies outside the T2 images.
        SequenceError, PackageError, InferenceError: As their stages say.
        Cancelled: The progress asked to stop.
    """
    if not case.rois:
        raise RoiError(
            "No lesion is outlined in this study.",
            remedy="Draw a lesion on the T2 images, or name an outline file with --roi FILE.",
            code="roi-missing",
        )
    volumes = _shifted(volumes, case)
    package = _package_for(case, volumes)
    before = quality.before_analysis(study, case, package, volumes)
    blind = any(caution.code == "coverage" for caution in before)
    runner = session.open_session(package, session.provider_candidates(provider)[0])
    inputs: dict[LesionId, tuple[SliceInput, ...]] = {}
    predictions: dict[LesionId, tuple[Prediction, ...]] = {}
    lesions: list[LesionResult] = []
    t2 = volumes[SequenceRole.T2]
    for roi in case.rois:
        made = preprocess.build_slice_inputs(volumes, roi, package.manifest.preprocess, progress)
        inputs[roi.lesion_id] = made
        # a channel that does not show the lesion would be classified as darkness: say so instead of scoring it
        answers = () if blind else predict.predict(runner, made, progress)
        predictions[roi.lesion_id] = answers
        if answers:
            lesions.append(
                aggregate.lesion_result(
                    roi,
                    answers,
                    package.manifest.labels,
                    longest_diameter_mm=longest_diameter_mm(roi, t2.affine),
                    volume_ml=volume_ml(roi, t2),
                )
            )
    after = quality.after_analysis(lesions, predictions, loading.load_feature_statistics(package))
    result = aggregate.study_result(
        lesions,
        _ordered([*before, *after]),
        package,
        provider=runner.provider,
        case_digest=case.digest(),
        study_instance_uid=study.study_instance_uid,
        roles_used={role.value: case.roles[role] for role in package.roles if role in case.roles},
    )
    log.info("analysed %d lesions with %s on %s", len(lesions), package.manifest.id, runner.provider)
    return Analysis(result, inputs, predictions, package)


def _package_for(case: Case, volumes: VolumeSet) -> ModelPackage:
    """Choose among the roles that show every lesion; where that allows nothing, among all, and let a caution
    withhold.
    """
    if case.model == "auto":
        covering = quality.roles_covering(volumes, case.rois)
        try:
            return choose_package(case.model, covering)
        except SequenceError:
            pass
    return choose_package(case.model, tuple(volumes))


def _shifted(volumes: VolumeSet, case: Case) -> VolumeSet:
    if not case.shifts_mm:
        return volumes
    moved = {
        role: Volume(
            volume.array,
            translated(volume.affine, case.shifts_mm.get(role, (0.0, 0.0, 0.0))),
            volume.frame_of_reference_uid,
            volume.series_key,
        )
        for role, volume in volumes.items()
    }
    return VolumeSet(moved)


def _ordered(cautions: Sequence[Caution]) -> list[Caution]:
    """Put what withholds first; the order within is the order of finding."""
    return sorted(cautions, key=lambda caution: caution.effect.value != "withhold")


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
) -> tuple[Path, ...]:
    """Write every output of one analysis into `folder`: all of them, or none.

    With `deidentify` the objects that must carry the patient (DICOM, `case.json` with its UIDs) are left out.

    Raises:
        StorageError, ReportError: As their stages say; nothing is left half written.
    """
    storage.write_text_atomic(
        folder / ".lobule-writing", ""
    )  # fails early, with the folder's name, where nobody may write
    (folder / ".lobule-writing").unlink()
    with tempfile.TemporaryDirectory(dir=folder, prefix=".lobule-") as name:
        scratch = Path(name)
        storage.write_json(scratch / "result.json", storage.result_to_dict(analysis.result))
        storage.write_text_atomic(scratch / "slices.csv", storage.slices_csv(analysis.result))
        content = _report_content(analysis, study, case, volumes, created, deidentify, language)
        report.write_figures(content, scratch / "figures")
        report.write_pdf(content, scratch / "report.pdf")
        if not deidentify:
            storage.save_case(case, scratch / "case.json")
            t2 = series_of(study, SequenceRole.T2, case.roles[SequenceRole.T2])
            segmentation = scratch / "roi.seg.dcm"
            dicom_out.write_segmentation(case, study, volumes, segmentation, created=created)
            dicom_out.write_structured_report(
                analysis, case, study, scratch / "result.sr.dcm", segmentation=segmentation, created=created
            )
            dicom_out.write_encapsulated_pdf(scratch / "report.pdf", study, t2, scratch / "report.dcm", created=created)
        written = []
        for path in sorted(path for path in scratch.rglob("*") if path.is_file()):
            target = folder / path.relative_to(scratch)
            target.parent.mkdir(parents=True, exist_ok=True)
            path.replace(target)
            written.append(target)
    return tuple(written)


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
) -> Path:
    """Write the PDF alone."""
    content = _report_content(analysis, study, case, volumes, created, deidentify, language)
    with tempfile.TemporaryDirectory() as scratch:
        draft = Path(scratch) / "report.pdf"
        report.write_pdf(content, draft)
        storage.write_bytes(path, draft.read_bytes())
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


def sample_study(folder: Path) -> Path:
    """Unpack the sample study (simulated images with an outline) into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(storage.assets_folder() / "sample" / "study.zip") as archive:
        archive.extractall(folder)
    return folder
