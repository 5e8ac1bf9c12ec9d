"""Bench: indexing a study of realistic headers against SimpleITK's discovery, dcm2niix and a bare pydicom loop.

    python -m tests.bench.bench_intake [files ...]        default: 100 1000 10000

Prints, for each number of files, the time per file of every tool measured in this one run, the ratios, and the peak
memory of the index. It prints and never fails.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from pydicom import dcmread

from engine.intake import read_paths
from tests.support.dicom_writer import MRImage, classic_dataset, save

FILES_FOR_ALL_NAMES = 200
"""Above this SimpleITK's listing of files per series takes minutes: its cost grows with files times series."""
_DYNAMIC = {"ScanningSequence": "GR", "MRAcquisitionType": "3D", "EchoTime": 1.3, "RepetitionTime": 3.5}


def realistic_template(side: int = 96) -> Any:
    """Return the data set of an image of `side` x `side` pixels with some 270 elements, private groups included."""
    template = classic_dataset(MRImage(pixels=np.zeros((side, side), np.uint16), tags=_DYNAMIC))
    template.Manufacturer = "SIEMENS"
    for group, creator in ((0x0019, "SIEMENS MR HEADER"), (0x0051, "SIEMENS MR HEADER"), (0x0021, "SIEMENS MR SDS 01")):
        block = template.private_block(group, creator, create=True)
        for element in range(70):
            block.add_new(0x20 + element, "LO", f"value {element} of {creator}")
    csa = template.private_block(0x0029, "SIEMENS CSA HEADER", create=True)
    csa.add_new(0x10, "OB", bytes(11_000))
    csa.add_new(0x20, "OB", bytes(38_000))
    return template


def realistic_study(folder: Path, files: int, slices: int = 40) -> None:
    """Write `files` classic images of some 270 elements each: series of 40 slices, 96 x 96 pixels, private groups."""
    template = realistic_template()
    for number in range(files):
        series, index = divmod(number, slices)
        template.SeriesNumber = series + 1
        template.SeriesInstanceUID = f"1.2.826.0.1.3680043.10.1561.9.{series + 1}"
        template.SOPInstanceUID = f"1.2.826.0.1.3680043.10.1561.8.{number + 1}"
        template.InstanceNumber = index + 1
        template.SeriesDescription = f"t1_vibe_fs_tra_bh {series + 1}"
        template.AcquisitionTime = f"10{series % 60:02d}00"
        template.ImagePositionPatient = [0.0, 0.0, 3.0 * index]
        save(template, folder / f"IM{number:06d}")


def bare_loop(folder: Path) -> None:
    """Read every header with pydicom and do nothing with it."""
    for path in sorted(folder.iterdir()):
        dcmread(path, stop_before_pixels=True)


def simpleitk_series(folder: Path) -> None:
    """Let SimpleITK name the series of a folder."""
    import SimpleITK as sitk

    sitk.ImageSeriesReader.GetGDCMSeriesIDs(str(folder))


def simpleitk_discovery(folder: Path) -> None:
    """Let SimpleITK name the series and the files of each: it reads the whole folder again for every series."""
    import SimpleITK as sitk

    for uid in sitk.ImageSeriesReader.GetGDCMSeriesIDs(str(folder)):
        sitk.ImageSeriesReader.GetGDCMSeriesFileNames(str(folder), uid)


def dcm2niix(folder: Path) -> None:
    """Let dcm2niix look for the series without converting them."""
    subprocess.run(["dcm2niix", "-n", "-1", "-f", "%s", str(folder)], check=False, capture_output=True)


def seconds_of(work: Callable[[], object]) -> float:
    """Return the wall time of one call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> None:
    """Print the table."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    for files in [int(argument) for argument in sys.argv[1:]] or [100, 1000, 10_000]:
        folder = Path(tempfile.mkdtemp(prefix="lobule-bench-"))
        try:
            _measure(folder, files, cores)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _measure(folder: Path, files: int, cores: int) -> None:
    realistic_study(folder, files)
    elements = len(dcmread(next(folder.iterdir()), stop_before_pixels=True))
    bare_loop(folder)  # warm the disk cache for everybody
    bare = min(seconds_of(lambda: bare_loop(folder)) for _ in range(2))
    ours = min(seconds_of(lambda: read_paths([folder])) for _ in range(2))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    itk = seconds_of(lambda: simpleitk_series(folder))
    print(f"{files} files of {elements} elements, {cores} cores")
    print(f"  index          {ours:8.2f} s  {1000 * ours / files:6.2f} ms a file, peak memory {peak:.0f} MB")
    print(f"  bare pydicom   {bare:8.2f} s  index / bare = {ours / bare:.2f}")
    print(f"  SimpleITK      {itk:8.2f} s  SimpleITK / index = {itk / ours:.1f} (names of the series only)")
    if files <= FILES_FOR_ALL_NAMES:
        whole = seconds_of(lambda: simpleitk_discovery(folder))
        print(f"  SimpleITK      {whole:8.2f} s  SimpleITK / index = {whole / ours:.1f} (series and their files)")
    if shutil.which("dcm2niix"):
        converter = seconds_of(lambda: dcm2niix(folder))
        print(f"  dcm2niix       {converter:8.2f} s  dcm2niix / index = {converter / ours:.1f}")


if __name__ == "__main__":
    main()
