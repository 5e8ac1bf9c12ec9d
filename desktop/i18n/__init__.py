"""The window's languages: Qt translations made from the ``.ts`` files beside this one by ``make translations``.

English is the language of the sources; its file holds the plurals alone. Texts of the engine (the flag, cautions,
reasons of an error) come from the engine's own tables in both languages.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QTranslator

LANGUAGES = ("en", "zh_CN")
_installed: list[QTranslator] = []
_language = ["en"]


def language() -> str:
    """Return the language that the window speaks, for texts from the engine's tables."""
    return _language[0]


def install(app: QCoreApplication, language: str) -> None:
    """Let the window speak ``en`` or ``zh_CN`` from now on: what is made after this call, Qt's own dialogs too."""
    for old in _installed:
        app.removeTranslator(old)
    _installed.clear()
    _language[0] = language
    qt_folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    for name, folder in ((f"qtbase_{language}", qt_folder), (f"lobule_{language}", str(Path(__file__).parent))):
        made = QTranslator(app)
        if made.load(name, folder):
            app.installTranslator(made)
            _installed.append(made)
