"""From an analysis to the content of its report: every text and image that appears, without drawing anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from engine.domain.case import Case
from engine.domain.figures import Figure, figures_of, first_figures, likelihood_ratio, post_test_probability
from engine.domain.package import ClinicalStatus, ModelManifest
from engine.domain.result import Analysis, StudyResult
from engine.domain.sequence import SequenceRole
from engine.domain.study import Study
from engine.domain.volume import VolumeSet
from engine.geometry.place import placed
from engine.report import identity, panels, prose, wording
from engine.report.lesions import ID_LIMIT, lesion_contents
from engine.report.texts import Texts, clean, correction, moment, number, texts_for
from engine.report.values import Field, LesionContent, ReportContent, TableContent

FIGURES_FIRST = 8
"""Figures of the package on the first page; all of them follow at the end."""
COMMENT_LIMIT = 3000


def build_content(
    analysis: Analysis,
    study: Study,
    case: Case,
    manifest: ModelManifest,
    volumes: VolumeSet,
    *,
    created: datetime,
    deidentify: bool = False,
    language: str = "en",
) -> ReportContent:
    """Put together what a report shows.

    Args:
        volumes: As loaded; the manual shifts of the case are applied here.
        created: The report's date: the only clock that the report knows.
        deidentify: Leave out everything that leads to the person, free texts included.
        language: ``en`` or ``zh_CN``.

    Raises:
        ReportError: Unknown language.
    """
    texts = texts_for(language)
    result = analysis.result
    flag = wording.flag(result, texts)
    status = manifest.clinical_status
    name, patient_id = identity.patient_lines(study, texts, deidentify)
    figures = figures_of(manifest.validation)
    figures_note = texts.word(f"figures_{status.value}" if figures else "figures_none")
    stacks = _stacks(manifest, volumes, case)
    lesions = lesion_contents(analysis, study, case, manifest, stacks, texts, deidentify)
    created_text = moment(created)
    cautions = tuple(wording.caution(found, texts) for found in result.cautions)
    hidden = identity.identifiers(study) if deidentify else ()
    if deidentify:
        cautions = tuple(replace(c, text=identity.blotted(c.text, hidden)) for c in cautions)
        flag = replace(flag, reason=identity.blotted(flag.reason, hidden))
    return ReportContent(
        language=language,
        created=created,
        created_text=created_text,
        deidentified=deidentify,
        clinical_status=status.value,
        title=texts.word("title"),
        words=_words(manifest, texts),
        labels=tuple(texts.label(label) for label in manifest.labels),
        label_keys=manifest.labels,
        score_word=texts.word("calibrated_score" if _calibrated(manifest) else "score"),
        status_line=texts.status[status.value],
        watermark=texts.status[status.value] if status is ClinicalStatus.SIMULATED else "",
        patient_name=name,
        patient_id=patient_id,
        package_label=f"{result.package.id} {result.package.version}",
        identification=identity.identification(study, texts, created_text, deidentify),
        flag=flag,
        lesions=lesions,
        leading=_leading(result, lesions),
        rules=_rules(lesions, result, texts),
        patient_statement=_patient_statement(result, texts),
        slice_headers=(
            texts.word("position"),
            texts.word("t2_image"),
            *(texts.label(label) for label in manifest.labels),
            texts.word("class"),
        ),
        cautions=cautions,
        package=_package(result, study, case, manifest, texts, created_text),
        figures=prose.figures_table(first_figures(figures, FIGURES_FIRST), manifest, texts) if figures else None,
        figures_note=figures_note,
        reader=_reader(case, result, figures, manifest, texts, deidentify),
        sections=prose.closing_sections(
            study,
            case,
            manifest,
            volumes,
            figures,
            texts,
            digests=(
                Field(texts.word("digest"), result.package.digest),
                Field(texts.word("case_digest"), result.case_digest),
                Field(texts.word("engine"), f"Lobule {result.engine_version}"),
            ),
            figures_note=figures_note,
            deidentify=deidentify,
        ),
    )


def _calibrated(manifest: ModelManifest) -> bool:
    """Scores are "model scores" unless the package states a calibration measured on patients."""
    measured = str(manifest.calibration.get("measured_on", "")).lower()
    return measured == "patients" and manifest.clinical_status is not ClinicalStatus.SIMULATED


def _words(manifest: ModelManifest, texts: Texts) -> Mapping[str, str]:
    if not _calibrated(manifest):
        return texts.words
    return {**texts.words, **{key: texts.words[f"{key}_calibrated"] for key in ("scores", "score_note")}}


def _stacks(manifest: ModelManifest, volumes: VolumeSet, case: Case) -> dict[SequenceRole, panels.Stack]:
    stacks: dict[SequenceRole, panels.Stack] = {}
    for role in (SequenceRole.T2, SequenceRole.DWI):
        if role in volumes and role in manifest.preprocess.roles:
            stacks[role] = panels.stack_of(placed(volumes[role], role, case))
    return stacks


def _leading(result: StudyResult, lesions: tuple[LesionContent, ...]) -> int:
    if not result.lesions:
        return 0
    wanted = clean(result.lesions[wording.leading_lesion(result.lesions)].lesion_id, ID_LIMIT)
    return next((place for place, lesion in enumerate(lesions) if lesion.lesion_id == wanted), 0)


def _rules(lesions: tuple[LesionContent, ...], result: StudyResult, texts: Texts) -> TableContent:
    sizes = {clean(r.lesion_id, ID_LIMIT): f"{number(r.longest_diameter_mm, 0)} mm" for r in result.lesions}
    malignant = {clean(r.lesion_id, ID_LIMIT) for r in result.lesions if any(s.malignant for s in r.slices)}
    rows = tuple(
        (c.lesion_id, sizes.get(c.lesion_id, ""), str(len(c.slices)), c.sum_rule, c.any_slice_rule) for c in lesions
    )
    return TableContent(
        tuple(texts.word(key) for key in ("lesion", "diameter", "slices", "sum_rule", "any_slice_rule")),
        rows,
        numeric=(1, 2),
        strong=tuple(place for place, row in enumerate(rows) if row[0] in malignant),
    )


def _patient_statement(result: StudyResult, texts: Texts) -> str:
    if result.predicted is None or not result.lesions or result.malignant_by_any_slice is None:
        return ""
    leading = result.lesions[wording.leading_lesion(result.lesions)]
    any_slice = texts.word("any_malignant" if result.malignant_by_any_slice else "any_benign")
    label = texts.label(result.predicted)
    return texts.word("patient_statement", label=label, lesion=clean(leading.lesion_id, ID_LIMIT), any=any_slice)


def _package(
    result: StudyResult, study: Study, case: Case, manifest: ModelManifest, texts: Texts, created: str
) -> tuple[Field, ...]:
    facts = result.package
    roles: Mapping[str, str] = result.roles_used or {}
    dwi = texts.word("dwi_no")
    if SequenceRole.DWI.value in facts.roles:
        series = study.find(roles.get("DWI", case.roles.get(SequenceRole.DWI, "")))
        b = series.facts.b_value_s_mm2 if series else None
        detail = texts.word("b_value", b=number(b, 0)) if b is not None else texts.word("b_unknown")
        dwi = texts.word("dwi_yes", detail=detail)
    title = f"{facts.id} {facts.version}"
    moved = [
        f"{texts.role(role.value)} {correction(case, role, texts)}"
        for role in manifest.preprocess.roles
        if case.correction(role) is not None
    ]
    return (
        Field(texts.word("package_id"), f"{title}, {clean(manifest.title, 80)}" if manifest.title else title),
        Field(texts.word("digest"), f"{facts.digest[:16]}…"),
        Field(texts.word("status"), texts.word(f"status_{manifest.clinical_status.value}")),
        Field(texts.word("provider"), clean(result.provider, 60)),
        Field(texts.word("dwi_used"), dwi),
        *([Field(texts.word("moved"), "; ".join(moved))] if moved else []),
        Field(texts.word("analysed"), created),
        Field(texts.word("engine"), f"Lobule {result.engine_version}"),
    )


def _reader(
    case: Case,
    result: StudyResult,
    figures: tuple[Figure, ...],
    manifest: ModelManifest,
    texts: Texts,
    deidentify: bool,
) -> tuple[Field, ...]:
    reader = case.reader
    fields = []
    if reader.first_impression:
        fields.append(Field(texts.word("first_impression"), texts.label(clean(reader.first_impression))))
    if reader.final_class:
        fields.append(Field(texts.word("final_class"), texts.label(clean(reader.final_class))))
        if result.predicted is not None:
            same = texts.word("agrees" if reader.final_class == result.predicted else "differs")
            fields.append(Field(texts.word("agreement"), same))
    if reader.pre_test_probability is not None:
        pre = reader.pre_test_probability
        fields.append(Field(texts.word("pre_test"), f"{number(100 * pre, 0)} %"))
        raised = result.follow_up.recommended
        ratio = likelihood_ratio(figures, raised) if raised is not None else None
        if ratio is not None:
            value = f"{number(100 * post_test_probability(pre, ratio.value), 0)} %"
            simulated = manifest.clinical_status is ClinicalStatus.SIMULATED
            text = texts.word(
                "post_test_simulated" if simulated else "post_test_text",
                value=value,
                name=texts.words[ratio.key],
                ratio=number(ratio.value, 2),
            )
            fields.append(Field(texts.word("post_test"), text))
    if reader.comment.strip():
        comment = texts.word("comment_left_out") if deidentify else clean(reader.comment, COMMENT_LIMIT)
        fields.append(Field(texts.word("comment"), comment))
    return tuple(fields)
