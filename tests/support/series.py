"""Series and studies made of values, without files: for tests of roles and phases."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from engine.domain.sequence import SequenceFacts
from engine.domain.study import Instance, PatientContext, Plane, Series, Study

AXES = {
    "axial": ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
    "coronal": ((1.0, 0.0, 0.0), (0.0, 0.0, -1.0), (0.0, 1.0, 0.0)),
    "sagittal": ((0.0, 1.0, 0.0), (0.0, 0.0, -1.0), (-1.0, 0.0, 0.0)),
}


def make_series(
    key: str = "1",
    *,
    plane: str = "axial",
    slices: int = 24,
    step_mm: float = 7.0,
    rows: int = 256,
    columns: int = 320,
    frame_of_reference_uid: str = "1.2.9",
    stack_problem: str | None = None,
    **facts: Any,
) -> Series:
    """Return a series of `slices` planes with the given facts (keywords of `SequenceFacts`)."""
    row, column, normal = AXES[plane]
    instances = tuple(
        Instance(
            path=Path(f"{key}-{index}.dcm"),
            frame=0,
            sop_instance_uid=f"{key}.{index}",
            sop_class_uid="1.2.840.10008.5.1.4.1.1.4",
            plane=Plane(tuple(index * step_mm * n for n in normal), row, column, (1.2, 1.2)),
            rows=rows,
            columns=columns,
        )
        for index in range(slices)
    )
    return Series(
        key=key,
        series_instance_uid=key.partition("#")[0],
        frame_of_reference_uid=frame_of_reference_uid,
        facts=SequenceFacts(**{"modality": "MR"} | facts),
        instances=instances,
        rows=rows,
        columns=columns,
        slice_step_mm=step_mm,
        stack_problem=stack_problem,
        files=slices,
    )


def make_study(*series: Series) -> Study:
    """Return a study of these series."""
    return Study("1.2.3", PatientContext("P1"), tuple(series), "20240102")
