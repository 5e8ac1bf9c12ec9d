"""The pieces a lesion is made of: the difficulty knobs and one drawn sign."""

from __future__ import annotations

from dataclasses import dataclass

from training.phantom.tissues import Tissue


@dataclass(frozen=True)
class Difficulty:
    """The knobs of the calibration loop.

    Attributes:
        h: spread of lobulation, margin, heterogeneity and sign visibility (0.9 = literature-like).
        atyp: share of lesions that look like the other side.
        s: multiplier on the tissue SDs (1 = as published).
        hs: mean slice-to-slice heterogeneity of malignant lesions; benign ones get half of it.
    """

    h: float = 0.9
    atyp: float = 0.025
    s: float = 1.0
    hs: float = 0.5


@dataclass(frozen=True)
class Part:
    """One sign inside or around a lesion.

    Attributes:
        kind: ``core``, ``rim``, ``halo``, ``scar``, ``patches``, ``mosaic``, ``septa``, ``septum``, ``nodule``,
            ``gas``, ``ducts`` or ``thrombus``.
        tissue: what fills it.
        strength: 0–1 opacity.
        size: fraction of the radius (core, scar, patches threshold) or thickness in mm (rim, halo, septum).
        offset: displacement of a core in fractions of the radius (x, y, z).
        seed: entropy of its own noise.
    """

    kind: str
    tissue: Tissue
    strength: float
    size: float
    offset: tuple[float, float, float] = (0.0, 0.0, 0.0)
    seed: int = 0
