"""The b-value of one frame: standard tag, then the vendors' private tags, then names and comments, with its source.

Presence of a tag is no evidence of diffusion: Philips writes b = 0 on every image and GE writes the slot on plain
FSE. A zero is therefore believed only where the sequence is echo planar or named diffusion, or where the series holds
other b-values.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.domain.sequence import SequenceFacts
from engine.intake.csa import CSA_CREATOR, csa_values
from engine.intake.records import Diffusion, Numbers
from engine.intake.tags import RawHeader

DIFFUSION_B_VALUE = 0x00189087
DIRECTIONALITY = 0x00189075
GRADIENT_DIRECTION_SEQUENCE, GRADIENT_ORIENTATION = 0x00189076, 0x00189089
MAXIMUM_B_VALUE = 20_000.0

_EPI_NAME = re.compile(r"^\*?(ep|re_|epi_|seepi|dw|zsepi)", re.IGNORECASE)
_SIEMENS_NAME = re.compile(r"^\*?(?:ep|re|tse|h)\w*_b(\d+)(t)?(#\d+)?$", re.IGNORECASE)
_COMMENT_B = re.compile(r"\bb\s*=\s*([0-9.]+)", re.IGNORECASE)
_TEXT_B = re.compile(r"b[\s_=-]{0,3}(0|\d{2,4})(?![\d.])", re.IGNORECASE)
_SECOND_NUMBER = re.compile(r"^[\s_,+/-]+\d{2,4}(?!\d*\s*(?:mm|ms|sl|dir))", re.IGNORECASE)
_WEAK_SOURCES = {"0043,1039", "0020,4000"}
"""GE's slot serves other sequences too, and a comment may say anything."""
_DIFFUSION_WORD = re.compile(
    r"(diff|(?<![a-z])s?dw(?![a-z])|dif(?![a-z])|dif(?=b\d)|dwi|dti|dw[\s_-]?epi|ivim|trace|扩散|弥散|拡散)",
    re.IGNORECASE,
)


def is_diffusion_weighted(facts: SequenceFacts) -> bool:
    """Tell whether the header's physics say diffusion or at least echo planar, so that a b-value may be believed."""
    return (
        "EP" in facts.scanning_sequence
        or facts.echo_pulse_sequence == "EPI"
        or "DIFFUSION" in facts.image_type
        or facts.acquisition_contrast == "DIFFUSION"
        or bool(_EPI_NAME.match(facts.sequence_name))
    )


def named_diffusion(facts: SequenceFacts) -> bool:
    """Tell whether the series is called a diffusion series."""
    return any(_DIFFUSION_WORD.search(text) for text in (facts.series_description, facts.protocol_name))


def classic_diffusion(tags: RawHeader, facts: SequenceFacts) -> Diffusion:
    """Return the diffusion weighting that the header of a classic image states."""
    if facts.modality not in ("MR", ""):
        return Diffusion()
    physics = is_diffusion_weighted(facts)
    stated = list(_tag_values(tags, facts, physics))
    texts = list(_text_values(facts, physics))
    if not stated and not texts:
        return Diffusion()
    value, source = (stated or texts)[0]
    positive = value >= 1.0
    direction = _classic_direction(tags) if positive else ()
    return Diffusion(
        b_value=value if positive else 0.0,
        source=source,
        measured=tags.number(tags.private(0x0065, "Image Private Header", 0x09), "d"),
        kind=_kind(tags, facts, direction) if positive else "",
        direction=direction,
        conflict=_conflict(stated + texts) if physics else "",
        certain=physics or named_diffusion(facts) or (positive and bool(stated) and source not in _WEAK_SOURCES),
    )


def functional_group_diffusion(item: RawHeader, facts: SequenceFacts) -> Diffusion:
    """Return the diffusion weighting that an item of MRDiffusionSequence (0018,9117) states."""
    value = item.number(DIFFUSION_B_VALUE, "d")
    if value is None or not 0 <= value <= MAXIMUM_B_VALUE:
        return Diffusion()
    directionality = item.text(DIRECTIONALITY).upper()
    positive = value >= 1.0
    group = item.first_item(GRADIENT_DIRECTION_SEQUENCE)
    direction = _unit(group.numbers(GRADIENT_ORIENTATION, "d")) if group is not None and positive else ()
    kind = ""
    if positive:
        if "TRACEW" in facts.image_type or directionality == "ISOTROPIC":
            kind = "trace"
        elif direction or directionality in ("DIRECTIONAL", "BMATRIX"):
            kind = "direction"
    return Diffusion(
        b_value=value if positive else 0.0,
        source="0018,9087",
        kind=kind,
        direction=direction,
        certain=positive or is_diffusion_weighted(facts) or named_diffusion(facts),
    )


def _tag_values(tags: RawHeader, facts: SequenceFacts, physics: bool) -> Iterator[tuple[float, str]]:
    """Yield (b, tag) of every tag that states a b-value, in order of trust."""
    found: list[tuple[float | None, str]] = []
    uih = tags.private(0x0065, "Image Private Header", 0x0A)
    found.append((tags.number(uih, "d"), "0065,100A"))
    found.append((tags.number(DIFFUSION_B_VALUE, "d"), "0018,9087"))
    siemens = tags.private(0x0019, "SIEMENS MR HEADER", 0x0C)
    found.append((tags.number(siemens), "0019,100C"))
    if physics and found[-1][0] is None:
        found.append((_csa_b_value(tags), "0029,1010 B_value"))
    ge = tags.number(tags.private(0x0043, "GEMS_PARM_01", 0x39))
    # GE adds 10^9 per flag: 1000000750 means 750
    found.append((ge % 1_000_000_000 if ge is not None and ge >= 0 else None, "0043,1039"))
    philips = tags.private(0x2001, "Philips Imaging DD 001", 0x03)
    found.append((tags.number(philips, "f"), "2001,1003"))
    comment = _COMMENT_B.search(facts.image_comments)
    if comment:
        found.append((_number(comment.group(1)), "0020,4000"))
    for value, source in found:
        if value is not None and 0 <= value <= MAXIMUM_B_VALUE:
            yield value, source


def _text_values(facts: SequenceFacts, physics: bool) -> Iterator[tuple[float, str]]:
    name = _SIEMENS_NAME.match(facts.sequence_name)
    if name:
        yield float(name.group(1)), "0018,0024"
    if not (physics or named_diffusion(facts)):
        return
    for text, source in ((facts.series_description, "description"), (facts.protocol_name, "protocol name")):
        value = b_value_in_text(text)
        if value is not None:
            yield value, source
            return


def b_value_in_text(text: str) -> float | None:
    """Return the one b-value that a name states; a list of several (``b50_400_800``) is no value."""
    matches = list(_TEXT_B.finditer(text))
    values = {float(match.group(1)) for match in matches}
    if len(values) != 1 or any(_SECOND_NUMBER.match(text[match.end() :]) for match in matches):
        return None
    return values.pop()


def _number(text: str) -> float | None:
    try:
        return float(text.strip("."))
    except ValueError:
        return None


def _csa_b_value(tags: RawHeader) -> float | None:
    data = tags.raw(tags.private(0x0029, CSA_CREATOR, 0x10))
    values = csa_values(data, ("B_value",)).get("B_value") if data else None
    try:
        return max(float(values[0]), 0.0) if values else None  # negative: a corrupt header, dcm2niix reads 0
    except ValueError:
        return None


def _kind(tags: RawHeader, facts: SequenceFacts, direction: Numbers) -> str:
    """Say whether a b > 0 image is trace-weighted or shows one direction; empty when nothing says so."""
    name = _SIEMENS_NAME.match(facts.sequence_name)
    directionality = tags.text(DIRECTIONALITY).upper()
    siemens = tags.text(tags.private(0x0019, "SIEMENS MR HEADER", 0x0D)).upper()
    code = tags.text(tags.private(0x2001, "Philips Imaging DD 001", 0x04)).upper()
    if "TRACEW" in facts.image_type or (name and name.group(2)) or code == "I":
        return "trace"
    if "ISOTROPIC" in (directionality, siemens):
        return "trace"
    if direction or (name and name.group(3)) or directionality in ("DIRECTIONAL", "BMATRIX"):
        return "direction"
    if siemens == "DIRECTIONAL" or code in ("P", "M", "S", "O", "OBLIQUE"):
        return "direction"
    directions = tags.integer(tags.private(0x0019, "GEMS_ACQU_01", 0xE0))
    return "trace" if directions == 0 else ""


def _classic_direction(tags: RawHeader) -> Numbers:
    """Return the gradient direction as a unit vector, () when none is stated."""
    group = tags.first_item(GRADIENT_DIRECTION_SEQUENCE)
    candidates = [
        group.numbers(GRADIENT_ORIENTATION, "d") if group is not None else (),
        tags.numbers(GRADIENT_ORIENTATION, "d"),
        tags.numbers(tags.private(0x0019, "SIEMENS MR HEADER", 0x0E), "d"),
        tags.numbers(tags.private(0x0065, "Image Private Header", 0x37), "d"),
        tuple(tags.number(tags.private(0x0019, "GEMS_ACQU_01", element)) or 0.0 for element in (0xBB, 0xBC, 0xBD)),
        tuple(
            tags.number(tags.private(0x2005, "Philips MR Imaging DD 001", element), "f") or 0.0
            for element in (0xB0, 0xB1, 0xB2)
        ),
    ]
    return next((unit for unit in map(_unit, candidates) if unit), ())


def _unit(vector: Numbers) -> Numbers:
    if len(vector) != 3:
        return ()
    length = sum(value * value for value in vector) ** 0.5
    # gradient directions are unit vectors; GE scales them with b, so anything but zero counts
    return tuple(round(value / length, 4) + 0.0 for value in vector) if 1e-3 < length < 1e4 else ()


def _conflict(values: list[tuple[float, str]]) -> str:
    first, source = values[0]
    for other, place in values[1:]:
        if abs(other - first) > max(10.0, 0.05 * max(first, other)):
            return f"b = {first:g} in {source} but {other:g} in {place}"
    return ""
