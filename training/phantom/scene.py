"""One patient's abdomen put together: organs painted, lesions placed in the liver, the magnet around them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.phantom import anatomy, artefacts, field_maps, fields, organs, shapes
from training.phantom.anatomy import Canvas
from training.phantom.cohort import PhantomPatient
from training.phantom.fields import Array, Box
from training.phantom.lesion_signs import PaintedLesion, paint_lesion
from training.phantom.shapes import Point

PIXEL_MM = 1.25
PLANE_MM = 3.5


@dataclass
class Scene:
    """A patient's anatomy and lesions on the simulation grid.

    Attributes:
        lesions: the main lesion first, then satellites; each with the coverage that the body leaves it.
        low_mm, high_mm: extent of the image stacks along the scanner's z.
        rotation: columns are the scanner's x, y, z axes in patient LPS.
        table_mm: position of the scanner's origin in the patient's frame.
        magnet: off-resonance, transmit strength and dephasing by gas.
    """

    canvas: Canvas
    textures: dict[str, Array]
    lesions: list[PaintedLesion]
    lesion_box: Box
    lesion_alpha: Array
    low_mm: float
    high_mm: float
    rotation: NDArray[np.float64]
    table_mm: tuple[float, float, float]
    magnet: field_maps.FieldMaps
    fat_residual: Array | None
    texture_shift: tuple[int, int, int]


def _rotation(tilt_deg: tuple[float, float]) -> NDArray[np.float64]:
    """The tilt that `make_canvas` applies: rows of anatomical axes, columns of scanner axes."""
    rx, ry = np.deg2rad(tilt_deg)
    about_x = np.array([[1, 0, 0], [0, np.cos(rx), -np.sin(rx)], [0, np.sin(rx), np.cos(rx)]])
    about_y = np.array([[np.cos(ry), 0, np.sin(ry)], [0, 1, 0], [-np.sin(ry), 0, np.cos(ry)]])
    return np.asarray(about_y @ about_x)


def build_scene(patient: PhantomPatient) -> Scene:
    """Paints the abdomen and places the lesions."""
    body = patient.body
    rng = np.random.default_rng([patient.seed, patient.body.seed, 1])
    low = body.scale * (body.liver_low_mm - 6.0)
    high = body.scale * (body.dome_mm + 10.0)
    grid = fields.make_grid(*patient.fov_mm, PIXEL_MM, low - 9.0, high + 9.0, PLANE_MM)
    canvas = anatomy.make_canvas(grid, body)
    anatomy.paint_body(canvas)
    anatomy.paint_chest(canvas)
    organs.paint_gut(canvas)
    organs.paint_spleen(canvas)
    canvas.liver_distance = organs.liver_distance(canvas)
    organs.paint_liver(canvas)
    organs.paint_kidneys(canvas)
    anatomy.paint_spine(canvas)
    organs.paint_great_vessels(canvas)
    lesions, main_box, main_alpha = _place_lesions(canvas, patient, rng)
    exponent = patient.texture_exponent
    block = (32, 96, 96)
    textures = {
        "fine": fields.texture_block(rng, block, grid.spacing_mm, 2.2, exponent),
        "coarse": fields.texture_block(rng, block, grid.spacing_mm, 6.0, exponent),
    }
    nodular = fields.texture_block(rng, block, grid.spacing_mm, 4.0, 4.0)
    textures["liver"] = 0.75 * textures["fine"] + 0.35 * textures["coarse"] + (1.6 * body.cirrhosis) * nodular
    return Scene(
        canvas=canvas,
        textures=textures,
        lesions=lesions,
        lesion_box=main_box,
        lesion_alpha=main_alpha,
        low_mm=low,
        high_mm=high,
        rotation=_rotation(body.tilt_deg),
        table_mm=(float(rng.normal(0, 6)), float(rng.normal(0, 10)), float(rng.normal(-60, 25))),
        magnet=field_maps.draw_field_maps(canvas, patient.mishaps.seed, patient.mishaps.b0_scale, patient.field_t),
        fat_residual=artefacts.fat_residual(canvas, patient.mishaps),
        texture_shift=(int(rng.integers(32)), int(rng.integers(96)), int(rng.integers(96))),
    )


def _place_lesions(
    canvas: Canvas, patient: PhantomPatient, rng: np.random.Generator
) -> tuple[list[PaintedLesion], Box, Array]:
    """Chooses centres inside the liver and paints the lesions, clipped to what the body leaves them."""
    assert canvas.liver_distance is not None
    grid, main = canvas.grid, patient.lesion
    thin = canvas.liver_distance[2:-2:2, ::3, ::3]
    where = np.argwhere(thin < -2.0)
    depth = -thin[tuple(where.T)]
    radius = float(np.cbrt(np.prod(main.radii_mm)))
    hilum: Point = (-28.0 * patient.body.scale, 0.0, 0.0)

    def point(k: int) -> Point:
        i, j, m = where[k]
        return float(grid.x_mm[3 * m]), float(grid.y_mm[3 * j]), float(grid.z_mm[2 + 2 * i])

    # One lesion in ten abuts the capsule; the others keep most of their radius inside.
    wanted = radius * (0.35 if rng.random() < 0.10 else rng.uniform(0.55, 1.15))
    wanted = min(wanted, 0.93 * float(depth.max()))
    margin_z = min(main.radii_mm[2] * 0.7, 60.0)
    z_all = grid.z_mm[2 + 2 * where[:, 0]]
    allowed = (depth >= wanted) & (z_all > grid.z_mm[0] + 9 + margin_z) & (z_all < grid.z_mm[-1] - 9 - margin_z)
    if not allowed.any():
        allowed = depth >= 0.9 * depth.max()
    centre = point(int(rng.choice(np.flatnonzero(allowed))))
    plans = [(main, centre)]
    for satellite in main.satellites:
        r = max(satellite.radii_mm)
        if satellite.near:
            direction = rng.standard_normal(3) * (1.0, 1.0, 0.6)
            direction /= np.linalg.norm(direction)
            away = radius * 1.05 + r + rng.uniform(1.0, 14.0)
            at: Point = (
                centre[0] + direction[0] * away,
                centre[1] + direction[1] * away,
                centre[2] + direction[2] * away,
            )
        else:
            at = point(int(rng.choice(np.flatnonzero(depth >= min(0.7 * r, 0.8 * float(depth.max()))))))
        plans.append((satellite, at))
    painted: list[PaintedLesion] = []
    main_box: Box = (slice(0, 1), slice(0, 1), slice(0, 1))
    main_alpha = np.zeros((1, 1, 1), np.float32)
    for number, (lesion, at) in enumerate(plans):
        result = paint_lesion(grid, lesion, at, hilum)
        if result is None:
            continue
        room = _room(canvas, result.box, 9.0 if number == 0 else 1.0)
        result.alpha *= room
        if number == 0:
            main_box, main_alpha = result.box, result.alpha.copy()
        result.around = [
            (box, alpha * _room(canvas, box, 0.0), tissue) for box, alpha, tissue in result.around if alpha.size
        ]
        painted.append(result)
    # Satellites first, so that the main lesion lies on top.
    return painted[::-1], main_box, main_alpha


def _room(canvas: Canvas, box: Box, bulge_mm: float) -> Array:
    """Where a lesion may show: inside the liver or up to `bulge_mm` beyond it, below the diaphragm, off the wall."""
    assert canvas.liver_distance is not None
    assert canvas.cavity_distance is not None
    assert canvas.diaphragm_mm is not None
    limit = shapes.smooth_max(
        canvas.liver_distance[box] - np.float32(bulge_mm), canvas.cavity_distance[box] + np.float32(1.0), 5.0
    )
    limit = np.maximum(limit, canvas.z[box] - canvas.diaphragm_mm[box] + 1.0)
    return shapes.coverage(limit, 3.0)
