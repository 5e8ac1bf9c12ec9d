"""`lobule-train study`: the paper's tables and figures from several packages and cohorts, as one HTML and one PDF.

* `config`: what is studied. `gather`: packages opened, cohorts found, slices scored; what is missing, with the reason.
* `compare`: tests between models. `baseline`: Table 1. `examples`: lesions of the attention panel.
* `content`: everything in order as `blocks`, the middle of it from `slice_level` and `patient_level`; `wording`
  writes a figure; `drawings` makes the figures, `checklist` the STARD and CLAIM items, `paper` holds the paper's own
  figures. `html` and `pdf` write the blocks; `run` does all of it.
"""
