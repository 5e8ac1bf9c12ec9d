"""The window's self-test: opens the sample study without a display, analyzes it, writes every output into a scratch
folder and says whether all of it worked.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from PySide6.QtCore import QEventLoop, QTimer

from desktop.app import make_application, make_window
from desktop.garbage import GarbageCollector
from desktop.settings import Settings

PATIENCE_MS = 300_000


def run() -> int:
    """Return 0 after a result came home, 1 with a line that says why not."""
    app = make_application()
    with tempfile.TemporaryDirectory(prefix="lobule-self-test-") as scratch:
        window = make_window(app, Settings(Path(scratch) / "window.ini"))
        window.show()
        garbage = GarbageCollector()
        outcome: list[str] = []
        written: list[Path] = []
        loop = QEventLoop()

        def finish(text: str) -> None:
            outcome.append(text)
            loop.quit()

        def analysed() -> None:
            if window.session.document.result is None:
                return
            if window.session.can_save:
                window.session.saver.save_outputs(Path(scratch) / "out")
            else:  # a site's policy lets the reader speak first: nobody is here to do so
                finish("")

        def saved(_: str, folder: Path) -> None:
            written.extend(path for path in folder.rglob("*") if path.is_file())
            finish("")

        def checked() -> None:
            if not window.session.models.packages():
                finish("no model package is installed")

        window.session.document.result_changed.connect(analysed)
        window.session.saved.connect(saved)
        window.session.models.checked.connect(checked)
        window.session.failed.connect(lambda error: finish(str(error)))
        QTimer.singleShot(PATIENCE_MS, lambda: finish("it took too long"))
        QTimer.singleShot(0, window.open_sample)
        loop.exec()
        app.processEvents()  # paint once with the result on the screen
        result = window.session.document.result
        window.close()
        garbage.stop()
    if outcome[0] or result is None:
        print(f"self-test failed: {outcome[0]}")
        return 1
    print(
        f"OK: {result.package.id} {result.package.version} on {result.provider}, {len(result.lesions)} lesion(s), "
        f"{len(written)} files written"
    )
    return 0
