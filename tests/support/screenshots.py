"""Screenshots of every state of the window, from the program itself: `make screenshots` writes docs/screenshots.

    python -m tests.support.screenshots FOLDER          all looks
    python -m tests.support.screenshots FOLDER LOOK     one look

The sample study is opened, recognised and analysed for real, once, and every look shows that analysis; only *not
flagged* shows an invented study, because no shipped one is benign on every slice. Qt takes its scale at the start, so
looks of one scale share a process. Time stands still: pictures change only where the window has changed. Whoever
changed the window looks at them afterwards.
"""

from __future__ import annotations

import datetime
import json
import os
import pickle
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import engine.pipeline  # noqa: F401  (ONNX Runtime before Qt)
from desktop import saver
from desktop.views import result_panel
from engine import audit
from tests.support.screen_looks import LOOKS
from tests.support.screen_material import Material, material
from tests.support.screen_scenes import Scenes

SCREEN = {"name": "reading room", "x": 0, "y": 0, "width": 2560, "height": 1600, "logicalDpi": 96, "dpr": 1}
"""Room for every dialog at its natural size; by itself Qt takes 800 × 800."""
NOW = datetime.datetime(2026, 3, 12, 14, 30, 0)


def run(folder: Path, names: Sequence[str], stock: Material, scratch: Path) -> None:
    """Play the scenes of looks of one scale, one window after another."""
    for module in (result_panel, saver):
        _stop_time(module)
    for name in names:
        stage = Scenes(LOOKS[name], scratch, folder, name, stock)
        for scene in LOOKS[name].scenes:
            getattr(stage, scene.replace("-", "_"))()
        stage.session.close()
        stage.window.close()


def _stop_time(module: ModuleType) -> None:
    class Stopped(datetime.datetime):
        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> datetime.datetime:
            return NOW if tz is None else NOW.astimezone(tz)

    module.datetime = Stopped  # type: ignore[attr-defined]


def main(arguments: list[str]) -> None:
    """Make the material once, then play the looks of each scale in a process of their own, two at a time."""
    folder = Path(arguments[0])
    wanted = arguments[1:] or list(LOOKS)
    if not arguments[1:]:
        shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="lobule-screens-") as name:
        scratch = Path(name)
        screen = scratch / "screen.json"
        screen.write_text(json.dumps({"screens": [SCREEN]}))
        platform = f"offscreen:configfile={screen}"
        os.environ.update(LOBULE_HOME=name, LOGNAME="reader", QT_QPA_PLATFORM=platform, TZ="UTC")
        _stop_time(audit)
        stock = material(scratch)
        (scratch / "material").write_bytes(pickle.dumps(stock))
        scales = sorted({LOOKS[look].scale for look in wanted})
        groups = [[look for look in wanted if LOOKS[look].scale == scale] for scale in scales]
        players = [_player(folder, scratch, looks) for looks in groups]
        failed = [player for player in players if player.wait() != 0]
        if failed:
            raise SystemExit("a look could not be played; see above")
    total = sum(path.stat().st_size for path in folder.glob("*.png"))
    print(f"{len(list(folder.glob('*.png')))} pictures, {total / 2**20:.1f} MB in {folder}")


def _player(folder: Path, scratch: Path, looks: Sequence[str]) -> subprocess.Popen[bytes]:
    surroundings = os.environ | {"QT_SCALE_FACTOR": str(LOOKS[looks[0]].scale)}
    command = [sys.executable, "-m", "tests.support.screenshots", "--play", folder, scratch, *looks]
    return subprocess.Popen(command, env=surroundings)


if __name__ == "__main__":
    if sys.argv[1] == "--play":
        place, stored = Path(sys.argv[2]), Path(sys.argv[3])
        run(place, sys.argv[4:], pickle.loads((stored / "material").read_bytes()), stored)
    else:
        main(sys.argv[1:])
