"""Lesion outlines in and out: DICOM SEG and RTSTRUCT, NIfTI, NRRD, .seg.nrrd and MHA.

An object is read in its own geometry (`found`), checked against the study (`binding`: patient, frame of reference,
source images), asked about where a person must decide (`questions`), and carried onto the planes of the T2 volume in
patient space (`transfer` for masks, `outlines` for contours).
"""

from engine.roi_io.detect import format_of
from engine.roi_io.questions import ask_about
from engine.roi_io.reading import describe_roi, read_rois
from engine.roi_io.writing import write_nifti

__all__ = ["ask_about", "describe_roi", "format_of", "read_rois", "write_nifti"]
