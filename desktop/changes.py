"""What changed between two analyses of one study, in words; nothing where they say the same."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from desktop import wording
from engine.domain.result import StudyResult

translate = QCoreApplication.translate


def changes(before: StudyResult, after: StudyResult) -> list[str]:
    """Return one line a difference that a reader should know of, the flag first."""
    lines = []
    if before.follow_up.recommended != after.follow_up.recommended:
        # the former flag is not quoted: words that call a lesion benign must not stand above a malignant slice
        lines.append(translate("changes", "Flag, changed: {0}").format(wording.flag(after)[0]))
    if before.predicted != after.predicted:
        lines.append(_from_to(translate("changes", "Sum rule"), _class(before.predicted), _class(after.predicted)))
    counts = [sum(len(lesion.malignant_slices) for lesion in result.lesions) for result in (before, after)]
    totals = [sum(len(lesion.slices) for lesion in result.lesions) for result in (before, after)]
    if counts[0] != counts[1] or totals[0] != totals[1]:
        one, other = (
            translate("changes", "{0} of {1}").format(count, total) for count, total in zip(counts, totals, strict=True)
        )
        lines.append(_from_to(translate("changes", "Malignant slices"), one, other))
    elif before.scores is not None and after.scores is not None and before.predicted == after.predicted:
        moved = max((abs(after.scores[name] - before.scores.get(name, 0.0)) for name in after.scores), default=0.0)
        if moved >= 0.005:
            lines.append(translate("changes", "Mean scores moved by up to {0}").format(wording.score(moved)))
    ids = [{lesion.lesion_id for lesion in result.lesions} for result in (before, after)]
    lines += [translate("changes", "New lesion {0}").format(name) for name in sorted(ids[1] - ids[0])]
    lines += [translate("changes", "Without lesion {0}").format(name) for name in sorted(ids[0] - ids[1])]
    packages = [f"{result.package.id} {result.package.version}" for result in (before, after)]
    if before.package.digest != after.package.digest:
        lines.append(_from_to(translate("changes", "Model package"), packages[0], packages[1]))
    codes = [{caution.code for caution in result.cautions} for result in (before, after)]
    lines += [
        translate("changes", "New caution: {0}").format(wording.caution(one))
        for one in after.cautions
        if one.code not in codes[0]
    ]
    lines += [
        translate("changes", "No longer: {0}").format(wording.caution(one))
        for one in before.cautions
        if one.code not in codes[1]
    ]
    return lines


def _from_to(what: str, before: str, after: str) -> str:
    return f"{what}: {before} → {after}"


def _class(name: str | None) -> str:
    return "–" if name is None else wording.class_name(name)
