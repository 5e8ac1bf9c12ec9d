"""What lies on the shown slice: heat maps, outlines and marks, each kept until what it was made from changes."""

from __future__ import annotations

from PySide6.QtGui import QColor

from desktop.display_plane import DisplayPlane
from desktop.document import CaseDocument
from desktop.heatmap import HeatMap, on_slice
from desktop.models.lesion_model import lesion_colour
from desktop.models.overlay import Overlay
from desktop.models.view_state import ViewState
from desktop.outlines import OutlineShape, outlined_indices, shapes_on_slice
from engine.domain.labels import BENIGN
from engine.domain.result import StudyResult
from engine.domain.roi import LesionId, Roi
from engine.domain.sequence import SequenceRole
from engine.domain.volume import Volume
from engine.geometry.diameters import Diameters, diameters


class SliceContent:
    """Answers for one view; asks the document, the overlay and the view's state, and owns nothing but the answers."""

    def __init__(self, state: ViewState, document: CaseDocument, overlay: Overlay) -> None:
        self._state, self._document, self._overlay = state, document, overlay
        self._maps: tuple[object, Volume, dict[int, list[HeatMap]]] | None = None
        self._shapes: tuple[tuple[Roi, ...], DisplayPlane, dict[int, list[tuple[Roi, list[OutlineShape]]]]] | None = (
            None
        )
        self._diameters: tuple[Roi, Volume, Diameters | None] | None = None
        self._results: tuple[StudyResult, list[tuple[int, bool]]] | None = None
        self._marks: tuple[tuple[Roi, ...], Volume, list[tuple[set[int], QColor]]] | None = None

    @property
    def shows_t2(self) -> bool:
        """True when the stack is the one that lesions are outlined on."""
        case, key = self._document.case, self._state.series_key
        return case is not None and bool(key) and case.roles.get(SequenceRole.T2) == key

    def heat_maps(self) -> list[HeatMap]:
        """Return the maps of the chosen class that lie on the shown slice."""
        volume, index = self._state.volume, self._state.index
        maps = self._overlay.maps(self._document.analysis)
        if volume is None or not maps:
            self._maps = None
            return []
        known = self._maps
        if known is None or known[0] is not maps or known[1] is not volume:
            known = self._maps = (maps, volume, {})
        if index not in known[2]:
            known[2][index] = on_slice(maps, volume.affine, index)
        return known[2][index]

    def outlines(self) -> list[tuple[Roi, list[OutlineShape]]]:
        """Return what the shown slice cuts of every lesion."""
        case, plane = self._document.case, self._state.plane
        if case is None or plane is None:
            return []
        if self._shapes is None or self._shapes[0] is not case.rois or self._shapes[1] is not plane:
            self._shapes = (case.rois, plane, {})
        by_slice, index = self._shapes[2], self._state.index
        if index not in by_slice:
            step = self._state.step_mm
            by_slice[index] = [(roi, shapes_on_slice(roi, plane, index, step)) for roi in case.rois]
        return by_slice[index]

    def unconfirmed(self, lesion_id: LesionId | None) -> bool:
        """Say whether the chosen lesion's outline on this slice was interpolated and waits to be confirmed."""
        if not self.shows_t2:
            return False
        return any(
            shape.interpolated for roi, shapes in self.outlines() if roi.lesion_id == lesion_id for shape in shapes
        )

    def diameters(self, lesion_id: LesionId | None) -> Diameters | None:
        """Return the diameters of a lesion when they lie on the shown slice."""
        case, volume = self._document.case, self._state.volume
        if case is None or volume is None or not self.shows_t2:
            return None
        roi = next((roi for roi in case.rois if roi.lesion_id == lesion_id), None)
        if roi is None:
            return None
        known = self._diameters
        if known is None or known[0] is not roi or known[1] is not volume:
            known = self._diameters = (roi, volume, diameters(roi, volume.affine))
        measured = known[2]
        return measured if measured is not None and measured.index == self._state.index else None

    def outlined(self) -> list[tuple[set[int], QColor]]:
        """Return the slices on which each lesion is outlined, with its colour."""
        case, volume = self._document.case, self._state.volume
        if case is None or volume is None:
            return []
        if self._marks is None or self._marks[0] is not case.rois or self._marks[1] is not volume:
            made = [
                (outlined_indices(roi, volume.affine, volume.shape[0]), lesion_colour(roi.lesion_id))
                for roi in case.rois
            ]
            self._marks = (case.rois, volume, made)
        return self._marks[2]

    def analysed(self) -> list[tuple[int, bool]]:
        """Return (T2 slice, classified as malignant) of every analysed slice; empty beside other stacks.

        Marks have no room to say that they are out of date, so then there are none: slices are counted in the stack
        that played T2 when they were analysed.
        """
        result = self._document.result
        if result is None or not self.shows_t2 or self._overlay.withheld or self._document.is_stale:
            return []
        if self._results is None or self._results[0] is not result:
            slices = [one for lesion in result.lesions for one in lesion.slices]
            self._results = (result, [(one.ref.nearest_t2_slice, one.predicted != BENIGN) for one in slices])
        return self._results[1]
