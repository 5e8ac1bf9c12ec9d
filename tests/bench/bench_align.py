"""Registration check on phantoms moved by known amounts: errors, false alarms and misses.

Run: python -m tests.bench.bench_align [PATIENTS PER COHORT]. Simulated images only; nothing here is a clinical figure.

Without EPI distortion the truth is the drawn movement plus the applied shift. With distortion, which is a local
displacement of its own along y, the answer to the applied shift alone is measured.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from types import MappingProxyType

import numpy as np

from engine.domain.case import Case
from engine.domain.sequence import SequenceRole
from engine.geometry.align import estimate_shift
from engine.geometry.place import placed
from engine.quality.checks import MISALIGNED_MM
from training.phantom.cohort import draw_patient
from training.phantom.render import render_patient

T2, DWI, T1 = SequenceRole.T2, SequenceRole.DWI, SequenceRole.T1_PRE
SHIFTS = ((0.0, 0.0, 0.0), (8.0, 0.0, 0.0), (0.0, -9.0, 0.0), (0.0, 0.0, 12.0), (-6.0, 7.0, -14.0))


def main(patients: int) -> None:
    """Print one table."""
    rows: dict[str, list[tuple[float, float, float, bool, float]]] = {}
    for cohort in ("train", "hzfph", "tdh"):
        for index in range(patients):
            patient = draw_patient(cohort, index)
            flat = replace(patient.protocols["DWI"], bandwidth_hz_px=1e9)
            undistorted = replace(patient, protocols=MappingProxyType({**patient.protocols, "DWI": flat}))
            for name, drawn in (("EPI off", undistorted), ("EPI on", patient)):
                rendered = render_patient(drawn, (T2, DWI, T1) if name == "EPI off" else (T2, DWI))
                points = np.concatenate([contour.points_mm for contour in rendered.roi.contours])
                for role, own in ((DWI, patient.mishaps.shift_dwi), (T1, patient.mishaps.shift_t1)):
                    if role not in rendered.volumes:
                        continue
                    label = f"{role.value}, {name}" if role is DWI else role.value
                    still = None
                    for shift in SHIFTS:
                        volume = placed(rendered.volumes[role], role, Case("1").with_shift(role, shift))
                        found = estimate_shift(rendered.volumes[T2], volume, points)
                        if found is None:
                            continue
                        if still is None:
                            still = np.array(found.shift_mm)
                        before = still if name == "EPI on" else np.array(own)
                        error = np.subtract(found.shift_mm, before + shift)
                        true = float(np.linalg.norm(before + shift))
                        entry = (
                            float(np.linalg.norm(error)),
                            abs(float(error[2])),
                            true,
                            found.certain,
                            found.length_mm,
                        )
                        rows.setdefault(label, []).append(entry)
    print("channel            n   certain  error median / 90 %   along z   false alarms   raised past 8 mm")
    for label, found_rows in rows.items():
        errors, along_z, true, certain, length = (np.array(column) for column in zip(*found_rows, strict=True))
        sure, raised = certain.astype(bool), certain.astype(bool) & (length > MISALIGNED_MM)
        aligned, off = true <= 0.6 * MISALIGNED_MM, true > 8.0
        print(
            f"{label:14} {len(errors):5}   {sure.mean():6.0%}   {np.median(errors[sure]):6.1f} / "
            f"{np.percentile(errors[sure], 90):.1f} mm     {np.median(along_z[sure]):4.1f} mm   "
            f"{raised[aligned].sum():3} of {aligned.sum():3}       {raised[off].mean():6.0%}"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 4)
