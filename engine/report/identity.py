"""Who the report is about: names and dates as printed, or de-identified."""

from __future__ import annotations

import unicodedata

from engine.domain.study import PatientContext, Study
from engine.report.texts import Texts, clean, dicom_date
from engine.report.values import Field


def person_name(stored: str) -> str:
    """Return a DICOM person name in reading form.

    Component groups (alphabetic=ideographic=phonetic) are set one after the other, the later ones in brackets;
    components (family^given^middle^prefix^suffix) become "family, given middle", or stand together where they
    are ideographs.
    """
    groups = [_group(group) for group in stored.split("=")]
    said = [group for group in groups if group]
    if not said:
        return ""
    rest = ", ".join(said[1:])
    return clean(f"{said[0]} ({rest})" if rest else said[0])


def _group(group: str) -> str:
    parts = [clean(part) for part in group.split("^")]
    if not any(parts):
        return ""
    if all(_ideographic(part) for part in parts if part):
        return "".join(parts)
    family, *others = parts
    given = " ".join(part for part in others if part)
    return f"{family}, {given}" if family and given else family or given


def _ideographic(text: str) -> bool:
    return all(
        unicodedata.category(c) == "Lo" and ("\u2e80" <= c <= "\ud7ff" or "\U00020000" <= c <= "\U0003ffff")
        for c in text
    )


def patient_lines(study: Study, texts: Texts, deidentify: bool) -> tuple[str, str]:
    """Return the patient's name and ID as printed on every page."""
    if deidentify:
        return texts.word("deidentified"), ""
    name = person_name(study.patient.patient_name) or texts.word("not_stated")
    return name, clean(study.patient.patient_id) or texts.word("not_stated")


def identification(study: Study, texts: Texts, created: str, deidentify: bool) -> tuple[Field, ...]:
    """Return the fields at the head of the report. De-identified: age and sex, nothing that leads to a person."""
    name, identity = patient_lines(study, texts, deidentify)
    age = Field(texts.word("age_sex"), _age_and_sex(study.patient, texts))
    report_date = Field(texts.word("report_date"), created)
    if deidentify:
        return (Field(texts.word("patient"), name), age, report_date)
    missing = texts.word("not_stated")
    fields = [
        Field(texts.word("patient"), name),
        Field(texts.word("patient_id"), identity),
        Field(texts.word("birth_date"), dicom_date(study.patient.birth_date) or missing),
        age,
        Field(texts.word("study_date"), dicom_date(study.study_date) or missing),
        Field(texts.word("study"), clean(study.study_description) or missing),
        Field(texts.word("accession"), clean(study.accession_number) or missing),
        report_date,
    ]
    return tuple(fields)


def _age_and_sex(patient: PatientContext, texts: Texts) -> str:
    parts = []
    if patient.age_years is not None:
        over = patient.age_years >= 90  # ages over 89 count as identifying
        parts.append(texts.word("years_over_89") if over else texts.word("years", age=int(patient.age_years)))
    if patient.sex:
        parts.append(texts.words.get(f"sex_{patient.sex.upper()}", clean(patient.sex, 16)))
    return ", ".join(parts) or texts.word("not_stated")


def identifiers(study: Study) -> tuple[str, ...]:
    """Return every string that leads to the person, to be blotted out of free sentences."""
    patient = study.patient
    names = [patient.patient_name, person_name(patient.patient_name)]
    parts = [part for name in names for part in (name, *name.replace("=", "^").replace(",", "^").split("^"))]
    values = [
        *parts,
        patient.patient_id,
        patient.birth_date,
        dicom_date(patient.birth_date),
        study.accession_number,
        study.study_date,
        dicom_date(study.study_date),
        study.study_instance_uid,
        study.study_description,
        *patient.other.values(),
    ]
    said = {value.strip() for value in values if len(value.strip()) >= 3}
    return tuple(sorted(said, key=lambda value: (-len(value), value)))


def blotted(text: str, hidden: tuple[str, ...]) -> str:
    """Return a sentence with every hidden string replaced by an ellipsis."""
    for value in hidden:
        text = text.replace(value, "…")
    return text
