"""Contact sheet: every lesion type in every sequence, cut out around the lesion, as one picture.

    python -m training.phantom.contact_sheet sheet.png [cohort]

For people to look at: a radiologist should name the sequence at sight.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.domain.sequence import SequenceRole
from engine.domain.volume import Volume
from training.phantom.cohort import PhantomPatient, cohort_size, draw_patient
from training.phantom.render import RenderedPatient, render_patient

MARGIN_MM = 22.0


def first_of_each_type(cohort: str, smallest_mm: float = 25.0, largest_mm: float = 80.0) -> list[PhantomPatient]:
    """The first patient of every lesion type whose size shows its signs."""
    found: dict[str, PhantomPatient] = {}
    for index in range(cohort_size(cohort)):
        patient = draw_patient(cohort, index)
        typical = patient.lesion.looks == patient.lesion_type
        if typical and smallest_mm < patient.diameter_mm < largest_mm:
            found.setdefault(patient.lesion_type, patient)
    return [found[kind] for kind in sorted(found)]


def cut_out(volume: Volume, centre_mm: NDArray[np.float64], half_mm: float) -> NDArray[np.float32]:
    """The slice nearest to a point, cropped to ± half_mm around it."""
    slice_, row, column = np.linalg.solve(volume.affine, np.append(centre_mm, 1.0))[:3]
    index = int(np.clip(round(float(slice_)), 0, volume.shape[0] - 1))
    _, size_y, size_x = volume.spacing_mm
    rows = slice(max(0, int(row - half_mm / size_y)), int(row + half_mm / size_y) + 1)
    columns = slice(max(0, int(column - half_mm / size_x)), int(column + half_mm / size_x) + 1)
    return volume.array[index, rows, columns]


def lesion_centre(rendered: RenderedPatient) -> tuple[NDArray[np.float64], float]:
    """Centre (patient LPS mm) and half extent (mm) of the outline on its largest slice."""
    t2 = rendered.volumes[SequenceRole.T2]
    plane = int(rendered.mask.sum(axis=(1, 2)).argmax())
    rows, columns = np.nonzero(rendered.mask[plane])
    middle = [plane, (rows.min() + rows.max()) / 2, (columns.min() + columns.max()) / 2, 1.0]
    extent = max(np.ptp(rows) * t2.spacing_mm[1], np.ptp(columns) * t2.spacing_mm[2])
    return (t2.affine @ middle)[:3], float(extent) / 2


def write_sheet(path: Path, cohort: str = "train") -> None:
    """Renders one patient of each type in six sequences and the ADC map, and writes the picture."""
    from matplotlib.figure import Figure

    patients = first_of_each_type(cohort)
    titles = [*SequenceRole, "ADC"]
    figure = Figure(figsize=(1.3 * len(titles), 1.3 * len(patients) + 0.5))
    for number, patient in enumerate(patients):
        rendered = render_patient(patient, tuple(SequenceRole))
        centre, half = lesion_centre(rendered)
        contrast = float(np.percentile(rendered.volumes[SequenceRole.T1_PORTAL_VENOUS].array, 99.7))
        for place, title in enumerate(titles):
            volume = rendered.extra["ADC"] if title == "ADC" else rendered.volumes[SequenceRole(title)]
            high = 3000.0 if title == "ADC" else contrast
            if title in (SequenceRole.T2, SequenceRole.DWI):
                high = float(np.percentile(volume.array[volume.array > 0], 99.3))
            axes = figure.add_subplot(len(patients), len(titles), number * len(titles) + place + 1)
            axes.imshow(cut_out(volume, centre, half + MARGIN_MM), cmap="gray", vmin=0, vmax=high)
            axes.axis("off")
            if number == 0:
                axes.set_title(title, fontsize=5, pad=2)
            if place == 0:
                text = f"{patient.lesion_type}, {patient.diameter_mm:.0f} mm"
                axes.text(0.03, 0.03, text, transform=axes.transAxes, fontsize=4, color="yellow")
    figure.suptitle("SIMULATED PHANTOM - not a patient", fontsize=7, y=0.997)
    figure.subplots_adjust(0.005, 0.005, 0.995, 0.975, 0.03, 0.03)
    figure.savefig(path, dpi=110)


if __name__ == "__main__":
    write_sheet(Path(sys.argv[1]), *sys.argv[2:3])
