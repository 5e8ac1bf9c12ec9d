"""Preparing: one path for phantom and DICOM, resumed work, faults that cost one patient only."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from engine.domain.errors import RoiError, StorageError, UsageError
from engine.domain.package import PreprocessSpec
from engine.domain.sequence import SequenceRole
from engine.preprocess.build import build_slice_inputs
from tests.support.shards import write_shards
from training.cohort import CohortRow
from training.config import THREE_WAY
from training.dataset import ShardSet, read_shard, write_shard
from training.packaging.vectors import small_study
from training.prepare import prepare
from training.sources import DicomSource, Lesion, PhantomSource, _named
from training.tables import read_rows

SPEC = PreprocessSpec(channels=(SequenceRole.T2, SequenceRole.DWI, SequenceRole.T2), input_px=96)


@dataclass(frozen=True)
class SmallSource:
    """The small made-up study under a given name, or a fault."""

    name: str
    fault: str = ""
    subset: str = "train"

    @property
    def patient(self) -> str:
        return self.name

    def load(self, roles: tuple[SequenceRole, ...]) -> Lesion:
        if self.fault == "roi":
            raise RoiError("The outline is empty.", remedy="Draw it again.", code="roi-empty")
        if self.fault:
            raise ZeroDivisionError(self.fault)
        volumes, roi = small_study(roles)
        return Lesion(volumes, roi, "metastasis", {"vendor": "none"})


def test_a_shard_holds_what_preprocessing_makes(tmp_path: Path) -> None:
    done = prepare([SmallSource("a")], SPEC, tmp_path)
    assert (done.made, done.kept, done.exclusions) == (1, 0, ())
    shards = ShardSet.open(tmp_path, THREE_WAY)
    inputs = build_slice_inputs(*small_study(SPEC.roles), SPEC)
    assert len(shards) == len(inputs) == 2
    assert shards.spec_digest == SPEC.digest()
    assert shards.roles == ("T2", "DWI", "T2")
    expected = np.stack([item.array for item in inputs])
    # float16 has 11 significant bits; resizing overshoots a little beyond 1, where the error is up to 2⁻¹¹.
    assert np.abs(shards.images([0, 1], 96).numpy() - expected).max() <= 2.0**-11
    # 30 mm: the longest diameter of the small study's outline, where the source states none.
    assert shards.shards[0].facts == {"vendor": "none", "diameter_mm": 30.0}
    assert shards.shards[0].position_mm == pytest.approx([i.ref.position_mm for i in inputs], abs=1e-3)


def test_a_fault_costs_its_patient_only_and_is_tried_again(tmp_path: Path) -> None:
    sources = [SmallSource("a"), SmallSource("b", "roi"), SmallSource("c", "odd")]
    done = prepare(sources, SPEC, tmp_path)
    assert done.made == 1
    rows = read_rows(tmp_path / "exclusions.csv")
    assert {(row["patient"], row["code"]) for row in rows} == {("b", "roi-empty"), ("c", "unforeseen")}
    again = prepare([SmallSource("a"), SmallSource("b"), SmallSource("c", "odd")], SPEC, tmp_path)
    assert (again.made, again.kept) == (1, 1)
    assert [row["patient"] for row in read_rows(tmp_path / "exclusions.csv")] == ["c"]


def test_another_specification_is_refused(tmp_path: Path) -> None:
    prepare([SmallSource("a")], SPEC, tmp_path)
    other = PreprocessSpec(channels=SPEC.channels, input_px=96, margin_mm=15)
    with pytest.raises(StorageError, match="another specification, such as a"):
        prepare([SmallSource("b")], other, tmp_path)


def test_two_lesions_need_two_names(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="share the shard a"):
        prepare([SmallSource("a"), SmallSource("a")], SPEC, tmp_path)


def test_a_phantom_patient_is_named_like_its_draw() -> None:
    source = PhantomSource("tdh", 3)
    lesion = source.load((SequenceRole.T2,))
    assert source.patient == "PH-TDH-0004"
    assert lesion.label in THREE_WAY
    assert lesion.facts["simulated"] is True


def test_a_label_that_is_absent_gives_its_lesion_no_other_outline() -> None:
    _, roi = small_study(SPEC.roles)
    rois = tuple(replace(roi, name=f"label {number}") for number in (2, 3))

    def found(lesion: str) -> str:
        return _named(rois, CohortRow("p", Path(), "hcc", "primary_malignancy", lesion=lesion)).name

    assert [found("2"), found("3"), found("label 3")] == ["label 2", "label 3", "label 3"]
    with pytest.raises(RoiError, match="'1'"):
        found("1")


def test_a_corrected_row_corrects_its_shard_without_making_it_again(tmp_path: Path) -> None:
    out = write_shards(tmp_path / "shards", 1, digest=SPEC.digest())
    before = read_shard(out / "p000.json")
    pixels = (out / "p000.npy").read_bytes()
    row = CohortRow("p000", tmp_path, "metastasis", "metastasis", subset="test", facts={"lesion_type": "met nec"})
    done = prepare([DicomSource(row)], SPEC, out)
    assert (done.made, done.kept) == (0, 1)
    now = read_shard(out / "p000.json")
    assert (before.label, before.subset) == ("benign", "train")
    assert (now.label, now.subset, now.facts["lesion_type"]) == ("metastasis", "test", "met nec")
    assert (out / "p000.npy").read_bytes() == pixels


def test_a_patient_in_two_sets_is_refused_over_all_tables_of_a_folder(tmp_path: Path) -> None:
    out = write_shards(tmp_path / "shards", 1, digest=SPEC.digest())
    second = CohortRow("p000", tmp_path, "hcc", "primary_malignancy", lesion="L2", subset="test")
    with pytest.raises(UsageError, match="p000 stands in two sets, 'train' and 'test'"):
        prepare([DicomSource(second)], SPEC, out)
    shard = replace(read_shard(out / "p000.json"), name="p000-L2", subset="test")
    write_shard(out, shard, np.zeros((shard.slices, 3, 8, 8), np.float32))
    with pytest.raises(UsageError, match="two sets"):
        ShardSet.open(out, THREE_WAY, ["train"])
