"""Builds the sample study that ships: `python -m training.sample [OUT.zip]`.

One simulated patient of the internal test cohort's second half, which neither training nor the published figures
use, as Siemens-style DICOM with the lesion as SEG. Images are compressed without loss (JPEG-LS); the same phantom
version gives the same bytes.

The patient was picked after the first package's scores for six candidates had been seen, because it raises the flag
and shows both rules. It is an example of the program, not of how often the model is right. Pre-contrast T1 is left out
to keep the archive small.
"""

from __future__ import annotations

import sys
import tempfile
import zipfile
from pathlib import Path

import pydicom
from pydicom.uid import JPEGLSLossless

from training.phantom.cohort import draw_patient
from training.phantom.dicom_writer import write_study
from training.phantom.render import render_patient

COHORT, INDEX = "srrsh", 212
ROLES = ("T2", "DWI")
TARGET = Path(__file__).resolve().parents[1] / "assets" / "sample" / "study.zip"
EPOCH = (1980, 1, 1, 0, 0, 0)
"""Date of every archive member: the archive must not depend on when it was made."""


def build_sample(target: Path = TARGET) -> Path:
    """Write the archive and return its path."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        write_study(render_patient(draw_patient(COHORT, INDEX), ROLES), folder)
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            for path in sorted(p for p in folder.rglob("*") if p.is_file()):
                _compress(path)
                member = zipfile.ZipInfo(path.relative_to(folder).as_posix(), EPOCH)
                member.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(member, path.read_bytes())
    return target


def _compress(path: Path) -> None:
    dataset = pydicom.dcmread(path)
    if dataset.Modality == "MR":
        dataset.compress(JPEGLSLossless, generate_instance_uid=False)
        dataset.save_as(path)


if __name__ == "__main__":
    made = build_sample(*map(Path, sys.argv[1:2]))
    print(f"{made}: {made.stat().st_size / 2**20:.1f} MB")
