"""Facts of a lesion in one wording."""

from __future__ import annotations

import pytest

from training.dataset import Shard
from training.facts import UNKNOWN, field_strength, is_simulated


def shard(patient: str = "P1", **facts: object) -> Shard:
    return Shard("one", patient, "benign", "test", "digest", ("T2",), (0.0,), facts=facts)


@pytest.mark.parametrize(
    ("header", "shown"),
    [
        (1.494, "1.5 T"),
        (15000, "1.5 T"),
        (2.8936, "3.0 T"),
        (0.55, "0.55 T"),
        (0.345, "0.35 T"),
        (1.16, "1.2 T"),
        (1.0, "1.0 T"),
        (6.98, "7.0 T"),
        (4.7, "4.7 T"),
        (2.0, "2.0 T"),
        (9.399, "9.4 T"),
        ("1,5", UNKNOWN),
        (0, UNKNOWN),
        ("", UNKNOWN),
    ],
)
def test_the_field_is_the_nominal_one_or_stated_as_it_is(header: object, shown: str) -> None:
    assert field_strength(shard(field_t=header)) == shown


@pytest.mark.parametrize("patient", ["PH-TRAIN-0001", "PH-HZFPH-X0169"])
def test_a_phantom_is_known_by_its_id_where_its_table_says_nothing(patient: str) -> None:
    assert is_simulated(shard(patient))


@pytest.mark.parametrize("patient", ["PH-20231", "PH-LIVER-0001", "ph-train", "XPH-TRAIN-0001", "P1"])
def test_ids_of_a_hospital_that_begin_alike_are_patients(patient: str) -> None:
    assert not is_simulated(shard(patient))
    assert is_simulated(shard(patient, simulated="yes"))
