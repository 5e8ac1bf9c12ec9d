"""Languages: the table of words for a language, and the numbers, dates and names that are set the same way in all."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from engine.domain.case import Case
from engine.domain.errors import ReportError
from engine.domain.sequence import SequenceRole
from engine.report import texts_en, texts_zh

LANGUAGES = ("en", "zh_CN")
TEXT_LIMIT = 300
"""Characters of one text from a DICOM header that are printed; longer ones end in an ellipsis."""


@dataclass(frozen=True, slots=True)
class Texts:
    """The words of one language."""

    language: str
    words: Mapping[str, str]
    status: Mapping[str, str]
    labels: Mapping[str, str]
    roles: Mapping[str, str]
    origins: Mapping[str, str]
    method: tuple[str, ...]
    limits: tuple[str, ...]
    limits_simulated: str
    intended_use: str
    glossary: tuple[tuple[str, str], ...]

    def word(self, key: str, **filled: object) -> str:
        """Return a text with its gaps filled."""
        return self.words[key].format(**filled)

    def label(self, label: str) -> str:
        """Return a class name in words."""
        return self.labels.get(label, label.replace("_", " "))

    def role(self, role: str) -> str:
        """Return a sequence role in words."""
        return self.roles.get(role, role)


def texts_for(language: str) -> Texts:
    """Return the words of ``en`` or ``zh_CN``.

    Raises:
        ReportError: There are no words for this language.
    """
    if language not in LANGUAGES:
        raise ReportError(
            f"There is no report in the language '{language}'.",
            remedy=f"Choose one of {', '.join(LANGUAGES)}.",
            code="report-language",
        )
    table = texts_zh if language == "zh_CN" else texts_en
    return Texts(
        language=language,
        words=table.WORDS,
        status=table.STATUS,
        labels=table.LABELS,
        roles=table.ROLES,
        origins=table.ORIGINS,
        method=table.METHOD,
        limits=table.LIMITS,
        limits_simulated=table.LIMITS_SIMULATED,
        intended_use=table.INTENDED_USE,
        glossary=table.GLOSSARY,
    )


def clean(text: str, limit: int = TEXT_LIMIT) -> str:
    """Return header text fit for one line: composed, no controls, single spaces, at most `limit` characters."""
    composed = unicodedata.normalize("NFC", text)
    kept = (c if unicodedata.category(c) not in ("Cc", "Cs", "Zl", "Zp") else " " for c in composed)
    line = " ".join("".join(c for c in kept if unicodedata.category(c) != "Cf" or c in "\u200c\u200d").split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def number(value: float, digits: int) -> str:
    """Return a fixed-point number with a true minus sign and without a negative zero."""
    return f"{round(value, digits) + 0.0:.{digits}f}".replace("-", "−")


def millimetres(value: float) -> str:
    """Return a position such as ``−34.5 mm``."""
    return f"{number(value, 1)} mm"


def movement(shift_mm: Sequence[float], texts: Texts) -> str:
    """Return a shift in patient mm (x, y, z) in words: ``1.5 mm left, 3.0 mm anterior``."""
    ways = (("left", "right"), ("posterior", "anterior"), ("head", "feet"))
    parts = [
        texts.word(f"to_{way[value < 0]}", mm=number(abs(value), 1))
        for value, way in zip(shift_mm, ways, strict=True)
        if round(value, 1)
    ]
    return texts.word("comma").join(parts) or texts.word("not_moved")


def correction(case: Case, role: SequenceRole, texts: Texts) -> str:
    """Return how the volume of a role was moved, and by how much it was turned, in words."""
    words = movement(case.shifts_mm.get(role, (0.0, 0.0, 0.0)), texts)
    turn = case.rotations.get(role)
    if turn is None:
        return words
    degrees = " / ".join(number(value, 1) for value in turn.angles_deg)
    return texts.word("comma").join([words, texts.word("turned", degrees=degrees)])


def dicom_date(text: str) -> str:
    """Return a DICOM date YYYYMMDD as YYYY-MM-DD; anything else as it stands."""
    digits = text.strip()
    if len(digits) == 8 and digits.isdigit():
        return f"{digits[:4]}-{digits[4:6]}-{digits[6:]}"
    return clean(text)


def moment(created: datetime) -> str:
    """Return date and time to the minute, with the offset from UTC where it is known."""
    text = created.strftime("%Y-%m-%d %H:%M")
    offset = created.strftime("%z")
    if not offset:
        return text
    return f"{text} UTC" if offset == "+0000" else f"{text} UTC{offset[:3]}:{offset[3:5]}"
