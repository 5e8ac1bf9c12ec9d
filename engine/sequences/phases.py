"""What a name says about contrast: one vocabulary for six languages, and the rules for names that say several things.

A name alone is weak: "venous", "delayed" and "vibe post" mean different phases in different hospitals. `timeline`
therefore weighs it against the clocks. Subtractions and the hepatobiliary phase come first: they must never pass for
another phase.
"""

from __future__ import annotations

import re
from enum import StrEnum

from engine.domain.sequence import Phase
from engine.sequences.words import normalise


class PhaseWord(StrEnum):
    """What a name says about contrast."""

    SUBTRACTION = "subtraction"
    HEPATOBILIARY = "hepatobiliary"
    PRE = "pre"
    ARTERIAL = "arterial"
    PORTAL = "portal"
    EQUILIBRIUM = "equilibrium"
    MULTIPLE = "multiple phases"
    DYNAMIC = "dynamic run"
    POST = "post"
    LATE = "late"


def _whole(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![a-z0-9])(?:{pattern})(?![a-z0-9])")


_WORDS: tuple[tuple[PhaseWord, re.Pattern[str]], ...] = (
    (PhaseWord.SUBTRACTION, _whole(r"sub|\w*subtr\w*|s*ous?trac?tion|s+ous?tra\w*tion|moco ?sub|sub ?s\d+\S*|"
        r"substract\w*|difference|minus|subs")),
    (PhaseWord.SUBTRACTION, re.compile(r"减影|サブトラ")),
    (PhaseWord.SUBTRACTION, re.compile(r"^[\d ]+-[\d ]+$")),
    (PhaseWord.HEPATOBILIARY, _whole(
        r"hbp|\w*hepatobil\w*|hepatocyt\w*|hep(atic)? ?phase|hepatospec\w*|hepato-?specifi\w*|(?:eovist|"
        r"primovist|eob)\W{0,3}\d+ ?m\w*|"
        r"(?:1[1-9]|2[0-9]|30|60|90|120) ?-? ?(?:min\w*|mn)|(?:\d+ ?-? ?)(?:1[5-9]|2[0-9]|30) ?min\w*|"
        r"tard\w*? ?\+? ?[1-3] ?h|[1-3] ?(?:h|hr|hours?|std|stunden?|heures?)|"
        r"10 ?- ?20 ?min|leberspez\w*|spat ?phase ?eob")),
    (PhaseWord.HEPATOBILIARY, re.compile(r"肝胆期|肝細胞相|肝细胞期|肝胆特异")),
    (PhaseWord.PRE, _whole(
        r"pre(?!s)\w{0,4}|precontr\w*|pre-?c|pre-?gad\w*|nativ\w*|sans (?:iv|gad\w*|inj\w*|contraste|pdc|pc)|"
        r"ss ?iv|ss ?inj\w*|blanc|masque|mask|wo|w o|"
        r"without|non-? ?contrast\w*|noncon|unenhanced|plain|ohne (?:i ?v ?)?(?:km|kontrast\w*)|vor (?:km|"
        r"kontrast\w*|gabe)|zonder\w*|blanco|"
        r"sin (?:contraste|civ|gd|gado\w*|cte)|sem (?:contraste|gd|gad\w*)|senza (?:mdc|contrasto)|basale?|c-|"
        r"-c|s c|no ?gad\w*|no contrast|avant (?:inj\w*|gado\w*)")),
    (PhaseWord.PRE, re.compile(r"平扫|単純|造影前|增强前")),
    (PhaseWord.MULTIPLE, _whole(
        r"multi-? ?phas\w*|multi-? ?art\w*|mph|pre ?[/&+-]? ?(?:und|and|et|y|e)? ?[/&+-]? ?post\w*|"
        r"art\w* ?[-+/&] ?(?:port|ven|pv)\w*|"
        r"\d ?-?(?:fasen|phasen|phas(?:e|es)?|fases|dyn\w*)|triple|1 ?\+ ?\d+\w*|\d+ ?dyn")),
    (PhaseWord.ARTERIAL, _whole(
        r"art(?!ef|if)\w*|earlyart\w*|lateart\w*|haps?|lap|late ?art\w*|c\+a|(?:15|18|20|25|30|"
        r"35)(?: ?- ?\d\d)? ?s(?:ec\w*)?")),
    (PhaseWord.ARTERIAL, re.compile(r"动脉期|動脈相|动脉")),
    (PhaseWord.PORTAL, _whole(
        r"pvp?|pvv|port(?!ab)\w*|venous|ven|vena|venoso|venosa|veneu[sx]\w*|vein\w*|venos\w*|veno|pven\w*|c\+v|"
        r"(?:55|60|65|70|75|80) ?s(?:ec\w*)?|50 ?- ?60 ?s(?:ec)?|60 ?- ?70 ?s(?:ec)?|1 ?min")),
    (PhaseWord.PORTAL, re.compile(r"门脉期|静脉期|門脈相|门静脉")),
    (PhaseWord.LATE, _whole(r"(?:[6-9]|10) ?-? ?min\w*|(?:[6-9]|10) ?mn")),
    (PhaseWord.EQUILIBRIUM, _whole(
        r"eq|equ|equi\w*|dela?y?\w{0,4}|delayed\w*|c\+delay|late|laat|later|tard\w*|spat\w*|spaet\w*|"
        r"interstit\w*|(?:\d ?- ?)?[2-5] ?min\w*|[2-5] ?mn|"
        r"1[2-9]0 ?s(?:ec\w*)?|2[0-4]0 ?s(?:ec\w*)?|transition\w*|retard\w*|gleichgew\w*")),
    (PhaseWord.EQUILIBRIUM, re.compile(r"延迟期|平衡期|平衡相|移行期|延迟")),
    (PhaseWord.DYNAMIC, _whole(r"\w*dyn\w*|\w*twist\w*|disco\w*|\w*grasp\w*|4d\w*|bhperfu\w*|\w*perfusa?o?\w*|"
        r"dce\w*|ph\d ?\w* ?mph|tricks")),
    (PhaseWord.POST, _whole(
        r"post\w*|pos|\+ ?c|\w*\+c|c ?\+|gd|gad\w*|ce|\+? ?km|mit ?km|cm|kontrast\w*|contrast\w*|apres ?\w*|"
        r"inj\w*|civ|contraste|mdc|enhanced|c")),
    (PhaseWord.POST, re.compile(r"增强|造影")),
)  # fmt: skip

_EXACT = {
    "a1": PhaseWord.ARTERIAL, "a2": PhaseWord.ARTERIAL, "a60": PhaseWord.ARTERIAL, "v60": PhaseWord.PORTAL,
    "a": PhaseWord.ARTERIAL, "v": PhaseWord.PORTAL, "d": PhaseWord.EQUILIBRIUM, "c-pre": PhaseWord.PRE,
    "c+a": PhaseWord.ARTERIAL, "c+v": PhaseWord.PORTAL, "c+delay": PhaseWord.EQUILIBRIUM,
}  # fmt: skip
_GE_PAIR = re.compile(r"^\s*\([\d/.]+\)\s*-\s*\([\d/.]+\)")
_TIME_TO_CENTRE = re.compile(r"tt ?c? ?=? ?\d+(?:[.,]\d+)? ?s", re.IGNORECASE)
_PH_NUMBER = re.compile(r"(?<![a-z0-9])ph ?(\d{1,2})(?![a-z0-9])")

PHASE_OF_WORD = {
    PhaseWord.PRE: Phase.PRE,
    PhaseWord.ARTERIAL: Phase.LATE_ARTERIAL,
    PhaseWord.PORTAL: Phase.PORTAL_VENOUS,
    PhaseWord.EQUILIBRIUM: Phase.EQUILIBRIUM,
    PhaseWord.HEPATOBILIARY: Phase.HEPATOBILIARY,
}


def phase_word(text: str) -> PhaseWord | None:
    """Return what a name says about contrast, None when it says nothing.

    Subtraction comes before everything, then hepatobiliary: both must never be mistaken. A name with two phases, or
    with pre and post, spans several.
    """
    if _GE_PAIR.match(text):
        return PhaseWord.SUBTRACTION
    words = normalise(_TIME_TO_CENTRE.sub(" ", text))
    if words in _EXACT:
        return _EXACT[words]
    one_moment = _TIME_TO_CENTRE.search(text) is not None  # "art_5phases_TTC=7.7s" is one volume of the burst
    found: list[PhaseWord] = []
    for word, pattern in _WORDS:
        if word is PhaseWord.MULTIPLE and one_moment:
            continue
        if word not in found and pattern.search(words):
            found.append(word)
    for decisive in (PhaseWord.SUBTRACTION, PhaseWord.HEPATOBILIARY):
        if decisive in found:
            return decisive
    return _one_of(found)


def _one_of(found: list[PhaseWord]) -> PhaseWord | None:
    if PhaseWord.MULTIPLE in found:
        return PhaseWord.MULTIPLE
    named = [word for word in found if word in PHASE_OF_WORD]
    if PhaseWord.PRE in named and PhaseWord.POST in found and len(named) == 1:
        return PhaseWord.PRE  # "pre gad", "without contrast": the agent is named to say that it is absent
    if len(named) > 1:
        return named[0] if set(named) == {PhaseWord.ARTERIAL, PhaseWord.EQUILIBRIUM} else PhaseWord.MULTIPLE
    if PhaseWord.LATE in found:
        return PhaseWord.LATE
    if named:
        return named[0]
    return found[0] if found else None
