"""One phantom with every sequence, rendered once for all tests of this folder."""

from __future__ import annotations

import pytest

from engine.domain.sequence import SequenceRole
from training.phantom.cohort import draw_patient
from training.phantom.render import RenderedPatient, render_patient


@pytest.fixture(scope="session")
def rendered() -> RenderedPatient:
    """A patient with a 43 mm cyst, six sequences, T1 in 5 mm slices (the smallest such study)."""
    return render_patient(draw_patient("hzfph", 43), tuple(SequenceRole))
