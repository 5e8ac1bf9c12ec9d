"""What only the neighbours of a series tell: scouts in several planes, echoes of one measurement, computed b-values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from engine.domain.sequence import RoleGuess, SeriesKind
from engine.domain.study import Plane, Series
from engine.sequences.evidence import Evidence

SIMILAR_NORMALS = 0.7
"""Planes whose normals have a larger cosine (less than 45 degrees between them) are one orientation."""
ONE_ORIENTATION = 0.8
"""With more than this share of the slices in one orientation, the others are an addition to a stack."""
LEAST_B_STEP_S_MM2 = 30.0
"""Two b-values closer than this are one, dithered by the scanner."""
_COULD_SERVE = (SeriesKind.T2, SeriesKind.T1, SeriesKind.DWI, SeriesKind.OTHER)


def mark_scouts(series: Mapping[str, Series], guesses: dict[str, RoleGuess]) -> None:
    """Take a DICOM series whose slices lie in several orientations for a localizer, whatever its name says.

    A single slice of reference beside a whole stack makes no localizer of the stack.
    """
    parts: dict[tuple[object, ...], list[Series]] = defaultdict(list)
    for one in series.values():
        if one.plane is not None:
            facts = one.facts  # an anonymiser may give a whole study one UID: then number and name still differ
            parts[one.series_instance_uid, facts.series_number, facts.series_description].append(one)
    for members in parts.values():
        if _largest_orientation(members) > ONE_ORIENTATION:
            continue
        reason = "the slices of its series lie in several orientations: a localizer"
        for one in members:
            if guesses[one.key].kind in _COULD_SERVE:
                guesses[one.key] = replace(
                    guesses[one.key], kind=SeriesKind.LOCALIZER, phase=None, reasons=(reason,), confidence=0.9
                )


def _largest_orientation(members: Sequence[Series]) -> float:
    """Return the share of the slices that lie in the commonest orientation."""
    counts: list[tuple[Plane, int]] = []
    for one in sorted(members, key=lambda one: (-one.slices, one.key)):
        plane = one.plane
        if plane is None:
            continue
        known = next((n for n, (other, _) in enumerate(counts) if _cosine(plane, other) > SIMILAR_NORMALS), None)
        if known is None:
            counts.append((plane, one.slices))
        else:
            counts[known] = (counts[known][0], counts[known][1] + one.slices)
    return max(count for _, count in counts) / sum(count for _, count in counts)


def _cosine(one: Plane, other: Plane) -> float:
    return abs(sum(a * b for a, b in zip(one.normal, other.normal, strict=True)))


def mark_dual_echoes(series: dict[str, Series], evidence: dict[str, Evidence], guesses: dict[str, RoleGuess]) -> None:
    """Take T1 volumes that differ in echo time alone for what they are: in phase and opposed phase."""
    groups: dict[tuple[object, ...], list[str]] = defaultdict(list)
    for key, guess in guesses.items():
        facts = series[key].facts
        if guess.kind is SeriesKind.T1 and evidence[key].component != "water" and facts.echo_time_ms is not None:
            groups[
                series[key].series_instance_uid, facts.acquisition_time_s, series[key].slices, series[key].rows
            ].append(key)
    for keys in groups.values():
        if len({round(series[key].facts.echo_time_ms or 0.0, 2) for key in keys}) > 1:
            reason = "one of several echoes of one measurement: in-phase and opposed-phase images"
            for key in keys:
                guesses[key] = replace(
                    guesses[key], kind=SeriesKind.T1_DIXON, phase=None, reasons=(reason,), confidence=0.9
                )


def highest_acquired(all_series: Sequence[Series]) -> dict[str, float]:
    """Return for each single-b series the largest b of the multi-b series that it may be computed from.

    A computed image is a series of its own that copies clock or name of the acquired one.
    """
    by_dicom: dict[str, list[Series]] = defaultdict(list)
    for series in all_series:
        if series.facts.b_value_s_mm2 is not None:
            by_dicom[series.series_instance_uid].append(series)
    found: dict[str, float] = {}
    for uid, members in by_dicom.items():
        if len(members) > 1:
            continue
        own = members[0]
        sources = [
            other
            for other_uid, others in by_dicom.items()
            if other_uid != uid and len({s.facts.b_value_s_mm2 for s in others}) > 1
            for other in others
            if _same_measurement(own, other)
        ]
        if sources:
            found[own.key] = max(source.facts.b_value_s_mm2 or 0.0 for source in sources)
    return found


def perhaps_computed(series: Mapping[str, Series], guesses: Mapping[str, RoleGuess]) -> set[str]:
    """Return the diffusion series that may be computed from two others, though nothing marks them so.

    A computed image copies the clock of its sources and needs two of them below its own b-value. An image with a clock
    of its own was acquired, and so was one averaged from directions. Siemens XA marks whatever it computes.
    """
    single: list[Series] = []
    by_dicom: dict[str, set[float | None]] = defaultdict(set)
    for one in series.values():
        by_dicom[one.series_instance_uid].add(one.facts.b_value_s_mm2)
    for key, guess in guesses.items():
        one = series[key]
        alone = len(by_dicom[one.series_instance_uid]) == 1
        if guess.kind is SeriesKind.DWI and one.facts.b_value_s_mm2 is not None and alone:
            single.append(one)
    return {one.key for one in single if not _surely_acquired(one) and len(_sources(one, single)) >= 2}


def _surely_acquired(one: Series) -> bool:
    return one.facts.diffusion in ("direction", "mean of directions") or "MFSPLIT" in one.facts.image_type


def _sources(one: Series, single: Sequence[Series]) -> set[float]:
    """Return the lower b-values from which an image may have been computed."""
    own = one.facts.b_value_s_mm2 or 0.0
    return {
        b_value
        for other in single
        if (b_value := other.facts.b_value_s_mm2 or 0.0) < own - LEAST_B_STEP_S_MM2 and _perhaps_source(one, other)
    }


def _perhaps_source(one: Series, other: Series) -> bool:
    """Tell whether the clocks allow that one image was made from the other; without clocks, whether their size does."""
    first, second = one.facts.acquisition_time_s, other.facts.acquisition_time_s
    alike = (one.slices, one.rows, one.columns) == (other.slices, other.rows, other.columns)
    if first is not None and second is not None:
        return alike and abs(first - second) <= 1.0
    return alike


def _same_measurement(one: Series, other: Series) -> bool:
    first, second = one.facts.acquisition_time_s, other.facts.acquisition_time_s
    if first is not None and second is not None and abs(first - second) <= 1.0:
        return True
    return (
        bool(one.facts.protocol_name)
        and one.facts.protocol_name == other.facts.protocol_name
        and (one.slices == other.slices)
    )
