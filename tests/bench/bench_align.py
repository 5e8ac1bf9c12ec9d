"""Registration check on phantoms moved by known amounts: errors, false alarms and misses.

Run: python -m tests.bench.bench_align [--patients N] [--first INDEX] [--flat]. Simulated images only; nothing here is a
clinical figure.

The truth is the patient's drawn movement plus the applied shift plus, in diffusion images, how far the echo-planar
readout displaces the outlined lesion: the phantom's off-resonance over the bandwidth per pixel, mean over the outline.
`--flat` also measures diffusion images without that distortion.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from dataclasses import replace
from types import MappingProxyType

import numpy as np
from scipy.interpolate import RegularGridInterpolator

from engine.domain.case import Case
from engine.domain.sequence import SequenceRole
from engine.geometry.align import Alignment, estimate_shift
from engine.geometry.place import placed
from engine.quality.checks import MISALIGNED_MM
from training.phantom import scene
from training.phantom.cohort import PhantomPatient, draw_patient
from training.phantom.field_maps import THIN
from training.phantom.render import render_patient

T2, DWI, T1 = SequenceRole.T2, SequenceRole.DWI, SequenceRole.T1_PRE
COHORTS = ("hzfph", "srrsh", "tdh")
SHIFTS = ((0.0, 0.0, 0.0), (8.0, 0.0, 0.0), (0.0, -9.0, 0.0), (0.0, 0.0, 12.0), (-6.0, 7.0, -14.0))


def displacements(patient: PhantomPatient, points_mm: np.ndarray) -> dict[SequenceRole, np.ndarray]:
    """Return where the lesion at `points_mm` (N, 3) lies in DWI and T1 against T2, in patient mm."""
    built = scene.build_scene(patient)
    grid, protocol, turn = built.canvas.grid, patient.protocols["DWI"], built.rotation
    axes = (grid.z_mm, grid.y_mm[::THIN], grid.x_mm[::THIN])
    field = RegularGridInterpolator(axes, built.magnet.b0_hz, bounds_error=False, fill_value=None)
    own = (points_mm - np.array(built.table_mm)) @ turn  # scanner x, y, z
    pixel_mm = grid.spacing_mm[1] * grid.shape[1] / protocol.acq_matrix[0]
    along_y = float(field(own[:, ::-1]).mean()) * pixel_mm / protocol.bandwidth_hz_px
    stretched = np.add(patient.mishaps.shift_dwi, (0.0, along_y, 0.0))
    return {DWI: turn @ stretched, T1: turn @ np.array(patient.mishaps.shift_t1)}


def cases(patient: PhantomPatient, flat: bool) -> Iterator[tuple[str, np.ndarray, Alignment | None, float]]:
    """Yield label, true shift, estimate and CPU seconds for every channel and shift."""
    variants: list[tuple[str, PhantomPatient, tuple[SequenceRole, ...]]] = [("DWI", patient, (T2, DWI, T1))]
    if flat:
        protocols = {**patient.protocols, "DWI": replace(patient.protocols["DWI"], bandwidth_hz_px=1e9)}
        variants.append(("DWI, no distortion", replace(patient, protocols=MappingProxyType(protocols)), (T2, DWI)))
    for label, drawn, roles in variants:
        rendered = render_patient(drawn, roles)
        points = np.concatenate([contour.points_mm for contour in rendered.roi.contours])
        own = displacements(drawn, points)
        for role in roles[1:]:
            for shift in SHIFTS:
                volume = placed(rendered.volumes[role], role, Case("1").with_shift(role, shift))
                start = time.process_time()
                found = estimate_shift(rendered.volumes[T2], volume, points)
                yield label if role is DWI else "T1", own[role] + shift, found, time.process_time() - start


def main() -> None:
    """Print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--patients", type=int, default=8, help="phantoms per cohort")
    parser.add_argument("--first", type=int, default=0, help="index of the first phantom of each cohort")
    parser.add_argument("--flat", action="store_true", help="also without EPI distortion")
    values = parser.parse_args()
    rows: dict[str, list[tuple[float, float, float, bool, float, float]]] = {}
    absent = 0
    for cohort in COHORTS:
        for index in range(values.first, values.first + values.patients):
            for label, truth, found, seconds in cases(draw_patient(cohort, index), values.flat):
                if found is None:
                    absent += 1
                    continue
                error = np.subtract(found.shift_mm, truth)
                lengths = float(np.linalg.norm(error)), abs(float(error[2])), float(np.linalg.norm(truth))
                rows.setdefault(label, []).append((*lengths, found.certain, found.length_mm, seconds))
    print(f"{len(COHORTS) * values.patients} phantoms, {absent} estimates impossible")
    print("channel                n  certain  error median / 90 %  along z  alarms of aligned  raised past 8 mm   CPU")
    for label, found_rows in rows.items():
        errors, along_z, true, certain, length, spent = (np.array(column) for column in zip(*found_rows, strict=True))
        sure, raised = certain.astype(bool), certain.astype(bool) & (length > MISALIGNED_MM)
        aligned, off = true <= 0.6 * MISALIGNED_MM, true > 8.0
        print(
            f"{label:18} {len(errors):5}   {sure.mean():5.0%}   {np.median(errors[sure]):6.1f} / "
            f"{np.percentile(errors[sure], 90):.1f} mm   {np.median(along_z[sure]):6.1f} mm  "
            f"{raised[aligned].sum():8} of {aligned.sum():3}   {raised[off].mean():12.0%}  {spent.mean():8.1f} s"
        )


if __name__ == "__main__":
    main()
