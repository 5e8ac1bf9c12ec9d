"""Errors on the screen hold the next step; what is copied holds no identifiers."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication

from desktop.errors import details, error_box, words
from engine.domain.errors import IntakeError


def raised(error):
    try:
        raise error
    except Exception as caught:
        return caught


def test_an_engine_error_shows_what_happened_and_what_to_do(qtbot):
    error = raised(IntakeError("Nothing in /x/MUSTER^ANNA is DICOM.", remedy="Open another folder.", code="no-dicom"))
    box = error_box(error, None)
    qtbot.addWidget(box)
    assert box.text() == "Nothing in /x/MUSTER^ANNA is DICOM."
    assert box.informativeText() == "Open another folder."
    copy = next(button for button in box.buttons() if button.text() == "Copy details")
    box.show()
    copy.click()
    assert box.isVisible()  # copying does not close the message
    assert "no-dicom" in QGuiApplication.clipboard().text()


def test_copied_details_name_the_place_but_not_the_patient():
    error = raised(IntakeError("Nothing in /x/MUSTER^ANNA is DICOM.", remedy="Open another folder.", code="no-dicom"))
    text = details(error)
    assert "no-dicom" in text
    assert "test_errors.py" in text
    assert "MUSTER" not in text
    assert "/" not in text.replace("\n", "")


def test_an_unexpected_error_is_put_into_plain_words():
    what, remedy = words(raised(KeyError("MUSTER^ANNA")))
    assert "MUSTER" not in what + remedy
    assert "Save the case" in remedy
