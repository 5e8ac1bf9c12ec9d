"""Cases come back as they went."""

from __future__ import annotations

import numpy as np
import pytest

from engine import storage
from engine.domain.case import Case, ReaderImpression, Rotation
from engine.domain.errors import StorageError
from engine.domain.roi import Contour, LesionId, Roi
from engine.domain.sequence import SequenceRole


def a_case():
    rng = np.random.default_rng(1)
    contours = (Contour(rng.normal(size=(5, 3)) * 100), Contour(rng.normal(size=(4, 3)), interpolated=True))
    return Case(
        "1.2.3",
        {SequenceRole.DWI: "1.2.3.5#b800", SequenceRole.T2: "1.2.3.4"},
        (Roi(LesionId("L1"), contours, "drawn", "1.9", "Läsion 一"),),
        treated=True,
        shifts_mm={SequenceRole.DWI: (1.0, -2.0, 0.5)},
        rotations={SequenceRole.DWI: Rotation((1.0, 0.0, -2.5), (10.0, 20.0, 30.0))},
        reader=ReaderImpression("benign", None, "comment\nwith lines", 0.3),
    )


def test_case_round_trip(tmp_path):
    case = a_case()
    storage.save_case(case, tmp_path / "case.json")
    back = storage.load_case(tmp_path / "case.json")
    assert back == case
    assert back.digest() == case.digest()
    assert list(back.roles) == [SequenceRole.T2, SequenceRole.DWI]


def test_digest_follows_decisions_only():
    case = a_case()
    assert case.with_reader(ReaderImpression()).digest() == case.digest()
    assert case.with_treated(False).digest() != case.digest()
    assert case.with_role(SequenceRole.DWI, None).digest() != case.digest()
    assert case.with_shift(SequenceRole.DWI, None).digest() != case.digest()
    moved = Contour(case.rois[0].contours[0].points_mm + 0.01)
    assert case.with_roi(case.rois[0].with_contours((moved,))).digest() != case.digest()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"schema": "lobule.case/9"}', '{"schema": "lobule.case/1"}', "null"])
def test_a_broken_case_is_a_clear_error(text, tmp_path):
    path = tmp_path / "case.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(StorageError, match="cannot be read") as caught:
        storage.load_case(path)
    assert "case.json" in str(caught.value)
