"""`unfamiliar-input`: false alarms on phantoms of vendors that no training saw, and what is flagged of images that show
no liver.

Run: python -m tests.bench.bench_familiarity [--package DIR] [--first INDEX] [--patients N]. `--first` chooses phantoms
that no earlier run has looked at. The other images are all MR series of ../shared/data/dicom, taken for T2 and DWI in
pairs within a study, with round outlines of 14, 30 and 55 mm at random places in the body: real scanners, no liver
among them. Prints shares at the package's own threshold, and at the threshold that 5 % of the phantoms would pass.
Phantoms are no patients: livers of patients differ from them in everything, and will nearly always be flagged by a
package that was trained on phantoms.
"""

from __future__ import annotations

import argparse
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from engine import pipeline
from engine.domain.errors import EngineError
from engine.domain.package import FeatureStatistics, ModelPackage
from engine.domain.roi import Contour, LesionId, Roi
from engine.domain.sample import SliceInput
from engine.domain.volume import Volume, VolumeSet
from engine.geometry.affine import to_world
from engine.inference import loading, predict, session
from engine.preprocess import build_slice_inputs
from engine.quality import texture_of
from tests.support.paths import SHARED
from training.phantom.cohort import cohort_size
from training.sources import PhantomSource

UNSEEN = {"hzfph": "Philips and other Siemens", "tdh": "UIH"}
DIAMETERS_MM = (14.0, 30.0, 55.0)
PAIRS = 6


class Judge:
    """A package's distance of a lesion from its training set."""

    def __init__(self, package: ModelPackage) -> None:
        self.package = package
        statistics = loading.load_feature_statistics(package)
        if statistics is None:
            raise SystemExit(f"{package.manifest.id} has no feature statistics.")
        self.statistics: FeatureStatistics = statistics
        self._session = session.open_session(package, session.provider_candidates("cpu")[0])

    def distance(self, inputs: tuple[SliceInput, ...]) -> float:
        """Return the distance of the lesion that these inputs show."""
        answers = predict.predict(self._session, inputs)
        spec = self.package.manifest.preprocess
        textures = np.stack([texture_of(item.array, spec) for item in inputs])
        return self.statistics.distance_of_lesion(np.stack([answer.features for answer in answers]), textures)


def phantoms(judge: Judge, cohort: str, indices: range) -> Iterator[float]:
    """Yield the distance of each of these patients of a cohort."""
    spec = judge.package.manifest.preprocess
    for index in indices:
        lesion = PhantomSource(cohort, index).load(spec.roles)
        yield judge.distance(build_slice_inputs(lesion.volumes, lesion.roi, spec))


def strangers(judge: Judge, folder: Path) -> Iterator[tuple[str, float]]:
    """Yield case name and distance of every outline put on images of a folder of DICOM cases."""
    spec = judge.package.manifest.preprocess
    for case in sorted(path for path in folder.iterdir() if path.is_dir()):
        rng = np.random.default_rng(zlib.crc32(case.name.encode()))
        for study in pipeline.look_into([case]).studies:
            volumes = [
                pipeline.load_series_volume(series)
                for series in study.series
                if series.is_stack and series.facts.modality == "MR"
            ]
            pairs = [(one, two) for one in volumes for two in volumes]
            for place in rng.permutation(len(pairs))[:PAIRS]:
                first, second = pairs[place]
                chosen = VolumeSet({role: first if role is spec.roles[0] else second for role in spec.roles})
                for diameter in DIAMETERS_MM:
                    try:
                        inputs = build_slice_inputs(chosen, ball(first, diameter, rng), spec)
                    except EngineError:
                        continue
                    if inputs:
                        yield case.name, judge.distance(inputs[:3])


def ball(volume: Volume, diameter_mm: float, rng: np.random.Generator) -> Roi:
    """Outline a ball at a random bright voxel: circles on its slice and the neighbours that it reaches."""
    bright = np.argwhere(volume.array > np.percentile(volume.array, 60))
    middle = bright[rng.integers(len(bright))] if len(bright) else np.array(volume.shape) // 2
    step_mm, row_mm, column_mm = volume.spacing_mm
    turn = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    contours = []
    for away in (-1, 0, 1):
        radius = np.sqrt(max((diameter_mm / 2) ** 2 - (away * step_mm) ** 2, 0.0))
        if radius < 2 or not 0 <= middle[0] + away < volume.shape[0]:
            continue
        rows, columns = radius / row_mm * np.sin(turn), radius / column_mm * np.cos(turn)
        index = np.stack([np.full(40, middle[0] + away), middle[1] + rows, middle[2] + columns], axis=1)
        contours.append(Contour(to_world(volume.affine, index)))
    return Roi(LesionId("L1"), tuple(contours))


def main() -> None:
    """Print shares and the hardest cases."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--package", type=Path, default=Path("assets/models/t2_dwi"))
    parser.add_argument("--first", type=int, default=0, help="index of the first phantom of each unseen cohort")
    parser.add_argument("--patients", type=int, default=20, help="phantoms per unseen cohort")
    values = parser.parse_args()
    judge = Judge(loading.load_package(values.package))
    limit = judge.statistics.threshold
    print(f"package {judge.package.manifest.id} {judge.package.manifest.version}, threshold {limit:.2f}")
    familiar: list[float] = []
    for cohort, vendor in UNSEEN.items():
        distances = list(
            phantoms(judge, cohort, range(values.first, min(values.first + values.patients, cohort_size(cohort))))
        )
        if not distances:
            print(f"phantoms of {vendor}: the cohort has no patient from index {values.first} on")
            continue
        familiar += distances
        flagged = int((np.array(distances) > limit).sum())
        print(f"phantoms of {vendor}: {flagged} of {len(distances)} flagged, largest {max(distances):.2f}")
    found = list(strangers(judge, SHARED / "data" / "dicom"))
    other = np.array([distance for _, distance in found])
    print(f"no liver: {(other > limit).mean():.1%} of {len(other)} flagged")
    five = float(np.percentile(familiar, 95))
    print(f"at the threshold that 5 % of the phantoms pass ({five:.2f}): {(other > five).mean():.1%}")
    for name in sorted({name for name, _ in found}):
        own = np.array([distance for case, distance in found if case == name])
        print(f"  {name:42} {(own > limit).mean():5.0%} of {len(own):2}, least {own.min():.2f}")


if __name__ == "__main__":
    main()
