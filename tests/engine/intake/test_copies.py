"""The same series sent twice with new UIDs is one series; a second acquisition is not a copy."""

from __future__ import annotations

import numpy as np
import pytest
from pydicom.uid import RLELossless

from engine.intake import read_paths
from tests.support.dicom_writer import MRImage, classic_dataset, save, write_stack

SLICES = 9


def send(folder, *, series, seed=1, compress=False, **tags):
    """Write one series; equal seeds give equal pixels, whatever the UIDs."""
    random = np.random.default_rng(seed)
    facts = {"SeriesDescription": "t2_tse_fs_tra", "EchoTime": 90.0, "AcquisitionTime": "101500.00"} | tags
    for index in range(SLICES):
        pixels = random.integers(0, 900, (12, 10), dtype=np.uint16)
        image = MRImage((0.0, 0.0, 6.0 * index), pixels=pixels, series=series, instance=index + 1, tags=facts)
        dataset = classic_dataset(image)
        path = save(dataset, folder / f"s{series}" / f"{index}.dcm")
        if compress:
            dataset.compress(RLELossless)
            dataset.save_as(path, enforce_file_format=True)
    return folder


def test_a_copy_is_set_aside_with_the_name_of_what_it_copies(tmp_path):
    send(tmp_path, series=3)
    send(tmp_path, series=7)
    (study,) = read_paths([tmp_path]).studies
    assert [series.facts.series_number for series in study.series] == [3]
    assert {skipped.path.parent.name for skipped in study.skipped} == {"s7"}
    assert len(study.skipped) == SLICES
    assert study.skipped[0].reason == "the same images as series 3 (t2_tse_fs_tra), sent again with new UIDs"


def test_a_copy_in_another_transfer_syntax_is_a_copy(tmp_path):
    send(tmp_path, series=3)
    send(tmp_path, series=7, compress=True)
    (study,) = read_paths([tmp_path]).studies
    assert len(study.series) == 1


@pytest.mark.parametrize(
    "second",
    [
        {"seed": 2},  # acquired again: other noise
        {"AcquisitionTime": "102000.00"},
        {"EchoTime": 120.0},
        {"ImageType": ["ORIGINAL", "PRIMARY", "M", "ND"]},
    ],
)
def test_what_differs_is_no_copy(tmp_path, second):
    send(tmp_path, series=3)
    send(tmp_path, series=7, **second)
    (study,) = read_paths([tmp_path]).studies
    assert [series.facts.series_number for series in study.series] == [3, 7]
    assert study.skipped == ()


def test_one_differing_slice_is_enough(tmp_path):
    send(tmp_path, series=3)
    send(tmp_path, series=7)
    last = tmp_path / "s7" / f"{SLICES - 1}.dcm"
    data = bytearray(last.read_bytes())
    data[-1] ^= 1
    last.write_bytes(data)
    (study,) = read_paths([tmp_path]).studies
    assert len(study.series) == 2


def test_copies_that_cannot_be_decoded_are_kept(tmp_path):
    send(tmp_path, series=3, PhotometricInterpretation="NOSUCH", BitsAllocated=12)
    send(tmp_path, series=7, PhotometricInterpretation="NOSUCH", BitsAllocated=12)
    (study,) = read_paths([tmp_path]).studies
    assert len(study.series) == 2


def test_blank_images_are_no_proof(tmp_path):
    write_stack(tmp_path, series=1)
    write_stack(tmp_path, series=2)
    (study,) = read_paths([tmp_path]).studies
    assert len(study.series) == 2
