"""The one path from volumes and an outline to network input, for training and for use alike.

`grid` (which planes), `intensity` (what is black and white), `crop` (which square), `build` (all of it, by a
`PreprocessSpec`). No number lives here: they travel with the model. Source: method.md section 2, after Zhen et al.
2025.
"""

from engine.preprocess.build import build_slice_inputs

__all__ = ["build_slice_inputs"]
