"""One study from decisions to outputs: what `lobule analyze` does once and `lobule cohort` for every study."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from engine import pipeline, selftest, storage
from engine.domain.case import Case
from engine.domain.errors import RoiError, SequenceError, UsageError
from engine.domain.progress import SILENT, Progress
from engine.domain.result import Analysis
from engine.domain.sequence import RoleMap, SequenceRole
from engine.domain.study import Study
from engine.domain.volume import VolumeSet
from engine.pipeline import Finished, ReportOptions

Tell = Callable[[str], None]
LARGEST_SHIFT_MM = 100.0


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked for on the command line.

    Attributes:
        model: Package id or folder, ``auto``, or None for what the case says.
        case: A stored case to start from.
        rois: Outline files; none: those that lie in the study's folder.
        roles: Texts of the form ROLE=KEY.
        shifts: Texts of the form ROLE=X,Y,Z: how a series is moved, in patient mm.
        register: Roles whose series are laid on T2 by rigid registration.
        roi_answers: Answers to questions that an outline file raises, of the form QUESTION=CHOICE.
        roi_fraction: Share of a voxel from which it counts as lesion.
        also: What to write besides, out of `pipeline.ALSO`.
    """

    model: str | None = None
    provider: str = "auto"
    case: Path | None = None
    rois: tuple[Path, ...] = ()
    roles: tuple[str, ...] = ()
    shifts: tuple[str, ...] = ()
    register: tuple[str, ...] = ()
    roi_answers: tuple[str, ...] = ()
    roi_fraction: float = 0.5
    treated: bool = False
    deidentify: bool = False
    language: str = "en"
    paper: str = "A4"
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Done:
    """One study, analysed and written."""

    analysis: Analysis
    case: Case
    folder: Path
    written: tuple[Path, ...]


def _quiet(_: str) -> None:
    """Tell nobody."""


def process(
    study: Study,
    request: Request,
    folder_for: Callable[[Case], Path],
    progress: Progress = SILENT,
    tell: Tell = _quiet,
) -> Done:
    """Analyse one study and write every output.

    Args:
        folder_for: Says where the outputs of a case go.
        tell: Told which outline files of the folder are used.

    Raises:
        EngineError: As the stages say.
        Cancelled: The progress asked to stop.
    """
    proposed = pipeline.propose_roles(study)
    case = _case(request, study, proposed)
    if SequenceRole.T2 not in case.roles:
        raise SequenceError(
            "No T2-weighted series was recognised in this study; lesions are outlined on T2. "
            f"{_what_is_there(study, proposed)}",
            remedy="See 'lobule scan' for every series and why; name one with --role T2=KEY.",
            code="no-t2",
        )
    package = pipeline.choose_package(case.model, case.roles)
    volumes = pipeline.load_volumes(study, _needed(case, package.roles), progress)
    if SequenceRole.T2 in volumes:
        case = _with_outlines(request, study, case, volumes, tell)
    for name in request.register:
        case = pipeline.register(case, volumes, _role(name, f"--register {name}", "--register ROLE"))
    # where a channel does not show the lesions this is another package than the one whose series were read
    provider = selftest.choose_provider(pipeline.package_for(case, volumes), request.provider)
    analysis = pipeline.analyze(study, case, volumes, provider=provider, progress=progress)
    folder = folder_for(case)
    options = ReportOptions(request.language, request.paper, request.deidentify)
    finished = Finished(analysis, study, case, volumes, datetime.now(), options)
    written = pipeline.write_outputs(finished, folder, also=request.also)
    return Done(analysis, case, folder, written)


def _case(request: Request, study: Study, proposed: RoleMap) -> Case:
    if request.case is None:
        case = pipeline.first_case(study, proposed)
    else:
        case = storage.load_case(request.case)
        if case.study_instance_uid != study.study_instance_uid:
            raise RoiError(
                f"{request.case} was made for another study.",
                remedy="Name the case file of this study, or leave --case out.",
                code="case-foreign",
            )
    for text in request.roles:
        case = _with_role(case, text, study)
    for text in request.shifts:
        case = _with_shift(case, text)
    if request.model is not None:
        case = case.with_model(request.model)
    return case.with_treated(True) if request.treated else case


def _with_role(case: Case, text: str, study: Study) -> Case:
    name, _, key = text.partition("=")
    role = _role(name if key else "", f"--role {text}", "--role ROLE=KEY")
    pipeline.series_of(study, role, key)
    return case.with_role(role, key)


def _with_shift(case: Case, text: str) -> Case:
    name, _, numbers = text.partition("=")
    role = _role(name, f"--shift {text}", "--shift ROLE=X,Y,Z")
    try:
        x, y, z = (float(number) for number in numbers.split(","))
        if not max(map(abs, (x, y, z))) <= LARGEST_SHIFT_MM:
            raise ValueError
    except ValueError:
        raise UsageError(
            f"--shift {text} is not of the form ROLE=X,Y,Z.",
            remedy="Give three numbers in mm: towards the patient's left, back and head, at most "
            f"{LARGEST_SHIFT_MM:.0f} each.",
            code="shift-syntax",
        ) from None
    return case.with_shift(role, (x, y, z))


def _role(name: str, given: str, form: str) -> SequenceRole:
    if name not in SequenceRole.__members__:
        raise UsageError(
            f"{given} is not of the form {form}.",
            remedy=f"Roles are {', '.join(SequenceRole)}; 'lobule scan' shows the keys.",
            code="role-syntax",
        )
    return SequenceRole(name)


def _needed(case: Case, roles: Sequence[SequenceRole]) -> dict[SequenceRole, str]:
    """Keep the roles that the package uses, and T2: other series need not be decoded."""
    return {role: key for role, key in case.roles.items() if role in roles or role is SequenceRole.T2}


def _with_outlines(request: Request, study: Study, case: Case, volumes: VolumeSet, tell: Tell) -> Case:
    for path in request.rois:
        if not path.is_file():
            raise UsageError(f"There is no file {path}.", remedy="Check the path given to --roi.", code="roi-file")
    if request.rois:
        return _import(request.rois, request, study, replace(case, rois=()), volumes, tell)
    if case.rois:
        return case
    found = pipeline.describe_rois(study)
    usable = [item.path for item in found if item.usable]
    if not usable:
        refused = " ".join(f"{item.path.name}: {item.reason}" for item in found)
        raise RoiError(
            f"No outline of a lesion was found for this study. {refused}".strip(),
            remedy="Name one with --roi FILE (SEG, RTSTRUCT, NIfTI, NRRD, MHA), or draw it in the window.",
            code="roi-missing",
        )
    for item in found:
        tell(f"outline {item.path.name}: {'' if item.usable else 'not used: '}{item.reason}")
    rivals = pipeline.rival_outlines(usable, study, case, volumes)
    if rivals is not None:
        raise RoiError(
            f"{rivals[0].name} and {rivals[1].name} outline the same place in different ways.",
            remedy="Name the one to use with --roi FILE; name both to keep both as lesions of their own.",
            code="roi-rivals",
        )
    return _import(usable, request, study, case, volumes, tell)


def _import(paths: Sequence[Path], request: Request, study: Study, case: Case, volumes: VolumeSet, tell: Tell) -> Case:
    answers = _answers(request.roi_answers)
    for path in paths:
        for question in pipeline.roi_questions(path, study, case, volumes):
            if question.code in answers:
                continue
            choices = "; ".join(f"{question.code}={choice.key}: {choice.text}" for choice in question.choices)
            if question.default is None:
                raise RoiError(question.text, remedy=f"Answer with --roi-answer {choices}", code="roi-question")
            tell(f"{question.text} Taken: {question.code}={question.default} (--roi-answer changes it; {choices})")
    return pipeline.import_rois(paths, study, case, volumes, answers, fraction=request.roi_fraction)


def _answers(texts: Sequence[str]) -> dict[str, str]:
    return {code: key for code, _, key in (text.partition("=") for text in texts)}


def _what_is_there(study: Study, proposed: RoleMap) -> str:
    kinds = sorted({guess.kind.value for guess in proposed.guesses})
    modalities = sorted({series.facts.modality or "?" for series in study.series})
    return (
        f"It holds {len(study.series)} series (modality {', '.join(modalities)}; kinds {', '.join(kinds) or 'none'})."
    )
