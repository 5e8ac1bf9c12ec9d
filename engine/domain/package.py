"""Model packages: what a folder with a network says about itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.domain.digest import digest_of
from engine.domain.errors import PackageError
from engine.domain.labels import BENIGN
from engine.domain.sequence import SequenceRole

PACKAGE_SCHEMA = "lobule.package/1"
PACKAGE_ID = re.compile(r"(?!(con|nul|aux|prn)$)[a-z0-9]([a-z0-9_.-]{0,62}[a-z0-9_-])?")
"""How an id looks: it names a folder, on every system."""
_VERSION = re.compile(r"\d+(\.\d+){0,3}([-+.a-zA-Z0-9]{0,40})?")
_SHA256 = re.compile(r"[0-9a-f]{64}")


class ClinicalStatus(StrEnum):
    """How far a package may be trusted; decides banner, watermark and status lines."""

    SIMULATED = "simulated"
    RESEARCH = "research"
    VALIDATED = "validated"


@dataclass(frozen=True, slots=True)
class PreprocessSpec:
    """Every number between volumes and network input; it travels with the model.

    Attributes:
        channels: Role of each input channel, in order; a role may repeat (``t2``: T2, T2, T2).
        in_plane_mm: Pixel size of the analysis grid.
        slice_step_mm: Distance between analysis planes.
        slab_average: Average a finer stack over the whole slab between planes instead of sampling its middle.
        margin_mm: Added on every side of the lesion's bounding square.
        input_px: Side of the square network input.
        percentile_low: Lower end of the intensity window (per volume, non-zero voxels inside the T2 field of view).
        percentile_high: Upper end.
        mean: Subtracted after scaling to 0..1.
        std: Divisor after that.
        interpolation: Name of the resize filter to `input_px`.
        version: Changes when the meaning of any field changes.
    """

    channels: tuple[SequenceRole, ...]
    in_plane_mm: float = 0.7
    slice_step_mm: float = 10.0
    slab_average: bool = True
    margin_mm: float = 10.0
    input_px: int = 299
    percentile_low: float = 1.0
    percentile_high: float = 99.0
    mean: float = 0.5
    std: float = 0.5
    interpolation: str = "bicubic"
    version: int = 1

    def __post_init__(self) -> None:
        object.__setattr__(self, "channels", tuple(SequenceRole(role) for role in self.channels))
        if not self.channels or SequenceRole.T2 not in self.channels:
            raise ValueError("the channels must include T2, on which lesions are drawn")
        positive = (self.in_plane_mm, self.slice_step_mm, self.input_px, self.std)
        if min(positive) <= 0 or self.margin_mm < 0:
            raise ValueError("sizes must be positive")
        if not 0 <= self.percentile_low < self.percentile_high <= 100:
            raise ValueError("percentiles must satisfy 0 <= low < high <= 100")
        if self.interpolation != "bicubic" or self.version != 1:
            raise ValueError("this release resizes by 'bicubic', specification version 1")

    @property
    def roles(self) -> tuple[SequenceRole, ...]:
        """The distinct roles needed, in the paper's order."""
        return tuple(role for role in SequenceRole if role in self.channels)

    def as_dict(self) -> dict[str, Any]:
        """Return JSON-ready fields."""
        return {**asdict(self), "channels": [role.value for role in self.channels]}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> PreprocessSpec:
        """Read the fields back; an unknown field is an error (it would be ignored silently otherwise)."""
        unknown = set(data) - {f.name for f in fields(cls)}
        if unknown:
            raise ValueError(f"unknown preprocessing fields: {', '.join(sorted(unknown))}")
        return cls(**{**data, "channels": tuple(SequenceRole(role) for role in data["channels"])})

    def digest(self) -> str:
        """Return the SHA-256 of the fields: shards and packages carry it."""
        return digest_of(self.as_dict())


@dataclass(frozen=True, slots=True)
class ModelManifest:
    """The manifest of a package (schema ``lobule.package/1``).

    Attributes:
        labels: Output classes in order; contains ``benign``.
        files: File name to SHA-256 of every file the package consists of, except the manifest.
        rules: Names of the rules in use: {"patient": "sum", "flag": "any-slice"}.
        training: What it was trained on and how (seed, recipe, cohort, hardware, time).
        validation: Figures measured on the exported package, each with its cohort.
        features: Where the statistics for ``unfamiliar-input`` are: {"file": "features.npz", "threshold": …} or empty.
        selftest: Tolerances {"input_abs", "logit_abs", "cam_abs"} for replaying `selftest.npz`.
        calibration: Empty, or how scores were calibrated and on whom.
    """

    id: str
    version: str
    labels: tuple[str, ...]
    preprocess: PreprocessSpec
    clinical_status: ClinicalStatus
    intended_use: str
    files: Mapping[str, str]
    title: str = ""
    created: str = ""
    rules: Mapping[str, str] = field(default_factory=lambda: {"patient": "sum", "flag": "any-slice"})
    training: Mapping[str, Any] = field(default_factory=dict)
    validation: Mapping[str, Any] = field(default_factory=dict)
    features: Mapping[str, Any] = field(default_factory=dict)
    selftest: Mapping[str, float] = field(default_factory=dict)
    calibration: Mapping[str, Any] = field(default_factory=dict)
    quantisation: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if BENIGN not in self.labels or len(self.labels) < 2 or len(set(self.labels)) != len(self.labels):
            raise ValueError(f"labels must be distinct and include '{BENIGN}', got {self.labels}")
        if not PACKAGE_ID.fullmatch(self.id):  # it names a folder
            raise ValueError(
                f"a package id uses a-z, 0-9, '_', '-' and '.', beginning with a letter or digit: {self.id!r}"
            )
        if not _VERSION.fullmatch(self.version):
            raise ValueError(f"a version is of the form 1.2.3, got {self.version!r}")
        if "model.onnx" not in self.files:
            raise ValueError("the manifest must list model.onnx with its digest")

    @property
    def release(self) -> tuple[int, ...]:
        """The numbers of the version, to tell which of two packages is newer."""
        return tuple(int(part) for part in re.findall(r"\d+", self.version.split("+")[0]))

    def as_dict(self) -> dict[str, Any]:
        """Return JSON-ready fields with schema and roles."""
        return {
            "schema": PACKAGE_SCHEMA,
            "id": self.id,
            "version": self.version,
            "title": self.title,
            "created": self.created,
            "labels": list(self.labels),
            "roles": [role.value for role in self.preprocess.roles],
            "preprocess": self.preprocess.as_dict(),
            "rules": dict(self.rules),
            "clinical_status": self.clinical_status.value,
            "intended_use": self.intended_use,
            "training": dict(self.training),
            "validation": dict(self.validation),
            "features": dict(self.features),
            "selftest": dict(self.selftest),
            "calibration": dict(self.calibration),
            "quantisation": dict(self.quantisation),
            "files": dict(self.files),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> ModelManifest:
        """Check and read a manifest.

        Raises:
            PackageError: Unknown schema, a missing or unknown field, or a value out of range.
        """
        schema = data.get("schema")
        if schema != PACKAGE_SCHEMA:
            raise PackageError(
                f"The manifest has schema {schema!r}; this release reads {PACKAGE_SCHEMA!r}.",
                remedy="Install a package made for this release, or update Lobule.",
                code="package-schema",
            )
        known = {f.name for f in fields(cls)}
        try:
            unknown = set(data) - known - {"schema", "roles"}
            if unknown:
                raise ValueError(f"unknown fields: {', '.join(sorted(unknown))}")
            spec = PreprocessSpec.from_dict(data["preprocess"])
            if "roles" in data and tuple(data["roles"]) != tuple(role.value for role in spec.roles):
                raise ValueError("roles disagree with preprocess.channels")
            values = {name: data[name] for name in known if name in data}
            values["preprocess"] = spec
            values["labels"] = tuple(str(label) for label in data["labels"])
            values["clinical_status"] = ClinicalStatus(data["clinical_status"])
            _check_shapes(values)
            return cls(**values)
        except (KeyError, TypeError, ValueError) as problem:
            raise PackageError(
                f"The manifest cannot be used: {problem}.",
                remedy="Export the package again with lobule-train export.",
                code="package-manifest",
            ) from problem


def _check_shapes(values: Mapping[str, Any]) -> None:
    """Refuse values of another kind than a manifest holds: it comes from outside.

    Raises:
        ValueError: Something is no object, no text, or no digest.
    """
    for name in ("files", "rules", "training", "validation", "features", "selftest", "calibration", "quantisation"):
        if not isinstance(values.get(name, {}), Mapping):
            raise ValueError(f"{name} must be an object")
    for name in ("id", "version", "title", "created", "intended_use"):
        if not isinstance(values.get(name, ""), str):
            raise ValueError(f"{name} must be a text")
    wrong = [name for name, digest in values["files"].items() if not _SHA256.fullmatch(str(digest))]
    if wrong:
        raise ValueError(f"there is no SHA-256 for {', '.join(wrong)}")


@dataclass(frozen=True, slots=True, eq=False)
class FeatureStatistics:
    """How the training slices are spread, for the `unfamiliar-input` caution.

    A slice is described by the network's features along a few directions and by the texture of its input
    (`engine.quality.texture`); its distance is Mahalanobis' in those numbers, 1 being usual.

    Attributes:
        mean: (f,) centre of the training features.
        basis: (k, f) orthonormal directions that hold most of the features' variance.
        centre: (k + t,) centre of the description.
        whitening: (k + t, k + t) matrix that makes the description uncorrelated, with unit mean square length.
        threshold: A percentile, named in the manifest, of `distance_of_lesion` on patients that were not used to fit.
    """

    mean: NDArray[np.float64]
    basis: NDArray[np.float64]
    centre: NDArray[np.float64]
    whitening: NDArray[np.float64]
    threshold: float

    def __post_init__(self) -> None:
        directions, features = self.basis.shape
        size = len(self.centre)
        if self.mean.shape != (features,) or directions > size or self.whitening.shape != (size, size):
            raise ValueError("mean, basis, centre and whitening of feature statistics do not belong together")

    def distances(self, features: NDArray[np.floating], textures: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return the distance of each slice.

        Args:
            features: (n, f) last hidden layer.
            textures: (n, t) texture of the inputs.
        """
        along = (np.asarray(features, dtype=np.float64) - self.mean) @ self.basis.T
        described = np.concatenate([along, np.asarray(textures, dtype=np.float64)], axis=1)
        return np.asarray(np.linalg.norm((described - self.centre) @ self.whitening, axis=1))

    def distance_of_lesion(self, features: NDArray[np.floating], textures: NDArray[np.floating]) -> float:
        """Return the distance of a lesion: the lower quartile over its slices.

        The slices at a lesion's ends look odd in familiar images too; of an unfamiliar one all slices are odd.
        """
        return float(np.quantile(self.distances(features, textures), 0.25))


@dataclass(frozen=True, slots=True)
class ModelPackage:
    """A verified package on disk.

    Attributes:
        folder: Where its files are.
        manifest: Its manifest.
        digest: SHA-256 of the manifest's content, which contains the digests of all other files.
    """

    folder: Path
    manifest: ModelManifest
    digest: str

    @property
    def roles(self) -> tuple[SequenceRole, ...]:
        """Roles that must be present."""
        return self.manifest.preprocess.roles
