"""The values of Lobule: what passes between the stages, and nothing that does work.

House convention, kept by every module:

* Arrays are indexed (slice, row, column).
* World coordinates are DICOM's patient coordinates in mm: LPS (x to the patient's left, y to posterior, z to the head).
* An affine is a (4, 4) float64 matrix that maps the (slice, row, column) index of a voxel **centre** to (x, y, z, 1).
* Names carry their unit: `_mm`, `_ms`, `_s`, `_deg`, `_px`.
* Values are frozen dataclasses checked at construction; arrays inside them are read-only. A value that exists is valid.
"""
