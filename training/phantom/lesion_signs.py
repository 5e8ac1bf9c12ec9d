"""Painting a lesion: its perturbed ellipsoid, and its inner signs as parameter maps.

No chance but the seeded noise of the value being painted: the same `Lesion` on the same grid gives the same maps.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from training.phantom import shapes
from training.phantom.fields import Array, Box, Grid, smooth_noise
from training.phantom.kinetics import Kinetics
from training.phantom.lesion_surroundings import OUTSIDE, Effect, halos, tracts
from training.phantom.lesions import Lesion, Part
from training.phantom.shapes import Point
from training.phantom.tissues import Tissue


@dataclass
class Maps:
    """Tissue parameters voxel by voxel inside a box; T2 and T1 are kept as logarithms while parts are blended."""

    t1_ms: Array
    t2_ms: Array
    pd: Array
    adc: Array
    perfusion: Array
    d_star: Array
    fat: Array
    uptake: list[tuple[Array, Kinetics]] = field(default_factory=list)

    def blend(self, weight: Array, tissue: Tissue) -> None:
        """Replaces a share `weight` of what is there by `tissue`; its contrast uptake is kept for later."""
        self.uptake.append((weight, tissue.kinetics))
        keep = 1 - weight
        for name in ("t1_ms", "t2_ms"):
            if tissue.pd <= 0 and name == "t1_ms":
                continue  # gas has no protons whose T1 could brighten the edge
            values = getattr(self, name)
            values *= keep
            values += weight * np.float32(np.log(max(getattr(tissue, name), 1.0)))
        for name in ("pd", "adc", "perfusion", "d_star", "fat"):
            values = getattr(self, name)
            values *= keep
            values += weight * np.float32(getattr(tissue, name))


@dataclass
class PaintedLesion:
    """A lesion on the grid.

    Attributes:
        lesion: what was painted.
        box, alpha: where it lies and its coverage.
        maps: tissue parameters in the box.
        depth_mm: distance below its surface (negative outside).
        around: coverage and tissue of what it does to its surroundings (halo, ducts, thrombus).
    """

    lesion: Lesion
    box: Box
    alpha: Array
    maps: Maps
    depth_mm: Array
    around: list[Effect]


def _plane_waves(rng: np.random.Generator, directions: tuple[Array, Array, Array], low: float, high: float) -> Array:
    """Band-limited noise on the unit sphere (angular orders about `low` to `high`), unit SD."""
    ux, uy, uz = directions
    total = np.zeros_like(ux)
    waves = 10
    for _ in range(waves):
        k = rng.standard_normal(3)
        k *= rng.uniform(low, high) / np.linalg.norm(k)
        total += np.cos(
            np.float32(k[0]) * ux
            + np.float32(k[1]) * uy
            + np.float32(k[2]) * uz
            + np.float32(rng.uniform(0, 2 * np.pi))
        )
    return np.asarray(total * np.float32(np.sqrt(2 / waves)))


def _weight(
    part: Part,
    rho: Array,
    depth: Array,
    local: tuple[Array, Array, Array],
    front: Array,
    axes: tuple[Array, Array, Array],
    radius: float,
    change: Array,
) -> Array:
    """Share of each voxel that a part inside the lesion takes, before its strength.

    `rho` is 1 on the surface, `depth` the distance below it in mm, `local` the position in lesion axes and `front` the
    one from front (negative) to back in radii, `change` the slow course along z.
    """
    rng = np.random.default_rng(part.seed)
    lx, ly, lz = local
    if part.kind in ("core", "nodule", "gas"):
        ox, oy, oz = part.offset
        dx, dy, dz = lx - np.float32(ox), ly - np.float32(oy), lz - np.float32(oz)
        inner = np.sqrt(dx * dx + dy * dy + dz * dz)
        # Cores are ragged and fade: amplitude and softness differ from lesion to lesion.
        ragged = np.float32(rng.uniform(0.10, 0.30))
        wobble = _plane_waves(rng, (dx, dy, dz), 3.0, 8.0) * ragged
        wobble += smooth_noise(rng, axes, (6.0, 5.0, 5.0)) * np.float32(0.10)
        limit = np.float32(part.size) * (1 + 0.35 * change) * (1 + wobble)
        weight = shapes.step(inner - limit, max(float(rng.uniform(0.12, 0.45)), 2.0 / radius))
        if part.kind == "gas":
            # Gas rises: a level face, whatever way the lesion is turned.
            weight = weight * shapes.step(front + np.float32(0.15), 0.1)
        return weight
    if part.kind == "rim":
        # Complete capsules are rare: part of the circumference is left open.
        gap = _plane_waves(rng, (lx / (rho + 0.05), ly / (rho + 0.05), lz / (rho + 0.05)), 1.0, 3.0)
        open_share = rng.uniform(-1.8, 0.2)
        thickness = np.float32(part.size) * (1 + 0.25 * gap)
        return shapes.step(depth - thickness, 1.5) * shapes.step(np.float32(open_share) - gap, 0.5)
    if part.kind == "scar":
        bend = max(4.0, 0.45 * radius)
        lx = lx + smooth_noise(rng, axes, (bend, bend, bend)) * np.float32(0.13)
        ly = ly + smooth_noise(rng, axes, (bend, bend, bend)) * np.float32(0.13)
        arms = np.full_like(lx, 9.0)
        for _ in range(int(rng.integers(2, 5))):
            n = rng.standard_normal(3)
            n /= np.linalg.norm(n)
            arms = np.minimum(arms, np.abs(lx * np.float32(n[0]) + ly * np.float32(n[1]) + lz * np.float32(n[2])))
        reach = np.float32(part.size + 0.25)
        width = 0.16 * np.clip(1 - rho / reach, 0, 1)
        hub = rho - np.float32(part.size * 0.45)
        return shapes.step(np.minimum(arms - width, hub) + 0.5 * (rho > reach), 0.10 + 1.2 / radius)
    scale = max(3.0, radius * (0.30 if part.kind != "septa" else 0.42))
    noise = smooth_noise(rng, axes, (scale, scale, scale))
    if part.kind == "patches":
        return shapes.step((np.float32(part.size) - noise) * np.float32(0.5), 0.35) * shapes.step(rho - 0.92, 0.15)
    if part.kind == "septum":
        # A bent sheet, thinner than a pixel: it shows as a faint line.
        nx, ny, nz, at = rng.normal(0, (0.8, 0.8, 0.4, 0.3))
        tilt = np.float32(1 / max(0.3, float(np.hypot(np.hypot(nx, ny), nz))))
        sheet = (lx * np.float32(nx) + ly * np.float32(ny) + lz * np.float32(nz)) * tilt - np.float32(at)
        return shapes.step(np.abs(sheet + 0.07 * noise) * radius - np.float32(part.size), 1.0) * np.float32(0.7)
    assert part.kind == "septa"
    return np.asarray(np.exp(-((noise / np.float32(part.size * 0.5)) ** 2)))


def paint_lesion(grid: Grid, lesion: Lesion, centre: Point, outlet: Point) -> PaintedLesion | None:
    """Evaluates a lesion about `centre` (scanner mm).

    Args:
        grid: where to paint.
        lesion: what to paint.
        centre: (x, y, z) in scanner mm.
        outlet: point (the hilum) away from which obstructed ducts run.

    Returns:
        The painted lesion, or None where it misses the grid.
    """
    halo = max([part.size for part in lesion.parts if part.kind == "halo"], default=0.0)
    reach = max(lesion.radii_mm) * (1.25 + 0.35 * lesion.lobulation) + 6.0 + halo
    box = grid.box(centre, (reach, reach, reach))
    axes = (grid.z_mm[box[0]], grid.y_mm[box[1]], grid.x_mm[box[2]])
    if min(len(a) for a in axes) == 0:
        return None
    rng = np.random.default_rng(lesion.seed)
    dz = (axes[0] - np.float32(centre[2]))[:, None, None]
    dy = (axes[1] - np.float32(centre[1]))[None, :, None]
    dx = (axes[2] - np.float32(centre[0]))[None, None, :]
    c1, s1 = (np.float32(f(lesion.angles_rad[0])) for f in (np.cos, np.sin))
    c2, s2 = (np.float32(f(lesion.angles_rad[1])) for f in (np.cos, np.sin))
    px, py = c1 * dx + s1 * dy, -s1 * dx + c1 * dy
    lx = (c2 * px + s2 * dz) / np.float32(lesion.radii_mm[0])
    ly = np.broadcast_to(py / np.float32(lesion.radii_mm[1]), lx.shape)
    lz = (-s2 * px + c2 * dz) / np.float32(lesion.radii_mm[2])
    k = np.sqrt(lx * lx + ly * ly + lz * lz)
    unit = k + np.float32(1e-3)
    directions = (lx / unit, ly / unit, lz / unit)
    coarse = _plane_waves(rng, directions, 2.0, 4.0)
    fine = _plane_waves(rng, directions, 4.5, 8.0)
    surface = (
        1
        + np.float32(0.02 + 0.17 * lesion.lobulation) * coarse
        + np.float32(0.01 + 0.06 * lesion.lobulation + 0.04 * (1 - lesion.margin)) * fine
    )
    surface = np.clip(surface, 0.45, 1.5)
    rho = k / surface
    radius = float(np.cbrt(np.prod(lesion.radii_mm)))
    depth = (1 - rho) * np.float32(radius)
    softness = 1.1 * grid.spacing_mm[2] + (1 - lesion.margin) ** 1.5 * min(9.0, 0.35 * radius)
    ragged = smooth_noise(rng, axes, (6.0, 5.0, 5.0)) * np.float32((1 - lesion.margin) * min(2.0, 0.12 * radius))
    alpha = shapes.coverage(ragged - depth, softness)

    ones = np.ones_like(rho)
    base = lesion.base
    maps = Maps(
        t1_ms=ones * np.float32(np.log(base.t1_ms)),
        t2_ms=ones * np.float32(np.log(base.t2_ms)),
        pd=ones * np.float32(base.pd),
        adc=ones * np.float32(base.adc),
        perfusion=ones * np.float32(base.perfusion),
        d_star=ones * np.float32(base.d_star),
        fat=ones * np.float32(base.fat),
    )
    along_z = smooth_noise(rng, (axes[0], axes[1][:2], axes[2][:2]), (12.0, 50.0, 50.0))[:, :1, :1]
    change = np.clip(along_z * np.float32(lesion.slice_change), -0.9, 1.5)
    for part in lesion.parts:
        if part.kind == "mosaic":
            noise_rng = np.random.default_rng(part.seed)
            scale = max(5.0, 0.42 * radius)
            cells = smooth_noise(noise_rng, axes, (scale, scale, scale))
            patches = smooth_noise(noise_rng, axes, (scale, scale, scale))
            maps.t2_ms += np.tanh(2.5 * patches) * np.float32(0.20 * part.strength)
            maps.adc *= 1 - np.tanh(2.5 * patches) * np.float32(0.10 * part.strength)
            wall = np.exp(-((cells / np.float32(0.5 * part.size)) ** 2)) * np.float32(0.7 * part.strength)
            maps.blend(wall, part.tissue)
        elif part.kind not in OUTSIDE:
            weight = _weight(part, rho, depth, (lx, ly, lz), dy / np.float32(radius), axes, radius, change)
            maps.blend(weight * np.float32(part.strength), part.tissue)
    # Texture at two scales, slower changes along z.
    quick = smooth_noise(rng, axes, (3.5, 3.0, 3.0))
    broad_scale = max(5.0, 0.5 * radius)
    broad = smooth_noise(rng, axes, (broad_scale, broad_scale, broad_scale))
    texture = (0.55 * quick + 0.83 * broad) * np.float32(lesion.texture_cv) * (1 + 0.8 * change)
    maps.t2_ms += texture + np.float32(0.10) * change
    maps.t1_ms += 0.5 * texture
    other = smooth_noise(rng, axes, (broad_scale, broad_scale, broad_scale))
    maps.adc *= 1 + np.float32(0.7 * lesion.texture_cv) * (0.6 * other + 0.45 * broad) + np.float32(0.06) * change
    np.exp(maps.t2_ms, out=maps.t2_ms)
    np.exp(maps.t1_ms, out=maps.t1_ms)
    np.clip(maps.adc, 0.25, 3.3, out=maps.adc)

    to_edge = reach - np.maximum(np.maximum(np.abs(dx), np.abs(dy)), np.abs(dz))
    around = halos(lesion, box, depth, ragged, to_edge) + tracts(grid, lesion, centre, outlet, radius)
    return PaintedLesion(lesion, box, alpha, maps, depth, around)
