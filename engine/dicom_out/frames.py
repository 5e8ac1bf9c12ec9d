"""Frames of a SEG object: which segment each one belongs to."""

from __future__ import annotations

from pydicom import Dataset


def segment_numbers(seg: Dataset) -> list[int]:
    """Return the segment number of every frame; what all frames have in common stands in the shared groups."""
    shared = seg.SharedFunctionalGroupsSequence[0]
    return [
        int(
            (group if "SegmentIdentificationSequence" in group else shared)
            .SegmentIdentificationSequence[0]
            .ReferencedSegmentNumber
        )
        for group in seg.PerFrameFunctionalGroupsSequence
    ]
