"""The self-test: a model package's own vectors, replayed through the real code path on one provider.

`selftest.npz` holds small volumes and an outline, and what the network was given and answered when the package was
exported. Whoever runs the package must get the same: inputs, logits and class maps within the tolerances of the
manifest. A provider that does not is not used.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine import pipeline, preprocess, storage
from engine.domain.errors import EngineError, InferenceError, PackageError
from engine.domain.package import ModelPackage
from engine.domain.roi import Contour, LesionId, Roi
from engine.domain.sequence import SequenceRole
from engine.domain.volume import Volume, VolumeSet
from engine.inference import predict, session

log = logging.getLogger("lobule.selftest")

VECTORS = "selftest.npz"


@dataclass(frozen=True, slots=True)
class SelftestReport:
    """The outcome of one replay.

    Attributes:
        worst: Largest absolute difference found per quantity ("input", "logit", "cam").
    """

    package_id: str
    provider: str
    ok: bool
    detail: str
    worst: Mapping[str, float]


def verify(package: ModelPackage, provider: str = session.CPU) -> SelftestReport:
    """Replay the vectors of a package on one provider (ONNX Runtime's name). Never raises for a provider that fails:
    it reports.

    Raises:
        PackageError: The package brings no vectors.
    """
    vectors = _load(package)
    manifest = package.manifest
    worst: dict[str, float] = {}
    try:
        volumes, roi = _stored_case(vectors)
        inputs = preprocess.build_slice_inputs(volumes, roi, manifest.preprocess)
        stacked = np.stack([item.array for item in inputs])
        runner = session.open_session(package, provider)
        logits, cam, _ = predict.run(runner, stacked)
    except EngineError as fault:
        return SelftestReport(manifest.id, provider, False, fault.what, worst)
    problems = []
    for name, found in (("input", stacked), ("logit", logits), ("cam", cam)):
        expected = vectors["inputs" if name == "input" else "logits" if name == "logit" else "cam"]
        allowed = float(manifest.selftest.get(f"{name}_abs", 0.0))
        if found.shape != expected.shape:
            problems.append(f"{name} has shape {found.shape}, expected {expected.shape}")
            continue
        worst[name] = float(np.abs(found.astype(np.float64) - expected).max())
        if not worst[name] <= allowed:
            problems.append(f"{name} differs by {worst[name]:.3g}, allowed {allowed:.3g}")
    detail = "; ".join(problems) if problems else "reproduces the package's vectors"
    return SelftestReport(manifest.id, provider, not problems, detail, worst)


def choose_provider(package: ModelPackage, wanted: str = "auto") -> str:
    """Return the best provider that reproduces the package's vectors, by ONNX Runtime's name.

    The outcome per package, provider and runtime is remembered in Lobule's data folder.

    Raises:
        UsageError: `wanted` is unknown or not offered here.
        InferenceError: No provider reproduces the vectors.
        PackageError: The package brings no vectors.
    """
    memory = _Memory()
    failures = []
    for provider in session.provider_candidates(wanted):
        outcome = memory.recall(package, provider)
        if outcome is None:
            report = verify(package, provider)
            outcome = "" if report.ok else report.detail
            memory.keep(package, provider, outcome)
            log.info("self-test of %s on %s: %s", package.manifest.id, provider, report.detail)
        if outcome == "":
            return provider
        failures.append(f"{provider}: {outcome}")
    raise InferenceError(
        f"No provider reproduces the self-test of package {package.manifest.id} ({' | '.join(failures)}).",
        remedy="Install the package again; if it fails again, do not use it on this machine.",
        code="selftest-failed",
    )


def providers() -> tuple[str, ...]:
    """Return ONNX Runtime names of the providers this installation offers, best first."""
    return session.available_providers()


def verify_everything() -> list[SelftestReport]:
    """Replay every installed package on every provider that this installation offers."""
    return [
        verify(package, provider)
        for package in pipeline.installed_packages()
        for provider in session.available_providers()
    ]


def _load(package: ModelPackage) -> dict[str, NDArray[Any]]:
    path = package.folder / VECTORS
    if VECTORS not in package.manifest.files or not path.is_file():
        raise PackageError(
            f"The package {package.manifest.id} brings no self-test vectors ({VECTORS}).",
            remedy="Export the package again with lobule-train export.",
            code="package-selftest",
        )
    with np.load(path, allow_pickle=False) as arrays:
        return {name: arrays[name] for name in arrays.files}


def _stored_case(vectors: Mapping[str, NDArray[Any]]) -> tuple[VolumeSet, Roi]:
    volumes = {
        role: Volume(vectors[f"volume_{role.value}"], vectors[f"affine_{role.value}"])
        for role in SequenceRole
        if f"volume_{role.value}" in vectors
    }
    contours = tuple(
        Contour(vectors[name])
        for name in sorted((n for n in vectors if n.startswith("contour_")), key=lambda n: int(n[8:]))
    )
    return VolumeSet(volumes), Roi(LesionId("L1"), contours)


class _Memory:
    """Outcomes of earlier self-tests: '' for a pass, else the reason. A broken or unwritable file only costs a
    repetition.
    """

    def __init__(self) -> None:
        self._path = storage.data_folder() / "selftest.json"
        try:
            stored = json.loads(self._path.read_text(encoding="utf-8"))
            self._known = {str(key): str(value) for key, value in stored.items()}
        except (OSError, ValueError, AttributeError):
            self._known = {}

    def recall(self, package: ModelPackage, provider: str) -> str | None:
        return self._known.get(self._key(package, provider))

    def keep(self, package: ModelPackage, provider: str, outcome: str) -> None:
        self._known[self._key(package, provider)] = outcome
        try:
            storage.write_json(self._path, self._known)
        except EngineError as fault:
            log.warning("the self-test outcome could not be kept: %s", fault.what)

    @staticmethod
    def _key(package: ModelPackage, provider: str) -> str:
        return f"{package.digest}|{provider}|{session.runtime_version()}"
