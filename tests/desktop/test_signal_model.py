"""The reading under the outlines: rows per sequence, ADC in 1e-6 mm²/s, a shift by hand followed."""

from __future__ import annotations

import numpy as np
import pytest

from desktop.models.signal_model import SignalModel, signal_rows
from desktop.views.roi_tools import ToolBox
from desktop.views.signal_panel import SignalPanel
from engine.domain.roi import LesionId
from engine.domain.sequence import RoleGuess, RoleMap, SequenceRole, SeriesKind
from engine.domain.volume import Volume
from engine.geometry.outline import mask_of_roi
from engine.geometry.signal import read_signal


def test_every_sequence_of_the_case_is_read(session, shown, qtmodeltester):
    rows = signal_rows(session.document, session.store, LesionId("L1"))
    assert [row.name for row in rows] == ["T2", "DWI"]
    t2 = shown.volumes[SequenceRole.T2]
    inside = t2.array[mask_of_roi(shown.case.rois[0], t2.affine, t2.shape)].astype(float)
    assert rows[0].reading.voxels == inside.size
    assert rows[0].reading.mean == pytest.approx(inside.mean())
    assert rows[0].reading.sd == pytest.approx(inside.std(ddof=1))
    model = SignalModel()
    model.show(rows)
    qtmodeltester.check(model)
    texts = [model.data(model.index(0, column)) for column in range(4)]
    assert texts[0] == "T2"
    assert texts[1].startswith(f"{inside.mean():.0f} ± ")
    assert texts[3] == str(inside.size)


def test_nothing_is_read_without_a_lesion(session, shown):
    assert signal_rows(session.document, session.store, None) == []
    assert signal_rows(session.document, session.store, LesionId("L9")) == []


def test_an_adc_map_in_mm2_per_s_is_shown_in_millionths(session, shown):
    """The example's DWI series is taken for an ADC map of 1.2e-3 mm²/s everywhere."""
    document, t2 = session.document, shown.volumes[SequenceRole.T2]
    roles = {SequenceRole.T2: shown.case.roles[SequenceRole.T2]}
    key = shown.case.roles[SequenceRole.DWI]
    guesses = (
        RoleGuess(roles[SequenceRole.T2], SeriesKind.T2, role=SequenceRole.T2, confidence=1.0),
        RoleGuess(key, SeriesKind.ADC),
    )
    document.open(shown.study, shown.case.with_role(SequenceRole.DWI, None), RoleMap(guesses, roles))
    session.store.add(key, Volume(np.full(t2.shape, 1.2e-3, np.float32), t2.affine, series_key=key))
    row = signal_rows(document, session.store, LesionId("L1"))[-1]
    assert row.name == "ADC"
    assert row.reading.mean * row.factor == pytest.approx(1200.0, rel=1e-5)
    model = SignalModel()
    model.show([row])
    assert model.data(model.index(0, 1)) == "1200 ± 0"


def test_a_series_moved_by_hand_is_read_at_its_new_place(session, shown):
    document = session.document
    before = signal_rows(document, session.store, LesionId("L1"))[1].reading
    document.edit(document.case.with_shift(SequenceRole.DWI, (30.0, 0.0, 0.0)), "Move")
    after = signal_rows(document, session.store, LesionId("L1"))[1].reading
    moved = session.store.placed(document.case.roles[SequenceRole.DWI], document.case)
    assert after == read_signal(document.case.rois[0], shown.volumes[SequenceRole.T2], moved)
    assert after.mean != before.mean
    assert moved is session.store.placed(document.case.roles[SequenceRole.DWI], document.case)


def test_the_panel_follows_the_chosen_lesion(qtbot, session, shown):
    tools = ToolBox()
    panel = SignalPanel(session, tools)
    qtbot.addWidget(panel)
    assert panel.isHidden()
    tools.choose_lesion(LesionId("L1"))
    qtbot.waitUntil(lambda: not panel.isHidden(), timeout=5000)
    assert panel.model.rowCount() == 2
