"""Slice texts: what the corners of a view say of its stack, of the slice on it, and of how it is shown."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from desktop import wording
from desktop.models.view_state import ViewState
from desktop.views.slice_painter import AMBER, FAINT, TEXT, Line

translate = QCoreApplication.translate


def name_lines(state: ViewState, named: bool) -> list[Line]:
    """Return what stands at the top: the title of the stack, and below it its name where names are shown."""
    lines = [(state.title, TEXT), (state.subtitle if named else "", FAINT)]
    return [line for line in lines if line[0]]


def slice_lines(state: ViewState, narrow: bool, unconfirmed: bool) -> list[Line]:
    """Return which slice it is, and what to know of it.

    Args:
        narrow: The view has room for one value a line.
        unconfirmed: The outline on it was interpolated and waits for a person's word.
    """
    where = translate("slice_view", "Slice {0} of {1}   {2}").format(
        state.index + 1, state.slices, wording.position(state.level_mm)
    )
    lines = [(line, TEXT) for line in (where.split("   ") if narrow else [where])]
    if state.loading:
        lines = [(translate("slice_view", "Reading the other slices…"), FAINT)]
    elif not state.covers_level:
        lines.append((translate("slice_view", "No slice at this level"), AMBER))
    elif unconfirmed:
        lines.append((translate("slice_view", "Interpolated outline: not yet confirmed"), AMBER))
    return lines


def image_lines(state: ViewState, narrow: bool) -> list[Line]:
    """Return what the lower corner says: plane, pixels, zoom and window; the window alone in a narrow view."""
    assert state.volume is not None
    assert state.plane is not None
    step, row, column = state.volume.spacing_mm
    window = (state.window.width, state.window.level)
    width, level = (wording.number(value, 0 if abs(value) >= 10 else 2) for value in window)
    bottom = [
        translate("slice_view", "{0}   {1} × {2} mm, step {3} mm   zoom {4}×").format(
            wording.phrase(state.plane.name),
            f"{row:.2g}",
            f"{column:.2g}",
            f"{step:.3g}",
            f"{state.frame.zoom:.1f}",
        ),
        translate("slice_view", "W {0}  L {1}").format(width, level),
    ]
    if narrow:
        bottom = bottom[1].split("  ")
    return [(line, FAINT) for line in bottom]
