"""Self-test vectors and manifests: the parts of a package that need no torch.

`selftest.npz` holds small volumes and an outline, the inputs that preprocessing makes of them, and
what the network answers. `engine.selftest` replays the whole path on the reader's machine.

Keys: ``volume_<ROLE>`` (slice, row, column) float32, ``affine_<ROLE>`` (4, 4) float64,
``contour_<i>`` (N, 3) float64 in mm, ``inputs`` (n, c, s, s) float32, ``logits`` (n, k) float32,
``cam`` (n, k, h, w) float32.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.domain.package import ModelManifest, PreprocessSpec
from engine.domain.roi import Contour, LesionId, Roi
from engine.domain.sequence import SequenceRole
from engine.domain.volume import Volume, VolumeSet
from engine.preprocess.build import build_slice_inputs

Floats = NDArray[np.float32]
Run = Callable[[Floats], tuple[Floats, Floats]]
"""Network inputs (n, c, s, s) → logits (n, k) and cam (n, k, h, w)."""


def small_study(roles: tuple[SequenceRole, ...], seed: int = 7) -> tuple[VolumeSet, Roi]:
    """A small made-up study: noise with a bright ellipsoid, every role on its own grid.

    T2 lies obliquely in space and the other roles have other spacings and origins, so that a replay
    exercises the geometry. Nothing in it resembles a patient.
    """
    generator = np.random.default_rng(seed)
    tilt = np.deg2rad(8.0)
    rotation = np.array([[1, 0, 0], [0, np.cos(tilt), -np.sin(tilt)], [0, np.sin(tilt), np.cos(tilt)]])
    centre = np.array([-40.0, -12.0, 30.0])
    volumes = {}
    for number, role in enumerate(roles):
        step, pixel = (6.0, 1.5) if role == SequenceRole.T2 else (5.0 + number, 1.9)
        shape = (9, 56, 56)
        axes = np.stack([rotation[:, 2] * step, rotation[:, 1] * pixel, rotation[:, 0] * pixel], 1)
        affine = np.eye(4)
        affine[:3, :3] = axes
        middle = (np.array(shape) - 1) / 2 + (0 if role == SequenceRole.T2 else 0.3)
        affine[:3, 3] = centre - axes @ middle
        index = np.indices(shape).reshape(3, -1)
        offset = affine[:3, :3] @ index + affine[:3, 3:] - centre[:, None]
        inside = (np.linalg.norm(offset / np.array([[18.0], [14.0], [17.0]]), axis=0) < 1).reshape(shape)
        array = 300 + 60 * number + 25 * generator.standard_normal(shape)
        array[inside] += 180 - 40 * number
        volumes[role] = Volume(array.astype(np.float32), affine, "1.2.3")
    t2 = volumes[SequenceRole.T2]
    angle = np.linspace(0, 2 * np.pi, 36, endpoint=False)
    contours = []
    for slice_index in (3, 4, 5):
        radius = 15.0 * np.sqrt(1 - ((slice_index - 4) * 6.0 / 17.0) ** 2)
        middle_row, middle_column = (t2.shape[1] - 1) / 2, (t2.shape[2] - 1) / 2
        points = np.stack(
            [
                np.full(36, float(slice_index)),
                middle_row + radius / 1.5 * np.sin(angle),
                middle_column + radius / 1.5 * np.cos(angle),
                np.ones(36),
            ]
        )
        contours.append(Contour((t2.affine @ points)[:3].T))
    roi = Roi(LesionId("L1"), tuple(contours), frame_of_reference_uid="1.2.3")
    return VolumeSet(volumes), roi


def cropped_study(volumes: VolumeSet, roi: Roi, margin_mm: float) -> tuple[VolumeSet, Roi]:
    """The same study cut down, in every volume, to the voxels within `margin_mm` of the outline's box."""
    points = np.concatenate([contour.points_mm for contour in roi.contours])
    low, high = points.min(axis=0) - margin_mm, points.max(axis=0) + margin_mm
    corners = np.array(np.meshgrid(*zip(low, high, strict=True))).reshape(3, -1)
    cut = {}
    for role, volume in volumes.items():
        index = np.linalg.inv(volume.affine) @ np.vstack([corners, np.ones(8)])
        first = np.maximum(np.floor(index[:3].min(axis=1)).astype(int), 0)
        last = np.minimum(np.ceil(index[:3].max(axis=1)).astype(int) + 1, volume.shape)
        affine = volume.affine.copy()
        affine[:3, 3] = (volume.affine @ np.append(first, 1.0))[:3]
        box = tuple(slice(a, b) for a, b in zip(first, last, strict=True))
        cut[role] = Volume(volume.array[box], affine, volume.frame_of_reference_uid)
    return VolumeSet(cut), roi


def selftest_arrays(volumes: VolumeSet, roi: Roi, spec: PreprocessSpec, run: Run) -> dict[str, NDArray[Any]]:
    """The content of `selftest.npz`: `run` is the network that ships."""
    inputs = np.stack([item.array for item in build_slice_inputs(volumes, roi, spec)])
    logits, cam = run(inputs)
    arrays: dict[str, NDArray[Any]] = {"inputs": inputs, "logits": logits, "cam": cam}
    for role in spec.roles:
        arrays[f"volume_{role.value}"] = volumes[role].array
        arrays[f"affine_{role.value}"] = volumes[role].affine
    for number, contour in enumerate(roi.contours):
        arrays[f"contour_{number}"] = contour.points_mm
    return arrays


def write_vectors(folder: Path, arrays: dict[str, NDArray[Any]]) -> None:
    """Write `selftest.npz` into a package folder."""
    named: dict[str, Any] = arrays
    np.savez_compressed(folder / "selftest.npz", **named)


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes as 64 hexadecimal digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def file_digests(folder: Path) -> Mapping[str, str]:
    """Name → SHA-256 of every file of a package except its manifest."""
    return {
        path.name: sha256_of(path)
        for path in sorted(folder.iterdir())
        if path.is_file() and path.name != "manifest.json" and not path.name.startswith(".")
    }


def write_manifest(folder: Path, manifest: ModelManifest) -> None:
    """Write `manifest.json`, whole or not at all."""
    draft = folder / ".manifest.json"
    text = json.dumps(manifest.as_dict(), indent=1, ensure_ascii=False, allow_nan=False)
    draft.write_text(text + "\n", encoding="utf-8")
    draft.replace(folder / "manifest.json")
