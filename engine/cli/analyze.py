"""`lobule analyze`: from a folder to every output, with the decisions given on the command line."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from engine import pipeline, selftest, storage
from engine.cli.console import ConsoleProgress, say
from engine.domain.case import Case
from engine.domain.errors import RoiError, SequenceError, UsageError
from engine.domain.labels import STATUS_TEXT
from engine.domain.result import Analysis
from engine.domain.sequence import RoleMap, SequenceRole
from engine.domain.study import Opened, Study
from engine.domain.volume import VolumeSet

WITHHELD = 5


def run(arguments: argparse.Namespace) -> int:
    """Analyse one study, write the outputs, print the result; 5 when it is withheld."""
    progress = ConsoleProgress()
    check_options(arguments)
    study = pick_study(pipeline.open_study([arguments.folder], progress), arguments.study)
    proposed = pipeline.propose_roles(study)
    case = _case(arguments, study, proposed)
    if SequenceRole.T2 not in case.roles:
        raise SequenceError(
            "No T2-weighted series was recognised in this study; lesions are outlined on T2. "
            f"{_what_is_there(study, proposed)}",
            remedy="See 'lobule scan' for every series and why; name one with --role T2=KEY.",
            code="no-t2",
        )
    package = pipeline.choose_package(case.model, case.roles)
    volumes = pipeline.load_volumes(study, _needed(case, package.roles), progress)
    case = _with_outlines(arguments, study, case, volumes)
    provider = selftest.choose_provider(package, arguments.provider)
    analysis = pipeline.analyze(study, case, volumes, provider=provider, progress=progress)
    folder = arguments.out or _default_folder(study, case)
    written = pipeline.write_outputs(
        analysis,
        study,
        case,
        volumes,
        folder,
        created=datetime.now(),
        deidentify=arguments.deidentify,
        language=arguments.lang,
        also=arguments.also,
    )
    print_result(analysis)
    print(f"{len(written)} files in {folder}")
    print(f"report: {folder / 'report.pdf'}")
    return WITHHELD if analysis.result.withheld else 0


def pick_study(opened: Opened, uid: str | None) -> Study:
    """Return the one study to work on.

    Raises:
        UsageError: The named study is not there.
        SequenceError: There are several and none was named, or none holds MR images.
    """
    if uid is not None:
        named = [study for study in opened.studies if study.study_instance_uid == uid]
        if not named:
            raise UsageError(
                f"The folder holds no study {uid}.",
                remedy="Run 'lobule scan' to see the studies that are there.",
                code="study-unknown",
            )
        return named[0]
    if len(opened.studies) > 1:
        listed = ", ".join(f"{s.study_instance_uid} ({s.study_date or 'no date'})" for s in opened.studies)
        raise SequenceError(
            f"The folder holds {len(opened.studies)} studies, and studies are never mixed: {listed}.",
            remedy="Name one with --study UID, or give the folder of one study.",
            code="several-studies",
        )
    return opened.studies[0]


def _case(arguments: argparse.Namespace, study: Study, proposed: RoleMap) -> Case:
    if arguments.case is None:
        case = Case(study.study_instance_uid, proposed.roles)
    else:
        case = storage.load_case(arguments.case)
        if case.study_instance_uid != study.study_instance_uid:
            raise RoiError(
                f"{arguments.case} was made for another study.",
                remedy="Name the case file of this study, or leave --case out.",
                code="case-foreign",
            )
    for text in arguments.role:
        case = _with_role(case, text, study)
    if arguments.model is not None:
        case = case.with_model(arguments.model)
    return case.with_treated(True) if arguments.treated else case


def _with_role(case: Case, text: str, study: Study) -> Case:
    name, _, key = text.partition("=")
    if name not in SequenceRole.__members__ or not key:
        raise UsageError(
            f"--role {text} is not of the form ROLE=KEY.",
            remedy=f"Roles are {', '.join(SequenceRole)}; 'lobule scan' shows the keys.",
            code="role-syntax",
        )
    role = SequenceRole(name)
    pipeline.series_of(study, role, key)
    return case.with_role(role, key)


def _needed(case: Case, roles: Sequence[SequenceRole]) -> dict[SequenceRole, str]:
    """Keep the roles that the package uses, and T2: other series need not be decoded."""
    return {role: key for role, key in case.roles.items() if role in roles or role is SequenceRole.T2}


def check_options(arguments: argparse.Namespace) -> None:
    """Refuse options that make no sense before anything is read.

    Raises:
        UsageError: An unknown kind in --also, or a share outside 0 to 1.
    """
    if unknown := sorted(set(arguments.also) - set(pipeline.ALSO)):
        raise UsageError(
            f"--also knows no {', '.join(unknown)}.",
            remedy=f"Choose from {', '.join(pipeline.ALSO)}, separated by commas.",
            code="also-unknown",
        )
    if not 0 < arguments.roi_fraction <= 1:
        raise UsageError(
            f"--roi-fraction {arguments.roi_fraction:g} is no share of a voxel.",
            remedy="Give a number above 0 and up to 1, such as 0.5.",
            code="roi-fraction",
        )


def _with_outlines(arguments: argparse.Namespace, study: Study, case: Case, volumes: VolumeSet) -> Case:
    for path in arguments.roi:
        if not path.is_file():
            raise UsageError(f"There is no file {path}.", remedy="Check the path given to --roi.", code="roi-file")
    if arguments.roi:
        return _import(arguments.roi, arguments, study, replace(case, rois=()), volumes)
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
        say(f"outline {item.path.name}: {'' if item.usable else 'not used: '}{item.reason}")
    rivals = pipeline.rival_outlines(usable, study, case, volumes)
    if rivals is not None:
        raise RoiError(
            f"{rivals[0].name} and {rivals[1].name} outline the same place in different ways.",
            remedy="Name the one to use with --roi FILE; name both to keep both as lesions of their own.",
            code="roi-rivals",
        )
    return _import(usable, arguments, study, case, volumes)


def _import(paths: Sequence[Path], arguments: argparse.Namespace, study: Study, case: Case, volumes: VolumeSet) -> Case:
    answers = _answers(arguments.roi_answer)
    for path in paths:
        for question in pipeline.roi_questions(path, study, case, volumes):
            if question.code in answers:
                continue
            choices = "; ".join(f"{question.code}={choice.key}: {choice.text}" for choice in question.choices)
            if question.default is None:
                raise RoiError(question.text, remedy=f"Answer with --roi-answer {choices}", code="roi-question")
            say(f"{question.text} Taken: {question.code}={question.default} (--roi-answer changes it; {choices})")
    return pipeline.import_rois(paths, study, case, volumes, answers, fraction=arguments.roi_fraction)


def _answers(texts: Sequence[str]) -> dict[str, str]:
    return {code: key for code, _, key in (text.partition("=") for text in texts)}


def _what_is_there(study: Study, proposed: RoleMap) -> str:
    kinds = sorted({guess.kind.value for guess in proposed.guesses})
    modalities = sorted({series.facts.modality or "?" for series in study.series})
    return (
        f"It holds {len(study.series)} series (modality {', '.join(modalities)}; kinds {', '.join(kinds) or 'none'})."
    )


def _default_folder(study: Study, case: Case) -> Path:
    return Path("lobule-out") / f"{study.study_date or 'undated'}_{case.digest()[:8]}"


def print_result(analysis: Analysis) -> None:
    """Print the result as a reader would want to see it on a terminal."""
    result = analysis.result
    print(STATUS_TEXT[result.package.clinical_status])
    print(f"model {result.package.id} {result.package.version} ({result.package.digest[:12]}) on {result.provider}")
    labels = result.package.labels
    for lesion in result.lesions:
        print(
            f"lesion {lesion.lesion_id} ({lesion.roi_origin}): "
            f"{lesion.longest_diameter_mm:.1f} mm, {lesion.volume_ml:.1f} ml"
        )
        print(f"  {'slice at':>12}  " + "  ".join(f"{_words(label):>18}" for label in labels) + "  classified as")
        for slice_ in lesion.slices:
            scores = "  ".join(f"{slice_.scores[label]:>18.3f}" for label in labels)
            print(f"  {slice_.ref.position_mm:>9.1f} mm  {scores}  {_words(slice_.predicted)}")
        means = "  ".join(f"{lesion.mean_scores[label]:>18.3f}" for label in labels)
        print(f"  {'sum rule':>12}  {means}  {_words(lesion.predicted)}")
        any_slice = "malignant" if lesion.malignant_by_any_slice else "benign"
        print(
            f"  any-slice rule: {any_slice} ({len(lesion.malignant_slices)} of {len(lesion.slices)} slices malignant)"
        )
    for caution in result.cautions:
        print(f"caution {caution.code} ({caution.effect.value}): {caution.text}")
    print(f"{result.follow_up.headline}: {result.follow_up.reason}")


def _words(label: str) -> str:
    return label.replace("_", " ")
