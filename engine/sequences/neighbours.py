"""What only the neighbours of a series tell: echoes of one measurement, and b-values that were computed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from engine.domain.sequence import RoleGuess, SeriesKind
from engine.domain.study import Series
from engine.sequences.evidence import Evidence


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


def _same_measurement(one: Series, other: Series) -> bool:
    first, second = one.facts.acquisition_time_s, other.facts.acquisition_time_s
    if first is not None and second is not None and abs(first - second) <= 1.0:
        return True
    return (
        bool(one.facts.protocol_name)
        and one.facts.protocol_name == other.facts.protocol_name
        and (one.slices == other.slices)
    )
