"""Bench: the window on this machine: start, first image, scrolling, stalls, memory.

    python -m tests.bench.bench_window [start] [open] [analyze] [scroll] [memory]        default: all of them

Every figure is printed twice where that helps to read it on a busy machine: wall time, and the processor time that the
window's own thread used. A stall is the time between two beats of a 5 ms timer on that thread. It prints and never
fails; the targets stand beside the figures.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

if len(sys.argv) > 1 and sys.argv[1] == "child":  # started by `start`: what a person waits for, nothing else
    began = float(sys.argv[2])
    from desktop import __main__ as entry  # noqa: F401  (its import is part of the start)
    from desktop import app as child_app

    _app = child_app.make_application()
    _window = child_app.make_window(_app)
    _window.show()

    from PySide6.QtCore import QTimer

    def _usable() -> None:
        print(f"{time.time() - began:.3f} {time.process_time():.3f}", flush=True)
        _window.session.shut_down()
        os._exit(0)

    QTimer.singleShot(0, lambda: QTimer.singleShot(0, _usable))  # painted once, and the loop comes round again
    _app.exec()

import numpy as np

import engine.pipeline  # noqa: F401  (ONNX Runtime before Qt)
from desktop.app import make_application, make_window
from desktop.garbage import GarbageCollector
from desktop.settings import Settings
from engine import pipeline
from tests.bench.big_study import write_big_study

BEAT_MS = 5


class Beat:
    """Measures stalls of the thread that runs the event loop."""

    def __init__(self) -> None:
        from PySide6.QtCore import Qt, QTimer

        self.timer = QTimer()
        self.timer.setTimerType(Qt.TimerType.PreciseTimer)
        self.timer.timeout.connect(self._beat)
        self.gaps: list[tuple[float, float]] = []
        self._last: tuple[float, float] | None = None

    def start(self) -> None:
        self.gaps, self._last = [], None
        self.timer.start(BEAT_MS)

    def _beat(self) -> None:
        now = (time.perf_counter(), time.thread_time())
        if self._last is not None:
            self.gaps.append((now[0] - self._last[0], now[1] - self._last[1]))
        self._last = now

    def report(self, what: str) -> None:
        self.timer.stop()
        wall = np.array([gap for gap, _ in self.gaps]) * 1000
        own = np.array([used for _, used in self.gaps]) * 1000
        worst = sorted(self.gaps, reverse=True)[:5]
        print(f"  stalls {what}: p99 {np.percentile(wall, 99):.0f} ms, longest {wall.max():.0f} ms wall; "
              f"own work p99 {np.percentile(own, 99):.0f}, longest {own.max():.0f} ms (target: 100)")  # fmt: skip
        print("    the five longest, wall (own): " + ", ".join(f"{w * 1000:.0f} ({o * 1000:.0f})" for w, o in worst))


def main(arguments: list[str]) -> None:
    wanted = arguments or ["start", "open", "analyze", "scroll", "memory"]
    if "start" in wanted:
        bench_start()
    with tempfile.TemporaryDirectory(prefix="lobule-bench-") as scratch:
        os.environ["LOBULE_HOME"] = str(Path(scratch) / "home")
        for name in ("open", "analyze", "scroll", "memory"):
            if name in wanted:
                globals()[f"bench_{name}"](Path(scratch))


def bench_start(runs: int = 5) -> None:
    print("window usable after start (process start to second turn of the event loop)")
    found = []
    with tempfile.TemporaryDirectory(prefix="lobule-bench-") as home:
        for _ in range(runs):
            command = [sys.executable, "-m", "tests.bench.bench_window", "child", str(time.time())]
            ran = subprocess.run(command, env={**os.environ, "LOBULE_HOME": home}, capture_output=True, text=True)
            found.append([float(text) for text in ran.stdout.split()[-2:]])
    wall, own = np.array(found).T
    print(f"  {runs} runs: median {np.median(wall):.2f} s, worst {wall.max():.2f} s wall; "
          f"processor median {np.median(own):.2f} s, worst {own.max():.2f} s")  # fmt: skip


class Bench:
    """A shown window in an own home, and a loop to wait in."""

    def __init__(self, scratch: Path) -> None:
        self.app = make_application()
        self.window = make_window(self.app, Settings(scratch / "window.ini"))
        self.window.resize(1600, 1000)
        self.window.show()
        self.garbage = GarbageCollector()
        self.wait(lambda: self.window.session.models.is_checked)

    def wait(self, done: Any, seconds: float = 300.0) -> None:
        from PySide6.QtCore import QEventLoop, QTimer

        loop, timer = QEventLoop(), QTimer()
        end = time.monotonic() + seconds
        timer.timeout.connect(lambda: loop.quit() if done() or time.monotonic() > end else None)
        timer.start(2)
        loop.exec()
        timer.stop()

    def idle(self) -> bool:
        return not self.window.session.jobs.is_running()

    def close(self) -> None:
        self.window.close()
        self.garbage.stop()
        self.window.deleteLater()
        self.app.processEvents()


def bench_open(scratch: Path, runs: int = 3) -> None:
    folder = scratch / "big"
    files = write_big_study(folder)
    print(f"drop of a study of {files} files, {runs} times")
    for _ in range(runs):
        bench = Bench(scratch)
        session, seen = bench.window.session, {}
        start, used = time.perf_counter(), time.process_time()

        def mark(name: str) -> None:
            seen.setdefault(name, (time.perf_counter() - start, time.process_time() - used))  # noqa: B023

        def image_there() -> bool:
            if any(view.state.volume is not None for view in bench.window.grid.visible_views()):  # noqa: B023
                bench.app.processEvents()  # noqa: B023
                mark("first image")
                return True
            return False

        session.document.opened.connect(lambda: mark("series listed"))
        beat = Beat()
        beat.start()
        bench.window.drop([folder])
        bench.wait(image_there)
        bench.wait(bench.idle)
        mark("all roles read")
        print("  " + "; ".join(f"{name} {w:.2f} s (processor {c:.2f} s)" for name, (w, c) in seen.items()))
        beat.report("while it opens and loads")
        bench.close()


def bench_analyze(scratch: Path) -> None:
    print("the sample study, dropped and analysed with the shipped package")
    bench = Bench(scratch)
    folder = pipeline.sample_study(scratch / "sample")
    beat = Beat()
    beat.start()
    start = time.perf_counter()
    bench.window.drop([folder])
    bench.wait(lambda: bench.window.session.document.result is not None)
    print(f"  result after {time.perf_counter() - start:.1f} s")
    bench.wait(bench.idle)
    beat.report("from drop to result")
    bench.close()


def bench_scroll(scratch: Path, steps: int = 400) -> None:
    from tests.bench.scroll_study import show_scroll_study

    print("scrolling four linked views at 512 x 512 with outline and heat map")
    bench = Bench(scratch)
    window = bench.window
    show_scroll_study(window)
    views = window.grid.visible_views()
    bench.wait(lambda: True)
    assert len(views) == 4
    for what, prepare in (("first pass", None), ("again", None), ("smooth off", "rough")):
        if prepare:
            window.actions_["smooth"].trigger()
        wall, own = [], []
        for step in range(steps):
            before = (time.perf_counter(), time.thread_time())
            views[0].state.scroll(1 if step // 20 % 2 == 0 else -1)
            bench.app.processEvents()  # the scene says what changed
            bench.app.processEvents()  # and the views are painted
            now = (time.perf_counter(), time.thread_time())
            wall.append((now[0] - before[0]) * 1000)
            own.append((now[1] - before[1]) * 1000)
        p = [np.percentile(values, q) for values in (wall, own) for q in (50, 95, 99)]
        print(f"  {what}: wall p50 {p[0]:.1f}, p95 {p[1]:.1f}, p99 {p[2]:.1f} ms; own work p50 {p[3]:.1f}, "
              f"p95 {p[4]:.1f}, p99 {p[5]:.1f} ms   (target: own p95 <= 16)")  # fmt: skip
    bench.close()


def pause(seconds: float, bench: Bench) -> None:
    end = time.monotonic() + seconds
    bench.wait(lambda: time.monotonic() > end)


def resident_mib() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def bench_memory(scratch: Path, studies: int = 10) -> None:
    folder = scratch / "memory"
    if not folder.exists():
        for number in range(2):
            uid = f"1.2.826.0.1.3680043.10.1561.7{number}"
            write_big_study(folder / str(number), uid=uid, patient=f"BENCH-{number}")
    print(f"resident memory after opening {studies} studies of 1,000 files in a row")
    bench = Bench(scratch)
    found = []
    for number in range(studies):
        bench.window.drop([folder / str(number % 2)])
        bench.wait(lambda: not bench.idle(), 1.0)
        bench.wait(bench.idle)
        pause(1.5, bench)  # the collector comes by once a second
        found.append(resident_mib())
    print("  MiB: " + ", ".join(f"{value:.0f}" for value in found))
    print(f"  growth from the third to the last: {found[-1] - found[2]:+.0f} MiB")
    bench.close()


if __name__ == "__main__":
    main(sys.argv[1:])
