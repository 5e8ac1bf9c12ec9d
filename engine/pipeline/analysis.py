"""From volumes and outlines to the statement about the patient."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import numpy as np

from engine import aggregate, audit, preprocess, quality, sequences, storage
from engine.domain.case import Case
from engine.domain.errors import GeometryError, RoiError, SequenceError
from engine.domain.package import ModelPackage
from engine.domain.progress import SILENT, Progress
from engine.domain.result import Analysis, Caution, LesionResult, Prediction
from engine.domain.roi import LesionId
from engine.domain.sample import SliceInput
from engine.domain.sequence import SequenceRole
from engine.domain.study import Study
from engine.domain.volume import VolumeSet
from engine.geometry.diameters import longest_diameter_mm
from engine.geometry.outline import volume_ml
from engine.geometry.place import placed, placed_volumes
from engine.geometry.register import NotRegistered, register_rigid
from engine.inference import loading, predict, session
from engine.pipeline.diffusion import diffusion_cautions
from engine.pipeline.packages import choose_package

log = logging.getLogger("lobule.pipeline")


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
        volumes: The volumes of the case's roles, as `load_volumes` gives them; a role whose series is no regular stack
            has none, and a result that needs it is withheld.
        provider: Short or ONNX Runtime name; ask `engine.selftest.choose_provider` for one that can be trusted.

    Raises:
        RoiError: The case has no lesion, or one that lies outside the T2 images.
        SequenceError, PackageError, InferenceError: As their stages say.
        Cancelled: The progress asked to stop.
    """
    if not case.rois and SequenceRole.T2 in volumes:
        raise RoiError(
            "No lesion is outlined in this study.",
            remedy="Draw a lesion on the T2 images, or name an outline file with --roi FILE.",
            code="roi-missing",
        )
    volumes = placed_volumes(volumes, case)
    package = _package_for(case, volumes)
    late = sequences.delays_after_contrast_s(study, case.roles)
    before = quality.before_analysis(study, case, package, volumes, late)
    if SequenceRole.DWI in package.roles and SequenceRole.DWI in volumes:
        before += diffusion_cautions(study, case, volumes, progress)
    stacked = all(role in volumes for role in (SequenceRole.T2, *package.roles))
    blind = not stacked or any(caution.code == "coverage" for caution in before)
    runner = session.open_session(package, session.provider_candidates(provider)[0])
    inputs: dict[LesionId, tuple[SliceInput, ...]] = {}
    predictions: dict[LesionId, tuple[Prediction, ...]] = {}
    lesions: list[LesionResult] = []
    for roi in case.rois:
        made = preprocess.build_slice_inputs(volumes, roi, package.manifest.preprocess, progress) if stacked else ()
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
                    longest_diameter_mm=longest_diameter_mm(roi, volumes[SequenceRole.T2].affine),
                    volume_ml=volume_ml(roi, volumes[SequenceRole.T2]),
                )
            )
    after = quality.after_analysis(lesions, inputs, predictions, package, loading.load_feature_statistics(package))
    result = aggregate.study_result(
        lesions,
        _ordered([*before, *after]),
        package,
        provider=runner.provider,
        case_digest=case.digest(),
        study_instance_uid=study.study_instance_uid,
        roles_used={role.value: case.roles[role] for role in package.roles if role in case.roles},
        corrections=_corrections(case),
    )
    audit.append(storage.data_folder(), "analysis", audit.analysis_facts(result))
    log.info("analysed %d lesions with %s on %s", len(lesions), package.manifest.id, runner.provider)
    return Analysis(result, inputs, predictions, package)


def package_for(case: Case, volumes: VolumeSet) -> ModelPackage:
    """Return the package that `analyze` will use, so that its provider can be tried before.

    Raises:
        SequenceError, PackageError: As `choose_package`.
    """
    return _package_for(case, placed_volumes(volumes, case))


def register(case: Case, volumes: VolumeSet, role: SequenceRole, progress: Progress = SILENT) -> Case:
    """Return the case with the volume of `role` laid on T2 around the lesions by rigid registration.

    Args:
        volumes: As loaded; where T2 itself lies in the case is respected, an earlier correction of `role` is replaced.

    Raises:
        RoiError: There is no lesion to register around.
        SequenceError: The role is T2 or has no volume.
        GeometryError: No registration within bounds was found; the case stays as it is.
        Cancelled: The progress asked to stop.
    """
    if role is SequenceRole.T2 or role not in volumes or SequenceRole.T2 not in volumes:
        raise SequenceError(
            f"{role.value} cannot be registered to T2.",
            remedy="Name a role other than T2 that a series of this study plays.",
            code="register-role",
        )
    points = [contour.points_mm for roi in case.rois for contour in roi.contours]
    if not points:
        raise RoiError(
            "There is no outline to register around.",
            remedy="Draw or import a lesion first.",
            code="roi-missing",
        )
    t2 = placed(volumes[SequenceRole.T2], SequenceRole.T2, case)
    found = register_rigid(t2, volumes[role], np.concatenate(points), progress)
    if isinstance(found, NotRegistered):
        raise GeometryError(
            f"{role.value} could not be registered to T2: {found.reason}.",
            remedy="Move the series by hand, or choose another one.",
            code="not-registered",
        )
    return case.with_correction(role, found.shift_mm, found.rotation)


def _corrections(case: Case) -> dict[str, dict[str, tuple[float, ...]]]:
    """Return what was corrected, by role: shift, and turn where there is one."""
    corrections: dict[str, dict[str, tuple[float, ...]]] = {}
    for role in SequenceRole:
        if case.correction(role) is not None:
            corrections[role.value] = {"shift_mm": case.shifts_mm.get(role, (0.0, 0.0, 0.0))}
            turn = case.rotations.get(role)
            if turn is not None:
                corrections[role.value] |= {"rotation_deg": turn.angles_deg, "centre_mm": turn.centre_mm}
    return corrections


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
    return choose_package(case.model, tuple(case.roles))


def _ordered(cautions: Sequence[Caution]) -> list[Caution]:
    """Put what withholds first; the order within is the order of finding."""
    return sorted(cautions, key=lambda caution: caution.effect.value != "withhold")
