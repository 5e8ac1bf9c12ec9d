"""The outline editor: from a stroke in a view, or a key, to a named edit of the case."""

from __future__ import annotations

import zlib

from PySide6.QtCore import QObject, Signal

from desktop import roi_edits
from desktop.display_plane import DisplayPlane
from desktop.document import CaseDocument
from desktop.gestures import Mode, Stroke, Tool
from desktop.views.roi_tools import ToolBox
from desktop.views.slice_view import SliceView
from desktop.views.view_grid import ViewGrid
from engine.domain.case import Case
from engine.domain.roi import LesionId
from engine.geometry import planar
from engine.geometry.outline import contours_by_slice
from engine.geometry.planar import Polygon


class OutlineEditor(QObject):
    """Works on the lesion that is chosen in the tool box, on the T2 slice that is shown.

    Signals:
        notice(text): Why nothing was done.
    """

    notice = Signal(str)

    def __init__(self, document: CaseDocument, grid: ViewGrid, tools: ToolBox, parent: QObject) -> None:
        super().__init__(parent)
        self._document, self._grid, self._tools = document, grid, tools
        grid.stroke_made.connect(self._stroke_made)
        grid.nudged.connect(self._nudged)
        tools.changed.connect(self._tool_changed)
        document.case_changed.connect(self._show_arrivals)

    def delete_on_slice(self) -> None:
        """Delete the lesion's outline on the shown slice."""
        shown = self._shown()
        if shown is None:
            return
        case, lesion, plane, view = shown
        after = roi_edits.without_slice(case, lesion, plane, view.state.index)
        if after == case:
            self.notice.emit(self.tr("{0} has no outline on this slice.").format(lesion))
        self._document.edit(after, self.tr("Delete outline of {0} on slice {1}").format(lesion, view.state.index + 1))

    def copy_to_next(self, steps: int) -> None:
        """Copy the lesion's outline to the next slice in reading order (-1: the one before) and go there."""
        shown = self._shown()
        if shown is None:
            return
        case, lesion, plane, view = shown
        target = view.state.index + steps * plane.forward
        if not 0 <= target < view.state.slices:
            self.notice.emit(self.tr("There is no slice further on."))
            return
        after = roi_edits.copied_to(case, lesion, plane, view.state.index, target)
        if after == case:
            self.notice.emit(self.tr("{0} has no outline on this slice.").format(lesion))
            return
        self._document.edit(after, self.tr("Copy outline of {0} to slice {1}").format(lesion, target + 1))
        view.state.set_index(target)

    def interpolate(self) -> None:
        """Make outlines on the slices between those that were outlined; they wait to be confirmed."""
        shown = self._shown()
        if shown is None:
            return
        case, lesion, plane, _ = shown
        after = roi_edits.interpolated(case, lesion, plane)
        if after == case:
            self.notice.emit(self.tr("Outline {0} on two slices that are not neighbours first.").format(lesion))
            return
        self._document.edit(after, self.tr("Interpolate outlines of {0}").format(lesion))

    def confirm(self) -> None:
        """Take all interpolated outlines of the lesion over as the reader's own."""
        shown = self._shown()
        if shown is None:
            return
        case, lesion, _, _ = shown
        after = roi_edits.confirmed(case, lesion)
        if after == case:
            self.notice.emit(self.tr("{0} has no interpolated outline to confirm.").format(lesion))
        self._document.edit(after, self.tr("Confirm interpolated outlines of {0}").format(lesion))

    def confirm_on_slice(self) -> None:
        """Take the interpolated outline of the shown slice over."""
        shown = self._shown()
        if shown is None:
            return
        case, lesion, plane, view = shown
        after = roi_edits.confirmed(case, lesion, plane, view.state.index)
        if after == case:
            self.notice.emit(self.tr("There is no interpolated outline on this slice."))
        text = self.tr("Confirm outline of {0} on slice {1}")
        self._document.edit(after, text.format(lesion, view.state.index + 1))

    def go_to(self, lesion_id: LesionId) -> None:
        """Show the middle outlined slice of a lesion."""
        case, view = self._document.case, self._grid.t2_view()
        if case is None or view is None or view.state.volume is None:
            return
        roi = roi_edits.find(case, lesion_id)
        if roi is not None and roi.contours:
            indices = sorted(contours_by_slice(roi, view.state.volume.affine))
            self._grid.go_to_slice(indices[len(indices) // 2])

    def _shown(self) -> tuple[Case, LesionId, DisplayPlane, SliceView] | None:
        """Return what an edit works on; None, said aloud, where there is no T2 view or no lesion."""
        view, lesion, case = self._grid.t2_view(), self._tools.lesion, self._document.case
        if case is None:
            return None
        if view is None or view.state.plane is None:
            self.notice.emit(self.tr("Lesions are outlined on the T2 images: show T2 in a view first."))
            return None
        if lesion is None or roi_edits.find(case, lesion) is None:
            self.notice.emit(self.tr("Choose a lesion first."))
            return None
        return case, lesion, view.state.plane, view

    def _stroke_made(self, view: SliceView, stroke: Stroke) -> None:
        case, plane, volume = self._document.case, view.state.plane, view.state.volume
        if case is None or plane is None or volume is None:
            return
        lesion, index = self._tools.lesion, view.state.index
        region = planar.shared(stroke.region, [plane.edge_of(volume.shape, index)])
        if not region:
            self.notice.emit(self.tr("That lies outside the image, or encloses nothing."))
            return
        after = roi_edits.with_region(case, lesion, plane, index, region, stroke.mode, volume.frame_of_reference_uid)
        name = lesion or case.next_lesion_id()
        self._document.edit(after, self._step(stroke).format(name, index + 1))
        if roi_edits.find(after, name) is not None:
            self._tools.choose_lesion(name)

    def _nudged(self, view: SliceView, by: Polygon) -> None:
        case, lesion, plane = self._document.case, self._tools.lesion, view.state.plane
        if case is not None and lesion is not None and plane is not None:
            index = view.state.index
            after = roi_edits.moved(case, lesion, plane, index, by)
            text = self.tr("Move outline of {0} on slice {1}").format(lesion, index + 1)
            self._document.edit(after, text, merge_id=_nudge_id(lesion, index))

    def _step(self, stroke: Stroke) -> str:
        """Return what the step is called in the history."""
        if stroke.tool is Tool.RESHAPE:
            moved = stroke.moved
            return self.tr("Move outline of {0} on slice {1}") if moved else self.tr("Reshape {0} on slice {1}")
        if stroke.mode is Mode.CUT:
            painted = stroke.tool.paints
            return self.tr("Erase {0} on slice {1}") if painted else self.tr("Cut outline of {0} on slice {1}")
        return {
            Tool.BRUSH: self.tr("Paint {0} on slice {1}"),
            Tool.ERASER: self.tr("Paint {0} on slice {1}"),
            Tool.THRESHOLD: self.tr("Paint like signal of {0} on slice {1}"),
            Tool.GROW: self.tr("Grow region of {0} on slice {1}"),
        }.get(stroke.tool, self.tr("Draw outline of {0} on slice {1}"))

    def _tool_changed(self) -> None:
        """Arrows shall move the outline as soon as the reshaping tool is taken."""
        view = self._grid.t2_view()
        if self._tools.tool is Tool.RESHAPE and view is not None:
            view.setFocus()

    def _show_arrivals(self, before: Case, after: Case) -> None:
        """Show imported lesions at once; drawn ones are where the reader looks already."""
        known = {roi.lesion_id for roi in before.rois}
        arrived = [roi.lesion_id for roi in after.rois if roi.lesion_id not in known and roi.origin != "drawn"]
        if arrived:
            self._tools.choose_lesion(arrived[0])
            self.go_to(arrived[0])


def _nudge_id(lesion: LesionId, index: int) -> int:
    """Return the same number for arrow after arrow on one outline: together they are one step back."""
    return zlib.crc32(f"{lesion} {index}".encode()) & 0x7FFFFFFF
