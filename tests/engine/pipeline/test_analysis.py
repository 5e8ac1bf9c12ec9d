"""The package that an analysis uses is known before it runs, so that its own vectors are replayed first."""

from __future__ import annotations

import json

import pydicom

from engine import pipeline
from engine.cli.work import Request, process
from tests.support.liver_files import write_liver_mask, write_liver_study
from tests.support.tiny_model import write_tiny_package


def test_a_package_of_fewer_channels_that_steps_in_is_tried_first(own_home, tmp_path):
    """Diffusion that does not show the lesion leaves T2 alone: the T2 package runs, not the one of both."""
    both = pipeline.install_package(write_tiny_package(tmp_path / "both"))
    alone = pipeline.install_package(write_tiny_package(tmp_path / "alone", roles=("T2",)))
    folder = write_liver_study(tmp_path / "study")
    write_liver_mask(folder / "lesion.nii.gz", slices=(9, 10))
    for path in (folder / "dwi").glob("*.dcm"):
        dataset = pydicom.dcmread(path)
        x, y, z = dataset.ImagePositionPatient
        dataset.ImagePositionPatient = [x, y, z + 150]
        dataset.save_as(path)
    study = pipeline.open_study([folder]).studies[0]
    done = process(study, Request(provider="cpu"), lambda _: tmp_path / "out")
    assert done.analysis.result.package.digest == alone.digest
    assert pipeline.package_for(done.case, pipeline.load_volumes(study, done.case.roles)).digest == alone.digest
    tried = json.loads((own_home / "selftest.json").read_text(encoding="utf-8"))
    assert [key.split("|")[0] for key in tried] == [alone.digest]
    assert both.digest != alone.digest
