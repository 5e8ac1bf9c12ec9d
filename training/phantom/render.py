"""Renders one phantom patient: anatomy and lesions → signals per sequence → acquired, stored images and the ROI.

The volumes hold exactly the integers that the DICOM files hold, so that the way in memory equals the way over files.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.domain.roi import Roi
from engine.domain.sequence import SequenceRole
from engine.domain.volume import Volume
from training.phantom import acquire, artefacts, contrast, field_maps, scene, sequences, signals
from training.phantom.cohort import PhantomPatient
from training.phantom.fields import Array, in_blocks
from training.phantom.identity import uid_for
from training.phantom.reader import render_roi
from training.phantom.scanner import Protocol


@dataclass(frozen=True, eq=False)
class RenderedPatient:
    """Images of one phantom patient.

    Attributes:
        patient: what was rendered.
        volumes: the paper's roles, native stacks, stored integers as float32.
        extra: ``DWI_B50`` (or ``DWI_B0``) and ``ADC`` where DWI was rendered.
        roi: outlines of the main lesion on the T2 slices, patient LPS mm.
        mask: the same region on the T2 grid (slice, row, column).
        protocols: what each sequence was acquired with.
    """

    patient: PhantomPatient
    volumes: dict[SequenceRole, Volume]
    extra: dict[str, Volume]
    roi: Roi
    mask: NDArray[np.bool_]
    protocols: dict[str, Protocol]


FAT_PPM = 3.5
# A spin echo refocuses the field; what dephases is the part of the read-out away from the echo.
EPI_DEPHASING_S = 0.008


def _centres(low_mm: float, high_mm: float, step_mm: float, phase: float) -> NDArray[np.float64]:
    """Slice centres from feet to head; `phase` (0–1) slides the stack within one step."""
    first = low_mm + phase * step_mm
    return np.asarray(first + step_mm * np.arange(int((high_mm - first) / step_mm) + 1), np.float64)


def stack_affine(
    built: scene.Scene, centres_mm: NDArray[np.float64], step_mm: float, shape: tuple[int, int]
) -> NDArray[np.float64]:
    """Index (slice, row, column) → patient LPS mm of a stack on the scene's field of view."""
    grid = built.canvas.grid
    size_y = grid.spacing_mm[1] * grid.shape[1] / shape[0]
    size_x = grid.spacing_mm[2] * grid.shape[2] / shape[1]
    # Columns of the rotation are the scanner's x, y, z in patient space (the stack's tilt).
    rotation = built.rotation
    affine = np.eye(4)
    affine[:3, 0] = rotation[:, 2] * step_mm
    affine[:3, 1] = rotation[:, 1] * size_y
    affine[:3, 2] = rotation[:, 0] * size_x
    origin = np.array([grid.x_mm[0], grid.y_mm[0], centres_mm[0]], float)
    affine[:3, 3] = rotation @ origin + np.array(built.table_mm)
    return affine


def _stored(images: Array, patient: PhantomPatient, reference: float, gain: float) -> Array:
    """Integers as a 12-bit (or vendor-scaled) file holds them, after the vendor's tone curve.

    Args:
        images: magnitudes; overwritten.
        reference: signal that the tone curve, a power law, leaves where it is.
        gain: stored value of `reference` before the scanner's own gain.
    """
    scale = np.float32(gain * patient.scanner.gain / reference)

    def one(image: Array) -> Array:
        # exp(γ log x): numpy's power of single-precision arrays is several times slower.
        out = np.log(np.maximum(image, np.float32(1e-12 * reference)) / np.float32(reference))
        out *= np.float32(patient.scanner.gamma)
        np.exp(out, out=out)
        out *= np.float32(reference)
        out *= scale
        np.rint(out, out=out)
        return np.clip(out, 0, 32767, out=out)

    return in_blocks(one, images, out=images)


def _window(patient: PhantomPatient, factor: float) -> float:
    """Strength of the k-space filter: the scanner's own, or nearly none where Gibbs ringing was left."""
    return 0.1 if patient.mishaps.gibbs else factor * patient.scanner.filter_strength


def _g_map(rng: np.random.Generator, shape: tuple[int, int], factor: float) -> Array:
    y = np.linspace(-1, 1, shape[0], dtype=np.float32)[:, None]
    x = np.linspace(-1, 1, shape[1], dtype=np.float32)[None, :]
    spread = float(rng.uniform(0.2, 0.5))
    return np.asarray(1 + (factor - 1) * np.exp(-(x * x + y * y) / spread), np.float32)


def render_t2(built: scene.Scene, patient: PhantomPatient) -> tuple[Volume, NDArray[np.float64]]:
    """T2 turbo spin echo with fat suppression; also returns the slice centres (scanner mm)."""
    protocol, m = patient.protocols["T2"], patient.mishaps
    rng = patient.rng(101)
    centres = _centres(built.low_mm, built.high_mm, protocol.step_mm, float(rng.random()))
    volume, liver = signals.compose_t2(built, patient)
    weights = acquire.slice_weights(built.canvas.grid.z_mm, centres, protocol.thickness_mm)
    slices = acquire.take_slices(volume, weights)
    slices *= artefacts.bias_field(rng, built.canvas.grid, centres, m.bias)
    b1 = field_maps.on_slices(built.magnet.b1, weights, slices.shape[1:])
    slices *= sequences.tse_transmit(b1, protocol.flip_deg)
    images = acquire.reconstruct(
        slices,
        protocol.acq_matrix,
        protocol.recon_matrix,
        noise_sd=liver / protocol.snr,
        rng=rng,
        window=_window(patient, 1.2),
    )
    images = artefacts.add_ghosts(images, m.ghost, int(rng.integers(3, 7)))
    affine = stack_affine(built, centres, protocol.step_mm, protocol.recon_matrix)
    return Volume(_stored(images, patient, liver, 180.0), affine, uid_for(patient, "frame"), "T2"), centres


def render_dwi(built: scene.Scene, patient: PhantomPatient) -> dict[str, Volume]:
    """Diffusion EPI at both b-values and the fitted ADC map (1e-6 mm²/s), keys ``low``, ``high``, ``adc``."""
    protocol, m = patient.protocols["DWI"], patient.mishaps
    rng = patient.rng(102)
    grid = built.canvas.grid
    centres = _centres(built.low_mm, built.high_mm, protocol.step_mm, float(rng.random()))
    # The patient has moved by shift_dwi: the slice at z holds what lay at z − shift.
    weights = acquire.slice_weights(grid.z_mm, centres - m.shift_dwi[2], protocol.thickness_mm)
    in_plane = grid.shape[1:]
    pixel_mm = grid.spacing_mm[1] * grid.shape[1] / protocol.acq_matrix[0]
    px_per_hz = pixel_mm / protocol.bandwidth_hz_px / grid.spacing_mm[1]
    shift_px = field_maps.on_slices(built.magnet.b0_hz, weights, in_plane) * np.float32(px_per_hz)
    bias = artefacts.bias_field(rng, grid, centres, m.bias * 1.2)
    bias *= sequences.epi_transmit(field_maps.on_slices(built.magnet.b1, weights, in_plane))
    bias *= np.exp(-np.float32(EPI_DEPHASING_S) * field_maps.on_slices(built.magnet.r2_prime, weights, in_plane))
    fat, fat_kept = signals.compose_dwi_fat(built, patient)
    fat_slices = acquire.take_slices(fat, weights)
    fat_slices *= bias
    # Fat precesses 3.5 ppm slower: phase encoding puts it up to 5 cm away.
    fat_shift = np.float32(FAT_PPM * 42.577 * patient.field_t * px_per_hz)
    fat_slices = acquire.distort_rows(fat_slices, shift_px - fat_shift)
    dropout = artefacts.cardiac_dropout(rng, grid, centres, patient.body.dome_mm, m.cardiac_loss)
    g_map = _g_map(rng, protocol.recon_matrix, m.g_noise)
    affine = stack_affine(built, centres, protocol.step_mm, protocol.recon_matrix)
    frame = uid_for(patient, "frame")
    images: dict[str, Array] = {}
    noise_sd = liver_low = 0.0
    for key, b in (("low", protocol.b_low), ("high", protocol.b_high)):
        volume, liver = signals.compose_dwi(built, patient, b)
        if key == "low":
            liver_low = liver
            noise_sd = liver / protocol.snr
        slices = acquire.take_slices(volume, weights)
        slices *= bias
        if key == "high":
            slices *= dropout
        slices = acquire.distort_rows(slices, shift_px)
        slices += fat_slices if key == "low" else np.float32(fat_kept) * fat_slices
        slices = artefacts.add_ghosts(slices, m.epi_ghost, 2)
        images[key] = acquire.reconstruct(
            slices,
            protocol.acq_matrix,
            protocol.recon_matrix,
            # The high b-value is averaged about twice as often as the low one.
            noise_sd=noise_sd if key == "low" else 0.75 * noise_sd,
            rng=rng,
            g_map=g_map,
            shift_px=(m.shift_dwi[1] / grid.spacing_mm[1], m.shift_dwi[0] / grid.spacing_mm[2]),
            window=0.8 * patient.scanner.filter_strength,
        )
    low, high = np.maximum(images["low"], 1e-6), np.maximum(images["high"], 1e-6)
    adc = np.log(low / high) * np.float32(1e6 / (protocol.b_high - protocol.b_low))
    adc = np.where(low > 3 * noise_sd, np.clip(adc, 0, 4000), 0)
    out = {"adc": Volume(np.rint(adc), affine, frame, "ADC")}
    for key, picture in images.items():
        out[key] = Volume(_stored(picture, patient, liver_low, 220.0), affine, frame, f"DWI_{key}")
    return out


_PHASES = {
    SequenceRole.T1_PRE: 0,
    SequenceRole.T1_LATE_ARTERIAL: 1,
    SequenceRole.T1_PORTAL_VENOUS: 2,
    SequenceRole.T1_EQUILIBRIUM: 3,
}


def render_t1(built: scene.Scene, patient: PhantomPatient, role: SequenceRole) -> Volume:
    """One breath-hold of fat-suppressed T1 gradient echo, before or after contrast."""
    protocol, m = patient.protocols["T1"], patient.mishaps
    phase = _PHASES[role]
    shared = patient.rng(105)
    start = float(shared.random())
    bias = shared.integers(2**31)
    rng = patient.rng(110 + phase)
    grid = built.canvas.grid
    centres = _centres(built.low_mm, built.high_mm, protocol.step_mm, start)
    # Every hold stops at its own height; the first one's displacement is the drawn shift against T2.
    again = rng.normal(0, (0.8, 1.0, 2.0)) * (phase > 0)
    shift = np.asarray(m.shift_t1) + again
    weights = acquire.slice_weights(grid.z_mm, centres - shift[2], protocol.thickness_mm)
    volume, reference = contrast.compose_t1(built, patient, role)
    slices = acquire.take_slices(volume, weights)
    b1 = field_maps.on_slices(built.magnet.b1, weights, slices.shape[1:])
    r2_prime = field_maps.on_slices(built.magnet.r2_prime, weights, slices.shape[1:])
    profile = artefacts.bias_field(np.random.default_rng(bias), grid, centres, 1.2 * m.bias)

    def received(signal: Array, b1: Array, r2_prime: Array, profile: Array) -> Array:
        out = np.asarray(sequences.spgr_transmit(signal, b1, flip_deg=protocol.flip_deg), np.float32)
        out *= np.exp(np.float32(-protocol.te_ms / 1000) * r2_prime)
        out *= profile
        return out

    slices = in_blocks(received, slices, b1, r2_prime, profile, out=slices)
    images = acquire.reconstruct(
        slices,
        protocol.acq_matrix,
        protocol.recon_matrix,
        noise_sd=reference / protocol.snr,
        rng=rng,
        g_map=_g_map(np.random.default_rng(bias + 1), protocol.recon_matrix, m.g_noise),
        shift_px=(float(shift[1]) / grid.spacing_mm[1], float(shift[0]) / grid.spacing_mm[2]),
        window=_window(patient, 1.0),
    )
    moved = role is SequenceRole.T1_LATE_ARTERIAL and rng.random() < 0.05
    images = artefacts.add_ghosts(images, float(rng.uniform(0.06, 0.15)) if moved else 0.0, 4)
    affine = stack_affine(built, centres, protocol.step_mm, protocol.recon_matrix)
    return Volume(_stored(images, patient, reference, 150.0), affine, uid_for(patient, "frame"), role)


def render_patient(
    patient: PhantomPatient, roles: Iterable[SequenceRole | str] = (SequenceRole.T2, SequenceRole.DWI)
) -> RenderedPatient:
    """Renders the sequences asked for (T2 always), about a second each, deterministic in the patient."""
    wanted = {SequenceRole(role) for role in roles}
    built = scene.build_scene(patient)
    t2, centres = render_t2(built, patient)
    volumes = {SequenceRole.T2: t2}
    extra: dict[str, Volume] = {}
    roi, mask = render_roi(built, patient, t2, centres)
    if SequenceRole.DWI in wanted:
        dwi = render_dwi(built, patient)
        volumes[SequenceRole.DWI] = dwi["high"]
        extra = {f"DWI_B{patient.protocols['DWI'].b_low:.0f}": dwi["low"], "ADC": dwi["adc"]}
    for role in _PHASES:
        if role in wanted:
            volumes[role] = render_t1(built, patient, role)
    return RenderedPatient(patient, volumes, extra, roi, mask, dict(patient.protocols))
