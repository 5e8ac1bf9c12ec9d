"""Organs of the upper abdomen: liver and its vessels, spleen, kidneys, gut, pancreas, gallbladder, great vessels."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from training.phantom import shapes, vessels
from training.phantom.anatomy import Canvas, full_box
from training.phantom.fields import Array, smooth_noise
from training.phantom.shapes import Point


def liver_distance(canvas: Canvas) -> Array:
    """Distance (mm) to the liver's surface: right lobe, tapering left lobe and caudate under the diaphragm."""
    plan = canvas.plan
    assert canvas.cavity_distance is not None
    assert canvas.diaphragm_mm is not None
    x, y, z = canvas.x, canvas.y, canvas.z
    rng = np.random.default_rng([plan.template_seed, 10])
    shrink = 1 - 0.16 * plan.cirrhosis * rng.uniform(0.4, 1.0)
    wall = canvas.cavity_distance + np.float32(3.0)
    low = plan.liver_low_mm
    # The medial (visceral) face leans to the right towards the feet and is hollowed by the gallbladder and the kidney.
    lean = rng.uniform(0.55, 0.75)
    medial = -8.0 + lean * np.clip(z - rng.uniform(8, 20), -140, 0)
    medial = medial + 0.30 * np.clip(-15 - y, 0, 60)
    right = shapes.ellipsoid(
        x, y, z, (-60.0, 0.0, 0.5 * (plan.dome_mm + low)), (96.0 * shrink, 96.0, 0.56 * (plan.dome_mm - low) + 6)
    )
    right = shapes.smooth_max(right, wall, 8.0)
    right = shapes.smooth_max(right, (x - medial) * np.float32(0.85), 22.0)
    # The left lobe is a wedge against the front wall that thins towards its tip.
    reach = plan.left_lobe_mm * (1 + 0.15 * plan.cirrhosis)
    thick = 88.0 - 62.0 * (x + 25.0) / (reach + 25.0)
    back = -plan.half_depth_mm + thick - 0.05 * np.clip(z - 30, 0, None)
    left = shapes.smooth_max((y - back) * np.float32(0.85), (x - reach) * np.float32(0.9), 16.0)
    left = shapes.smooth_max(left, wall, 8.0)
    bottom = rng.uniform(-34, -16) + 0.22 * (x + 20) - 0.12 * (y + 40)
    left = shapes.smooth_max(left, bottom - z, 14.0)
    left = np.maximum(left, -70 - x)
    caudate_grow = 1 + 0.28 * plan.cirrhosis
    caudate = shapes.ellipsoid(
        x, y, z, (-3.0, 12.0, 24.0), (18.0 * caudate_grow, 15.0 * caudate_grow, 30.0 * caudate_grow)
    )
    liver = shapes.smooth_min(shapes.smooth_min(right, left, 14.0), caudate, 7.0)
    liver = shapes.smooth_max(liver, z - canvas.diaphragm_mm + 3.0, 9.0)
    axes = (canvas.grid.z_mm, canvas.grid.y_mm, canvas.grid.x_mm)
    liver += smooth_noise(rng, axes, (38.0, 34.0, 34.0)) * np.float32(1.8)
    if plan.cirrhosis > 0:
        own = np.random.default_rng([plan.seed, 11])
        liver += smooth_noise(own, axes, (9.0, 8.0, 8.0)) * np.float32(1.3 * plan.cirrhosis)
    # Fissure of the round ligament, filled with fat.
    tilt = rng.uniform(-0.25, 0.25)
    sway = smooth_noise(rng, axes, (25.0, 16.0, 30.0)) * np.float32(1.6)
    fissure = np.abs(x + sway - rng.uniform(4, 14) - tilt * (y + 50)) - np.float32(rng.uniform(1.2, 2.6))
    fissure = np.maximum(fissure, y + rng.uniform(22, 45))
    fissure = np.maximum(fissure, z - rng.uniform(5, 30))
    return np.asarray(shapes.smooth_max(liver, -fissure, 4.0), np.float32)


def paint_liver(canvas: Canvas) -> None:
    """Liver parenchyma, hepatic and portal veins, ascites and gallbladder."""
    plan = canvas.plan
    rng = np.random.default_rng([plan.template_seed, 12])
    own = np.random.default_rng([plan.seed, 13])
    assert canvas.liver_distance is not None
    assert canvas.cavity_distance is not None
    distance = canvas.liver_distance
    box = full_box(canvas.grid)
    if plan.ascites:
        assert canvas.diaphragm_mm is not None
        depth = own.uniform(4, 12)
        fluid = np.maximum(distance - np.float32(depth), canvas.cavity_distance + 2.0)
        fluid = np.maximum(fluid, canvas.z - canvas.diaphragm_mm + 1.5)
        canvas.paint("ascites", box, fluid, texture=0.04)
    canvas.paint("liver", box, distance, texture=0.035, kernel="liver", tag="liver")
    liver_alpha = shapes.coverage(distance, canvas.softness_mm)
    flow = float(own.uniform(0.0, 0.3))
    cava: Point = (-20.0, 22.0, 66.0)
    trees = [("blood_venous", vessels.portal_tree(rng), 0.9), ("blood_venous", vessels.hepatic_veins(rng, cava), 1.0)]
    for name, tubes, caliber in trees:
        for tube in tubes:
            centre = tuple((a + b) / 2 for a, b in zip(tube.start, tube.end, strict=True))
            radius = max(tube.r_start, tube.r_end) + 1.5
            half = tuple(abs(a - b) / 2 + radius for a, b in zip(tube.start, tube.end, strict=True))
            near, x, y, z = canvas.around((centre[0], centre[1], centre[2]), (half[0], half[1], half[2]))
            if x.size == 0:
                continue
            d = shapes.capsule(x, y, z, tube.start, tube.end, tube.r_start * caliber, tube.r_end * caliber)
            thin = 1.0 - min(1.0, tube.r_start / 5.0)
            main = tube.start[2] <= -20 and tube.start[0] > -15
            clip = None if main else liver_alpha[near]
            # Slow flow in thin branches keeps more of its signal than the trunks.
            canvas.paint(name, near, d, flow=flow + (0.75 - flow) * thin * own.uniform(0.4, 1.0), clip=clip)
    duct = ((-27.0, -6.0, -4.0), (-20.0, 10.0, -36.0), (-16.0, 24.0, -62.0))
    radius = own.uniform(1.8, 3.4)
    for start, end in pairwise(duct):
        middle = tuple((a + b) / 2 for a, b in zip(start, end, strict=True))
        near, x, y, z = canvas.around((middle[0], middle[1], middle[2]), (12, 15, 22))
        canvas.paint("bile_gallbladder", near, shapes.capsule(x, y, z, start, end, radius, radius))
    if plan.gallbladder:
        neck = (-30.0, -14.0, -20.0 + float(rng.normal(0, 5)))
        fundus = (-46.0 + float(rng.normal(0, 6)), -58.0 + float(rng.normal(0, 6)), -58.0 + float(rng.normal(0, 8)))
        wide = own.uniform(9, 17)
        middle = tuple((a + b) / 2 for a, b in zip(neck, fundus, strict=True))
        near, x, y, z = canvas.around((middle[0], middle[1], middle[2]), (34, 44, 44))
        d = shapes.capsule(x, y, z, neck, fundus, 4.0, wide)
        canvas.paint("muscle", near, d - 1.6, opacity=0.7)
        canvas.paint("bile_gallbladder", near, d, texture=0.03)
        if own.random() < 0.10:
            stone = shapes.ellipsoid(x, y, z, (fundus[0], fundus[1] + wide * 0.6, fundus[2]), (4.5, 4.0, 4.5))
            canvas.paint("air", near, stone, opacity=0.9)


def paint_spleen(canvas: Canvas) -> None:
    """Spleen: a crescent against the left back wall."""
    plan = canvas.plan
    assert canvas.cavity_distance is not None
    assert canvas.diaphragm_mm is not None
    rng = np.random.default_rng([plan.template_seed, 20])
    s = plan.spleen_scale
    centre = (102.0 + float(rng.normal(0, 4)), 32.0 + float(rng.normal(0, 4)), 24.0 + float(rng.normal(0, 7)))
    box, x, y, z = canvas.around(centre, (52 * s, 60 * s, 60 * s))
    if x.size == 0:
        return
    spleen = shapes.ellipsoid(x, y, z, centre, (44 * s, 54 * s, 50 * s))
    spleen = shapes.smooth_max(spleen, canvas.cavity_distance[box] + 3.0, 8.0)
    hollow = shapes.ellipsoid(x, y, z, (62.0, 4.0, 16.0), (46.0 - 8 * (s - 1), 52.0, 75.0))
    spleen = shapes.smooth_max(spleen, -hollow, 9.0)
    spleen = shapes.smooth_max(spleen, z - canvas.diaphragm_mm[box] + 3.0, 6.0)
    axes = (canvas.grid.z_mm[box[0]], canvas.grid.y_mm[box[1]], canvas.grid.x_mm[box[2]])
    spleen = spleen + smooth_noise(rng, axes, (30.0, 24.0, 24.0)) * np.float32(1.8)
    canvas.paint("spleen", box, spleen, texture=0.04)


def paint_kidneys(canvas: Canvas) -> None:
    """Kidneys in their fat, with cortex, pyramids and sinus, and the adrenals above."""
    plan = canvas.plan
    b = plan.half_depth_mm
    for side, name in ((-1.0, 30), (1.0, 31)):
        rng = np.random.default_rng([plan.template_seed, name])
        cx, cy = side * rng.uniform(54, 62), b - rng.uniform(46, 52)
        cz = rng.uniform(-76, -60) if side < 0 else rng.uniform(-62, -46)
        size = rng.uniform(0.9, 1.08)
        box, x, y, z = canvas.around((cx, cy, cz), (40 * size, 42 * size, 66 * size))
        if x.size == 0:
            continue
        # Long axis leans outwards and forwards towards the feet; hilum looks inwards and forwards.
        dx, dy, dz = x - cx - side * 0.16 * (cz - z), y - cy + 0.14 * (cz - z), z - cz
        c, s = 0.883, 0.469 * side  # 28 degrees
        u, v = c * dx + s * dy, c * dy - s * dx
        kidney = shapes.ellipsoid(u, v, dz, (0, 0, 0), (25 * size, 30 * size, 54 * size))
        notch = shapes.ellipsoid(u, v, dz, (-side * 23 * size, -4, 0), (15 * size, 11 * size, 20 * size))
        kidney = shapes.smooth_max(kidney, -notch, 5.0)
        canvas.paint("visceral_fat", box, kidney - 7.0, texture=0.15, kernel="coarse")
        canvas.paint("kidney_cortex", box, kidney, texture=0.03)
        around = np.arctan2(v, u * side)
        along = dz / (11.0 * size)
        pyramid = np.cos(around * 4.0 + 1.2 * np.round(along)) * 0.6 + np.cos(2 * np.pi * along) * 0.4
        depth = kidney + 6.5
        inner = kidney + 19 * size
        medulla = np.maximum(np.maximum(depth, -inner), 3.5 * (0.05 - pyramid))
        canvas.paint("kidney_medulla", box, medulla, texture=0.03, softness_mm=2.2)
        sinus = shapes.ellipsoid(u, v, dz, (-side * 5 * size, -1, 0), (13 * size, 10 * size, 32 * size))
        canvas.paint("visceral_fat", box, sinus + 1.5 * np.cos(around * 5), texture=0.3, kernel="coarse")
        pelvis = shapes.ellipsoid(u, v, dz, (-side * 9 * size, -1, -3), (7 * size, 4.5, 11 * size))
        canvas.paint("stomach_fluid", box, pelvis, opacity=0.7)
        ax, ay, az = side * 30, b - 56.0, cz + 62
        limb, lx, ly, lz = canvas.around((ax, ay, az), (18, 18, 16))
        adrenal = np.minimum(
            shapes.capsule(lx, ly, lz, (ax, ay - 8, az), (ax + side * 9, ay + 10, az - 4), 2.4, 1.4),
            shapes.capsule(lx, ly, lz, (ax, ay - 8, az), (ax - side * 4, ay + 10, az - 4), 2.4, 1.4),
        )
        canvas.paint("spleen", limb, adrenal, opacity=0.8)


def paint_great_vessels(canvas: Canvas) -> None:
    """Aorta, cava, splenic and superior mesenteric vessels, with flow void."""
    plan = canvas.plan
    rng = np.random.default_rng([plan.template_seed, 40])
    own = np.random.default_rng([plan.seed, 41])
    b = plan.half_depth_mm
    ay = b - 70.0
    flow = float(own.uniform(0.0, 0.15))
    box, x, y, z = canvas.around((0.0, ay, 0.0), (45, 34, 400))
    shift = 0.04 * z
    aorta = np.hypot(x - 11 + 0.03 * z, y - ay - 0.5 * shift) - rng.uniform(9.0, 11.5)
    canvas.paint("muscle", box, aorta - 1.3, opacity=0.7)
    canvas.paint("blood_arterial", box, aorta, flow=flow)
    vx, vy = -21.0 - 0.02 * z, b - 68.0 - 0.14 * np.clip(z, -60, 80)
    cava = np.sqrt(((x - vx) / 12.5) ** 2 + ((y - vy) / rng.uniform(8.0, 10.5)) ** 2) * 9.5 - 9.5
    canvas.paint("blood_venous", box, cava, flow=min(1.0, flow + float(own.uniform(0.0, 0.35))))
    sx, sx_y = 2.0, -b * 0.02 + 8
    box, x, y, z = canvas.around((0.0, 8.0, -80.0), (20, 20, 45))
    artery = np.maximum(np.hypot(x - sx - 5, y - sx_y - 8) - 3.2, z + 48)
    vein = np.maximum(np.hypot(x + sx + 4, y - sx_y - 2) - 4.8, z + 46)
    canvas.paint("blood_arterial", box, artery, flow=flow)
    canvas.paint("blood_venous", box, vein, flow=flow + 0.1)
    path: list[Point] = [(2, 16, -47), (28, 22, -30), (58, 30, -12), (84, 34, 8)]
    for start, end in pairwise(path):
        middle = tuple((p + q) / 2 for p, q in zip(start, end, strict=True))
        box, x, y, z = canvas.around((middle[0], middle[1], middle[2]), (20, 12, 16))
        canvas.paint("blood_venous", box, shapes.capsule(x, y, z, start, end, 4.6, 4.0), flow=flow + 0.1)


def _point(values: Array) -> Point:
    return float(values[0]), float(values[1]), float(values[2])


def paint_gut(canvas: Canvas) -> None:
    """Stomach with fluid and air, pancreas, duodenum, loops of small bowel and the colon with gas."""
    plan = canvas.plan
    assert canvas.cavity_distance is not None
    assert canvas.diaphragm_mm is not None
    rng = np.random.default_rng([plan.template_seed, 50])
    own = np.random.default_rng([plan.seed, 51])
    loops: list[tuple[Point, Point, float, str]] = []
    for _ in range(26):
        start = np.array([rng.uniform(-70, 95), rng.uniform(-62, 18), rng.uniform(-125, -48)])
        if start[0] < -30 and start[2] > -75:
            continue
        step = rng.normal(0, 16, 3) * (1, 0.8, 0.6)
        end = start + step
        content = str(own.choice(["bowel_wall_content", "bowel_fluid", "air"], p=[0.68, 0.25, 0.07]))
        loops.append((_point(start), _point(end), float(rng.uniform(7, 12)), content))
    colon: list[Point] = [(-95, 5, -125), (-92, -8, -92), (-62, -52, -88), (-10, -66, -84), (48, -62, -70)]
    colon += [(86, -40, -42), (104, 0, -22), (108, 20, -70), (106, 18, -125)]
    for a, b in pairwise(colon):
        content = str(own.choice(["bowel_wall_content", "air"], p=[0.6, 0.4]))
        loops.append((a, b, float(rng.uniform(12, 17)), content))
    for first, last, radius, content in loops:
        middle = tuple((p + q) / 2 for p, q in zip(first, last, strict=True))
        half = tuple(abs(p - q) / 2 + radius for p, q in zip(first, last, strict=True))
        box, x, y, z = canvas.around((middle[0], middle[1], middle[2]), (half[0], half[1], half[2]))
        if x.size == 0:
            continue
        d = shapes.capsule(x, y, z, first, last, radius, radius * 0.9)
        folds = np.float32(1.1) * np.sin(0.55 * (x + y + z) + 0.35 * (x - y))
        clip = shapes.coverage(canvas.cavity_distance[box] + 3.0, canvas.softness_mm)
        canvas.paint("bowel_wall", box, d + 0.6 * folds, texture=0.06, clip=clip)
        canvas.paint("bowel_wall_content", box, d + 2.4 + folds, texture=0.28, kernel="coarse", clip=clip)
        if content == "air":
            level = np.maximum(d + 3.0 + folds, y - middle[1] - 2.0)
            canvas.paint("air", box, level, gas=True, clip=clip)
        elif content == "bowel_fluid":
            canvas.paint("stomach_fluid", box, d + 3.0 + folds, opacity=0.75, clip=clip)
    path: list[Point] = [(-14, 8, -62), (-6, 2, -48), (14, -4, -36), (38, 6, -24), (62, 20, -8), (82, 28, 6)]
    for (a, b), r in zip(pairwise(path), (13.0, 10.0, 9.0, 9.5, 9.5), strict=True):
        middle = tuple((p + q) / 2 for p, q in zip(a, b, strict=True))
        box, x, y, z = canvas.around((middle[0], middle[1], middle[2]), (26, 20, 22))
        d = shapes.capsule(x, y, z, a, b, r, r * 0.95)
        d = d + np.float32(1.5) * np.sin(0.75 * x + 0.5 * z) * np.cos(0.7 * y + 0.4 * z)
        canvas.paint("pancreas", box, d, texture=0.09, kernel="coarse")
    _paint_stomach(canvas, rng, own)


def _paint_stomach(canvas: Canvas, rng: np.random.Generator, own: np.random.Generator) -> None:
    """Stomach with folds, fluid and an air level in front of it."""
    assert canvas.cavity_distance is not None
    assert canvas.diaphragm_mm is not None
    centre = (64.0 + float(rng.normal(0, 5)), -14.0 + float(rng.normal(0, 4)), 26.0 + float(rng.normal(0, 5)))
    fill = own.uniform(0.55, 1.0)
    radii = (40.0 * fill + 4, 38.0 * fill + 3, 54.0)
    box, x, y, z = canvas.around(centre, (radii[0] + 14, radii[1] + 14, radii[2] + 8))
    body = shapes.ellipsoid(x + 0.35 * (z - centre[2]) * (z < centre[2]), y, z, centre, radii)
    antrum = shapes.capsule(x, y, z, (60, -36, -14), (6, -44, -44), 17 * fill, 12)
    stomach = shapes.smooth_min(body, antrum, 14.0)
    stomach = shapes.smooth_max(stomach, canvas.cavity_distance[box] + 4.0, 8.0)
    stomach = shapes.smooth_max(stomach, z - canvas.diaphragm_mm[box] + 4.0, 6.0)
    axes = (canvas.grid.z_mm[box[0]], canvas.grid.y_mm[box[1]], canvas.grid.x_mm[box[2]])
    rugae = smooth_noise(own, axes, (11.0, 8.0, 8.0)) * np.float32(1.6)
    stomach = stomach + 0.5 * rugae
    canvas.paint("bowel_wall", box, stomach, texture=0.05)
    lumen = stomach + 4.0 + rugae
    canvas.paint("bowel_wall_content", box, lumen, texture=0.3, kernel="coarse")
    surface_y = centre[1] - radii[1] * own.uniform(-0.1, 0.8)
    canvas.paint(
        "stomach_fluid", box, np.maximum(lumen, surface_y - y), opacity=float(own.uniform(0.5, 1.0)), texture=0.1
    )
    if own.random() < 0.75:
        canvas.paint("air", box, np.maximum(lumen, y - surface_y), gas=True)
