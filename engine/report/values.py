"""The content of a report as values: texts in the language, tables, images with outlines in pixels. No drawing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

FlagState = Literal["raised", "not-raised", "withheld"]
PanelKind = Literal["overview", "t2", "dwi", "heat", "input"]
Polygon = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Field:
    """One labelled value."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class TableContent:
    """A table of texts. `numeric` columns are set flush right, `strong` rows in bold."""

    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[int, ...] = ()
    strong: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Flag:
    """The contrast follow-up flag in words."""

    state: FlagState
    headline: str
    reason: str


@dataclass(frozen=True, slots=True)
class CautionContent:
    """One caution: its code, what it does in words, and the sentence."""

    code: str
    effect: str
    withholds: bool
    text: str


@dataclass(frozen=True, slots=True, eq=False)
class ImagePanel:
    """One image in the reader's orientation, pixels square.

    Attributes:
        image: (row, column) uint8.
        pixel_mm: Side of a pixel in mm.
        outlines: Closed polygons (N, 2) of (row, column) pixel-centre indices: the lesion.
        heat: (row, column) float32 in 0..1, NaN where there is no map; None on panels without a map.
        left: Patient direction at the left edge, such as ``R``.
        right: Patient direction at the right edge.
        frame: What the network sees, as a closed polygon, on the overview.
    """

    kind: PanelKind
    title: str
    image: NDArray[np.uint8]
    pixel_mm: float
    outlines: tuple[Polygon, ...] = ()
    heat: NDArray[np.float32] | None = None
    left: str = ""
    right: str = ""
    frame: Polygon | None = None

    def __post_init__(self) -> None:
        arrays: list[NDArray[Any] | None] = [self.image, self.heat, self.frame, *self.outlines]
        for array in arrays:
            if array is not None:
                array.flags.writeable = False


@dataclass(frozen=True, slots=True, eq=False)
class SliceContent:
    """One analysed slice.

    Attributes:
        position_mm: Along the T2 normal.
        place: Position and T2 image in words.
        values: Model scores in label order; empty when none could be computed.
        row: Cells of the slice table: position, T2 image, one score per class, class.
        predicted: Class name in words, empty without scores.
        malignant: Predicted other than benign.
        panels: Overview, T2, DWI, heat map and network input, as far as they exist.
        heat_note: Which map is shown, with its resolution; empty without a map.
        map_size: The resolution alone.
    """

    index: int
    position_mm: float
    place: str
    values: tuple[float, ...]
    row: tuple[str, ...]
    predicted: str
    malignant: bool
    panels: tuple[ImagePanel, ...]
    heat_note: str = ""
    map_size: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class LesionContent:
    """One lesion: facts, both rules, its slices and which of them stand for it.

    Attributes:
        key: Positions in `slices` of the slices shown first, most telling first.
    """

    lesion_id: str
    heading: str
    facts: tuple[Field, ...]
    sum_rule: str
    any_slice_rule: str
    slices: tuple[SliceContent, ...]
    key: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with paragraphs and, possibly, a table or fields."""

    heading: str
    paragraphs: tuple[str, ...] = ()
    fields: tuple[Field, ...] = ()
    table: TableContent | None = None


@dataclass(frozen=True, slots=True, eq=False)
class ReportContent:
    """Everything that appears in a report, in one language.

    Attributes:
        words: Fixed texts of the layout by key (headings, captions), in the language.
        labels: Class names in label order, in the language.
        label_keys: The package's own label names, in the same order (they choose colours).
        status_line: Shown on every page and image; empty for no package.
        watermark: Diagonal text on every page, or empty.
        patient_name: As printed, or the word for de-identified.
        patient_id: As printed, empty when de-identified.
        lesions: In the order of the case; `leading` is the one that stands on the first page first.
        figures: The package's own validation figures.
        figures_note: On what kind of images they were measured.
        sections: Sequences, method, limits, glossary: the last pages.
    """

    language: str
    created: datetime
    created_text: str
    deidentified: bool
    clinical_status: str
    title: str
    words: Mapping[str, str]
    labels: tuple[str, ...]
    label_keys: tuple[str, ...]
    score_word: str
    status_line: str
    watermark: str
    patient_name: str
    patient_id: str
    package_label: str
    identification: tuple[Field, ...]
    flag: Flag
    lesions: tuple[LesionContent, ...]
    leading: int
    rules: TableContent
    patient_statement: str
    slice_headers: tuple[str, ...]
    cautions: tuple[CautionContent, ...]
    package: tuple[Field, ...]
    figures: TableContent | None
    figures_note: str
    reader: tuple[Field, ...]
    sections: tuple[Section, ...]
