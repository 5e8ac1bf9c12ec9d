"""Cohorts on disk: one physics whichever way out, manifests that say what made them, the same bytes again."""

from __future__ import annotations

import csv
import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from engine.domain.package import PreprocessSpec
from engine.domain.sequence import SequenceRole
from engine.domain.volume import VolumeSet
from engine.preprocess.build import build_slice_inputs
from training.cohort import CohortRow
from training.dataset import read_shard
from training.phantom.cohort import COHORTS, cohort_size, draw_patient
from training.phantom.dicom_writer import Variants, write_study
from training.phantom.render import render_patient
from training.phantom.tissues import table_digest
from training.prepare import prepare
from training.simulate import write_shard_cohort
from training.sources import DicomSource, phantom_sources

SIX = tuple(SequenceRole)
TWO = (SequenceRole.T2, SequenceRole.DWI)
SPEC = PreprocessSpec(channels=TWO)


def _smallest_of(cohort: str, vendor: str) -> int:
    """The patient with the flattest lesion among the first of a vendor: few slices to prepare."""
    patients = [draw_patient(cohort, index) for index in range(min(60, cohort_size(cohort)))]
    return min((p for p in patients if p.vendor == vendor), key=lambda p: (p.lesion.radii_mm[2], p.index)).index


@pytest.mark.parametrize(
    ("cohort", "vendor", "roles", "variants"),
    [
        ("train", "GE", TWO, Variants(split_b_values=True, descending=True, chinese=True)),
        ("srrsh", "Siemens", TWO, Variants(drop_b_tags=True, without_adc=True)),
        ("hzfph", "Philips", TWO, Variants(without_spacing=True, silent_contrast=True)),
        ("tdh", "UIH", SIX, Variants(enhanced=True)),
    ],
)
def test_memory_and_files_give_the_same_inputs(
    tmp_path: Path, cohort: str, vendor: str, roles: tuple[SequenceRole, ...], variants: Variants
) -> None:
    patient = draw_patient(cohort, _smallest_of(cohort, vendor))
    rendered = render_patient(patient, roles)
    write_study(rendered, tmp_path, variants=variants)
    spec = PreprocessSpec(channels=roles)
    diagnosis = patient.label.replace("_", " ")
    read = DicomSource(CohortRow(patient.patient_id, tmp_path, diagnosis, patient.label, subset=cohort)).load(roles)
    direct = build_slice_inputs(VolumeSet(rendered.volumes), rendered.roi, spec)
    prepared = build_slice_inputs(read.volumes, read.roi, spec)
    assert len(direct) == len(prepared) >= 1
    for one, other in zip(direct, prepared, strict=True):
        # Inputs span −1 … 1: a thousandth of the range is 0.002.
        assert np.abs(one.array - other.array).max() < 1e-3 * 2
        assert (one.ref.index, one.ref.nearest_t2_slice) == (other.ref.index, other.ref.nearest_t2_slice)
        assert one.ref.position_mm == pytest.approx(other.ref.position_mm, abs=1e-4)


def test_cohort_on_disk(tmp_path: Path) -> None:
    sources = phantom_sources("tdh", 2, first=5)
    done = write_shard_cohort(sources, SPEC, tmp_path, with_excluded=True)
    assert done.made == 2
    manifest = json.loads((tmp_path / "manifest" / "tdh.json").read_text(encoding="utf-8"))
    assert manifest["seed"] == sources[0].seed
    assert manifest["parameter_table_sha256"] == table_digest()
    assert manifest["spec_digest"] == SPEC.digest()
    assert manifest["patients"] == ["PH-TDH-0006", "PH-TDH-0007"]
    assert manifest["cohort_labels"] == {"benign": 40, "metastasis": 13, "primary_malignancy": 19}
    assert len(manifest["files"]) == 4
    for name, digest in manifest["files"].items():
        assert hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() == digest
    with (tmp_path / "exclusions.csv").open(encoding="utf-8") as stream:
        left_out = list(csv.DictReader(stream))
    assert len(left_out) == 70
    assert {row["subset"] for row in left_out} == {"tdh"}
    # The same seed gives the same bytes, in another folder and alone.
    prepare(phantom_sources("tdh", 1, first=5), SPEC, tmp_path / "again")
    digest = hashlib.sha256((tmp_path / "again" / "PH-TDH-0006.npy").read_bytes()).hexdigest()
    assert manifest["files"]["PH-TDH-0006.npy"] == digest
    # A second run makes nothing new, forgets nobody and repeats the manifest; the folder stays one of shards alone.
    before = (tmp_path / "manifest" / "tdh.json").read_bytes()
    again = write_shard_cohort(sources, SPEC, tmp_path, with_excluded=True)
    assert (again.made, again.kept) == (0, 2)
    assert (tmp_path / "manifest" / "tdh.json").read_bytes() == before
    with (tmp_path / "exclusions.csv").open(encoding="utf-8") as stream:
        assert list(csv.DictReader(stream)) == left_out


def test_patients_of_one_class_in_a_set_of_their_own(tmp_path: Path) -> None:
    chosen = phantom_sources("tdh", 2, first=5, label="metastasis", chosen_set="validation")
    labels = [draw_patient("tdh", index).label for index in range(5, cohort_size("tdh"))]
    places = [5 + place for place, label in enumerate(labels) if label == "metastasis"]
    assert [source.index for source in chosen] == places[:2]
    write_shard_cohort(chosen[:1], SPEC, tmp_path)
    write_shard_cohort(phantom_sources("tdh", 1, first=5), SPEC, tmp_path)
    sets = {shard.patient: (shard.label, shard.subset) for shard in map(read_shard, tmp_path.glob("*.json"))}
    assert sets == {chosen[0].patient: ("metastasis", "validation"), "PH-TDH-0006": (labels[0], "tdh")}
    # The manifest is of everybody in the folder, whichever command made them.
    manifest = json.loads((tmp_path / "manifest" / "tdh.json").read_text(encoding="utf-8"))
    assert manifest["patients"] == sorted(sets)


def test_another_seed_is_another_world() -> None:
    assert draw_patient("tdh", 5, 7) != draw_patient("tdh", 5)


@pytest.mark.parametrize("cohort", COHORTS)
def test_draws_do_not_depend_on_order(cohort: str) -> None:
    late = draw_patient(cohort, cohort_size(cohort) - 1)
    draw_patient(cohort, 0)
    assert draw_patient(cohort, cohort_size(cohort) - 1) == late
