"""Folders, links, archives, copies, several patients: everything that somebody may drop."""

from __future__ import annotations

import os
import random
import shutil
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

from engine.domain.errors import Cancelled
from engine.intake import archive, load_volume, read_paths
from tests.support.dicom_writer import MRImage, write_classic, write_stack


def reasons(opened):
    found = {entry.path.name: entry.reason for entry in opened.skipped}
    for study in opened.studies:
        found |= {entry.path.name: entry.reason for entry in study.skipped}
    return found


def comparable(opened):
    """What must not depend on names and order: everything but the paths."""
    return [
        (study.study_instance_uid, study.patient.patient_id, series.key, series.slices, series.slice_step_mm,
         series.facts,
         [(i.sop_instance_uid, i.frame, i.plane) for i in series.instances])
        for study in opened.studies
        for series in study.series
    ]  # fmt: skip


@pytest.mark.parametrize("seed", range(3))
def test_order_names_and_folders_of_files_never_change_the_result(tmp_path, seed):
    chance = random.Random(seed)
    tags = {"ScanningSequence": "EP", "DiffusionBValue": 800.0}
    paths = write_stack(tmp_path / "a", slices=9) + write_stack(tmp_path / "a", series=2, slices=7, tags=tags)
    paths += write_stack(tmp_path / "a", series=2, slices=7, tags=tags | {"DiffusionBValue": 50.0}, first_instance=90)
    expected = comparable(read_paths([tmp_path / "a"]))
    names = [f"{number:04d}{chance.choice(['', '.dcm', '.IMA', '.MR.1'])}" for number in range(len(paths))]
    chance.shuffle(names)
    for path, name in zip(paths, names, strict=True):
        target = tmp_path / "b" / chance.choice(["", "x", "x/y", "z"]) / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    assert comparable(read_paths([tmp_path / "b"])) == expected
    given = sorted((tmp_path / "b").rglob("*"), key=lambda _path: chance.random())
    assert comparable(read_paths([path for path in given if path.is_file()])) == expected


def test_helper_processes_give_the_same_result(tmp_path):
    write_stack(tmp_path, slices=70)
    assert read_paths([tmp_path], workers=2) == read_paths([tmp_path])


def test_copies_are_set_aside_with_the_name_of_the_one_used(tmp_path):
    paths = write_stack(tmp_path, slices=4)
    shutil.copy(paths[0], tmp_path / "zz copy.dcm")
    opened = read_paths([tmp_path])
    assert opened.studies[0].series[0].slices == 4
    assert paths[0].name in reasons(opened)["zz copy.dcm"]


def test_one_uid_for_all_images_does_not_lose_them(tmp_path):
    write_stack(tmp_path, slices=5, tags={"SOPInstanceUID": "1.2.3"})
    assert read_paths([tmp_path]).studies[0].series[0].slices == 5


def test_patients_and_studies_are_kept_apart(tmp_path):
    write_stack(tmp_path, slices=3)
    write_stack(tmp_path, slices=3, series=2, tags={"StudyInstanceUID": "1.2.3"})
    write_stack(tmp_path, slices=3, series=3, tags={"PatientID": "P2", "PatientName": "Phantom^Two"})
    studies = read_paths([tmp_path]).studies
    assert len(studies) == 3
    assert {study.patient.patient_id for study in studies} == {"P1", "P2"}
    assert all(len(study.series) == 1 for study in studies)


def test_images_without_a_patient_id_stay_with_their_study(tmp_path):
    write_stack(tmp_path, slices=3)
    write_stack(tmp_path, slices=3, series=2, tags={"PatientID": ""})
    (study,) = read_paths([tmp_path]).studies
    assert len(study.series) == 2
    assert study.patient.patient_id == "P1"


def test_patient_context(tmp_path):
    write_stack(tmp_path, slices=2, tags={"PatientAge": "063Y", "PatientSex": "F", "StudyDescription": "MR LIVER"})
    (study,) = read_paths([tmp_path]).studies
    assert (study.patient.age_years, study.patient.sex) == (63, "F")
    assert (study.study_date, study.study_description, study.accession_number) == ("20240102", "MR LIVER", "A1")
    write_stack(tmp_path / "b", slices=2)
    # born 1 January 1960, seen 2 January 2024
    assert read_paths([tmp_path / "b"]).studies[0].patient.age_years == 64


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights on Windows")
def test_links_that_loop_end_and_broken_ones_are_named(tmp_path):
    write_stack(tmp_path / "a", slices=3)
    (tmp_path / "a" / "loop").symlink_to(tmp_path)
    (tmp_path / "again").symlink_to(tmp_path / "a")
    (tmp_path / "nowhere").symlink_to(tmp_path / "missing")
    opened = read_paths([tmp_path])
    assert opened.studies[0].series[0].slices == 3
    assert reasons(opened) == {"nowhere": "a link that leads nowhere"}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    write_stack(tmp_path, slices=2)
    assert reasons(read_paths([tmp_path])) == {"pipe": "no regular file"}


def test_names_in_any_script_and_long_paths(tmp_path):
    deep = tmp_path / "肝脏 МРТ é" / ("x" * 100) / ("y" * 100)
    write_stack(deep, slices=3)
    series = read_paths([tmp_path]).studies[0].series[0]
    assert series.slices == 3
    assert load_volume(series).shape == (3, 8, 8)


def test_missing_paths_and_foreign_files_have_reasons(tmp_path):
    (tmp_path / "letter.txt").write_text("no image")
    (tmp_path / "Thumbs.db").write_bytes(b"\xd0\xcf\x11\xe0" + b"\0" * 300)
    (tmp_path / "disc.tar.gz").write_bytes(b"\x1f\x8b")
    opened = read_paths([tmp_path, tmp_path / "missing"])
    assert not opened.studies
    found = reasons(opened)
    assert found["letter.txt"] == found["Thumbs.db"] == "no DICOM file"
    assert "unpack" in found["disc.tar.gz"]
    assert "cannot be reached" in found["missing"]


def test_masks_in_image_formats_go_to_every_study(tmp_path):
    write_stack(tmp_path, slices=3)
    write_stack(tmp_path, slices=3, series=2, tags={"StudyInstanceUID": "1.2.3"})
    names = {"roi.nii.gz", "roi.nii", "a.seg.nrrd", "b.NRRD", "c.mha"}
    for name in names:
        (tmp_path / name).write_bytes(b"mask")
    studies = read_paths([tmp_path]).studies
    assert len(studies) == 2
    assert all({path.name for path in study.roi_paths} == names for study in studies)


def test_other_modalities_become_series_that_can_be_named(tmp_path):
    write_stack(tmp_path, slices=3, tags={"Modality": "CT", "SOPClassUID": "1.2.840.10008.5.1.4.1.1.2"})
    (series,) = read_paths([tmp_path]).studies[0].series
    assert series.facts.modality == "CT"


def test_cancel_stops_between_chunks(tmp_path):
    write_stack(tmp_path, slices=3)

    class Stop:
        def step(self, stage, done, total):
            raise Cancelled

    with pytest.raises(Cancelled):
        read_paths([tmp_path], Stop())


# --- archives ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def archived(tmp_path):
    source = tmp_path / "source"
    write_stack(source, slices=4)
    (source / "roi.nii.gz").write_bytes(b"mask")
    (source / "readme.txt").write_text("text")
    path = tmp_path / "study.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive_file:
        for file in sorted(source.iterdir()):
            archive_file.write(file, f"disc/{file.name}")
    shutil.rmtree(source)
    yield path
    archive.remove_extracted()


def test_a_zip_is_read_like_a_folder(archived):
    opened = read_paths([archived])
    (study,) = opened.studies
    assert study.series[0].slices == 4
    assert [path.name.endswith(".nii.gz") for path in study.roi_paths] == [True]
    assert load_volume(study.series[0]).array[3, 1, 1] == 103
    assert {str(entry.path): entry.reason for entry in opened.skipped} == {
        str(archived / "disc/readme.txt"): "no DICOM file"
    }
    again = read_paths([archived.parent])
    assert again.studies[0].series[0].instances[0].path == study.series[0].instances[0].path  # unpacked once
    folder = study.series[0].instances[0].path.parent
    archive.remove_extracted()
    assert not folder.exists()


def test_entries_cannot_escape_their_folder(tmp_path):
    image = write_classic(tmp_path / "a.dcm", MRImage()).read_bytes()
    path = tmp_path / "bad.zip"
    with zipfile.ZipFile(path, "w") as archive_file:
        for name in ("../evil.dcm", "/abs.dcm", "C:\\win.dcm", "ok/good.dcm"):
            archive_file.writestr(name, image)
        archive_file.writestr("inner.zip", b"PK\3\4")
    opened = read_paths([path])
    assert len(opened.studies[0].series[0].instances) == 1
    found = reasons(opened)
    assert sum("outside the archive" in reason for reason in found.values()) == 3
    assert "archive within an archive" in found["inner.zip"]
    assert not (tmp_path.parent / "evil.dcm").exists()
    archive.remove_extracted()


def test_bombs_and_damaged_archives_are_refused(tmp_path):
    image = write_classic(tmp_path / "a.dcm", MRImage()).read_bytes()
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive_file:
        archive_file.writestr("bomb.dcm", image + b"\0" * (80 * 1024**2))
    (tmp_path / "broken.zip").write_bytes(path.read_bytes()[:-40] + b"\0" * 18)
    opened = read_paths([tmp_path / "bomb.zip", tmp_path / "broken.zip"])
    assert not opened.studies
    assert "believable" in reasons(opened)["bomb.dcm"]
    assert "broken.zip" in reasons(opened)
    archive.remove_extracted()


def test_an_archive_is_known_by_its_content(archived):
    """Downloads often lose their suffix; what is cut short or holds nothing says so."""
    shutil.copy(archived, archived.with_name("export"))
    (study,) = read_paths([archived.with_name("export")]).studies
    assert study.series[0].slices == 4
    archived.with_name("cut.zip").write_bytes(archived.read_bytes()[:900])
    with zipfile.ZipFile(archived.with_name("empty.zip"), "w"):
        pass
    found = reasons(read_paths([archived.with_name("cut.zip"), archived.with_name("empty.zip")]))
    assert found == {"cut.zip": "the archive is damaged or cut short", "empty.zip": "the archive is empty"}


def test_a_study_survives_the_round_trip_of_a_volume(tmp_path):
    write_stack(tmp_path, slices=3, pixel_spacing_mm=(2.0, 3.0))
    volume = load_volume(read_paths([tmp_path]).studies[0].series[0])
    assert volume.spacing_mm == pytest.approx((5.0, 2.0, 3.0))
    assert np.array_equal(volume.array[:, 1, 1], [100, 101, 102])
    assert isinstance(Path(tmp_path), Path)
