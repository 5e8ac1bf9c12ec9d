"""The window journeys once more on a real X display: Xvfb with Qt's xcb platform, as on a workstation."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest

from tests.support.paths import ROOT

JOURNEYS = (
    "tests/journeys/test_window.py::test_sample_to_pdf_without_a_manual",
    "tests/journeys/test_hands.py::test_a_lesion_is_read_by_mouse_and_keyboard",
)


@pytest.fixture
def display(tmp_path):
    """A display of its own; Xvfb chooses the number and says it on a pipe."""
    if shutil.which("Xvfb") is None:
        pytest.skip("Xvfb is not installed (apt-get install xvfb)")
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1600x1000x24", "-nolisten", "tcp"]
    with (tmp_path / "xvfb.log").open("wb") as log:
        server = subprocess.Popen(command, pass_fds=[writing], stdout=log, stderr=log)
    os.close(writing)
    with os.fdopen(reading) as answer:
        number = answer.readline().strip()
    assert number, (tmp_path / "xvfb.log").read_text(errors="replace")
    yield f":{number}"
    server.terminate()
    server.wait(10)


@pytest.mark.display
@pytest.mark.skipif(sys.platform != "linux", reason="X displays are a matter of Linux")
@pytest.mark.parametrize("journey", JOURNEYS)
def test_the_window_journey_on_a_display(display, journey):
    environment = {**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
    environment.pop("WAYLAND_DISPLAY", None)
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", journey],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "1 passed" in ran.stdout
