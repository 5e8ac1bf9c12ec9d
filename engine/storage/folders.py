"""Where Lobule's own files live, and what ships with it."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs


def data_folder() -> Path:
    """Return the folder of Lobule's own files (settings, installed packages, logs); LOBULE_HOME overrides it."""
    override = os.environ.get("LOBULE_HOME")
    return Path(override) if override else Path(platformdirs.user_data_dir("Lobule", appauthor=False))


def assets_folder() -> Path:
    """Return the folder of what ships with Lobule: models, sample, fonts, icons."""
    return Path(__file__).resolve().parents[2] / "assets"
