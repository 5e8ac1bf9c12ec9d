"""What a name says about contrast: one vocabulary for many languages, and the rules for names that say several things.

A name alone is weak: "venous", "delayed" and "vibe post" mean different phases in different hospitals. `timeline`
therefore weighs it against the clocks. Subtractions and the hepatobiliary phase come first: they must never pass for
another phase.
"""

from __future__ import annotations

import re
from enum import StrEnum

from engine.domain.sequence import Phase
from engine.sequences.words import compile_words, normalise


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


_AGENT = r"(?:eovist|primovist|eob|gadoxet\w*)"
_PHASE_NAMES = r"(?:art\w*|port\w*|pvp?|ven\w*|late|delay\w*|post|spat\w*|tard\w*|\+?c|km)"
_NATIVE_NAMES = r"(?:pre\w*|nativ\w*|nat|mask|masque|plain|blanc\w*|vor|sans|without|basal\w*|unenh\w*)"

_WORDS: tuple[tuple[PhaseWord, re.Pattern[str]], ...] = (
    (PhaseWord.SUBTRACTION, compile_words(
        "subs?", r"[sd]subs?", r"\w*su[bps]?s?tra[ck]\w*", r"\w*subtr\w*", r"s+o?us+tra\w*",
        r"sous (?=art|port|vein|tard)", r"sub ?s\d+\S*", "moco ?sub", "difference", "minus", r"sott?raz\w*",
        r"sottratt\w*", r"resta", r"aftrek\w*", r"cikarma", r"субтрак\w*", r"вычитан\w*", "减影", "減影", "剪影",
        "相减", "サブトラ", "差分", "감산", "차감", "서브트", rf"{_PHASE_NAMES} ?- ?{_NATIVE_NAMES}",
        r"^[\d ]+-[\d ]+$", r"subs?\d+", "減算")),
    (PhaseWord.HEPATOBILIARY, compile_words(
        r"hbp\w*", r"hb(?: ?-?phase)?", r"hepato ?-?phase", r"(?:1[1-9]|2\d|30) ?m", r"eob ?(?:1[1-9]|2\d|30)",
        r"(?:fifteen|twenty|zwanzig|vingt|venti|veinte) ?min\w*", "特异期", r"\w*h?epato-? ?bil\w*",
        r"\w*hep-? ?bil\w*", r"h?epato-?[czs][iy]t\w*", r"h?epato-? ?e?spe[cz]\w*", "hep(?:atic)? ?phase",
        r"leber-?spez\w*", r"lever-?spec\w*", r"liver-?spec\w*", rf"{_AGENT} ?(?:spat|late|delay|tard|laat|gec)\w*",
        rf"(?:spat|late|delay\w*|tard\w*|laat) ?(?:phase )?{_AGENT}",
        r"[1-4] ?(?:h(?:r|rs|\d\d)?|hours?|std\w*|stunden?|heures?|ore|horas?|uur|saat|час\w*|小时|時間|시간)",
        r"гепато-?бил\w*", r"гепато-?спец\w*", r"гепатоцит\w*", "肝胆(?!管)", "肝膽", "肝細胞", "肝细胞", "肝特异",
        "肝実質造影", "간담도", "간세포")),
    (PhaseWord.PRE, compile_words(
        r"pre(?!s|p|f)\w*", r"nativ\w*", "nat", r"sans (?:iv|gad\w*|inj\w*|contraste|pdc|pc|produit)", "ss ?iv",
        r"ss ?inj\w*", "ss ?gado", r"blanc\w*", "masque", "mask", "wo", "w o", "without", r"non?-? ?con\w*",
        r"non ?-?ce", "noncon", r"unenhanced", "plain", r"ohne (?:i ?v ?)?(?:km|kontrast\w*|gd|gado\w*)",
        r"vor (?:km|kontrast\w*|gabe|gd)", r"km-?frei", r"zonder\w*", r"voor (?:contrast\w*|gd|gado\w*|km)",
        r"sin (?:contraste|civ|gd|gado\w*|cte|inyec\w*)", r"sem (?:contraste|gd|gad\w*|inj\w*)",
        r"senza (?:mdc|contrasto|mezzo|gd)", r"(?:senza|sem|sans|sin|ohne)$", r"basale?s?", "c-", r"-c", r"- c$",
        "s c", r"no ?gad\w*", r"no contrast\w*", r"avant (?:inj\w*|gado\w*|contraste)", r"kontrast?s[iı]z\w*",
        r"ilacs[iı]z", r"kontrast ?oncesi", r"oncesi",
        r"(?:bez|utan|uden|uten|przed|pred) (?:k(?:ontr|l)\w*|pod\w*|gado\w*)", r"без (?:контр|ку|усил|введ)\w*",
        r"бесконтр\w*",
        r"натив\w*", r"до (?:контр|введ|усил)\w*", "平扫", "平掃", "蒙片", "增强前", "造影前", "非造影", "単純",
        "プレーン", "조영 ?전", "비조영", "조영증강 ?전")),
    (PhaseWord.MULTIPLE, compile_words(
        r"multi-? ?phas\w*", r"multi-? ?art\w*", "mph", r"pre ?[/&+-]? ?(?:und|and|et|y|e)? ?[/&+-]? ?post\w*",
        r"art\w* ?[-+/&] ?(?:port|ven|pv)\w*", r"\d ?-?(?:ph|fasen|phasen|phas(?:e|es)?|fases|fasi|dyn\w*)",
        "triple", r"1 ?\+ ?\d+\w*", r"\d+ ?dyn", "多期", "双动脉", "三期", "多時相")),
    (PhaseWord.ARTERIAL, compile_words(
        r"art(?!ef|if)\w*", r"\w*arterie?l\w*", r"tetnic\w*", r"tepenn\w*", "haps?", r"ha ?-?phase", "lap", "eap",
        r"c\+a", r"артер\w*",
        "动脉", "動脈", "早期相", "동맥")),
    (PhaseWord.PORTAL, compile_words(
        "pvp?", "pvv", r"port(?!ab)\w*", r"\w*portal\w*", r"pven\w*", r"ven(?:a|o|os\w*|oz\w*|ous|eus\w*)?",
        r"vein\w*", r"wrotn\w*", r"z[yi]ln\w*", r"\w+venos\w*", r"c\+v", r"портал\w*", r"веноз\w*", "门脉", "門脈",
        "门静脉", "門静脈", "静脉",
        "靜脈", "문맥", "정맥")),
    (PhaseWord.EQUILIBRIUM, compile_words(
        r"eq", "equ", r"a?equi\w*", r"aquil\w*", r"dela?y?\w{0,4}", r"delayed\w*", r"c\+delay", "late", "laat",
        "later", r"tard\w*", r"spat\w*", r"spaet\w*", r"interstit\w*", r"transi[tz]\w*", r"transic\w*",
        r"retard\w*", r"opozn\w*", r"pozn\w*", r"pozdn\w*", r"rownowag\w*", r"rovnova\w*", "sen ?fas",
        r"gleichgew\w*", r"evenwicht\w*", "gec", r"geciken", r"denge", r"отсроч\w*", r"поздн\w*",
        r"равновес\w*", "延迟", "延遲", "延时", "后期", "後期", "平衡", "移行", "過渡", "过渡", "지연", "평형",
        "이행")),
    (PhaseWord.DYNAMIC, compile_words(
        r"\w*dyn\w*", r"dina\w*", r"\w*twist\w*", r"disco\w*", r"\w*grasp\w*", r"4d\w*", r"bhperfu\w*",
        r"\w*perfusa?o?\w*", r"dce\w*", r"ph\d ?\w* ?mph", "tricks", r"\d ?\+ ?c", r"динам\w*", "动态", "動態",
        "ダイナミック", "다이나믹", "역동")),
    (PhaseWord.POST, compile_words(
        r"\w*post\w*", "pos", r"\+ ?c", r"\w*\+c", r"c ?\+", "gd", r"gad\w*", "ce", r"\+? ?km", r"cm",
        r"kontrast\w*", r"contrast\w*", r"apres ?\w*", r"inj\w*", "civ", "mdc", "enhanced", "c", "eob",
        r"primovist", "eovist", r"sonrasi", r"контраст\w*", r"после \w+", "增强", "增強", "造影", "조영")),
)  # fmt: skip

_LATE = r"(?:late|laat|delay\w*|tard\w*|retard\w*|spat\w*|spaet\w*)"
_LATE_VENOUS = compile_words(
    rf"{_LATE} ?(?:phase |fase )?(?:ven\w*|vein\w*)", rf"(?:ven\w*|vein\w*) ?(?:phase |fase )?{_LATE}",
    r"spat-?venos\w*", "静脉(?:期)?(?:晚|延迟|延时)", "(?:延迟|延时)(?:期)?静脉", "靜脈(?:期)?(?:晚|延遲)", "後期静脈",
)  # fmt: skip
"""One delayed phase, not a portal venous and a delayed one."""
_JOINED = re.compile(r"[/&+,;]")

_EXACT = {
    "a1": PhaseWord.ARTERIAL, "a2": PhaseWord.ARTERIAL, "a60": PhaseWord.ARTERIAL, "v60": PhaseWord.PORTAL,
    "a": PhaseWord.ARTERIAL, "v": PhaseWord.PORTAL, "d": PhaseWord.EQUILIBRIUM, "c-pre": PhaseWord.PRE,
    "c+a": PhaseWord.ARTERIAL, "c+v": PhaseWord.PORTAL, "c+delay": PhaseWord.EQUILIBRIUM,
}  # fmt: skip
_GE_PAIR = re.compile(r"^\s*\([\d/.]+\)\s*-\s*\([\d/.]+\)")
_SECONDS = re.compile(
    r"(?<![a-z0-9.+-])(\d{1,4})(?: ?- ?(\d{1,4}))? ?(?:s|sec\w*|sek\w*|seg\w*|sn|saniye|сек\w*|秒|초)(?![a-z0-9])"
    r"(?! ?-?(?:bh|breath|apn|atem|adem|scan|tr))"
)
_MINUTES = re.compile(
    r"(?<![a-z0-9.+])(\d{1,3})(?: ?- ?(\d{1,3}))? ?-? ?(?:min\w*|mn|мин\w*|dk|dak\w*|分|분)(?![a-z0-9])"
)
_DELAYS = (
    (12, 45, PhaseWord.ARTERIAL), (45, 115, PhaseWord.PORTAL), (115, 360, PhaseWord.EQUILIBRIUM),
    (360, 660, PhaseWord.LATE), (660, 36_000, PhaseWord.HEPATOBILIARY),
)  # fmt: skip
"""Seconds after the injection, as names state them: from, to (excluded), what that is."""
_MINUTE_SIGN = re.compile(r"(?<=\d) ?['′’](?!['′’])")
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
    words = normalise(_MINUTE_SIGN.sub(" min ", _TIME_TO_CENTRE.sub(" ", text)))
    if words in _EXACT:
        return _EXACT[words]
    one_moment = _TIME_TO_CENTRE.search(text) is not None  # "art_5phases_TTC=7.7s" is one volume of the burst
    found: list[PhaseWord] = []
    for word, pattern in _WORDS:
        if word is PhaseWord.MULTIPLE and one_moment:
            continue
        if word not in found and pattern.search(words):
            found.append(word)
    if PhaseWord.PORTAL in found and _LATE_VENOUS.search(normalise(_JOINED.sub("~", text))):
        found = [word for word in found if word not in (PhaseWord.PORTAL, PhaseWord.EQUILIBRIUM)]
        found.insert(0, PhaseWord.EQUILIBRIUM)
    found += [word for word in _delays(words) if word not in found]
    for decisive in (PhaseWord.SUBTRACTION, PhaseWord.HEPATOBILIARY):
        if decisive in found:
            return decisive
    return _one_of(found)


def _delays(words: str) -> list[PhaseWord]:
    """Return what the delays stated in a name mean: "30 s", "50-60 sec", "3 min", "20分"."""
    seconds = [_middle(match) for match in _SECONDS.finditer(words)]
    seconds += [60 * _middle(match) for match in _MINUTES.finditer(words)]
    return [word for delay in seconds for first, last, word in _DELAYS if first <= delay < last]


def _middle(match: re.Match[str]) -> float:
    first, second = match.groups()
    return (float(first) + float(second)) / 2 if second else float(first)


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
