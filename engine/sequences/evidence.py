"""What the rules look at: the facts of one series, its words, its plane and its neighbours' b-values."""

from __future__ import annotations

import re
from dataclasses import dataclass

from engine.domain.sequence import SequenceFacts
from engine.domain.study import Plane, Series
from engine.sequences.phases import PhaseWord, phase_word
from engine.sequences.words import is_ge, names_of, normalise, says

_EPI_NAME = re.compile(r"^\*?(ep|re_|epi_|seepi|zsepi)", re.IGNORECASE)
_TWO_B_NAME = re.compile(r"^\*?(?:ep|re|tse)\w*_b\d+_\d+", re.IGNORECASE)
_WATER = {"W", "WATER", "WATER_ONLY", "WATERONLY"}
_FAT = {"F", "FAT", "FAT_ONLY", "FATONLY"}
_IN = {"IP", "IN", "IN_PHASE", "INPHASE", "IN PHASE"}
_OPPOSED = {"OP", "OPP", "OUT_PHASE", "OPPOSED", "OPP_PHASE", "OUTPHASE", "OPPOSED_PHASE", "OUT PHASE"}
_FRACTION = {
    "FF",
    "WF",
    "PDFF",
    "FAT_FRACTION",
    "WATER_FRACTION",
    "FATFRACTION",
    "T2_STAR",
    "R2_STAR",
    "R2STAR",
    "T2STAR",
}


_SUFFIXES = {
    "w": "water", "water": "water", "f": "fat", "fat": "fat", "in": "in", "ip": "in", "op": "opposed", "opp": "opposed",
}  # fmt: skip
"""What scanners append to the name of a Dixon series: it says the part, whatever stands before."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One series as the rules see it.

    Attributes:
        facts: What the header says.
        words: Normalised words that name the series.
        phase: What the name says about contrast.
        plane: ``axial``, ``near axial``, ``coronal``, ``sagittal``, ``oblique`` from the geometry, empty when unknown.
        highest_acquired_b: Largest b-value of acquired diffusion series in the study, None when unknown.
        phase_by_letter: Only one letter of the name tells the phase.
    """

    facts: SequenceFacts
    words: str
    phase: PhaseWord | None
    plane: str = ""
    highest_acquired_b: float | None = None
    phase_by_letter: bool = False

    @property
    def tokens(self) -> frozenset[str]:
        """Tokens of ImageType, taken apart at underscores where DICOM's own terms are joined."""
        return frozenset(self.facts.image_type)

    def says(self, *names: str) -> bool:
        """Tell whether the name holds a word of one of the vocabularies."""
        return says(self.words, *names)

    @property
    def is_epi(self) -> bool:
        """The sequence is echo planar."""
        return (
            "EP" in self.facts.scanning_sequence
            or self.facts.echo_pulse_sequence == "EPI"
            or bool(_EPI_NAME.match(self.facts.sequence_name))
        )

    @property
    def _research_mode(self) -> bool:
        """ScanningSequence says only RM, as GE writes for PROPELLER and Flex: times and echo train then tell."""
        return self.facts.scanning_sequence == ("RM",)

    @property
    def is_gradient_echo(self) -> bool:
        """The sequence is a gradient echo and not echo planar."""
        name = self.facts.sequence_name.lower().lstrip("*")
        header = (
            "GR" in self.facts.scanning_sequence
            or self.facts.echo_pulse_sequence == "GRADIENT"
            or (self._research_mode and 0 < (self.facts.repetition_time_ms or 0) <= 20)
        )
        return (header or name.startswith(("fl2d", "fl3d", "fldyn", "tfl"))) and not self.is_epi

    @property
    def is_spin_echo(self) -> bool:
        """The sequence is a (turbo) spin echo and not echo planar."""
        name = self.facts.sequence_name.lower().lstrip("*")
        header = (
            "SE" in self.facts.scanning_sequence
            or self.facts.echo_pulse_sequence == "SPIN"
            or (self._research_mode and (self.facts.echo_train_length or 0) >= 4)
        )
        return (header or name.startswith(("tse", "h2d", "spc", "tir", "h3d"))) and not (
            self.is_epi or self.is_gradient_echo
        )

    @property
    def two_b_sequence_name(self) -> bool:
        """Siemens names maps and computed images by two b-values, such as ``*ep_b50_800``."""
        return bool(_TWO_B_NAME.match(self.facts.sequence_name))

    @property
    def component(self) -> str:
        """Dixon part: ``water``, ``fat``, ``in``, ``opposed``, ``fraction`` or empty; header first."""
        tokens = {token for part in self.facts.image_type for token in (part, *part.split())}
        if tokens & _FRACTION:
            return "fraction"
        for name, known in (("water", _WATER), ("fat", _FAT), ("in", _IN), ("opposed", _OPPOSED)):
            if tokens & known:
                return name
        return self._component_in_words()

    @property
    def _is_short_name(self) -> bool:
        """Nothing but the part's name: ``IN``, ``Water``, ``out phase``."""
        return len(self.words.split()) <= 2 and not self.says("t2", "diffusion")

    def _component_in_words(self) -> str:
        """Phrases ("in phase") stand by themselves; letters and "water" need a T1 or Dixon beside them."""
        named = {
            part
            for part, vocabulary in (("in", "in phase"), ("opposed", "opposed phase"))
            if self.says(vocabulary) and not self.says("diffusion")
        }
        if self.says("t1", "gradient t1", "dixon") or self._is_short_name or self.is_gradient_echo:
            letters = (("water", "water"), ("fat", "fat"), ("in", "in phase letters"),
                       ("opposed", "opposed phase letters"))  # fmt: skip
            named |= {part for part, vocabulary in letters if self.says(vocabulary)}
        if {"in", "opposed"} <= named:
            return "in and opposed"
        suffix = _SUFFIXES.get(self.words.rpartition(" ")[2], "")
        if suffix in named:
            return suffix
        return next((part for part in ("fat", "opposed", "in", "water") if part in named), "")


def evidence_of(
    facts: SequenceFacts, *, series: Series | None = None, highest_acquired_b: float | None = None
) -> Evidence:
    """Gather the evidence about one series."""
    phase = phase_word(facts.series_description)
    if phase is None and not is_ge(facts) and normalise(facts.protocol_name) != normalise(facts.series_description):
        phase = phase_word(facts.protocol_name)
    plane = series.plane if series is not None else None
    return Evidence(
        facts=facts,
        words=names_of(facts),
        phase=phase,
        plane=plane_name(plane) if plane is not None else "",
        highest_acquired_b=highest_acquired_b,
    )


def plane_name(plane: Plane) -> str:
    """Name the orientation of a plane by its normal; up to 25 degrees off the axis it is axial, to 41 near axial."""
    x, y, z = (abs(value) for value in plane.normal)
    if z >= 0.9:
        return "axial"
    if z >= 0.75:
        return "near axial"
    if y >= 0.75:
        return "coronal"
    if x >= 0.75:
        return "sagittal"
    return "oblique"
