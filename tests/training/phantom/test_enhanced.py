"""Enhanced multi-frame studies: valid objects that hold the classic ones' pixels, places and b-values."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from training.phantom.dicom_writer import enhanced_datasets, study_datasets
from training.phantom.render import RenderedPatient
from training.phantom.segmentation import lesion_segmentation


def test_frames_are_the_classic_images(rendered: RenderedPatient) -> None:
    classic, enhanced = study_datasets(rendered, "GE"), enhanced_datasets(rendered, "GE")
    assert set(classic) == set(enhanced)
    for key, ds in enhanced.items():
        images = classic[key]
        assert ds.NumberOfFrames == len(images) == len(ds.PerFrameFunctionalGroupsSequence)
        assert ds.PixelData == b"".join(image.PixelData for image in images)
        for image, groups in zip(images, ds.PerFrameFunctionalGroupsSequence, strict=True):
            assert groups.PlanePositionSequence[0].ImagePositionPatient == image.ImagePositionPatient
    weights = [g.MRDiffusionSequence[0].DiffusionBValue for g in enhanced["DWI"].PerFrameFunctionalGroupsSequence]
    assert set(weights) == {rendered.protocols["DWI"].b_low, rendered.protocols["DWI"].b_high}


def test_index_values_are_unique(rendered: RenderedPatient) -> None:
    for ds in enhanced_datasets(rendered, "Philips").values():
        values = [
            tuple(g.FrameContentSequence[0].DimensionIndexValues) for g in ds.PerFrameFunctionalGroupsSequence
        ]  # fmt: skip
        assert len(set(values)) == len(values)
        assert len(values[0]) == len(ds.DimensionIndexSequence)


@pytest.mark.skipif(shutil.which("dciodvfy") is None, reason="dciodvfy (package dicom3tools) is not installed")
@pytest.mark.parametrize("vendor", ["Siemens", "Philips"])
def test_dciodvfy_finds_no_error(rendered: RenderedPatient, tmp_path: Path, vendor: str) -> None:
    objects = dict(enhanced_datasets(rendered, vendor))
    segmentation = lesion_segmentation(rendered, [objects["T2"]])
    assert np.array_equal(segmentation.pixel_array.astype(bool).sum(), rendered.mask.sum())
    for key, written in {**objects, "SEG": segmentation}.items():
        path = tmp_path / f"{key}.dcm"
        written.save_as(path, enforce_file_format=True)
        said = subprocess.run(["dciodvfy", str(path)], capture_output=True, text=True, check=False)
        lines = (said.stdout + said.stderr).splitlines()
        assert not [line for line in lines if line.startswith("Error")], key
