"""`lobule analyze`: from a folder to every output, with the decisions given on the command line."""

from __future__ import annotations

import argparse
from pathlib import Path

from engine import pipeline
from engine.cli.console import ConsoleProgress, say
from engine.cli.work import Request, process
from engine.domain.case import Case
from engine.domain.errors import SequenceError, UsageError
from engine.domain.labels import STATUS_TEXT
from engine.domain.result import Analysis
from engine.domain.study import Opened, Study

WITHHELD = 5


def run(arguments: argparse.Namespace) -> int:
    """Analyse one study, write the outputs, print the result; 5 when it is withheld."""
    progress = ConsoleProgress()
    check_options(arguments)
    study = pick_study(pipeline.open_study([arguments.folder], progress), arguments.study)
    request = Request(
        model=arguments.model,
        provider=arguments.provider,
        case=arguments.case,
        rois=tuple(arguments.roi),
        roles=tuple(arguments.role),
        shifts=tuple(arguments.shift),
        register=tuple(arguments.register),
        roi_answers=tuple(arguments.roi_answer),
        roi_fraction=arguments.roi_fraction,
        treated=arguments.treated,
        deidentify=arguments.deidentify,
        language=arguments.lang,
        paper=arguments.paper,
        also=arguments.also,
    )
    done = process(study, request, lambda case: arguments.out or _default_folder(study, case), progress, say)
    print_result(done.analysis)
    print(f"{len(done.written)} files in {done.folder}")
    print(f"report: {done.folder / 'report.pdf'}")
    return WITHHELD if done.analysis.result.withheld else 0


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
