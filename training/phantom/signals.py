"""What a scene gives off in each sequence, without noise: every layer's signal, blended in the order of painting.

T1 before and after contrast has a file of its own (`contrast`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from training.phantom import fields, sequences
from training.phantom.anatomy import Layer
from training.phantom.cohort import PhantomPatient
from training.phantom.fields import Array
from training.phantom.lesion_signs import PaintedLesion
from training.phantom.scene import Scene
from training.phantom.tissues import Tissue

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
