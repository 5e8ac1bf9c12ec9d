"""One patient's abdomen put together, and its noise-free signal in each sequence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.phantom import anatomy, artefacts, field_maps, fields, organs, sequences, shapes
from training.phantom.anatomy import Canvas, Layer
from training.phantom.cohort import PhantomPatient
from training.phantom.fields import Array, Box
from training.phantom.lesion_signs import PaintedLesion, paint_lesion
from training.phantom.shapes import Point
from training.phantom.tissues import Tissue

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


Signal = Callable[[Tissue], tuple[float, float]]
MapSignal = Callable[[PaintedLesion], Array]


def _texture(scene: Scene, layer: Layer) -> Array | None:
    if layer.texture <= 0:
        return None
    if layer.noise is not None:
        return layer.noise
    noise = fields.from_block(scene.textures[layer.kernel], layer.box, scene.texture_shift)
    noise *= np.float32(layer.texture)
    noise += np.float32(1.0)
    np.maximum(noise, np.float32(0.05), out=noise)
    layer.noise = noise
    return noise


def compose(
    scene: Scene,
    patient: PhantomPatient,
    signal: Signal,
    map_signal: MapSignal,
    fat_left: float,
    flow_power: float = 1.0,
    gains: Mapping[str, Array] | None = None,
    coarseness: Mapping[str, float] | None = None,
    textured: bool = True,
) -> Array:
    """Blends every layer's signal.

    Args:
        signal: a tissue's (water, fat) signal; fat is what it would be without suppression.
        map_signal: the same for a lesion's maps, already with suppression.
        fat_left: share of fat signal left where suppression worked.
        flow_power: exponent on the surviving share of flowing blood (diffusion gradients dephase it further).
        gains: factor per plane on some tissues (inflowing blood); coarseness: factor on some tissues' texture.
        textured: False leaves the textures out.
    """
    gains, coarseness = gains or {}, coarseness or {}
    out = np.zeros(scene.canvas.grid.shape, np.float32)
    values = {name: signal(tissue) for name, tissue in patient.tissues.items()}
    for layer in scene.canvas.layers:
        water, fat = values[layer.name]
        region = out[layer.box]
        level: Array | np.float32
        if scene.fat_residual is not None and fat > 0:
            level = np.float32(water) + np.float32(fat) * scene.fat_residual[layer.box]
        else:
            level = np.float32(water + fat * fat_left)
        level = level * np.float32(layer.flow**flow_power)
        if layer.name in gains:
            level = level * gains[layer.name][layer.box[0]]
        texture = _texture(scene, layer) if textured else None
        if texture is not None and layer.name in coarseness:
            texture = 1 + (texture - 1) * np.float32(coarseness[layer.name])
        _blend(region, layer.alpha, np.asarray(level, np.float32), texture)
    for lesion in scene.lesions:
        for box, alpha, tissue in lesion.around:
            water, fat = signal(tissue)
            region = out[box]
            region += alpha * (np.float32(water + fat * fat_left) - region)
        region = out[lesion.box]
        region += lesion.alpha * (map_signal(lesion) - region)
    return out


def _blend(region: Array, alpha: Array, level: Array, texture: Array | None) -> None:
    """Mixes a share `alpha` of ``level × texture`` into `region`, in place; `level`: a number, one a plane, or all."""
    level = level.reshape((1,) * (3 - level.ndim) + level.shape)

    def mixed(under: Array, alpha: Array, level: Array, *texture: Array) -> Array:
        target = texture[0] * level if texture else level - under
        if texture:
            target -= under
        target *= alpha
        target += under
        return target

    fields.in_blocks(mixed, region, alpha, level, *([] if texture is None else [texture]), out=region)


def _is_fluid(t2_ms: float) -> bool:
    return t2_ms > 250


def compose_t2(scene: Scene, patient: PhantomPatient) -> tuple[Array, float]:
    """T2 turbo spin echo on the grid, and the liver's own level in it."""
    protocol = patient.protocols["T2"]
    rng = patient.rng(201)
    transfer = float(rng.uniform(0.85, 0.95))
    tr, te = protocol.tr_ms, protocol.te_ms

    def signal(tissue: Tissue) -> tuple[float, float]:
        if tissue.pd <= 0:
            return 0.0, 0.0
        value = float(sequences.tse(tissue.pd, tissue.t1_ms, tissue.t2_ms, tr_ms=tr, te_ms=te))
        if tissue.fat < 1 and not _is_fluid(tissue.t2_ms):
            value *= transfer
        # Fat's J-coupling is broken by the train: it reads brighter than its T2 says.
        return value * (1 - tissue.fat), value * tissue.fat * (1.6 if tissue.fat >= 1 else 1.0)

    def maps(lesion: PaintedLesion) -> Array:
        m = lesion.maps
        value = sequences.tse(m.pd, m.t1_ms, m.t2_ms, tr_ms=tr, te_ms=te)
        value = value * np.where(m.t2_ms < 250, np.float32(transfer), np.float32(1.0))
        return np.asarray(value * (1 - m.fat * (1 - patient.mishaps.fat_left)), np.float32)

    liver = patient.tissues["liver"]
    return compose(scene, patient, signal, maps, patient.mishaps.fat_left), sum(signal(liver))


def compose_dwi(scene: Scene, patient: PhantomPatient, b: float) -> tuple[Array, float]:
    """Spin-echo EPI at one b-value on the grid, and the liver's own level in it."""
    protocol = patient.protocols["DWI"]
    tr, te = protocol.tr_ms, protocol.te_ms

    def signal(tissue: Tissue) -> tuple[float, float]:
        """Water alone: fat is displaced and comes from `compose_dwi_fat`."""
        if tissue.pd <= 0:
            return 0.0, 0.0
        d = sequences.tissue_diffusivity(tissue.adc, tissue.perfusion, tissue.d_star)
        value = float(
            sequences.diffusion(
                tissue.pd, tissue.t1_ms, tissue.t2_ms, d, tissue.perfusion, tissue.d_star, tr_ms=tr, te_ms=te, b=b
            )
        )
        return value * (1 - tissue.fat), 0.0

    def maps(lesion: PaintedLesion) -> Array:
        m = lesion.maps
        d = sequences.tissue_diffusivity(m.adc, m.perfusion, m.d_star)
        value = sequences.diffusion(m.pd, m.t1_ms, m.t2_ms, d, m.perfusion, m.d_star, tr_ms=tr, te_ms=te, b=b)
        return np.asarray(value * (1 - m.fat), np.float32)

    liver = patient.tissues["liver"]
    flow_power = 1.5 if b < 100 else 2.5
    return compose(scene, patient, signal, maps, 0.0, flow_power), sum(signal(liver))


def compose_dwi_fat(scene: Scene, patient: PhantomPatient) -> tuple[Array, float]:
    """What suppression leaves of fat in EPI without diffusion weighting, and its share left at the high b-value.

    Fat hardly diffuses: it grows against everything else with b, and lies shifted by its chemical shift.
    """
    protocol, fat = patient.protocols["DWI"], patient.tissues["subcutaneous_fat"]
    pure = fat.pd * (1 - np.exp(-protocol.tr_ms / fat.t1_ms)) * np.exp(-protocol.te_ms / fat.t2_ms)

    def signal(tissue: Tissue) -> tuple[float, float]:
        return 0.0, float(pure * tissue.fat)

    def maps(lesion: PaintedLesion) -> Array:
        return np.asarray(np.float32(pure * patient.mishaps.fat_left) * lesion.maps.fat, np.float32)

    kept = float(np.exp(-(protocol.b_high - protocol.b_low) * fat.adc / 1000))
    return compose(scene, patient, signal, maps, patient.mishaps.fat_left, textured=False), kept
