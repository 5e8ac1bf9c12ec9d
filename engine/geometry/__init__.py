"""Pure mathematics on positions in patient space: affines, stacks, outlines and what is measured on them, resampling.

Nothing here knows DICOM files, roles or networks. Index order is (slice, row, column), world is patient LPS in mm
(see `engine.domain`).
"""
