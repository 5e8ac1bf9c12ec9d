"""Masks in image formats: geometry by the header, whatever the order of axes; labels, fractions, layers; refusals."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path

import nibabel
import numpy as np
import pytest
import SimpleITK as sitk

from engine.domain.errors import RoiError
from engine.geometry.outline import mask_of_roi
from engine.roi_io import describe_roi, read_rois, write_nifti
from tests.support.roi_series import OBLIQUE, SmallStudy, ball, small_study

RAS = np.diag([-1.0, -1.0, 1.0, 1.0])


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> SmallStudy:
    return small_study(tmp_path_factory.mktemp("t2"), axes=OBLIQUE)


@pytest.fixture(scope="module")
def mask(small) -> np.ndarray:
    return ball(small.volume.shape, (2, 9, 12), (2, 4, 6)) & ~ball(small.volume.shape, (2, 9, 12), (1, 2, 2))


def nifti_affine(small: SmallStudy) -> np.ndarray:
    """(i, j, k) = (column, row, slice) to RAS: the column order turned round, x and y negated."""
    return RAS @ small.volume.affine[:, [2, 1, 0, 3]]


def image(small: SmallStudy, mask: np.ndarray, kind=nibabel.Nifti1Image, dtype=np.uint8):
    return kind(mask.transpose(2, 1, 0).astype(dtype), nifti_affine(small))


def masks(path: Path, small: SmallStudy, **options) -> list[np.ndarray]:
    rois = read_rois(path, small.study, small.series, small.volume, **options)
    return [mask_of_roi(roi, small.volume.affine, small.volume.shape) for roi in rois]


def refusal(path: Path, small: SmallStudy, **options) -> RoiError:
    with pytest.raises(RoiError) as caught:
        read_rois(path, small.study, small.series, small.volume, **options)
    assert path.name in caught.value.what
    assert caught.value.remedy
    return caught.value


@pytest.mark.parametrize("axes", ["RAS", "LPI", "SAR", "PIR"])
def test_array_order_does_not_matter(small, mask, tmp_path, axes) -> None:
    stored = image(small, mask)
    now = nibabel.orientations.io_orientation(stored.affine)
    wanted = nibabel.orientations.axcodes2ornt(tuple(axes))
    turned = stored.as_reoriented(nibabel.orientations.ornt_transform(now, wanted))
    nibabel.save(turned, tmp_path / "m.nii.gz")
    (found,) = masks(tmp_path / "m.nii.gz", small)
    assert np.array_equal(found, mask)


@pytest.mark.parametrize("kind", [nibabel.Nifti1Image, nibabel.Nifti2Image])
@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.int32, np.float32, np.float64])
def test_versions_and_data_types(small, mask, tmp_path, kind, dtype) -> None:
    nibabel.save(image(small, mask, kind, dtype), tmp_path / "m.nii")
    (found,) = masks(tmp_path / "m.nii", small)
    assert np.array_equal(found, mask)


def test_big_endian(small, mask, tmp_path) -> None:
    header = nibabel.Nifti1Header(endianness=">")
    nibabel.save(
        nibabel.Nifti1Image(mask.transpose(2, 1, 0).astype(">i2"), nifti_affine(small), header), tmp_path / "b.nii"
    )
    (found,) = masks(tmp_path / "b.nii", small)
    assert np.array_equal(found, mask)


def test_qform_alone(small, mask, tmp_path) -> None:
    stored = image(small, mask)
    stored.set_sform(None, 0)
    stored.set_qform(nifti_affine(small), 1)
    nibabel.save(stored, tmp_path / "q.nii")
    (found,) = masks(tmp_path / "q.nii", small)
    assert np.array_equal(found, mask)


def test_sform_wins_over_a_different_qform_and_says_so(small, mask, tmp_path) -> None:
    stored = image(small, mask)
    moved = nifti_affine(small)
    moved[2, 3] += 20.0
    stored.set_sform(nifti_affine(small), 2)
    stored.header.set_qform(moved, 1)
    nibabel.save(stored, tmp_path / "d.nii")
    (roi,) = read_rois(tmp_path / "d.nii", small.study, small.series, small.volume)
    assert np.array_equal(mask_of_roi(roi, small.volume.affine, small.volume.shape), mask)
    assert any("differ by up to 20.0 mm" in note for note in roi.notes)


def test_labels_become_lesions(small, mask, tmp_path) -> None:
    labels = mask.astype(np.uint8) * 3
    labels[0, 0:3, 0:4] = 7
    nibabel.save(image(small, labels), tmp_path / "l.nii")
    rois = read_rois(tmp_path / "l.nii", small.study, small.series, small.volume)
    assert [(roi.lesion_id, roi.name) for roi in rois] == [("L1", "label 3"), ("L2", "label 7")]
    assert mask_of_roi(rois[1], small.volume.affine, small.volume.shape).sum() == 12


def test_fractions_are_cut_at_one_half_and_said(small, mask, tmp_path) -> None:
    shares = mask * 0.8
    shares[0, 0, 0] = 0.3
    nibabel.save(image(small, shares, dtype=np.float32), tmp_path / "f.nii")
    (roi,) = read_rois(tmp_path / "f.nii", small.study, small.series, small.volume)
    assert np.array_equal(mask_of_roi(roi, small.volume.affine, small.volume.shape), mask)
    assert any("at least 0.5" in note for note in roi.notes)


def test_no_number_is_no_lesion(small, mask, tmp_path) -> None:
    values = mask.astype(np.float32)
    values[0, 0, 0] = np.nan
    nibabel.save(image(small, values, dtype=np.float32), tmp_path / "n.nii")
    (found,) = masks(tmp_path / "n.nii", small)
    assert np.array_equal(found, mask)


def _unplaced(mask: np.ndarray, path: Path, code: int) -> None:
    stored = nibabel.Nifti1Image(mask.transpose(2, 1, 0).astype(np.uint8), np.eye(4))
    stored.set_sform(np.eye(4), code)
    stored.set_qform(np.eye(4), code)
    nibabel.save(stored, path)


@pytest.mark.parametrize("code", [0, 2])
def test_without_geometry_only_a_person_may_place_it(small, mask, tmp_path, code) -> None:
    """Code 0: the header says that it knows nothing; code 2 with the identity: a program that knew nothing wrote it."""
    _unplaced(mask, tmp_path / "g.nii", code)
    assert refusal(tmp_path / "g.nii", small).code == "roi-unreferenced"
    assert not describe_roi(tmp_path / "g.nii", small.study).usable
    (found,) = masks(tmp_path / "g.nii", small, confirmed=True)
    assert np.array_equal(found, mask)
    _unplaced(mask[1:4], tmp_path / "s.nii", code)
    assert "another size" in refusal(tmp_path / "s.nii", small, confirmed=True).what


def _reduced(small, mask, path) -> None:
    nibabel.save(image(small, mask * 0), path)


def _picture(small, mask, path) -> None:
    nibabel.save(image(small, np.arange(mask.size).reshape(mask.shape), dtype=np.int16), path)


def _far(small, mask, path) -> None:
    affine = nifti_affine(small)
    affine[0, 3] += 5000
    nibabel.save(nibabel.Nifti1Image(mask.transpose(2, 1, 0).astype(np.uint8), affine), path)


def _header(small, mask, path, form, place, *values) -> None:
    nibabel.save(image(small, mask), path)
    content = bytearray(path.read_bytes())
    struct.pack_into(form, content, place, *values)
    path.write_bytes(content)


def _huge(small, mask, path) -> None:
    _header(small, mask, path, "<8h", 40, 3, 32767, 32767, 32767, 1, 1, 1, 1)


def _negative(small, mask, path) -> None:
    _header(small, mask, path, "<8h", 40, 3, -5, 3, 3, 1, 1, 1, 1)


def _colour(small, mask, path) -> None:
    _header(small, mask, path, "<h", 70, 128)


def _short(small, mask, path) -> None:
    nibabel.save(image(small, mask), path)
    path.write_bytes(path.read_bytes()[:1000])


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (_reduced, "roi-empty"),
        (_picture, "roi-unsupported"),
        (_far, "roi-outside"),
        (_huge, "roi-too-large"),
        (_negative, "roi-unreadable"),
        (_colour, "roi-unsupported"),
        (_short, "roi-unreadable"),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_nifti_refusals(small, mask, tmp_path, make, code, packed) -> None:
    path = tmp_path / "bad.nii"
    make(small, mask, path)
    if packed:
        content = path.read_bytes()
        path = tmp_path / "bad.nii.gz"
        path.write_bytes(gzip.compress(content))
    assert refusal(path, small).code == code


def test_gzip_cut_short(small, mask, tmp_path) -> None:
    noise = np.random.default_rng(1).integers(0, 2, mask.shape)
    nibabel.save(image(small, noise), tmp_path / "whole.nii.gz")
    path = tmp_path / "cut.nii.gz"
    path.write_bytes((tmp_path / "whole.nii.gz").read_bytes()[:-60])
    assert refusal(path, small).code == "roi-unreadable"


def as_itk(small: SmallStudy, mask: np.ndarray) -> sitk.Image:
    stored = sitk.GetImageFromArray(mask.astype(np.uint8))
    axes = small.volume.affine[:3, :3]
    lengths = np.linalg.norm(axes, axis=0)
    stored.SetSpacing([float(value) for value in lengths[::-1]])
    stored.SetDirection([float(value) for value in (axes / lengths)[:, ::-1].ravel()])
    stored.SetOrigin([float(value) for value in small.volume.affine[:3, 3]])
    return stored


@pytest.mark.parametrize("suffix", ["nrrd", "mha", "nii.gz"])
def test_files_written_by_itk(small, mask, tmp_path, suffix) -> None:
    path = tmp_path / f"m.{suffix}"
    sitk.WriteImage(as_itk(small, mask), str(path), True)
    (found,) = masks(path, small)
    assert np.array_equal(found, mask)
    renamed = tmp_path / "läsion mask"  # neither the name nor its letters matter
    path.rename(renamed)
    (found,) = masks(renamed, small)
    assert np.array_equal(found, mask)


def nrrd(small: SmallStudy, space: str, signs: tuple[float, float, float], mask: np.ndarray, extra: str = "") -> bytes:
    """Write NRRD by hand: the signs turn LPS axes and origin into the named space."""
    turn = np.diag(signs)
    axes, origin = turn @ small.volume.affine[:3, :3], turn @ small.volume.affine[:3, 3]
    vector = "({:.17g},{:.17g},{:.17g})"
    directions = " ".join(vector.format(*axes[:, column]) for column in (2, 1, 0))
    layered = mask.ndim == 4
    sizes = " ".join(str(size) for size in (mask.shape[3:] if layered else ()) + mask.shape[:3][::-1])
    head = (
        f"NRRD0004\ntype: unsigned char\ndimension: {mask.ndim}\nspace: {space}\nsizes: {sizes}\n"
        f"space directions: {'none ' if layered else ''}{directions}\n"
        f"kinds: {'list ' if layered else ''}domain domain domain\nencoding: gzip\n"
        f"space origin: {vector.format(*origin)}\n{extra}\n"
    )
    return head.encode() + gzip.compress(mask.astype(np.uint8).tobytes())


@pytest.mark.parametrize(
    ("space", "signs"),
    [("left-posterior-superior", (1, 1, 1)), ("right-anterior-superior", (-1, -1, 1)), ("LAS", (1, -1, 1))],
)
def test_nrrd_spaces(small, mask, tmp_path, space, signs) -> None:
    (tmp_path / "m.nrrd").write_bytes(nrrd(small, space, signs, mask))
    (found,) = masks(tmp_path / "m.nrrd", small)
    assert np.array_equal(found, mask)


def test_nrrd_in_a_scanner_space_is_refused(small, mask, tmp_path) -> None:
    (tmp_path / "m.nrrd").write_bytes(nrrd(small, "scanner-xyz", (1, 1, 1), mask))
    assert "not anatomical" in refusal(tmp_path / "m.nrrd", small).what


def test_slicer_segmentation_with_overlapping_layers_and_names(small, mask, tmp_path) -> None:
    second = ball(small.volume.shape, (2, 9, 15), (2, 4, 6))
    extra = (
        "Segment0_LabelValue:=1\nSegment0_Layer:=0\nSegment0_Name:=HCC\n"
        "Segment1_LabelValue:=1\nSegment1_Layer:=1\nSegment1_Name:=Zyste ü\n"
    )
    content = nrrd(small, "left-posterior-superior", (1, 1, 1), np.stack([mask, second], -1), extra)
    (tmp_path / "s.seg.nrrd").write_bytes(content)
    rois = read_rois(tmp_path / "s.seg.nrrd", small.study, small.series, small.volume)
    assert [roi.name for roi in rois] == ["HCC", "Zyste ü"]
    for roi, expected in zip(rois, (mask, second), strict=True):
        assert np.array_equal(mask_of_roi(roi, small.volume.affine, small.volume.shape), expected)


def test_mha_without_geometry_needs_a_person(small, mask, tmp_path) -> None:
    sitk.WriteImage(sitk.GetImageFromArray(mask.astype(np.uint8)), str(tmp_path / "p.mha"))
    assert refusal(tmp_path / "p.mha", small).code == "roi-unreferenced"
    (found,) = masks(tmp_path / "p.mha", small, confirmed=True)
    assert np.array_equal(found, mask)


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("suffix", ["mhd", "nhdr"])
def test_data_in_a_file_beside_it(small, mask, tmp_path, suffix, packed) -> None:
    sitk.WriteImage(as_itk(small, mask), str(tmp_path / f"m.{suffix}"), packed)
    (found,) = masks(tmp_path / f"m.{suffix}", small)
    assert np.array_equal(found, mask)
    header = (tmp_path / f"m.{suffix}").rename(tmp_path / f"läsion.{suffix}")
    (found,) = masks(header, small)
    assert np.array_equal(found, mask)
    (data,) = (path for path in tmp_path.iterdir() if path != header)
    data.unlink()
    problem = refusal(header, small)
    assert (problem.code, data.name in problem.what) == ("roi-unreadable", True)


@pytest.mark.parametrize("named", ["LIST", "slice%03d.raw 1 6 1", "/etc/hostname", "../m.raw", "..\\m.raw"])
@pytest.mark.parametrize(("suffix", "field"), [("mhd", b"ElementDataFile = "), ("nhdr", b"data file: ")])
def test_data_elsewhere_is_refused(small, mask, tmp_path, suffix, field, named) -> None:
    path = tmp_path / f"m.{suffix}"
    sitk.WriteImage(as_itk(small, mask), str(path))
    before, _, _ = path.read_bytes().partition(field)
    path.write_bytes(before + field + named.encode() + b"\n")
    assert refusal(path, small).code == "roi-unsupported"


@pytest.mark.parametrize("kind", [nibabel.Nifti1Image, nibabel.Nifti2Image])
@pytest.mark.parametrize(("unit", "in_mm"), [("meter", 1000.0), ("micron", 0.001)])
def test_units_of_length_are_honoured(small, mask, tmp_path, kind, unit, in_mm) -> None:
    affine = np.diag([1 / in_mm, 1 / in_mm, 1 / in_mm, 1]) @ nifti_affine(small)
    made = kind(mask.transpose(2, 1, 0).astype(np.uint8), affine)
    made.header.set_xyzt_units(unit)
    nibabel.save(made, tmp_path / "m.nii")
    (found,) = masks(tmp_path / "m.nii", small)
    assert np.array_equal(found, mask)


def test_huge_nrrd_is_refused_before_it_is_read(small, tmp_path) -> None:
    (tmp_path / "h.nrrd").write_bytes(
        b"NRRD0004\ntype: unsigned char\ndimension: 3\nspace: LPS\nsizes: 100000 100000 1000\n"
        b"space directions: (1,0,0) (0,1,0) (0,0,1)\nencoding: raw\n\nxx"
    )
    assert refusal(tmp_path / "h.nrrd", small).code == "roi-too-large"


def test_nothing_to_write_and_nowhere_to_write(small, mask, tmp_path) -> None:
    with pytest.raises(RoiError) as caught:
        write_nifti([], small.volume, tmp_path / "n.nii.gz")
    assert caught.value.code == "roi-empty"
    (tmp_path / "file").write_text("x")
    with pytest.raises(RoiError) as caught:
        write_nifti([small.roi(mask)], small.volume, tmp_path / "file" / "n.nii.gz")
    assert caught.value.code == "roi-not-written"


def test_written_nifti_is_what_nibabel_reads(small, mask, tmp_path) -> None:
    write_nifti([small.roi(mask)], small.volume, tmp_path / "n.nii.gz")
    stored = nibabel.load(tmp_path / "n.nii.gz")
    assert np.array_equal(np.asarray(stored.dataobj), mask.transpose(2, 1, 0))
    assert np.allclose(stored.affine, nifti_affine(small), atol=1e-4)
