"""Four linked series at 512 x 512 with an outline and a heat map on every slice, shown in a window."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from engine.domain.roi import Contour, LesionId, Roi
from engine.domain.sequence import RoleGuess, RoleMap, SequenceRole, SeriesKind
from engine.domain.volume import Volume, VolumeSet
from engine.geometry.affine import to_world
from tests.support.results import example

ROLES = ("T2", "DWI", "T1_PRE", "T1_PORTAL_VENOUS")
SLICES, SIDE = 40, 512


def show_scroll_study(window: Any) -> None:
    """Put the study into the window's session as if it had been opened, read and analysed; 2 x 2 layout."""
    made = example(slices=26, roles=ROLES)
    generator = np.random.default_rng(3)
    volumes = {}
    for number, role in enumerate(made.volumes):
        affine = made.volumes[role].affine.copy()
        affine[:3, 0] *= 0.7 + 0.05 * number
        affine[:3, 1:3] *= 88 / SIDE * 1.1
        array = generator.integers(0, 900, (SLICES, SIDE, SIDE)).astype(np.float32)
        volumes[role] = Volume(array, affine, "1.2.3.4", made.volumes[role].series_key)
    angle = np.linspace(0, 2 * np.pi, 120, endpoint=False)
    t2 = volumes[SequenceRole.T2]
    contours = tuple(
        Contour(to_world(t2.affine, np.column_stack([np.full(120, float(i)), 256 + 60 * np.sin(angle),
                                                      200 + 60 * np.cos(angle)])))
        for i in range(SLICES)
    )  # fmt: skip
    case = replace(made.case, rois=(Roi(LesionId("L1"), contours, "drawn", "1.2.3.4"),))
    guesses = tuple(
        RoleGuess(key, SeriesKind(role.value.split("_")[0]), role=role, confidence=0.95)
        for role, key in case.roles.items()
    )
    session = window.session
    session.document.open(made.study, case, RoleMap(guesses, case.roles))
    for role, volume in VolumeSet(volumes).items():
        session.store.add(case.roles[role], volume)
    session.document.show_analysis(made.analysis)
    window.grid.set_layout("2x2")
