"""One letter that stands for a contrast phase: LAVA-A, THRIVE_V, "t1_vibe_fs_tra D".

A letter is weak: A, B, C also number the attempts, so letters count as phases only in a study without a B, and a phase
that one letter tells always asks for confirmation. P says nothing: it may be portal, post or pre.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from engine.sequences.evidence import Evidence
from engine.sequences.phases import PhaseWord

_LETTER = re.compile(
    r"(?<=[a-z0-9])[ -]+([abdv])$|(?:vibe|lava|thrive|tigre|spgr|disco|fame|flash|flex|dixon)-([abdv])(?= )"
)
_PHASES = {"a": PhaseWord.ARTERIAL, "v": PhaseWord.PORTAL, "d": PhaseWord.EQUILIBRIUM}
_UNDECIDED = (None, PhaseWord.POST, PhaseWord.DYNAMIC)


def read_letters(evidence: Mapping[str, Evidence]) -> dict[str, Evidence]:
    """Return the evidence of one study with the phases that single letters tell, marked `phase_by_letter`."""
    letters = {key: _letter(own) for key, own in evidence.items()}
    if "b" in letters.values():
        return dict(evidence)
    return {
        key: replace(own, phase=_PHASES[letters[key]], phase_by_letter=True) if letters[key] else own
        for key, own in evidence.items()
    }


def _letter(evidence: Evidence) -> str:
    if evidence.phase not in _UNDECIDED or not evidence.says("gradient t1"):
        return ""
    found = _LETTER.search(evidence.words)
    return next(letter for letter in found.groups() if letter) if found else ""
