"""UIDs of one run, values that their representation allows, texts that the source's character set can write."""

from __future__ import annotations

import pytest
from pydicom import DataElement, Dataset

from engine.dicom_out.identity import free_series_number, legal, uid_for, writable
from engine.domain.sequence import SequenceFacts
from engine.domain.study import PatientContext, Series, Study


def test_uids_are_valid_repeatable_and_distinct() -> None:
    one, again, other = uid_for("seed", "SEG", 1), uid_for("seed", "SEG", 1), uid_for("seed", "SEG", 2)
    assert one == again != other
    assert one.startswith("2.25.")
    assert one.is_valid
    assert len(one) <= 64


@pytest.mark.parametrize(
    ("keyword", "representation", "given", "written"),
    [
        ("PatientSex", "CS", "M", "M"),
        ("PatientSex", "CS", "X", ""),
        ("PatientBirthDate", "DA", "19600102", "19600102"),
        ("PatientBirthDate", "DA", "2/1/1960", ""),
        ("StudyTime", "TM", "101112.123456", "101112.123456"),
        ("StudyTime", "TM", "10:11", ""),
        ("PatientAge", "AS", "065Y", "065Y"),
        ("PatientAge", "AS", "65", ""),
        ("StudyDescription", "LO", "x" * 70, "x" * 64),
    ],
)
@pytest.mark.filterwarnings("ignore::UserWarning")  # pydicom warns about the illegal values given
def test_values_are_made_legal(keyword, representation, given, written) -> None:
    dataset = Dataset()
    setattr(dataset, keyword, given)
    result = legal(DataElement(dataset[keyword].tag, representation, given))
    assert str(result.value) == written


def test_names_are_written_only_where_the_character_set_has_them() -> None:
    source = Dataset()
    assert writable("Läsion", source, "Lesion L1") == "Lesion L1"
    source.SpecificCharacterSet = "ISO_IR 100"
    assert writable("Läsion\\1", source, "Lesion L1") == "Läsion/1"
    assert writable("病灶", source, "Lesion L1") == "Lesion L1"
    source.SpecificCharacterSet = "ISO_IR 192"
    assert writable("病灶" * 40, source, "Lesion L1") == "病灶" * 32
    assert writable("  ", source, "Lesion L1") == "Lesion L1"


def test_series_numbers_give_way_to_those_of_the_study() -> None:
    def series(number: int) -> Series:
        return Series(str(number), str(number), None, SequenceFacts(series_number=number), (), 1, 1)

    study = Study("1.2", PatientContext(), (series(9001), series(9011)))
    assert free_series_number(study, 9001) == 9021
    assert free_series_number(study, 9002) == 9002
