"""Digests: one way to turn plain values into a short name that changes when they change."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any


def canonical_json(value: Any) -> str:
    """Return JSON with sorted keys and shortest exact numbers: equal values give equal text."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def digest_of(value: Mapping[str, Any]) -> str:
    """Return the SHA-256 of `canonical_json(value)` as 64 hexadecimal digits."""
    return hashlib.sha256(canonical_json(value).encode("utf-8")).hexdigest()
