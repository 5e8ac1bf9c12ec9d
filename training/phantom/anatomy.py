"""The abdomen as painter's layers: each organ covers a share of every voxel, later ones over earlier ones.

Anatomical axes follow the patient, in mm: x to the left, y to the back, z to the head, origin on the body axis at the
liver's level. A layer keeps its soft-edged coverage and the name of its tissue; signals are computed per sequence and
blended, so that partial volume between organs emerges by itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from training.phantom import shapes
from training.phantom.fields import Array, Box, Grid, smooth_noise


@dataclass(frozen=True)
class BodyPlan:
    """Shape of one patient, drawn from a template and then varied.

    Attributes:
        template: number of the anatomy template; the templates of different cohorts are disjoint.
        scale: overall size relative to a medium adult.
        half_width_mm, half_depth_mm: inner abdominal wall on the body axis.
        fat_mm: subcutaneous fat thickness at the flank.
        cirrhosis: 0 none to 1 marked: nodular surface and texture, shrunken right lobe, large spleen.
        ascites: fluid around the liver.
        tilt_deg: rotation of the stack about x and y (oblique acquisition), zero for most.
        seed: entropy of the patient's own organ details.
        template_seed: entropy of the template's layout.
    """

    template: int
    scale: float
    half_width_mm: float
    half_depth_mm: float
    fat_mm: float
    left_lobe_mm: float
    liver_low_mm: float
    dome_mm: float
    spleen_scale: float
    cirrhosis: float
    ascites: bool
    gallbladder: bool
    tilt_deg: tuple[float, float]
    seed: int
    template_seed: int


@dataclass
class Layer:
    """One painted structure.

    Attributes:
        name: tissue of the parameter table (or a drawn variant of it).
        box: where it lies on the grid.
        alpha: coverage 0–1 inside the box.
        texture: relative amplitude of the fine texture, and which kernel (``fine``, ``coarse``, ``nodular``).
        flow: share of the blood signal that survives flow; 1 for standing tissue.
        gas: contributes a susceptibility source.
        noise: the texture factor, once it has been looked up.
    """

    name: str
    box: Box
    alpha: Array
    texture: float = 0.0
    kernel: str = "fine"
    flow: float = 1.0
    gas: bool = False
    tag: str = ""
    noise: Array | None = None


@dataclass
class Canvas:
    """The grid with its warped anatomical coordinates and the layers painted so far."""

    grid: Grid
    x: Array
    y: Array
    z: Array
    plan: BodyPlan
    layers: list[Layer] = field(default_factory=list)
    pad_mm: float = 12.0
    liver_distance: Array | None = None
    cavity_distance: Array | None = None
    diaphragm_mm: Array | None = None

    @property
    def softness_mm(self) -> float:
        """Width of an anti-aliased edge."""
        return 1.1 * max(self.grid.spacing_mm[1], self.grid.spacing_mm[2])

    def around(self, centre: shapes.Point, half: shapes.Point) -> tuple[Box, Array, Array, Array]:
        """Box around an anatomical extent, and its coordinates."""
        pad = self.pad_mm
        box = self.grid.box(centre, (half[0] + pad, half[1] + pad, half[2] + pad))
        return box, self.x[box], self.y[box], self.z[box]

    def paint(
        self,
        name: str,
        box: Box,
        distance: Array,
        *,
        texture: float = 0.0,
        kernel: str = "fine",
        flow: float = 1.0,
        gas: bool = False,
        opacity: float = 1.0,
        softness_mm: float | None = None,
        clip: Array | None = None,
        tag: str = "",
    ) -> None:
        """Adds a layer from a distance function; `clip` multiplies the coverage (same box)."""
        if distance.size == 0:
            return
        alpha = shapes.coverage(distance, softness_mm or self.softness_mm)
        if opacity != 1.0:
            alpha *= np.float32(opacity)
        if clip is not None:
            alpha *= clip
        trimmed = _trim(alpha)
        if trimmed is None:
            return
        part = alpha[trimmed]
        kept: Box = (
            slice(box[0].start + trimmed[0].start, box[0].start + trimmed[0].stop),
            slice(box[1].start + trimmed[1].start, box[1].start + trimmed[1].stop),
            slice(box[2].start + trimmed[2].start, box[2].start + trimmed[2].stop),
        )
        if part.size < 0.7 * alpha.size:
            part = part.copy()
        self.layers.append(Layer(name, kept, part, texture, kernel, flow, gas, tag))


def _trim(alpha: Array) -> Box | None:
    """The smallest box that holds everything covered, or None when nothing is."""
    plane = alpha.max(axis=0)
    rows, cols = np.flatnonzero(plane.max(axis=1)), np.flatnonzero(plane.max(axis=0))
    if len(rows) == 0:
        return None
    y, x = slice(int(rows[0]), int(rows[-1]) + 1), slice(int(cols[0]), int(cols[-1]) + 1)
    depth = np.flatnonzero(alpha[:, y, x].max(axis=(1, 2)))
    return slice(int(depth[0]), int(depth[-1]) + 1), y, x


def full_box(grid: Grid) -> Box:
    """The whole grid as a box."""
    nz, ny, nx = grid.shape
    return slice(0, nz), slice(0, ny), slice(0, nx)


def make_canvas(grid: Grid, plan: BodyPlan) -> Canvas:
    """Anatomical coordinates of every voxel: tilt, the template's slow warp and the patient's quicker one."""
    rx, ry = np.deg2rad(plan.tilt_deg)
    z0, y0, x0 = grid.z_mm[:, None, None], grid.y_mm[None, :, None], grid.x_mm[None, None, :]
    axes = (grid.z_mm, grid.y_mm, grid.x_mm)
    inverse = np.float32(1.0 / plan.scale)
    slow = np.random.default_rng([plan.template_seed, 1])
    quick = np.random.default_rng([plan.seed, 2])
    cx, sx, cy, sy = np.cos(rx), np.sin(rx), np.cos(ry), np.sin(ry)
    x1 = cy * x0 + sy * (sx * y0 + cx * z0)
    y1 = cx * y0 - sx * z0
    z1 = -sy * x0 + cy * (sx * y0 + cx * z0)
    coordinates = []
    for base, slow_amp, quick_amp in ((x1, 4.5, 1.3), (y1, 4.0, 1.3), (z1, 5.0, 1.5)):
        warp = smooth_noise(slow, axes, (75.0, 70.0, 70.0))
        warp *= np.float32(slow_amp)
        fine = smooth_noise(quick, axes, (32.0, 28.0, 28.0))
        fine *= np.float32(quick_amp)
        warp += fine
        warp += base.astype(np.float32)
        warp *= inverse
        coordinates.append(warp)
    tilt = abs(plan.tilt_deg[0]) + abs(plan.tilt_deg[1])
    pad = 13.0 + 150.0 * np.sin(np.deg2rad(tilt)) + 110.0 * abs(plan.scale - 1)
    return Canvas(grid, coordinates[0], coordinates[1], coordinates[2], plan, pad_mm=float(pad))


def diaphragm_height(plan: BodyPlan, x: Array, y: Array) -> Array:
    """Height (mm) of the diaphragm over the right and left dome at anatomical x, y."""
    right = plan.dome_mm - 0.0062 * (x + 60) ** 2 - 0.0070 * (y + 8) ** 2
    left = plan.dome_mm - 9 - 0.0068 * (x - 72) ** 2 - 0.0070 * (y + 2) ** 2
    return shapes.smooth_max(right, left, 18.0)


def paint_body(canvas: Canvas) -> None:
    """Skin, subcutaneous fat, muscular wall with ribs, and the fat that fills the abdomen."""
    plan, box = canvas.plan, full_box(canvas.grid)
    x, y, z = canvas.x, canvas.y, canvas.z
    a, b = plan.half_width_mm, plan.half_depth_mm
    groove = 1 - 0.07 * np.exp(-((x / 24.0) ** 2)) * (y > 0)
    hips = 1 - 0.0006 * np.clip(z - 40, 0, None) + 0.00035 * np.clip(-z, 0, None)
    ys, xs = y / (groove * hips), x / hips
    front = 1 + 0.15 * (y < 0) * np.exp(-((x / 90.0) ** 2))  # belly fat lies in front and on the flanks
    wall = 11.0
    skin_b = b + wall + 0.75 * plan.fat_mm
    outer = shapes.superellipse(xs, ys / (1 + 0.02 * (front - 1)), a + wall + plan.fat_mm, skin_b, 2.35)
    rng = np.random.default_rng([plan.seed, 3])
    axes = (canvas.grid.z_mm, canvas.grid.y_mm, canvas.grid.x_mm)
    uneven = smooth_noise(rng, axes, (60.0, 45.0, 45.0)) * np.float32(1.2 + 0.10 * plan.fat_mm)
    canvas.paint("skin", box, outer, softness_mm=1.6)
    canvas.paint("subcutaneous_fat", box, outer + np.float32(2.2), texture=0.06, kernel="coarse")
    inner = shapes.superellipse(xs, ys, a, b, 2.35)
    canvas.paint("muscle", box, inner - np.float32(wall) + 0.4 * uneven, texture=0.08, kernel="fine")
    # A fat plane parts the layers of the wall.
    mid = np.abs(inner - np.float32(wall * 0.55) + 0.3 * uneven) - np.float32(0.8)
    canvas.paint("visceral_fat", box, mid, opacity=0.6)
    canvas.cavity_distance = inner
    canvas.paint("visceral_fat", box, inner + np.float32(1.0), texture=0.30, kernel="coarse", tag="cavity")
    angle = np.arctan2(y / b, x / a)
    pitch = 27.0
    phase = (z - 34.0 * np.sin(angle) * 1.0 + 0.30 * np.abs(x)) / pitch
    across = (phase - np.floor(phase) - 0.5) * pitch
    rib = np.sqrt((inner - np.float32(6.0)) ** 2 * (4.2 / 3.4) ** 2 + across**2 * (4.2 / 6.5) ** 2) - np.float32(4.2)
    present = ((np.abs(x) > 45) | (y > 0)) & (z > -70 + 0.30 * (y - 0) * -1)
    canvas.paint("bone_cortex", box, np.where(present, rib, np.float32(9.0)))
    canvas.paint("bone_marrow", box, np.where(present, rib + np.float32(1.5), np.float32(9.0)))


def paint_chest(canvas: Canvas) -> None:
    """Lung bases above the diaphragm and the bottom of the heart between them."""
    assert canvas.cavity_distance is not None
    plan, box = canvas.plan, full_box(canvas.grid)
    height = diaphragm_height(plan, canvas.x, canvas.y)
    canvas.diaphragm_mm = height
    first = int(np.argmax((canvas.z - height).max(axis=(1, 2)) > -4))
    top: Box = (slice(first, canvas.grid.shape[0]), box[1], box[2])
    below = (height - canvas.z)[top]
    lung = shapes.smooth_max(canvas.cavity_distance[top] + np.float32(1.0), below, 4.0)
    canvas.paint("muscle", top, np.maximum(canvas.cavity_distance[top], below - 2.6), opacity=0.8)
    canvas.paint("lung", top, lung, texture=0.5, kernel="coarse", gas=True)
    centre, radii = (22.0, -34.0, plan.dome_mm + 10), (56.0, 46.0, 38.0)
    near, x, y, z = canvas.around(centre, radii)
    heart = shapes.ellipsoid(x, y, z, centre, radii)
    canvas.paint("visceral_fat", near, heart - 3, texture=0.2, kernel="coarse")
    canvas.paint("myocardium", near, heart, texture=0.06)
    canvas.paint("blood_venous", near, heart + 9, flow=0.25, texture=0.25, kernel="coarse")


def paint_spine(canvas: Canvas) -> None:
    """Vertebrae with discs, canal, posterior elements, and the muscles beside them."""
    rng = np.random.default_rng([canvas.plan.seed, 4])
    b = canvas.plan.half_depth_mm
    vy = b - 42.0
    big = (0.0, vy + 14, 0.0)
    box, x, y, z = canvas.around(big, (75.0, 62.0, 400.0))
    dorsal = b + 9.0
    erector = np.minimum(
        shapes.ellipsoid(x, y, z, (31.0, dorsal - 21, 0), (29.0, 21.0, 900.0)),
        shapes.ellipsoid(x, y, z, (-31.0, dorsal - 21, 0), (29.0, 21.0, 900.0)),
    )
    canvas.paint("visceral_fat", box, erector - 3)
    canvas.paint("muscle", box, erector, texture=0.16, kernel="coarse")
    low = np.clip(-z + 10, 0, 130) / 130
    psoas = np.minimum(
        shapes.ellipsoid(x, y, z, (34.0, vy + 6, -125), (19.0, 17.0, 105.0)),
        shapes.ellipsoid(x, y, z, (-34.0, vy + 6, -125), (19.0, 17.0, 105.0)),
    )
    canvas.paint("muscle", box, psoas + 4 * (1 - low), texture=0.08)
    crus = np.minimum(
        shapes.ellipsoid(x, y, z, (16.0, vy - 12, 10), (6.5, 16.0, 75.0)),
        shapes.ellipsoid(x, y, z, (-14.0, vy - 10, 0), (7.5, 17.0, 80.0)),
    )
    canvas.paint("muscle", box, crus, texture=0.06)
    ring = shapes.superellipse(x, y - (vy + 24), 15.0, 14.0, 2.2)
    process = np.minimum(
        np.maximum(np.abs(x) - 3.2, np.maximum(vy + 34 - y, y - (dorsal + 3))),
        np.maximum(np.abs(y - (vy + 22) - 0.25 * np.abs(x)) - 3.5, np.abs(x) - 34),
    )
    level = (z - rng.uniform(0, 34)) / 34.0
    part = np.abs(level - np.round(level)) * 34.0
    process = np.maximum(process, 9.0 - part)
    canvas.paint("bone_cortex", box, np.minimum(ring, process))
    canvas.paint("bone_marrow", box, process + 1.3)
    canal = shapes.ellipsoid(x, y, z, (0.0, vy + 24, 0.0), (9.5, 7.5, 900.0))
    canvas.paint("visceral_fat", box, canal - 1.5)
    canvas.paint("csf", box, canal, texture=0.04)
    cord = shapes.ellipsoid(x, y, z, (0.0, vy + 24.5, 70.0), (5.2, 4.0, 140.0))
    canvas.paint("cord", box, cord, softness_mm=1.6)
    for _ in range(9):
        root = (rng.uniform(-5, 5), vy + 24 + rng.uniform(0, 4.5))
        canvas.paint("cord", box, np.hypot(x - root[0], y - root[1]) - 0.8 + 3 * (z > -40), opacity=0.6)
    body = shapes.superellipse(x, y - vy + 0.01 * x * x * (y > vy), 22.0, 17.0, 2.3)
    canvas.paint("bone_cortex", box, body)
    canvas.paint("bone_marrow", box, body + 1.4, texture=0.14, kernel="coarse")
    canvas.paint("disc", box, np.maximum(body + 1.0, part - 3.5), texture=0.08)
