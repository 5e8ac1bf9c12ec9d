"""Shards on disk and the batches read from them.

A shard is one lesion's slices: ``NAME.npy`` (n, c, 299, 299) float16, and ``NAME.json`` with
everything else. The JSON is written last, so a shard that has one is complete. Values lie in −1…1
(a little beyond where bicubic resizing overshoots); the rounding of float16 (≤ 2⁻¹² up to 1) lies
far below the noise of an image.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from engine.domain.errors import StorageError, UsageError
from engine.domain.package import PreprocessSpec
from engine.domain.sequence import SequenceRole
from training.splits import refuse_two_sets

SCHEMA = "lobule.shard/1"


@dataclass(frozen=True, slots=True)
class Shard:
    """One lesion's slices.

    Attributes:
        name: File stem, unique in the folder.
        patient: Patient identifier of the cohort table (never a name).
        label: Class of the lesion, one of the three of the method.
        subset: Set of the cohort table, such as ``train`` or ``test``; may be empty.
        spec_digest: Digest of the `PreprocessSpec` that made the images.
        roles: Roles in channel order.
        position_mm: Per slice, position of the analysis plane.
        nearest_t2_slice: Per slice, index of the nearest T2 slice.
        facts: What a table may be split by: lesion type, diameter, vendor, field strength …
    """

    name: str
    patient: str
    label: str
    subset: str
    spec_digest: str
    roles: tuple[str, ...]
    position_mm: tuple[float, ...]
    nearest_t2_slice: tuple[int, ...] = ()
    lesion: str = "L1"
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def slices(self) -> int:
        """Number of slices."""
        return len(self.position_mm)


def write_shard(folder: Path, shard: Shard, images: NDArray[np.float32]) -> None:
    """Write images (n, c, s, s) and their facts; an interrupted write leaves no shard behind."""
    if len(images) != shard.slices:
        raise ValueError(f"{shard.slices} positions for {len(images)} images")
    folder.mkdir(parents=True, exist_ok=True)
    pixels = folder / f"{shard.name}.npy"
    draft = _draft(folder, shard)
    with draft.open("wb") as stream:
        np.save(stream, images.astype(np.float16))
    draft.replace(pixels)
    write_facts(folder, shard)


def write_facts(folder: Path, shard: Shard) -> None:
    """Write or replace a shard's JSON, whole or not at all."""
    text = json.dumps({"schema": SCHEMA, **asdict(shard)}, indent=1)
    draft = _draft(folder, shard)
    draft.write_text(text, encoding="utf-8")
    draft.replace(folder / f"{shard.name}.json")


def _draft(folder: Path, shard: Shard) -> Path:
    """A place for what is being written, under a name that nobody takes for a shard when the work is killed."""
    return folder / f".{shard.name}.{os.getpid()}.draft"


def read_shard(path: Path) -> Shard:
    """Read one shard's JSON.

    Raises:
        StorageError: The file is damaged or of another schema.
    """
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        if values.pop("schema") != SCHEMA:
            raise ValueError("another schema")
        for name in ("roles", "position_mm", "nearest_t2_slice"):
            values[name] = tuple(values[name])
        return Shard(**values)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StorageError(
            f"The shard {path} cannot be read: {error}.",
            remedy="Delete it and run `lobule-train prepare` again.",
            code="bad-shard",
        ) from error


class ShardSet:
    """The slices of many shards, numbered 0 … n−1, read by memory map.

    Attributes:
        shards: The shards, in order of name.
        labels: Class names; `targets` holds their indices.
        targets: (n,) int64 class per slice.
        patients: (n,) patient per slice.
        shard_index: (n,) index into `shards` per slice.
    """

    def __init__(
        self, folder: Path, shards: Sequence[Shard], labels: Sequence[str], spec: PreprocessSpec | None = None
    ) -> None:
        self.folder = folder
        self._spec = spec
        self.shards = tuple(shards)
        self.labels = tuple(labels)
        counts = [shard.slices for shard in self.shards]
        self.shard_index = np.repeat(np.arange(len(self.shards)), counts)
        self._row = np.concatenate([np.arange(count) for count in counts] or [np.arange(0)])
        self.targets = np.array([target_of(shard.label, self.labels) for shard in self.shards], dtype=np.int64)[
            self.shard_index
        ]
        self.patients = np.array([shard.patient for shard in self.shards])[self.shard_index]
        # Reduced images by size, float16, filled as they are asked for: resizing a batch to 128 px
        # takes 4 % of a training step, copying it out of memory nothing that can be measured.
        self._kept: dict[int, tuple[Tensor, NDArray[np.bool_]]] = {}

    @classmethod
    def open(cls, folder: Path, labels: Sequence[str], subsets: Iterable[str] = ()) -> ShardSet:
        """Open a folder of shards, or those of the named subsets.

        Raises:
            StorageError: No shards, or shards of several `PreprocessSpec` digests or role orders.
            UsageError: A patient stands in two sets.
        """
        wanted = set(subsets)
        shards = [read_shard(path) for path in sorted(folder.glob("*.json"))]
        refuse_two_sets(shards)
        shards = [shard for shard in shards if not wanted or shard.subset in wanted]
        if not shards:
            raise StorageError(
                f"There are no shards{' of ' + ', '.join(sorted(wanted)) if wanted else ''} in {folder}.",
                remedy="Run `lobule-train prepare` first.",
                code="no-shards",
            )
        for what, values in (
            ("preprocessing (spec digest)", {shard.spec_digest for shard in shards}),
            ("roles in channel order", {shard.roles for shard in shards}),
        ):
            if len(values) > 1:
                shown = "; ".join(sorted(str(value) for value in values))
                raise StorageError(
                    f"The shards in {folder} mix several {what}: {shown}.",
                    remedy="Keep each preparation in its own folder; delete the stale shards.",
                    code="mixed-shards",
                )
        return cls(folder, shards, labels)

    def of_patients(self, patients: Iterable[str]) -> ShardSet:
        """The shards of these patients only."""
        kept = set(patients)
        return self._only(shard for shard in self.shards if shard.patient in kept)

    def of_set(self, subset: str) -> ShardSet:
        """The shards of this set only."""
        return self._only(shard for shard in self.shards if shard.subset == subset)

    def named(self, names: Iterable[str]) -> ShardSet:
        """The shards of these names only."""
        kept = set(names)
        return self._only(shard for shard in self.shards if shard.name in kept)

    def _only(self, shards: Iterable[Shard]) -> ShardSet:
        return ShardSet(self.folder, tuple(shards), self.labels, self._spec)

    def serving(self, spec: PreprocessSpec) -> ShardSet:
        """The same slices with the channels of `spec`, in its order.

        Channels are prepared each by itself, so shards of more sequences serve a model of fewer exactly, as long as
        everything else in the preprocessing is equal: one preparation serves all models.

        Raises:
            UsageError: The shards were prepared otherwise, or lack a sequence.
        """
        first = self.shards[0]
        try:
            present = tuple(SequenceRole(role) for role in first.roles)
            alike = replace(spec, channels=present).digest() == first.spec_digest
        except ValueError:
            alike = False
        if not alike:
            raise UsageError(
                f"The shards in {self.folder} were not prepared with the preprocessing that this model has.",
                remedy="Prepare them with the same --model and --margin-mm.",
                code="mixed-shards",
            )
        missing = [role.value for role in spec.roles if role not in present]
        if missing:
            raise UsageError(
                f"The shards in {self.folder} hold no {', '.join(missing)}, which this model needs.",
                remedy="Prepare shards with --model of this model, or of one with more sequences.",
                code="mixed-shards",
            )
        return ShardSet(self.folder, self.shards, self.labels, spec)

    def __len__(self) -> int:
        return len(self.targets)

    @property
    def spec_digest(self) -> str:
        """Digest of the preprocessing of the images."""
        return self.shards[0].spec_digest if self._spec is None else self._spec.digest()

    @property
    def roles(self) -> tuple[str, ...]:
        """Roles of the images in channel order."""
        return self.shards[0].roles if self._spec is None else tuple(role.value for role in self._spec.channels)

    def images(self, indices: Sequence[int] | NDArray[np.int64], size_px: int) -> Tensor:
        """(len(indices), c, size_px, size_px) float32; smaller sizes are antialiased averages."""
        chosen = np.asarray(indices, dtype=np.int64)
        if size_px not in self._kept:
            first = self._read(chosen[:1])
            if first.shape[-1] == size_px:
                return self._read(chosen)
            shape = (len(self), first.shape[1], size_px, size_px)
            self._kept[size_px] = (torch.empty(shape, dtype=torch.float16), np.zeros(len(self), bool))
        kept, present = self._kept[size_px]
        absent = np.unique(chosen[~present[chosen]])
        if len(absent):
            kept[torch.from_numpy(absent)] = functional.interpolate(
                self._read(absent),
                size=(size_px, size_px),
                mode="bilinear",
                antialias=True,
                align_corners=False,
            ).half()
            present[absent] = True
        return kept[torch.from_numpy(chosen)].float()

    def _read(self, indices: NDArray[np.int64]) -> Tensor:
        """(len(indices), c, s, s) float32 at the stored size."""
        stored = self.shards[0].roles
        channels = list(range(len(stored))) if self._spec is None else [stored.index(role) for role in self.roles]
        rows = []
        for index in indices:
            name = self.shards[self.shard_index[index]].name
            path = self.folder / f"{name}.npy"
            try:
                pixels = np.load(path, mmap_mode="r")[self._row[index]][channels]
            except (OSError, EOFError, ValueError, IndexError) as error:  # lost, cut off, or of other slices
                raise StorageError(
                    f"The images of the shard {path} cannot be read: {error}.",
                    remedy=f"Delete {name}.json and run `lobule-train prepare` again.",
                    code="bad-shard",
                ) from error
            rows.append(torch.from_numpy(np.array(pixels, dtype=np.float32)))
        return torch.stack(rows)


def target_of(label: str, labels: Sequence[str]) -> int:
    """Index of a lesion's class; with two labels both malignant classes are the second."""
    if label in labels:
        return labels.index(label)
    if len(labels) == 2 and label in ("primary_malignancy", "metastasis"):
        return 1
    raise StorageError(
        f"A shard has the class {label!r}, which is not one of {list(labels)}.",
        remedy="Correct the diagnosis in the cohort table and prepare again.",
        code="unknown-class",
    )
