"""DICOM objects out: outlines as SEG and RTSTRUCT, the result as SR, the report as encapsulated PDF, heat maps as SC.

Every object copies patient and study from the source images, has UIDs that the same run repeats, and refers to real
images. `send` stores chosen objects on a DICOM node, on the person's act only; it is imported by name, so that nothing
else can reach the network by accident.
"""

from engine.dicom_out.encapsulated_pdf import write_encapsulated_pdf
from engine.dicom_out.secondary_capture import write_secondary_captures
from engine.dicom_out.segmentation import write_segmentation
from engine.dicom_out.structure_set import write_structure_set
from engine.dicom_out.structured_report import write_structured_report

__all__ = [
    "write_encapsulated_pdf",
    "write_secondary_captures",
    "write_segmentation",
    "write_structure_set",
    "write_structured_report",
]
