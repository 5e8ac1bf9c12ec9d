"""For the tests of the training side: one small export that more than one file looks at."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with shards, a short training and the package exported from it (see tests/support/small_export.py)."""
    from tests.support.small_export import write_small_export  # imports torch, which most of these tests do without

    return write_small_export(tmp_path_factory.mktemp("training"))
