"""The pixel checks of the chosen diffusion image, as cautions: its low-b companion is read, compared and let go."""

from __future__ import annotations

import logging

from engine import intake
from engine.domain.case import Case
from engine.domain.caution import Caution, Effect, Fact
from engine.domain.caution_words import make_caution
from engine.domain.errors import EngineError
from engine.domain.progress import SILENT, Progress
from engine.domain.sequence import SequenceRole
from engine.domain.study import Study
from engine.domain.volume import VolumeSet
from engine.plausibility import (
    DARKER_THAN,
    TISSUE_ADC,
    Finding,
    Oddity,
    check_diffusion,
    low_b_companion,
)

log = logging.getLogger("lobule.pipeline")

_B_UNIT, _ADC_UNIT = "s/mm²", "×10⁻³ mm²/s"


def diffusion_cautions(study: Study, case: Case, volumes: VolumeSet, progress: Progress = SILENT) -> list[Caution]:
    """Return what the pixels of the diffusion image say against its header; nothing where there is none.

    A companion that cannot be read is no reason to stop: the checks that need it are left out.
    """
    key = case.roles.get(SequenceRole.DWI, "")
    series = study.find(key)
    if series is None or SequenceRole.DWI not in volumes:
        return []
    chosen = volumes[SequenceRole.DWI]
    low = low_b_companion(study, series)
    b_high = series.facts.b_value_s_mm2 or 0.0
    b_low = low.facts.b_value_s_mm2 or 0.0 if low is not None else 0.0
    try:
        pixels = intake.load_volume(low, progress).array if low is not None else None
    except EngineError as error:
        log.info("the low b-value beside the diffusion image could not be read (%s)", error.code)
        pixels = None
    findings = check_diffusion(chosen.array, pixels, b_step=b_high - b_low, row_cosine_x=float(chosen.affine[0, 2]))
    return [_caution(finding, b_high, b_low) for finding in findings]


def _caution(finding: Finding, b_high: float, b_low: float) -> Caution:
    b_values = {"b_value": Fact(b_high, _B_UNIT), "low_b": Fact(b_low)}
    if finding.oddity is Oddity.NOT_DARKER:
        facts = b_values | {"ratio": Fact(finding.value, digits=2), "limit": Fact(DARKER_THAN, digits=1)}
        return make_caution("b-value", Effect.INFORM, facts, "b-value-not-darker")
    if finding.oddity is Oddity.FLUID:
        return make_caution("b-value", Effect.INFORM, b_values, "b-value-map")
    if finding.oddity is Oddity.ADC:
        low, high = (1e3 * limit for limit in TISSUE_ADC)
        facts = b_values | {
            "adc": Fact(1e3 * finding.value, _ADC_UNIT, 2), "low": Fact(low, digits=1), "high": Fact(high, digits=1),
        }  # fmt: skip
        return make_caution("b-value", Effect.INFORM, facts, "b-value-adc")
    return make_caution("b-value", Effect.INFORM, {"share": Fact(100 * finding.value, "%", 1)}, "b-value-capped")
