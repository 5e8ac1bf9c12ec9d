"""Words in series names: normalised text, and the vocabulary in which hospitals name sequences.

Names are written in six languages, with underscores, in capitals and cut short; Dixon components hide in prefixes and
suffixes. Everything is matched on lower-case text without accents, with separators turned into blanks; a pattern
matches whole words unless its entry says otherwise.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from engine.domain.sequence import SequenceFacts

_SEPARATORS = re.compile(r"[_.,;:/\\()\[\]<>|&'\"=]+")
_BLANKS = re.compile(r"\s+")
_CJK = r"\u3040-\u30ff\u3400-\u9fff"

_PATTERNS: dict[str, str] = {
    # what is no acquired image
    "screen": r"screen ?sav\w*|screen ?shots?|screen|processed images?|kos|key ?(images?|objects?)|default ps series|"
    r"presentation states?|reports?|dose|phoenix\w*|snapshots?|captures?|exam ?cards?|summary|save ?images?",
    "map": r"[bt][012] ?map\w*|map(ping)?|t2 ?(star|\*)\w*|r2 ?(star|\*)\w*|molli\w*|shmolli|field ?map\w*|"
    r"fieldmapping|gre field\w*|"
    r"vfa|flip ?-?\d+ ?(deg)?|\d+ ?deg|\w*mre|mr ?elast\w*|mrelast\w*|elastogra\w*|mr ?touch|swi|swip\w*|histo|"
    r"b0 ns|stiffness|"
    r"spectro\w*|svs|shim\w*|calibration|cal|asset ?cal\w*|ref ?scan|refscan|sense ?ref\w*|coil ?sens\w*",
    "perfusion map": r"wash-? ?(in|out)|ttp|i?auc\d*|pei|mtt|ktrans|kep|time to peak|perf ?map\w*",
    "reformat": r"\w*mpr(?!age)\w*|mip|mips|\w*_mip|minip|reformat\w*|rekon\w*|thick ?mip|vr|vrt|3d ?vol\w*|curved",
    # diffusion products
    "adc": r"[de]?adc\w*|adc[ -]?map\w*|\w+adc|apparent ?diffusion\w*|diffusion ?coe?f\w*|(avg|average) ?dc|"
    r"mm[^a-z0-9]? ?2? ?s ?$|表观扩散\w*",
    "eadc": r"eadc|ediff?|exponential\w*|exp ?adc",
    "computed b": r"\w*calc ?bval\w*|calculated|\w*synthetic\w*|syn ?-?b\d*\w*|cdwi|computed\w*|cb\d{3,}\w*|"
    r"c ?b ?value|berechnet\w*",
    "tensor": r"(col)?fa|tensor b0|\w*tensor ?b0|ra|fractional anis\w*|eigen\w*|cfa|isotropic ?map",
    "diffusion": r"\w*diff(?!eren)\w*|dif|\w*dif(?=b\d)\w*|\w*dwi\w*|dwibs\w*|\w*dti\w*|s?dw|dw-? ?epi|diffus\w*|"
    r"ivim|resolve\w*|\w*tracew?|\d+ ?dir\w*|"
    r"扩散\w*|弥散\w*|拡散\w*",
    # scouts, cholangiography, vessels, breath control
    "localizer": r"\w*locali[sz]er\w*|loc|locs|scouts?|\w*scout|surveys?|pilot|plan(s|ning|scan)?|"
    r"3 ?-? ?(pl|plane|plan|plans)|tri-? ?plane|three ?plane|lokali[sz]\w*|localizador\w*|reperage\w*|"
    r"repere\w*|care ?bolus ?position\w*|topogram\w*|first ?view|smart ?scan|定位\w*|\w*ロケ\w*",
    "mrcp": r"\w*mrcp\w*|cholangio\w*|chol\w*|bili\w*|thick ?-?(slab|sl|slabs)|thk ?-?slab|rane|rare|ercp|"
    r"wagon\w*|pancreatogra\w*|"
    r"胆管\w*|胰胆\w*|胆道\w*|水成像\w*|ss ?-?mrcp",
    "bolus": r"care ?-?bolus\w*|smart ?-?prep\w*|bolus ?tra[kc]\w*|test ?-?bolus\w*|bolus|timing ?(run|bolus)|"
    r"fluoro ?trig\w*|injection",
    "angiography": r"\w*angio\w*|ce-?mra|mra|\w*tof|phlebo\w*|tricks\w*|pc ?mra|pca|phase ?contrast|q-?flow|"
    r"inhance\w*|veno?gra\w*|"
    r"(1st|2nd|3rd|first|second) ?pass|native trufi\w*|nativ trufi\w*|time of flight",
    "flash3d": r"fl3d\w*",
    "balanced": r"\w*trufi\w*|\w*fiesta\w*|[bs]?btfe\w*|s?btfe\w*|b-?tfe\w*|b-?ffe\w*|balanced\w*|true ?fisp|"
    r"true ?ssfp|b?ssfp|ciss|cine\w*",
    "functional": r"fmri\w*|bold|p?c?asl|resting|rs-?fmri|epfid\w*|dsc",
    # regions
    "liver": r"abd\w*|liver|hepat\w*|leber\w*|foie|higado|fegato|lever|buik\w*|b-buik|figado|upper ?abd\w*|oberbauch|"
    r"肝\w*|上腹\w*",
    "region": r"prostat\w*|pelvi\w*|becken|rect(um|al)\w*|uter\w*|cervix|cervical|spine|[ctl]-?spine|wirbel\w*|"
    r"[lhb]ws|brain|head|cranial|"
    r"hirn|skull|knee|shoulder|hip|ankle|wrist|elbow|breasts?|mamm\w*|dynaviews\w*|vibrant\w*|cardiac|heart|"
    r"kidneys?|renal|nieren?|"
    r"thorax|thoracic|chest|lungs?|orbits?|sella|pituitary|iac|neck|carotid\w*|femur|foot|hand|fetal|fetus|"
    r"bladder|hippoc\w*|"
    r"\w*flair\w*|tmj|small ?bowel|enterogra\w*|rectum|anal|fistula|脑|前列腺|乳腺|盆腔",
    "vertebrae": r"c\d ?- ?c?\d|c\d ?- ?t\d|l\d ?- ?[ls]\d|th?\d{1,2} ?- ?th\d{1,2}",
    # T1 families and Dixon parts
    "t1": r"\w*t1w?\w*|t1-?w|t1weighted|t1 weighted",
    "gradient t1": r"\w*vibe\w*|\w*lava\w*|\w*thrive\w*|tigre\w*|quick ?-?3d\w*|\w*spgr\w*|e?fgre\w*|"
    r"\w*disco\w*|\w*grasp\w*|fame|"
    r"starvibe\w*|\w*tfl|fl2d|dce\w*|dyn\w*vibe\w*",
    "dixon": r"\w*dixon\w*|\w*dix|flex|\w*lava-?flex\w*|ideal\w*|in-? ?out|in-?opp\w*|opp-?in|wfs",
    "fat fraction": r"\w*pdff\w*|ideal ?-?iq\w*|q-?dixon\w*|\w*-?quant\w*|liver ?-?lab\w*|fat ?-?frac\w*|ff|"
    r"fatfraction|lms|r2star|"
    r"multi-? ?echo ?(vibe|dixon|gre)\w*|star ?map\w*|脂肪(?:分数|定量)\w*",
    "dual echo": r"dual ?-?(echo|ffe|gre|fe|flash)\w*|double ?-?echo|in-? ?(and|&|et|und) ?-?(out|opp)\w*",
    "water": r"water\w*|wasser|eau|agua|w|w ?fil|\w*dixon-?w|水相",
    "fat": r"fat(?! ?-?(?:sat|sup|frac))|f|f ?fil|fett|graisse|grasa|\w*dixon-?f|vet|脂相|wf",
    "in phase": r"in ?-?phase|inphase|in|ip|inph|in ?ph|eco\d ?in\d?|en phase|in fase|同相\w*",
    "opposed phase": r"out ?-?(of ?-?)?phase|outphase|opp\w*|opp ?-?phase|op|oop|phase out|eco\d ?opp\d?|"
    r"hors phase|opposition|gegenphase|反相\w*",
    # T2 families
    "t2": r"\w*t2w?\w*|frfse\w*|t2-?w|t2weighted",
    "turbo spin echo": r"\w*tse\w*|\w*fse\w*|frfse\w*|\w*blade\w*|propeller\w*|multivane\w*|mvxd|jet|radar|arms|"
    r"\w*space\w*|vista|cube",
    "motion robust": r"\w*blade\w*|propeller\w*|multivane\w*|mvxd|jet|radar|arms",
    "single shot": r"\w*haste\w*|\w*ssfse\w*|ss-? ?fse|ssh\w*|single-? ?shot|fase|ss-?tse|sshtse|uf ?se",
    "triggered": r"trig\w*|getrig\w*|nav\w*|pace|resp\w*|rt|rtr|gated|gating|navi|breath ?-?hold|[mn]?bh|"
    r"triggered|呼吸\w*",
    "fat suppressed": r"\w*fs|fat ?-?sat\w*|fatsat|spair\w*|(?:t2)?spir|a?spir|fat ?sup\w*|stir|tirm|we|fss|"
    r"sfs|fsp|quick ?-?fat ?sat|压脂|脂肪抑制",
    "inversion": r"stir\w*|tirm\w*",
    "heavy t2": r"heavy\w*|heavily|(lange?|long|langes|langer) ?te|te ?-?[2-9]\d\d|hevy",
    "proton density": r"pd|pdw|pd-? ?spair|proton\w*|pd\w*tse",
    "gradient t2": r"ffe|gre|medic|merge|t2w? ?-?ffe|fl2d|hemo\w*|t2\*\w*",
    "plain spin echo": r"db|dark ?blood|se",
    "processed copy": r"dreg\w*|ddwi\w*|dwip\w*|reg -|orig|fil|filt\w*|registered|denois\w*|\w*moco\w*",
    # planes
    "axial": r"ax|axi|axial\w*|tra|trans\w*|trs|transversal\w*|横断\w*|轴位\w*|axt\d",
    "coronal": r"cor|coronal\w*|kor|koronal\w*|冠状\w*",
    "sagittal": r"sag|sagittal\w*|sagital\w*|矢状\w*",
    "oblique": r"obl|oblique\w*|oblik\w*|para(cor|sag|ax)\w*",
}

VOCABULARY: dict[str, re.Pattern[str]] = {
    name: re.compile(rf"(?<![a-z0-9])(?:{pattern})(?![a-z0-9])|(?:(?<=[{_CJK}])|(?=[{_CJK}]))(?:{pattern})")
    for name, pattern in _PATTERNS.items()
}


@lru_cache(maxsize=4096)
def normalise(text: str) -> str:
    """Return text for matching: lower case, no accents, separators as blanks; ``+`` and ``-`` stay."""
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).lower())
    plain = "".join(character for character in decomposed if not unicodedata.combining(character))
    plain = unicodedata.normalize("NFC", plain)
    return _BLANKS.sub(" ", _SEPARATORS.sub(" ", plain)).strip()


def says(text: str, *names: str) -> bool:
    """Tell whether normalised text holds a word of one of the named vocabularies."""
    return any(VOCABULARY[name].search(text) for name in names)


def found_word(text: str, name: str) -> str:
    """Return the first word of a vocabulary in normalised text, empty when there is none."""
    match = VOCABULARY[name].search(text)
    return match.group().strip() if match else ""


def is_ge(facts: SequenceFacts) -> bool:
    """Tell whether GE made the scanner; its ProtocolName names the whole examination, the same for every series."""
    return "ge" in normalise(facts.manufacturer).split()


def names_of(facts: SequenceFacts) -> str:
    """Return the normalised words that name a series: its description, and the protocol where that says more."""
    description, protocol = normalise(facts.series_description), normalise(facts.protocol_name)
    if is_ge(facts) or protocol.startswith(description) or description.startswith(protocol):
        return description if description or is_ge(facts) else protocol
    return f"{description} {protocol}"
