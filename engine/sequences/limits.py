"""What lowers a proposal whatever its role: another region, another plane, few slices, evidence that disagrees.

From 0.85 a proposal stands by itself; from 0.5 it asks for confirmation; below, the role stays empty.
"""

from __future__ import annotations

import re
from dataclasses import replace

from engine.domain.sequence import RoleGuess
from engine.domain.study import Series
from engine.sequences.evidence import Evidence

LEAST = 0.5
"""Less certain than this, a series holds no role."""
JUST_ASK = 0.84
"""As certain as a proposal can be that still asks for confirmation."""
FEW_SLICES = 8
_FAR_REGIONS = re.compile(
    r"BRAIN|HEAD|SKULL|NECK|SPINE|KNEE|ANKLE|FOOT|HAND|WRIST|ELBOW|SHOULDER|HIP|BREAST|PROSTATE|HEART|LEG|ARM|ORBIT|JAW"
)
_NEAR_REGIONS = re.compile(r"PELVIS|CHEST|THORAX|UTERUS|RECTUM|BLADDER")


def limit(guess: RoleGuess, most: float, reason: str) -> RoleGuess:
    """Lower a guess's confidence to `most` and say why."""
    return replace(guess, confidence=min(guess.confidence, most), reasons=(*guess.reasons, reason))


def general_limits(guess: RoleGuess, series: Series, evidence: Evidence) -> RoleGuess:
    """Apply what holds for every role: region, plane, number of slices, contradictions."""
    region = evidence.facts.body_part_examined
    if _FAR_REGIONS.search(region) and not evidence.says("liver"):
        guess = limit(guess, 0.3, f"BodyPartExamined says {region}")
    elif _NEAR_REGIONS.search(region) and not evidence.says("liver"):
        guess = limit(guess, 0.7, f"BodyPartExamined says {region}")
    if series.slices < FEW_SLICES:
        guess = limit(guess, 0.7, f"only {series.slices} slices")
    if evidence.says("dixon") and not evidence.component:
        guess = limit(guess, 0.7, "a Dixon series that does not say which part it is")
    if evidence.says("processed copy"):
        guess = limit(guess, 0.8, "named as a registered, filtered or uncorrected copy")
    if evidence.plane == "axial" and evidence.says("sagittal", "oblique", "coronal") and not evidence.says("axial"):
        guess = limit(guess, JUST_ASK, "its name speaks of another plane than its images show")
    if evidence.phase_by_letter:
        guess = limit(guess, JUST_ASK, "only one letter of its name tells the phase: please confirm")
    if guess.conflict:
        guess = limit(guess, JUST_ASK, "header and name disagree: please confirm")
    return guess
