"""The engine of Lobule: from a folder of DICOM files to classified liver lesions, without a window.

A map, from the ground up; each floor imports only the floors below it, and a contract in `pyproject.toml` keeps that:

* `domain`: frozen values, errors and progress. Standard library and numpy only.
* `geometry`: pure mathematics on affines, stacks, grids and outlines in patient millimetres.
* the stages, strangers to one another:
  `intake` (files to facts, facts to series, series to volumes), `sequences` (which series plays which role, and why),
  `roi_io` (lesion outlines from SEG, RTSTRUCT, NIfTI, NRRD, MHA), `preprocess` (the one path from volumes to network
  input), `inference` (ONNX Runtime), `quality` (cautions), `plausibility` (does a diffusion image behave like one),
  `aggregate` (slices to lesion to patient), `report` (PDF and figures), `dicom_out` (SEG, SR, encapsulated PDF),
  `storage` (JSON on disk), `logs` (identifiers masked), `audit` (the chained record of analyses and exports).
* `pipeline`: the only module that knows the order of the stages.
* `selftest`: replays a model package's own vectors through the real path.
* `cli`: the `lobule` command.
"""

__version__ = "0.1.0"
