"""Display planes: how a stack lies on the screen, so that readers find right, left and front where they expect them.

Conventions of reading rooms: axial images are seen from the feet (patient's right on the left of the screen, anterior
up), coronal images from the front (right on the left, head up), sagittal images from the left (anterior on the left).
An image whose own axes lie otherwise is turned or mirrored by whole quarter turns, never resampled.

Screen millimetres are (u, v): u grows to the right of the screen, v downwards; they are projections of patient mm.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.geometry.affine import normal, to_world

Vector = NDArray[np.float64]

_AXES = np.eye(3)
_CONVENTIONS = {  # dominant axis of the normal: (right of the screen, down the screen), LPS
    2: (_AXES[0], _AXES[1]),
    1: (_AXES[0], -_AXES[2]),
    0: (_AXES[1], -_AXES[2]),
}
_LETTERS = (("L", "R"), ("P", "A"), ("H", "F"))
_LETTER_FROM = 0.2588
"""A second letter is shown from 15 degrees on: sin 15°."""


@dataclass(frozen=True, eq=False)
class DisplayPlane:
    """Directions of the screen in patient space for one stack.

    Attributes:
        right: (3,) unit vector that points to the right of the screen.
        down: (3,) unit vector that points down the screen.
        forward: +1 where scrolling on raises the slice index, -1 where it lowers it: on goes to the feet in axial
            images, to the back in coronal and to the left in sagittal ones.
    """

    affine: NDArray[np.float64]
    right: Vector
    down: Vector
    forward: int

    @cached_property
    def _basis(self) -> NDArray[np.float64]:
        """(3, 2): columns `right` and `down`."""
        return np.stack([self.right, self.down], axis=-1)

    @cached_property
    def across(self) -> Vector:
        """(3,) unit normal of the slices, the way their index grows."""
        return normal(self.affine)

    @cached_property
    def step_mm(self) -> float:
        """Distance between the slices along their normal."""
        return float(abs(self.affine[:3, 0] @ self.across))

    @cached_property
    def _first_level_mm(self) -> float:
        return float(self.affine[:3, 3] @ self.across)

    @cached_property
    def _to_slice(self) -> tuple[Vector, float]:
        """The plane function whose value is the slice index: (gradient (3,), value at the patient origin)."""
        row = np.linalg.inv(self.affine)[0]
        return row[:3], float(row[3])

    @classmethod
    def of(cls, affine: NDArray[np.float64]) -> DisplayPlane:
        """Choose, among the eight ways to lay the pixel grid down, the one nearest to the convention."""
        along_column_index = affine[:3, 2] / np.linalg.norm(affine[:3, 2])
        along_row_index = affine[:3, 1] / np.linalg.norm(affine[:3, 1])
        across = normal(affine)
        dominant = int(np.argmax(np.abs(across)))
        wanted_right, wanted_down = _CONVENTIONS[dominant]
        ways = [
            (sign_a * a, sign_b * b)
            for a, b in ((along_column_index, along_row_index), (along_row_index, along_column_index))
            for sign_a in (1.0, -1.0)
            for sign_b in (1.0, -1.0)
        ]
        right, down = max(ways, key=lambda way: float(way[0] @ wanted_right + way[1] @ wanted_down))
        grows = 1 if across[dominant] > 0 else -1  # with the index to head, back or left
        return cls(affine, right, down, -grows if dominant == 2 else grows)

    def level_mm(self, index: float) -> float:
        """Return the distance of a slice from the patient origin along the normal, in mm."""
        return self._first_level_mm + index * self.step_mm

    def slice_at(self, point_mm: Vector) -> float:
        """Return the slice, between slices too, that goes through a point of patient mm."""
        gradient, origin = self._to_slice
        return float(gradient @ point_mm) + origin

    def to_screen_mm(self, points_mm: ArrayLike) -> NDArray[np.float64]:
        """Project patient mm (..., 3) to screen mm (..., 2)."""
        points = np.asarray(points_mm, dtype=np.float64)
        result: NDArray[np.float64] = points @ self._basis
        return result

    def to_patient_mm(self, screen_mm: ArrayLike, index: int) -> NDArray[np.float64]:
        """Return the patient mm (..., 3) of screen mm (..., 2) on the plane of slice `index`."""
        uv = np.asarray(screen_mm, dtype=np.float64)
        origin = to_world(self.affine, (float(index), 0.0, 0.0))
        offset = uv - self.to_screen_mm(origin)
        # right and down are the in-plane axes themselves, so going along them stays on the plane
        result: NDArray[np.float64] = origin + offset[..., :1] * self.right + offset[..., 1:] * self.down
        return result

    def pixel_to_screen_mm(self, index: int) -> NDArray[np.float64]:
        """Return the (2, 3) matrix (x, y, 1) to screen mm; pixel (row, column) covers x in [column, column + 1]."""
        corner = to_world(self.affine, (float(index), -0.5, -0.5))
        matrix = np.empty((2, 3))
        matrix[:, 0] = self.to_screen_mm(self.affine[:3, 2])
        matrix[:, 1] = self.to_screen_mm(self.affine[:3, 1])
        matrix[:, 2] = self.to_screen_mm(corner)
        return matrix

    def letters(self) -> tuple[str, str, str, str]:
        """Return what lies at the (left, right, top, bottom) edge: one to three letters of R L A P H F."""
        return tuple(  # type: ignore[return-value]
            orientation_letters(direction) for direction in (-self.right, self.right, -self.down, self.down)
        )

    def extent_mm(self, rows: int, columns: int) -> tuple[float, float]:
        """Return the (width, height) that an image of the stack takes on the screen, in mm."""
        matrix = self.pixel_to_screen_mm(0)[:, :2]
        size = np.abs(matrix) @ np.array([columns, rows], dtype=np.float64)
        return float(size[0]), float(size[1])

    def edge_of(self, shape: tuple[int, int, int], index: int) -> Vector:
        """Return the outer edge (4, 2) of the image of slice `index`, in screen mm."""
        _, rows, columns = shape
        x, y, corner = self.pixel_to_screen_mm(index).T
        edge: Vector = corner + np.array([(0, 0), (columns, 0), (columns, rows), (0, rows)]) @ np.array([x, y])
        return edge

    def pixel_mm(self) -> Vector:
        """Return the size (2,) of one image pixel to the right and down the screen, in mm."""
        result: Vector = np.abs(self.pixel_to_screen_mm(0)[:, :2]).sum(axis=1)
        return result

    @property
    def name(self) -> str:
        """``axial``, ``coronal`` or ``sagittal``, with ``oblique`` from 10 degrees on."""
        across = np.abs(normal(self.affine))
        name = ("sagittal", "coronal", "axial")[int(np.argmax(across))]
        return f"oblique {name}" if across.max() < np.cos(np.radians(10.0)) else name


def orientation_letters(direction: Vector) -> str:
    """Return the patient directions that a unit vector points to, strongest first, such as ``A`` or ``AH``."""
    order = np.argsort(-np.abs(direction), kind="stable")
    letters = ""
    for axis in order:
        if not letters or abs(direction[axis]) >= _LETTER_FROM:
            letters += _LETTERS[axis][0 if direction[axis] > 0 else 1]
    return letters
