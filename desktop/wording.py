"""Wording: the few texts that several views must write alike. Class names are always written out."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from desktop import i18n
from engine.domain import caution_words, flag_words, phrases, reason_words
from engine.domain.caution import Caution
from engine.domain.error_words import error_words
from engine.domain.figures import Figure
from engine.domain.labels import STATUS_WORDS
from engine.domain.result import StudyResult
from engine.domain.roi import RoiObject
from engine.domain.sequence import RoleGuess, SequenceRole, SeriesKind
from engine.domain.study import PatientContext, Series, Study

translate = QCoreApplication.translate

MINUS = "\u2212"


def role_name(role: SequenceRole) -> str:
    """Return what readers call the role."""
    return {
        SequenceRole.T2: translate("wording", "T2"),
        SequenceRole.DWI: translate("wording", "DWI"),
        SequenceRole.T1_PRE: translate("wording", "T1 pre-contrast"),
        SequenceRole.T1_LATE_ARTERIAL: translate("wording", "T1 late arterial"),
        SequenceRole.T1_PORTAL_VENOUS: translate("wording", "T1 portal venous"),
        SequenceRole.T1_EQUILIBRIUM: translate("wording", "T1 equilibrium"),
    }[role]


def class_name(label: str) -> str:
    """Return a class label written out."""
    known = {
        "benign": translate("wording", "Benign"),
        "malignant": translate("wording", "Malignant"),
        "primary_malignancy": translate("wording", "Primary malignancy"),
        "metastasis": translate("wording", "Metastasis"),
    }
    return known.get(label, label.replace("_", " ").capitalize())


def status_line(status: str) -> str:
    """Return the line of a package's clinical status in the window's language."""
    return STATUS_WORDS[i18n.language()][status]


def flag(result: StudyResult) -> tuple[str, str]:
    """Return headline and reason of a result's flag in the window's language."""
    return flag_words.flag_words(result, i18n.language())


def caution(found: Caution) -> str:
    """Return the sentence of a caution in the window's language; its English text where it has none there."""
    return caution_words.word(found, i18n.language()) or found.text


def reason(text: str) -> str:
    """Return why a series was taken for what it is, in the window's language."""
    return reason_words.reason_words(text, i18n.language())


def phrase(text: str) -> str:
    """Return what the engine says about a file, a series, an outline or a package, in the window's language."""
    return phrases.phrase(text, i18n.language())


def outline_file(found: RoiObject) -> str:
    """Return what a file with outlines holds and whether it belongs to the study, in the window's language."""
    if found.problem is None:
        return phrase(found.reason)
    return "\n".join(error_words(found.problem, i18n.language()))


def number(value: float, decimals: int = 1) -> str:
    """Return a number with a real minus sign, and never a minus before zero."""
    text = f"{value:.{decimals}f}"
    if float(text) == 0.0:
        text = text.lstrip("-")
    return text.replace("-", MINUS)


def figure(found: Figure) -> str:
    """Return a package's figure with its interval and count: ``0.80 (0.69–0.88), 59/74``."""
    text = number(found.value, 2)
    if found.low is not None and found.high is not None:
        text += f" ({number(found.low, 2)}–{number(found.high, 2)})"
    if found.n is not None:
        text += f", {found.events}/{found.n}" if found.events is not None else f", n = {found.n}"
    return text


def origin(text: str) -> str:
    """Return where an outline came from (see `Roi.origin`), in the window's language."""
    edited = text.endswith(", edited")
    base = text.removesuffix(", edited")
    known = {
        "drawn": translate("wording", "drawn"),
        "interpolated": translate("wording", "drawn, with interpolated slices"),
    }
    if base.startswith("imported from "):
        words = translate("wording", "imported from {0}").format(base.removeprefix("imported from "))
    else:
        words = known.get(base, base)
    return translate("wording", "{0}, edited").format(words) if edited else words


def vector(mm: tuple[float, float, float]) -> str:
    """Return a shift in patient space: how far to the left, to the back and to the head."""
    return ", ".join(number(value) for value in mm)


def position(position_mm: float) -> str:
    """Return a position along the T2 normal, as everywhere in Lobule."""
    return f"{number(position_mm)} mm"


def map_caption() -> str:
    """Return what stands beside every heat map."""
    return translate("wording", "Regions that raised this score. Not a lesion boundary and not proof of reasoning.")


def score(value: float) -> str:
    """Return a model score. Not a percentage: scores are not probabilities of disease."""
    return f"{value:.2f}"


def patient_name(patient: PatientContext) -> str:
    """Return the name as read aloud: FAMILY, Given; DICOM's carets are separators."""
    family, _, rest = patient.patient_name.partition("^")
    given = " ".join(part for part in rest.split("^") if part)
    return f"{family}, {given}" if given else family or translate("wording", "No name")


def study_date(study: Study) -> str:
    """Return the study date as YYYY-MM-DD; the text itself where it is no DICOM date."""
    date = study.study_date
    if len(date) == 8 and date.isdigit():
        return f"{date[:4]}-{date[4:6]}-{date[6:]}"
    return date or translate("wording", "no date")


def study_line(study: Study) -> str:
    """Return name, ID and study date: what must stand in the title bar."""
    identity = study.patient.patient_id or translate("wording", "no ID")
    return f"{patient_name(study.patient)}  ·  {identity}  ·  {study_date(study)}"


def series_name(series: Series) -> str:
    """Return what a series calls itself."""
    facts = series.facts
    name = facts.series_description or facts.protocol_name or facts.sequence_name
    return name or translate("wording", "Series without description")


def series_kind(series: Series, guess: RoleGuess | None) -> str:
    """Return what a series was taken for, with the b-value of diffusion images: ``DWI b 50``."""
    kind = guess.kind if guess is not None else SeriesKind.OTHER
    names = {
        SeriesKind.T1_DIXON: translate("wording", "T1 Dixon"),
        SeriesKind.T1_SUBTRACTION: translate("wording", "T1 subtraction"),
        SeriesKind.T1_HEPATOBILIARY: translate("wording", "T1 hepatobiliary"),
        SeriesKind.LOCALIZER: translate("wording", "Localizer"),
        SeriesKind.DERIVED: translate("wording", "Derived"),
        SeriesKind.OTHER: translate("wording", "Other"),
        SeriesKind.NOT_MR: translate("wording", "Not MR"),
    }
    name = names.get(kind, kind.value)
    b_value = series.facts.b_value_s_mm2
    return f"{name} b {b_value:.0f}" if kind is SeriesKind.DWI and b_value is not None else name


def provider_name(provider: str) -> str:
    """Return the short name of an ONNX Runtime provider."""
    return provider.removesuffix("ExecutionProvider") or provider
