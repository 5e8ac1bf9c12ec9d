"""Header → facts: what is equal for all frames of a volume, read once per distinct header.

Thousands of files of a study differ in a few elements only. The raw bytes of the tags that make up the facts are the
key of a cache, so that most files cost a dictionary look-up and point to one shared value.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from engine.domain.sequence import SequenceFacts
from engine.intake.charset import decode_text
from engine.intake.records import Scope
from engine.intake.tags import RawHeader

_NO_AGENT = {"", "0", "no", "none", "n", "off", "false", "no contrast", "without", "ohne", "nein", "null", "-"}
_MODALITY_OF_CLASS = {
    "1.2.840.10008.5.1.4.1.1.4": "MR", "1.2.840.10008.5.1.4.1.1.4.1": "MR", "1.2.840.10008.5.1.4.1.1.4.4": "MR",
    "1.2.840.10008.5.1.4.1.1.2": "CT", "1.2.840.10008.5.1.4.1.1.2.1": "CT", "1.2.840.10008.5.1.4.1.1.128": "PT",
    "1.2.840.10008.5.1.4.1.1.1": "CR", "1.2.840.10008.5.1.4.1.1.6.1": "US", "1.2.840.10008.5.1.4.1.1.20": "NM",
    "1.2.840.10008.5.1.4.1.1.7": "OT",
}  # fmt: skip
_LOSSY_SYNTAXES = {
    "1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51", "1.2.840.10008.1.2.4.81",
}  # fmt: skip

SCOPE_TAGS = (
    0x0020000D, 0x0020000E, 0x00200052, 0x00100020, 0x00100010, 0x00100030, 0x00100040, 0x00101010,
    0x00080020, 0x00080030, 0x00081030, 0x00080050, 0x00080080, 0x00080090, 0x00200010,
)  # fmt: skip

FACT_TAGS = (
    0x00080060, 0x00080016, 0x00080070, 0x00081090, 0x00180087, 0x00200011, 0x0008103E, 0x00181030,
    0x00180024, 0x00189005, 0x00080008, 0x00180020, 0x00180021, 0x00180022, 0x00180023, 0x00089209,
    0x00189008, 0x00189018, 0x00089208, 0x00180081, 0x00180080, 0x00180082, 0x00181314, 0x00180091,
    0x00180050, 0x00180015, 0x00185100, 0x00180010, 0x00181042, 0x00204000, 0x00189073, 0x00080031,
    0x00282110, 0x00280002, 0x00082111, 0x00189025, 0x00189020, 0x00189079,
)  # fmt: skip

_CACHE_LIMIT = 20_000
_facts_cache: dict[tuple[Any, ...], SequenceFacts] = {}
_scope_cache: dict[tuple[Any, ...], Scope] = {}


def clear_caches() -> None:
    """Forget all shared values: they hold names of patients and must not outlive the opening of a study."""
    _facts_cache.clear()
    _scope_cache.clear()
    _shared.cache_clear()
    decode_text.cache_clear()


def read_scope(tags: RawHeader) -> Scope:
    """Return the identifiers of one header, shared between all headers that say the same."""
    key = (tags.character_sets, *map(tags.raw, SCOPE_TAGS))
    found = _scope_cache.get(key)
    if found is None:
        found = Scope(
            study_instance_uid=tags.text(0x0020000D),
            series_instance_uid=tags.text(0x0020000E),
            frame_of_reference_uid=tags.text(0x00200052),
            patient_id=tags.words(0x00100020),
            patient_name=tags.words(0x00100010),
            birth_date=tags.text(0x00100030),
            sex=tags.text(0x00100040),
            age=tags.text(0x00101010),
            study_date=tags.text(0x00080020),
            study_time=tags.text(0x00080030),
            study_description=tags.words(0x00081030),
            accession_number=tags.words(0x00080050),
            institution=tags.words(0x00080080),
            referring_physician=tags.words(0x00080090),
            study_id=tags.words(0x00200010),
        )
        if len(_scope_cache) < _CACHE_LIMIT:
            _scope_cache[key] = found
    return found


def read_facts(tags: RawHeader, sop_class_uid: str, transfer_syntax_uid: str) -> SequenceFacts:
    """Return the facts of one header, shared between all headers that say the same."""
    sequences = (0x00089215 in tags, 0x00180012 in tags, 0x00409096 in tags)
    key = (sop_class_uid, transfer_syntax_uid, tags.character_sets, *map(tags.raw, FACT_TAGS))
    if any(sequences):  # their content is no bytes: read them afresh
        return _build_facts(tags, sop_class_uid, transfer_syntax_uid)
    found = _facts_cache.get(key)
    if found is None:
        found = _build_facts(tags, sop_class_uid, transfer_syntax_uid)
        if len(_facts_cache) < _CACHE_LIMIT:
            _facts_cache[key] = found
    return found


def _build_facts(tags: RawHeader, sop_class_uid: str, transfer_syntax_uid: str) -> SequenceFacts:
    echo_train = tags.integer(0x00180091)
    return _shared(
        SequenceFacts(
            modality=tags.text(0x00080060).upper() or _MODALITY_OF_CLASS.get(sop_class_uid, ""),
            sop_class_uid=sop_class_uid,
            manufacturer=tags.words(0x00080070),
            manufacturer_model_name=tags.words(0x00081090),
            magnetic_field_strength_t=_field_strength(tags.number(0x00180087)),
            series_number=tags.integer(0x00200011),
            series_description=tags.words(0x0008103E),
            protocol_name=tags.words(0x00181030),
            sequence_name=tags.text(0x00180024) or tags.text(0x00189005),
            image_type=tuple(part.upper() for part in tags.texts(0x00080008)),
            scanning_sequence=tuple(part.upper() for part in tags.texts(0x00180020)),
            sequence_variant=tuple(part.upper() for part in tags.texts(0x00180021)),
            scan_options=tuple(part.upper() for part in tags.texts(0x00180022)),
            mr_acquisition_type=tags.text(0x00180023).upper(),
            acquisition_contrast=tags.text(0x00089209).upper(),
            echo_pulse_sequence=_echo_pulse_sequence(tags),
            complex_image_component=tags.text(0x00089208).upper(),
            derivation=_derivation(tags),
            echo_time_ms=_positive(tags.number(0x00180081)),
            repetition_time_ms=_positive(tags.number(0x00180080)),
            inversion_time_ms=_positive(tags.number(0x00180082)) or _positive(tags.number(0x00189079, "d")),
            flip_angle_deg=_positive(tags.number(0x00181314)),
            echo_train_length=echo_train if echo_train is not None and echo_train > 0 else None,
            slice_thickness_mm=_positive(tags.number(0x00180050)),
            body_part_examined=tags.text(0x00180015).upper(),
            patient_position=tags.text(0x00185100).upper(),
            contrast_agent=_agent(tags),
            contrast_start_time_s=seconds(tags.text(0x00181042)),
            image_comments=tags.words(0x00204000)[:400],
            acquisition_duration_s=_positive(tags.number(0x00189073, "d")),
            series_time_s=seconds(tags.text(0x00080031)),
            lossy=tags.text(0x00282110) == "01" or transfer_syntax_uid in _LOSSY_SYNTAXES,
            samples_per_pixel=max(tags.integer(0x00280002, "H") or 1, 1),
            spectral_suppression=tags.text(0x00189025).upper(),
        )
    )


@lru_cache(maxsize=_CACHE_LIMIT)
def _shared(facts: SequenceFacts) -> SequenceFacts:
    return facts


def share(facts: SequenceFacts) -> SequenceFacts:
    """Return the one value that stands for all equal facts."""
    return _shared(facts)


def seconds(text: str) -> float | None:
    """Return a DICOM TM, or the time part of a DT, as seconds since midnight; None when it is not one.

    A DT (14 digits or more) begins with the date. Colons are an old but common way of writing TM.
    """
    text = text.split("\\")[0].strip()
    for sign in "+-":  # the offset from UTC of a DT
        if text.rfind(sign) >= 8:
            text = text[: text.rfind(sign)]
    whole, _, fraction = text.replace(":", "").partition(".")
    if len(whole) >= 10:
        whole = whole[8:]
    if not whole.isdigit() or len(whole) not in (2, 4, 6) or (fraction and not fraction.isdigit()):
        return None
    hours, minutes, secs = int(whole[0:2]), int(whole[2:4] or 0), int(whole[4:6] or 0)
    if hours > 23 or minutes > 59 or secs > 60:
        return None
    return hours * 3600 + minutes * 60 + secs + (float(f"0.{fraction}") if fraction else 0.0)


def _positive(value: float | None) -> float | None:
    return value if value is not None and value > 0 else None


def _field_strength(value: float | None) -> float | None:
    if value is None or value <= 0:
        return None
    return value / 10000 if value > 100 else value  # some writers state gauss


def _echo_pulse_sequence(tags: RawHeader) -> str:
    planar = tags.text(0x00189018).upper()
    return "EPI" if planar == "YES" else tags.text(0x00189008).upper()


def _agent(tags: RawHeader) -> str:
    text = tags.words(0x00180010)
    if not text:
        item = tags.first_item(0x00180012)
        text = (item.words(0x00080104) or item.text(0x00080100)) if item is not None else ""
    return "" if text.lower().strip(" .") in _NO_AGENT else text


def _derivation(tags: RawHeader) -> tuple[str, ...]:
    """Return derivation code meanings and values, the derivation text, and quantities that maps define."""
    found = [tags.words(0x00082111)]
    for item in tags.items(0x00089215):
        found += [item.text(0x00080100), item.words(0x00080104)]
    for mapping in tags.items(0x00409096):
        for definition in mapping.items(0x00409220):
            for concept in definition.items(0x0040A168):
                found += [concept.text(0x00080100), concept.words(0x00080104)]
    return tuple(text for text in found if text)
