"""Cautions: reasons for care that the software can see by itself, each from evidence.

The codes, effects and occasions are those of the clinical safety rules; the functions return the cautions they found
and raise nothing. `withhold` stops the flag, never the display of what is known. `texture` describes an input for the
`unfamiliar-input` caution, in training and in use alike.
"""

from engine.quality.checks import after_analysis, before_analysis, roles_covering
from engine.quality.texture import texture_of

__all__ = ["after_analysis", "before_analysis", "roles_covering", "texture_of"]
