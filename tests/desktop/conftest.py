"""For window tests: a Qt message or a thread that outlives its test is a failure."""

from __future__ import annotations

import contextlib
import gc
import shutil
import threading

import pytest
from PySide6.QtWidgets import QApplication

from desktop import theme
from desktop.session import Session
from desktop.settings import Settings
from engine import audit, storage
from tests.support.results import example
from tests.support.tiny_model import write_tiny_package


def pytest_collection_modifyitems(items):
    for item in items:
        if "/desktop/" in item.path.as_posix() or item.path.name.startswith("test_window"):
            item.add_marker(pytest.mark.qt_log_level_fail("WARNING"))
            # said by the offscreen platform about itself whenever a window is shown
            item.add_marker(pytest.mark.qt_log_ignore("This plugin does not support propagateSizeHints"))


@pytest.fixture(autouse=True)
def garbage_stays_on_the_ui_thread():
    """As in the application (see desktop/garbage.py): a job's thread must not destroy another test's widgets."""
    gc.disable()
    yield
    gc.collect()
    gc.enable()


@pytest.fixture(autouse=True)
def no_live_threads():
    """Fail a test that leaves a job running."""
    yield
    left = [thread for thread in threading.enumerate() if thread.name.startswith("job ")]
    for thread in left:
        thread.join(10)
    assert not left, f"still running: {left}"


@pytest.fixture
def settings(own_home):
    return Settings(own_home / "window.ini")


@pytest.fixture
def session(qapp, settings):
    made = Session(settings)
    yield made
    assert made.shut_down()
    qapp.processEvents()


@pytest.fixture
def shown(session):
    """A session that shows an invented study with one lesion, volumes read, analysed; nothing runs."""
    made = example()
    show_example(session, made)
    return made


def show_example(session, made, *, analysed=True):
    """Put an example of tests/support/results.py into a session as if it had been opened and read."""
    from engine.domain.sequence import RoleGuess, RoleMap, SequenceRole, SeriesKind

    guesses = tuple(
        RoleGuess(key, SeriesKind(role.value.split("_")[0]), role=role, confidence=0.95)
        for role, key in made.case.roles.items()
    )
    assert SequenceRole.T2 in made.case.roles
    session.document.open(made.study, made.case, RoleMap(guesses, made.case.roles))
    for role, volume in made.volumes.items():
        session.store.add(made.case.roles[role], volume)
    if analysed:
        session.document.show_analysis(made.analysis)


@pytest.fixture(scope="session")
def dark(qapp):
    assert isinstance(qapp, QApplication)
    theme.load_fonts()
    theme.apply(qapp, theme.DARK)
    return theme.DARK


@pytest.fixture
def window(qtbot, settings, dark):
    from desktop.views.main_window import MainWindow

    session = Session(settings)
    made = MainWindow(session, theme.DARK)
    session.setParent(made)
    qtbot.addWidget(made)
    made.resize(1500, 900)
    made.show()
    yield made
    made.close()


@pytest.fixture
def reading(window):
    made = example()
    show_example(window.session, made)
    QApplication.processEvents()
    return made


@pytest.fixture(scope="session")
def tiny_package(tmp_path_factory):
    """A package of T2 and DWI whose network is a handful of sums."""
    return write_tiny_package(tmp_path_factory.mktemp("models") / "tiny-t2-dwi")


@pytest.fixture
def only_tiny(own_home, tiny_package, monkeypatch):
    """No package ships, and the tiny one is installed."""
    monkeypatch.setattr(storage, "assets_folder", lambda: own_home / "assets")
    shutil.copytree(tiny_package, own_home / "models" / "tiny-t2-dwi")


@pytest.fixture
def held(own_home):
    """The audit file is held, as by another Lobule, until `held.close()`: what leaves the house waits for its entry."""
    home = storage.data_folder()
    home.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        stack.enter_context(audit._locked(home))
        yield stack
