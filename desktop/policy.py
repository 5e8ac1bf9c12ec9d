"""The policy file: settings that a site's IT fixes for everybody on a machine; the window shows them as locked.

Where it lies (first that exists): the file that LOBULE_POLICY names, else ``policy.json`` in the machine's folder for
settings of all users (Linux ``/etc/xdg/Lobule``, Windows ``%ProgramData%\\Lobule``, macOS
``/Library/Application Support/Lobule``). What it holds::

    {"schema": "lobule.policy/1", "settings": {"reading/read_first": true, "analysis/provider": "cpu"}}

Keys are those of the table in `desktop.settings`. A file that cannot be read, an unknown key or a value of the wrong
kind is an error that the window shows at its start: a lock that silently does not hold would be worse than none.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

import platformdirs

from engine.domain.errors import UsageError

SCHEMA = "lobule.policy/1"
VARIABLE = "LOBULE_POLICY"


def policy_path() -> Path:
    """Return where the policy file of this machine lies, or would lie."""
    named = os.environ.get(VARIABLE)
    return Path(named) if named else Path(platformdirs.site_config_dir("Lobule", appauthor=False)) / "policy.json"


def read_policy(path: Path, known: Iterable[str]) -> Mapping[str, str]:
    """Return the texts of the fixed settings by key; nothing where there is no file.

    Raises:
        UsageError: The file cannot be read, is of another schema or names a setting that does not exist.
    """
    if not path.exists():
        return {}
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(values, dict) or values.get("schema") != SCHEMA:
            raise ValueError(f'it does not say "schema": "{SCHEMA}"')
        fixed = values.get("settings")
        if not isinstance(fixed, dict):
            raise ValueError('it has no "settings"')
        unknown = sorted(set(fixed) - set(known))
        if unknown:
            raise ValueError(f"there is no setting {unknown[0]!r}")
    except (OSError, ValueError) as error:
        raise UsageError(
            f"The policy file {path} cannot be used: {error}.",
            remedy="Ask your IT to correct it; until then none of its settings is fixed.",
            code="bad-policy",
        ) from error
    return {key: _text(value) for key, value in fixed.items()}


def _text(value: object) -> str:
    """A JSON value as the ini file writes it."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
