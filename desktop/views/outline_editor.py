"""The outline editor: from a line drawn in a view, or a key, to a named edit of the case."""

from __future__ import annotations

from PySide6.QtCore import QObject

from desktop import roi_edits
from desktop.document import CaseDocument
from desktop.roi_edits import Mode, Polygon
from desktop.views.roi_tools import ToolBox
from desktop.views.slice_view import SliceView
from desktop.views.view_grid import ViewGrid
from engine.domain.case import Case
from engine.domain.roi import LesionId
from engine.geometry.outline import contours_by_slice


class OutlineEditor(QObject):
    """Works on the lesion that is chosen in the tool box, on the T2 slice that is shown."""

    def __init__(self, document: CaseDocument, grid: ViewGrid, tools: ToolBox, parent: QObject) -> None:
        super().__init__(parent)
        self._document, self._grid, self._tools = document, grid, tools
        grid.line_drawn.connect(self._line_drawn)
        document.case_changed.connect(self._show_arrivals)

    def delete_on_slice(self) -> None:
        """Delete the lesion's outline on the shown slice."""
        view, lesion, case = self._grid.t2_view(), self._tools.lesion, self._document.case
        if view is None or view.state.plane is None or lesion is None or case is None:
            return
        after = roi_edits.without_slice(case, lesion, view.state.plane, view.state.index)
        self._document.edit(after, self.tr("Delete outline of {0} on slice {1}").format(lesion, view.state.index + 1))

    def copy_to_next(self, steps: int) -> None:
        """Copy the lesion's outline to the next slice in reading order (-1: the one before) and go there."""
        view, lesion, case = self._grid.t2_view(), self._tools.lesion, self._document.case
        if view is None or view.state.plane is None or lesion is None or case is None:
            return
        target = view.state.index + steps * view.state.plane.forward
        if 0 <= target < view.state.slices:
            after = roi_edits.copied_to(case, lesion, view.state.plane, view.state.index, target)
            self._document.edit(after, self.tr("Copy outline of {0} to slice {1}").format(lesion, target + 1))
            view.state.set_index(target)

    def go_to(self, lesion_id: LesionId) -> None:
        """Show the middle outlined slice of a lesion."""
        case, view = self._document.case, self._grid.t2_view()
        if case is None or view is None or view.state.volume is None:
            return
        roi = next((roi for roi in case.rois if roi.lesion_id == lesion_id), None)
        if roi is not None and roi.contours:
            indices = sorted(contours_by_slice(roi, view.state.volume.affine))
            self._grid.go_to_slice(indices[len(indices) // 2])

    def _line_drawn(self, view: SliceView, line: Polygon, mode: Mode) -> None:
        case, plane, volume = self._document.case, view.state.plane, view.state.volume
        if case is None or plane is None or volume is None:
            return
        lesion, index = self._tools.lesion, view.state.index
        after = roi_edits.with_line(case, lesion, plane, index, line, mode, volume.frame_of_reference_uid)
        name = lesion or case.next_lesion_id()
        verb = self.tr("Cut outline of {0} on slice {1}") if mode is Mode.CUT else self.tr("Outline {0} on slice {1}")
        self._document.edit(after, verb.format(name, index + 1))
        if any(roi.lesion_id == name for roi in after.rois):
            self._tools.choose_lesion(name)

    def _show_arrivals(self, before: Case, after: Case) -> None:
        """Show imported lesions at once; drawn ones are where the reader looks already."""
        known = {roi.lesion_id for roi in before.rois}
        arrived = [roi.lesion_id for roi in after.rois if roi.lesion_id not in known and roi.origin != "drawn"]
        if arrived:
            self._tools.choose_lesion(arrived[0])
            self.go_to(arrived[0])
