"""The quick pass over a header sees exactly what pydicom's reader sees."""

from __future__ import annotations

import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian

from engine.intake import headers
from engine.intake.elements import walk
from engine.intake.facts import FACT_TAGS, SCOPE_TAGS
from engine.intake.reading import read_file
from tests.engine.intake.test_real_cases import CASES
from tests.support.dicom_writer import MRImage, classic_dataset, save, write_classic
from tests.support.paths import shared_dicom


@pytest.mark.parametrize("case", CASES)
def test_both_readers_agree_on_real_files(case, monkeypatch):
    paths = [path for path in sorted(shared_dicom(case).rglob("*")) if path.is_file()][:12]
    quick = [read_file(path) for path in paths]
    monkeypatch.setattr(headers, "_walked", lambda _data: None)
    slow = [read_file(path) for path in paths]
    assert quick == slow


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian])
@pytest.mark.parametrize("undefined", [True, False])
def test_sequences_of_either_length_are_read(tmp_path, syntax, undefined):
    ds = classic_dataset(MRImage())
    item = Dataset()
    item.CodeValue, item.CodeMeaning = "113041", "Apparent Diffusion Coefficient"
    ds.DerivationCodeSequence = Sequence([item])
    ds["DerivationCodeSequence"].is_undefined_length = undefined
    frame = read_file(save(ds, tmp_path / "a", syntax)).frames[0]
    assert frame.facts.derivation == ("113041", "Apparent Diffusion Coefficient")


def test_plain_layouts_are_walked_and_others_left_to_pydicom(tmp_path):
    data = write_classic(tmp_path / "a", MRImage()).read_bytes()
    start = headers._end_of_meta(data)
    found = walk(data, start, implicit=False)
    assert found is not None
    assert found.pixels_length == 128  # 8 x 8 x 2 bytes
    assert data[found.pixels_at :][:4] == b"\x00\x00\x01\x00"  # the ramp 0, 1, …
    assert {tag for tag in (*FACT_TAGS, *SCOPE_TAGS) if tag in found.elements}
    assert walk(data[: start + 40], start, implicit=False) is None  # cut within an element
    assert walk(data, start, implicit=True) is None  # lengths that do not fit
