"""The digital phantom: simulated liver MRI with labelled lesions, physics first, nothing of a real patient.

`cohort` draws patients as plain values (`body`, `scanner`, `lesions`, `lesion_dress`); `scene` paints the abdomen
(`anatomy`, `organs`, `vessels`) and the lesions (`lesion_signs`, `lesion_surroundings`); `sequences`, `signals` and
`contrast` turn tissue into signal; `acquire` and `artefacts` turn signal into what a scanner would have stored;
`reader` draws the outline; `render` runs them in that order; `dicom_writer` writes the result as a study.

Figures measured on the phantom say nothing about patients.
"""
