"""Which series a phantom study has, what they are called and when they start, irregularities included."""

from __future__ import annotations

from dataclasses import dataclass

from engine.domain.sequence import SequenceRole
from engine.domain.volume import Volume
from training.phantom.cohort import PhantomPatient
from training.phantom.render import RenderedPatient
from training.phantom.vendors import VENDORS, SeriesStyle, VendorStyle


@dataclass(frozen=True)
class Variants:
    """Deliberate departures from the tidy study, as real archives hold them.

    Attributes:
        drop_b_tags: b-values only in names (of the series, where the vendor's sequence name does not carry them).
        split_b_values: one series per b-value. without_adc: no ADC map.
        chinese: series descriptions in mixed Chinese. descending: slices from head to feet.
        without_spacing: SpacingBetweenSlices missing.
        phases_together: all contrast phases in one series (None: as the vendor does).
        silent_contrast: contrast module left blank, as in a third of real headers.
        enhanced: one Enhanced MR Image object per series instead of one file per slice.
    """

    drop_b_tags: bool = False
    split_b_values: bool = False
    without_adc: bool = False
    chinese: bool = False
    descending: bool = False
    without_spacing: bool = False
    phases_together: bool | None = None
    silent_contrast: bool = False
    enhanced: bool = False


def draw_variants(patient: PhantomPatient) -> Variants:
    """The departures of one patient's study; most studies have none or one."""
    rng = patient.rng(401)
    chances = {
        "drop_b_tags": 0.08,
        "split_b_values": 0.10,
        "without_adc": 0.10,
        "chinese": 0.15,
        "descending": 0.15,
        "without_spacing": 0.08,
        "silent_contrast": 0.30,
        "enhanced": 0.08,
    }
    drawn = {name: bool(rng.random() < chance) for name, chance in chances.items()}
    turned = bool(rng.random() < 0.10)
    together = not VENDORS[patient.vendor].t1_one_series if turned else None
    # A multi-frame object states its b-values in functional groups: they cannot be missing.
    return Variants(
        **{**drawn, "drop_b_tags": drawn["drop_b_tags"] and not drawn["enhanced"]}, phases_together=together
    )


@dataclass(frozen=True)
class Part:
    """One volume on its way into a series."""

    kind: str
    key: str
    volume: Volume
    series_key: str
    number: int
    description: str
    style: SeriesStyle
    protocol: str
    start_s: float
    b: float | None = None
    phase: int | None = None
    weighted_series: bool = False


_CHINESE = {"T2": "T2压脂 轴位", "DWI": "弥散 DWI", "ADC": "表观弥散系数 ADC", "T1": "T1增强 动态"}
CLOCK_S = 9 * 3600.0
_T1_ROLES = (
    SequenceRole.T1_PRE,
    SequenceRole.T1_LATE_ARTERIAL,
    SequenceRole.T1_PORTAL_VENOUS,
    SequenceRole.T1_EQUILIBRIUM,
)
PHASE_START_S = (0.0, 75.0, 120.0, 240.0)  # injection 60 s after the plain scan: phases start 15, 60 and 180 s later


def plan_study(rendered: RenderedPatient, style: VendorStyle, variants: Variants) -> list[Part]:
    protocols = rendered.protocols
    low, high = protocols["DWI"].b_low, protocols["DWI"].b_high
    words = {"low": f"{low:.0f}", "high": f"{high:.0f}"}
    offset = (rendered.patient.seed + 7 * rendered.patient.index) % 3600
    clock = CLOCK_S + offset

    def describe(kind: str, text: str) -> str:
        return f"{_CHINESE[kind]} {text}" if variants.chinese else text

    parts = [
        Part("T2", "T2", rendered.volumes[SequenceRole.T2], "T2", 2, describe("T2", style.t2.description), style.t2,
              "T2", clock)
    ]  # fmt: skip
    if SequenceRole.DWI in rendered.volumes:
        text = style.dwi.description.format(**words)
        for step, (b, volume) in enumerate(
            ((low, rendered.extra[f"DWI_B{low:.0f}"]), (high, rendered.volumes[SequenceRole.DWI]))
        ):
            unnamed = variants.drop_b_tags and "{b}" not in style.dwi.sequence_name
            own = variants.split_b_values or unnamed or not style.dwi_one_series
            parts.append(
                Part("DWI", f"b{b:.0f}", volume, f"DWI{step}" if own else "DWI", 3 + step if own else 3,
                      describe("DWI", f"{text} b{b:.0f}" if own else text), style.dwi, "DWI", clock + 240, b=b)
            )  # fmt: skip
        if not variants.without_adc:
            parts.append(
                Part("ADC", "ADC", rendered.extra["ADC"], "ADC", 5,
                     describe("ADC", style.adc.description.format(**words)), style.adc, "DWI", clock + 240, b=high)
            )  # fmt: skip
    together = style.t1_one_series if variants.phases_together is None else variants.phases_together
    for phase, role in enumerate(_T1_ROLES):
        if role not in rendered.volumes:
            continue
        joined = together and phase > 0
        parts.append(
            Part("T1", role.value, rendered.volumes[role], "T1_DYN" if joined else role.value,
                 8 if joined else 7 + phase * 3,
                 describe("T1", style.t1.description.format(phase=style.phases[phase])), style.t1, "T1",
                  clock + 420 + PHASE_START_S[phase], phase=phase, weighted_series=joined)
        )  # fmt: skip
    return parts
