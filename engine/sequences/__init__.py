"""Sequences: what each series is, and which one plays which of the six roles.

words      names normalised, the vocabulary of hospitals in several languages
phases     what a name says about contrast
letters    one letter that stands for a phase
evidence   what the rules look at
rules      the table: evidence → kind, each row with weight and reason
delays     delays after the injection → the best match of phases
timeline   clocks → contrast phases      (dynamic: which volumes form the run)
neighbours what only the other series of the study tell about one
limits     what lowers a proposal whatever its role
t2         points that choose the reference
diffusion  which b-value serves
identify   a study → its RoleMap
contrast   T2 and diffusion images that were acquired after contrast, by the clocks
"""

from __future__ import annotations

from engine.sequences.contrast import delays_after_contrast_s
from engine.sequences.identify import describe_series, identify_roles

__all__ = ["delays_after_contrast_s", "describe_series", "identify_roles"]
