"""The table that says what a series is: each row a kind, a weight, a condition and a reason that a reader can check.

Rows marked `final` are exclusions, tried first and in order: an ADC map, a computed b-value or a subtraction that
imitates an acquired image is excluded before anything is weighed. The other rows are evidence: the weights of the rows
that hold for one kind combine as independent chances (1 - product of 1 - w), header physics weighing more than words.
The heaviest kind wins; when the runner-up is strong too, the guess is marked as a conflict.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from engine.domain.sequence import SeriesKind
from engine.sequences.evidence import Evidence
from engine.sequences.phases import PhaseWord

K = SeriesKind
_ADC_TOKENS = {"ADC", "EADC", "EXP", "ADCMAP", "ADC_MAP", "DIFFUSION_ANISO", "DIFFUSION_ATTNTD"}
_TENSOR_TOKENS = {"FA", "COLFA", "TENSOR", "TENSOR_B0", "RA", "LOWB"}
_REFORMAT_TOKENS = {"PROJECTION IMAGE", "MIP", "MPR", "CSA MPR", "MIN_IP", "MINIP", "CURVED", "REFORMATTED"}
_MAP_TOKENS = {"T1 MAP", "T2 MAP", "T2_STAR MAP", "B0 MAP", "B1", "FIELD_MAP", "T1MAP", "T2MAP", "R2_MAP", "ELASTOGRAM"}
_PERFUSION_TOKENS = {"PERFUSION", "TTP", "WASHIN", "WASHOUT", "PEI", "AUC", "RCBF", "RCBV", "MTT"}
_SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
_COLOUR_MR = "1.2.840.10008.5.1.4.1.1.4.3"
_SOME_B_VALUE = re.compile(r"(?<![a-z0-9])b ?-?\d{1,4}(?!\d)")
_ONLY_A_B_VALUE = re.compile(r"^b ?-?\d{1,4}$")
CONFLICT_WEIGHT = 0.5
"""A runner-up of this weight means that header and words disagree."""
LEAST_WEIGHT = 0.3
"""Below this the evidence names no kind."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One row: when `when` holds, the series is evidence for `kind`, as strong as `weight` (0 to 1)."""

    kind: SeriesKind
    weight: float
    when: Callable[[Evidence], bool]
    reason: str
    final: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the table makes of one series."""

    kind: SeriesKind
    confidence: float
    reasons: tuple[str, ...]
    conflict: bool = False


def _te(evidence: Evidence, low: float, high: float) -> bool:
    value = evidence.facts.echo_time_ms
    return value is not None and low <= value <= high


def _text_only(evidence: Evidence) -> bool:
    facts = evidence.facts
    return not (facts.scanning_sequence or facts.echo_pulse_sequence or facts.sequence_name or facts.echo_time_ms)


def _named_only(evidence: Evidence) -> bool:
    """Nothing but names is known: no sequence, no clock, no agent. What a name leaves out could then be anything."""
    facts = evidence.facts
    return (
        _text_only(evidence) and facts.acquisition_time_s is None and not (facts.contrast_agent or facts.contrast_phase)
    )


def _derivation(evidence: Evidence, *parts: str) -> bool:
    text = " ".join(evidence.facts.derivation).lower()
    return any(part in text for part in parts)


def _known_plane_or_words(evidence: Evidence, *names: str) -> bool:
    return not evidence.plane and evidence.says(*names)


def _dual_gradient_echo(evidence: Evidence) -> bool:
    return "dual" in evidence.words.split() and (evidence.is_gradient_echo or evidence.says("t1", "gradient t1"))


def _exact(evidence: Evidence, *names: str) -> bool:
    return evidence.words in names


RULES: tuple[Rule, ...] = (
    # --- no MR image of anatomy ---------------------------------------------------------------------------------
    Rule(K.NOT_MR, 1.0, lambda e: e.facts.modality not in ("MR", ""), "the modality is not MR", final=True),
    Rule(K.OTHER, 0.95, lambda e: e.facts.samples_per_pixel > 1 or e.facts.sop_class_uid == _COLOUR_MR,
         "a colour image: a screen save or a coloured map", final=True),
    Rule(K.DERIVED, 0.95, lambda e: e.facts.sop_class_uid.startswith(_SECONDARY_CAPTURE),
         "a secondary capture", final=True),
    # --- diffusion maps and computed images: they imitate acquired DWI ---------------------------------------------
    Rule(K.ADC, 0.97, lambda e: bool(e.tokens & _ADC_TOKENS), "ImageType says ADC", final=True),
    Rule(K.ADC, 0.97, lambda e: _derivation(e, "113041", "apparent diffusion"),
         "derived as apparent diffusion coefficient",
         final=True),
    Rule(K.ADC, 0.95, lambda e: e.says("adc", "eadc") or (e.says("diffusion") and e.words.endswith(" exp")),
         "named as an ADC map", final=True),
    Rule(K.OTHER, 0.9, lambda e: e.says("screen"), "named as a screen save, report or processed image", final=True),
    Rule(K.DERIVED, 0.97, lambda e: "CALC_BVALUE" in e.tokens, "ImageType says computed b-value", final=True),
    Rule(K.DERIVED, 0.93, lambda e: e.says("computed b"), "named as a computed (synthetic) image", final=True),
    Rule(K.DERIVED, 0.93, lambda e: e.two_b_sequence_name,
         "SequenceName lists two b-values: a map or a computed b-value, not an acquired image", final=True),
    Rule(K.DERIVED, 0.9, lambda e: "DERIVED" in e.tokens and e.facts.b_value_s_mm2 is not None
         and e.highest_acquired_b is not None and e.facts.b_value_s_mm2 > e.highest_acquired_b + 30,
         "a derived image whose b-value exceeds every acquired one: computed", final=True),
    Rule(K.DERIVED, 0.95, lambda e: bool(e.tokens & _TENSOR_TOKENS), "ImageType says a product of the diffusion tensor",
         final=True),
    Rule(K.DERIVED, 0.9, lambda e: e.says("tensor") and (e.says("diffusion") or e.is_epi or e.words in ("fa", "ra",
         "colfa")),
         "named as a product of the diffusion tensor",
         final=True),
    # --- other maps and reformats --------------------------------------------------------------------------------
    Rule(K.LOCALIZER, 0.97, lambda e: "LOCALIZER" in e.tokens, "ImageType says localizer", final=True),
    Rule(K.LOCALIZER, 0.93, lambda e: e.says("localizer"), "named as a localizer", final=True),
    Rule(K.T1_SUBTRACTION, 0.97, lambda e: bool(e.tokens & {"SUBTRACTION", "SUB", "SUBTRACT"}) or _derivation(e,
         "113062"),
         "ImageType or derivation says subtraction", final=True),
    Rule(K.T1_SUBTRACTION, 0.93, lambda e: e.phase is PhaseWord.SUBTRACTION, "named as a subtraction", final=True),
    Rule(K.DERIVED, 0.93, lambda e: bool(e.tokens & _REFORMAT_TOKENS),
         "ImageType says projection or reformat", final=True),
    Rule(K.DERIVED, 0.9, lambda e: e.says("reformat"), "named as a projection or reformat", final=True),
    Rule(K.DERIVED, 0.9, lambda e: bool(e.tokens & _PERFUSION_TOKENS) or e.says("perfusion map") or _exact(e, "at"),
         "a perfusion map", final=True),
    Rule(K.OTHER, 0.9, lambda e: e.says("spectroscopy"), "spectroscopy", final=True),
    Rule(K.OTHER, 0.9, lambda e: bool(e.tokens & _MAP_TOKENS) or (e.says("map") and not e.says("fat fraction"))
         or (e.says("variable flip angle") and e.phase is not PhaseWord.HEPATOBILIARY),
         "a parameter map or calibration", final=True),
    Rule(K.T1_DIXON, 0.9, lambda e: e.says("fat fraction") or e.component == "fraction",
         "a fat-fraction measurement, not an anatomical T1",
         final=True),
    Rule(K.OTHER, 0.9, lambda e: e.facts.complex_image_component in ("PHASE", "REAL", "IMAGINARY")
         or ("P" in e.tokens and "M" not in e.tokens and e.component == ""), "phase images", final=True),
    # --- cholangiography, bolus tracking, vessels ----------------------------------------------------------------
    Rule(K.MRCP, 0.95, lambda e: e.says("mrcp") or ("radial" in e.words and e.says("single shot", "t2")),
         "named as cholangiography", final=True),
    Rule(K.MRCP, 0.9, lambda e: e.says("hydrography") and not e.is_epi and not e.is_gradient_echo
         and not e.says("t1", "gradient t1", "diffusion"),
         "named as hydrography: fluid at rest alone is bright", final=True),
    Rule(K.MRCP, 0.9, lambda e: e.is_spin_echo and (_te(e, 400, 5000) or (e.facts.slice_thickness_mm or 0) >= 20)
         and not e.is_epi, "echo time or slab thickness of cholangiography", final=True),
    Rule(K.MRCP, 0.85, lambda e: e.is_spin_echo and e.facts.mr_acquisition_type == "3D" and _te(e, 200, 5000)
         and e.plane in ("coronal", "oblique"), "3D coronal spin echo with very long echo time", final=True),
    Rule(K.OTHER, 0.9, lambda e: e.says("bolus"), "bolus tracking", final=True),
    Rule(K.OTHER, 0.9, lambda e: e.says("angiography") or ("twist" in e.words and _text_only(e)
         and not e.says("gradient t1", "dixon")), "angiography", final=True),
    Rule(K.OTHER, 0.9, lambda e: e.says("functional") and not e.says("diffusion"),
         "functional or perfusion echo planar imaging", final=True),
    Rule(K.OTHER, 0.9, lambda e: e.says("balanced") or (e.is_gradient_echo and "SS" in e.facts.sequence_variant
         and "SP" not in e.facts.sequence_variant and (e.facts.flip_angle_deg or 0) >= 30
         and not e.says("gradient t1", "t1", "dual echo") and not e.component),
         "balanced steady-state sequence, neither T1 nor T2", final=True),
    # --- other parts of the body ---------------------------------------------------------------------------------
    Rule(K.OTHER, 0.85, lambda e: e.says("region", "vertebrae") and not e.says("liver"),
         "named after another part of the body",
         final=True),
    # --- diffusion -----------------------------------------------------------------------------------------------
    Rule(K.DWI, 0.85, lambda e: e.is_epi and e.facts.b_value_s_mm2 is not None, "echo planar with a b-value"),
    Rule(K.DWI, 0.8, lambda e: "DIFFUSION" in e.tokens or e.facts.acquisition_contrast == "DIFFUSION",
         "the header says diffusion"),
    Rule(K.DWI, 0.75, lambda e: e.facts.b_value_s_mm2 is not None and not e.is_epi, "the header states a b-value"),
    Rule(K.DWI, 0.7, lambda e: e.says("diffusion")
         or (e.says("echo planar") and _SOME_B_VALUE.search(e.words) is not None), "named as diffusion"),
    Rule(K.DWI, 0.5, lambda e: _ONLY_A_B_VALUE.match(e.words) is not None, "named after a b-value only"),
    Rule(K.OTHER, 0.7, lambda e: e.is_epi and e.facts.b_value_s_mm2 is None and not e.says("diffusion")
         and "DIFFUSION" not in e.tokens, "echo planar without a b-value"),
    # --- T1: exclusions within, then evidence ----------------------------------------------------------------------
    Rule(K.OTHER, 0.85, lambda e: e.component in ("fat", "in", "opposed", "in and opposed") and e.says("t2")
         and not e.says("t1") and not e.is_gradient_echo,
         "fat, in-phase or opposed-phase part of a T2 Dixon", final=True),
    Rule(K.T1_DIXON, 0.9, lambda e: (e.says("dual echo") or _dual_gradient_echo(e))
         and not e.says("t2", "turbo spin echo", "proton density", "diffusion") and not e.is_epi,
         "named as dual echo: in-phase and opposed-phase images", final=True),
    Rule(K.T1_DIXON, 0.93, lambda e: e.component in ("fat", "in", "opposed", "in and opposed") and not e.is_spin_echo,
         "Dixon fat, in-phase or opposed-phase image", final=True),
    Rule(K.T1_HEPATOBILIARY, 0.93, lambda e: e.phase is PhaseWord.HEPATOBILIARY and not e.is_spin_echo and not e.is_epi
         and not e.says("t2", "diffusion"),
         "named as hepatobiliary phase, or more than ten minutes after contrast", final=True),
    Rule(K.OTHER, 0.85, lambda e: (e.says("t1") or _te(e, 1, 30)) and (e.says("turbo spin echo",
         "plain spin echo") or e.is_spin_echo)
         and not e.says("t2", "gradient t1") and (_text_only(e) or (e.facts.repetition_time_ms or 9e9) < 1200),
         "T1-weighted spin echo: not the gradient echo that the model knows", final=True),
    Rule(K.OTHER, 0.85, lambda e: e.is_spin_echo and (e.facts.inversion_time_ms or 0) >= 1000,
         "inversion recovery that suppresses fluid", final=True),
    Rule(K.OTHER, 0.8, lambda e: e.says("heavy t2") or (e.is_spin_echo and _te(e, 160.01, 400)),
         "heavily T2-weighted: it flattens solid lesions", final=True),
    Rule(K.OTHER, 0.85, lambda e: e.says("proton density") and not e.says("t2"), "proton density", final=True),
    Rule(K.OTHER, 0.85, lambda e: e.says("t2") and (e.says("gradient t2") or e.is_gradient_echo) and not e.says("t1"),
         "T2*-weighted gradient echo", final=True),
    Rule(K.OTHER, 0.75, lambda e: _known_plane_or_words(e, "sagittal", "oblique"),
         "named as sagittal or oblique: not a plane the model reads", final=True),
    Rule(K.T1_DIXON, 0.75, lambda e: _text_only(e) and e.says("dixon") and e.component == ""
         and e.phase in (None, PhaseWord.POST)
         and not (e.phase is PhaseWord.POST and "+" in e.words) and not e.is_spin_echo
         and not e.says("t2"),
         "a Dixon series that does not say which part it is", final=True),
    Rule(K.T1_DIXON, 0.7, lambda e: e.words in ("water", "all", "wasser"),
         "a Dixon part without any other word", final=True),
    Rule(K.OTHER, 0.85 , lambda e: _named_only(e) and e.says("flash3d") and not e.says("gradient t1", "liver"),
         "3D FLASH as used for vessels and breasts", final=True),
    Rule(K.OTHER, 0.5, lambda e: _named_only(e) and e.says("t1", "gradient t1", "dixon")
         and e.phase in (None, PhaseWord.POST) and not e.says("t2", "diffusion", "single shot"),
         "T1-weighted by its name, but neither name nor header tells the time after contrast", final=True),
    Rule(K.T1, 0.75, lambda e: e.is_gradient_echo and _te(e, 0.3, 6) and (e.facts.repetition_time_ms or 0) <= 320
         and (e.facts.repetition_time_ms or 0) > 0, "short-echo gradient echo with short repetition time"),
    Rule(K.T1, 0.6, lambda e: e.says("gradient t1") and not e.says("t2"), "named after a T1 gradient echo"),
    Rule(K.T1, 0.55, lambda e: e.says("t1") and not e.says("t2"), "named T1"),
    Rule(K.T1, 0.55, lambda e: e.says("dixon") and not e.says("t2") and e.component in ("", "water"), "named Dixon"),
    Rule(K.T1, 0.5, lambda e: _text_only(e) and e.phase in (PhaseWord.PRE, PhaseWord.ARTERIAL, PhaseWord.PORTAL,
         PhaseWord.EQUILIBRIUM, PhaseWord.LATE) and not e.says("t2", "diffusion"), "named after a contrast phase only"),
    # --- T2 ----------------------------------------------------------------------------------------------------------
    Rule(K.T2, 0.75, lambda e: e.is_spin_echo and _te(e, 55, 160) and (e.facts.repetition_time_ms or 2000) >= 600
         and e.facts.b_value_s_mm2 is None, "spin echo with the echo time of T2"),
    Rule(K.T2, 0.6, lambda e: e.says("t2") and not e.says("t1", "echo planar") and not e.is_epi
         and not e.is_gradient_echo, "named T2"),
    Rule(K.T2, 0.45, lambda e: e.says("single shot") and not e.says("t1") and not e.is_gradient_echo and not e.is_epi,
         "named after a T2 single-shot sequence"),
    Rule(K.T2, 0.35, lambda e: (e.says("motion robust") or (e.says("inversion") and e.says("liver")))
         and not e.says("t1", "echo planar") and not e.is_epi
         and not e.is_gradient_echo, "named after a T2 turbo spin echo"),
)  # fmt: skip


def judge(evidence: Evidence) -> Verdict:
    """Return what the table makes of one series."""
    weights: dict[SeriesKind, float] = {}
    reasons: dict[SeriesKind, list[tuple[float, str]]] = {}
    for rule in RULES:
        if not rule.when(evidence):
            continue
        if rule.final:
            return Verdict(rule.kind, rule.weight, (rule.reason,))
        weights[rule.kind] = 1 - (1 - weights.get(rule.kind, 0.0)) * (1 - rule.weight)
        reasons.setdefault(rule.kind, []).append((rule.weight, rule.reason))
    ranking = sorted(weights, key=lambda kind: (-weights[kind], list(SeriesKind).index(kind)))
    if not ranking or weights[ranking[0]] < LEAST_WEIGHT:
        return Verdict(K.OTHER, 0.5, ("neither header nor name says what this series is",))
    best = ranking[0]
    told = [reason for _weight, reason in sorted(reasons[best], key=lambda pair: -pair[0])]
    conflict = len(ranking) > 1 and weights[ranking[1]] >= CONFLICT_WEIGHT
    if conflict:
        rival = ranking[1]
        told.append(f"but it also looks like {rival.value}: {reasons[rival][0][1]}")
    return Verdict(best, round(min(weights[best], 0.99), 3), tuple(told), conflict)
