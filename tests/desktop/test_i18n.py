"""Languages: nothing is left untranslated, and a Chinese window speaks Chinese."""

from __future__ import annotations

import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication

from desktop import i18n
from tests.support.paths import ROOT

FOLDER = ROOT / "desktop" / "i18n"


@pytest.fixture(autouse=True)
def english_again(qapp):
    yield
    i18n.install(qapp, "en")


def messages(path: Path) -> dict[tuple[str, str], ET.Element]:
    found = {}
    for context in ET.parse(path).getroot().iter("context"):
        for message in context.iter("message"):
            found[context.findtext("name", ""), message.findtext("source", "")] = message
    return found


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_every_text_of_the_sources_is_translated(language, tmp_path):
    """The sources are read again, so that a new text cannot be forgotten: run `make translations` and fill it in."""
    fresh = tmp_path / f"lobule_{language}.ts"
    tool = Path(sys.executable).with_name("pyside6-lupdate")
    sources = [str(path) for path in sorted((ROOT / "desktop").rglob("*.py"))]
    plural = ["-pluralonly"] if language == "en" else []
    subprocess.run(
        [tool, "-silent", "-tr-function-alias", "translate+=t", "-locations", "none", *plural, *sources, "-ts", fresh],
        check=True,
        capture_output=True,
    )
    kept = messages(FOLDER / fresh.name)
    assert sorted(messages(fresh).keys() - kept.keys()) == []
    for (context, source), message in kept.items():
        translation = message.find("translation")
        assert translation is not None
        assert translation.get("type") is None, f"{context}: {source!r} is {translation.get('type')}"
        texts = [form.text for form in translation.iter("numerusform")] or [translation.text]
        for text in texts:
            assert text, f"{context}: {source!r} has no translation"
            for place in ("{0}", "{1}", "{2}", "{3}", "{4}", "%n"):
                assert (place in text) == (place in source), f"{context}: {place} of {source!r} in {text!r}"


def test_what_ships_is_what_is_translated(qapp):
    i18n.install(qapp, "zh_CN")
    for (context, source), message in messages(FOLDER / "lobule_zh_CN.ts").items():
        translation = message.find("translation")
        plural = translation.findtext("numerusform")
        if plural is None:
            assert QCoreApplication.translate(context, source) == translation.text
        else:
            assert QCoreApplication.translate(context, source, "", 3) == plural.replace("%n", "3")


def test_english_counts(qapp):
    i18n.install(qapp, "en")
    contexts = [context for context, source in messages(FOLDER / "lobule_en.ts") if source == "%n slice(s)"]
    counted = [QCoreApplication.translate(contexts[0], "%n slice(s)", "", n) for n in (1, 2)]
    assert counted == ["1 slice", "2 slices"]
