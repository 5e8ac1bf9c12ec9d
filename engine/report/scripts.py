"""Scripts: Arabic letter forms and right-to-left order, enough to print names and short lines readably.

Letter forms come from the compatibility decompositions of Unicode's presentation forms, so there is no table to keep.
The order is a short form of the Unicode bidirectional algorithm (UAX #9) without explicit embeddings: strong letters,
numbers inside right-to-left text, neutrals between equals; a line takes its direction from its first strong letter.
"""

from __future__ import annotations

import functools
import re
import unicodedata

_MIRRORED = dict(zip("()[]{}<>«»", ")(][}{><»«", strict=True))
_TATWEEL = "\u0640"
_LAM = "\u0644"
_ZWNJ = "\u200c"
_POINTS = re.compile("[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7]")
"""Hebrew vowel points and accents: placing them needs more than a face's widths."""


def shape(text: str) -> str:
    """Give Arabic letters the form that their neighbours ask for; set Hebrew without points, as it is usually
    written.
    """
    text = _POINTS.sub("", text)
    if not any("\u0600" <= c <= "\u08ff" for c in text):
        return text
    letters = [c for c in text if not unicodedata.combining(c)]
    shaped: list[str] = []
    place = -1
    swallowed = False
    for c in text:
        if unicodedata.combining(c):
            shaped.append(c)
            continue
        place += 1
        if swallowed:
            swallowed = False
            continue
        before = letters[place - 1] if place > 0 else ""
        after = letters[place + 1] if place + 1 < len(letters) else ""
        forms = _forms()
        joined_before = _joins_forward(before) and c in forms
        ligature = _LAM + after if c == _LAM and _LAM + after in forms else ""
        if ligature:
            swallowed = True
            shaped.append(_pick(forms[ligature], joined_before, False))
        elif c in forms:
            joined_after = _joins_forward(c) and (after in forms or after == _TATWEEL)
            shaped.append(_pick(forms[c], joined_before, joined_after))
        elif c != _ZWNJ:
            shaped.append(c)
    return "".join(shaped)


def visual_order(line: str) -> str:
    """Return one line in the order in which its characters stand from left to right."""
    classes = [unicodedata.bidirectional(c) for c in line]
    if not any(kind in ("R", "AL") for kind in classes):
        return line
    kinds = _resolved(line, classes)
    base = next((1 if kind == "R" else 0 for kind in kinds if kind in "LR"), 0)
    levels = _levels(kinds, base)
    clusters: list[tuple[str, int]] = []
    for c, level in zip(line, levels, strict=True):
        if clusters and unicodedata.combining(c):
            clusters[-1] = (clusters[-1][0] + c, clusters[-1][1])
        else:
            clusters.append((_MIRRORED.get(c, c) if level % 2 else c, level))
    for level in range(max(levels), 0, -1):
        start = 0
        while start < len(clusters):
            if clusters[start][1] < level:
                start += 1
                continue
            stop = start
            while stop < len(clusters) and clusters[stop][1] >= level:
                stop += 1
            clusters[start:stop] = clusters[start:stop][::-1]
            start = stop
    return "".join(cluster for cluster, _ in clusters)


def _resolved(line: str, classes: list[str]) -> list[str]:
    """Reduce to L, R, N (number inside right-to-left text) and O (neutral)."""
    kinds: list[str] = []
    strong = "L"
    for place, kind in enumerate(classes):
        if kind in ("R", "AL"):
            strong, found = "R", "R"
        elif kind == "L":
            strong, found = "L", "L"
        elif kind in ("EN", "AN"):
            found = "N" if strong == "R" else "L"
        elif (kind in ("CS", "ES") and 0 < place < len(line) - 1 and _digits(classes, place)) or (
            kind == "NSM" and kinds
        ):
            found = kinds[-1]
        else:
            found = "O"
        kinds.append(found)
    return kinds


def _digits(classes: list[str], place: int) -> bool:
    return classes[place - 1] in ("EN", "AN") and classes[place + 1] in ("EN", "AN")


def _levels(kinds: list[str], base: int) -> list[int]:
    edge = "R" if base else "L"
    resolved = list(kinds)
    place = 0
    while place < len(kinds):
        if kinds[place] != "O":
            place += 1
            continue
        stop = place
        while stop < len(kinds) and kinds[stop] == "O":
            stop += 1
        before = _side(kinds[place - 1]) if place else edge
        after = _side(kinds[stop]) if stop < len(kinds) else edge
        resolved[place:stop] = [before if before == after else edge] * (stop - place)
        place = stop
    of_kind = {"L": 2 * base, "R": 1, "N": 2}
    return [of_kind[kind] for kind in resolved]


def _side(kind: str) -> str:
    return "R" if kind == "N" else kind


def _joins_forward(letter: str) -> bool:
    """True when the letter connects to the one after it."""
    return letter == _TATWEEL or "initial" in _forms().get(letter, {})


def _pick(forms: dict[str, str], before: bool, after: bool) -> str:
    wanted = {(True, True): "medial", (True, False): "final", (False, True): "initial"}.get((before, after), "isolated")
    for name in (wanted, "final" if before else "isolated", "isolated"):
        if name in forms:
            return forms[name]
    return next(iter(forms.values()))


@functools.cache
def _forms() -> dict[str, dict[str, str]]:
    """Letter or lam-alef pair to its presentation forms by name."""
    table: dict[str, dict[str, str]] = {}
    for code in (*range(0xFB50, 0xFBB2), *range(0xFBD3, 0xFC00), *range(0xFE80, 0xFEFD)):
        parts = unicodedata.decomposition(chr(code)).split()
        if len(parts) < 2 or len(parts) > 3 or not parts[0].startswith("<"):
            continue
        letters = "".join(chr(int(part, 16)) for part in parts[1:])
        if len(letters) == 2 and letters[0] != _LAM:
            continue
        table.setdefault(letters, {})[parts[0].strip("<>")] = chr(code)
    return table
