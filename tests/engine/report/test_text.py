"""Text: names, numbers, Arabic forms, right-to-left order, line breaking."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.report.fonts import runs, text_width
from engine.report.identity import person_name
from engine.report.scripts import shape, visual_order
from engine.report.texts import clean, dicom_date, moment, number
from engine.report.typeset import lines_of, one_line


@pytest.mark.parametrize(
    ("stored", "printed"),
    [
        ("Muster^Anna", "Muster, Anna"),
        ("Muster^Anna^Maria^Dr.^", "Muster, Anna Maria Dr."),
        ("王^小明", "王小明"),
        ("Yamada^Tarou=山田^太郎=やまだ^たろう", "Yamada, Tarou (山田太郎, やまだたろう)"),
        ("=김^희중", "김희중"),
        ("SINGLE", "SINGLE"),
        ("^^^^", ""),
    ],
)
def test_person_names(stored, printed):
    assert person_name(stored) == printed


def test_clean_removes_controls_and_limits_length():
    assert clean("a\x00b\r\nc\u202ed  e") == "a b cd e"
    assert clean("x" * 400) == "x" * 299 + "…"


def test_numbers_and_dates():
    assert number(-34.5, 1) == "−34.5"
    assert number(-0.01, 1) == "0.0"
    assert dicom_date("20260312") == "2026-03-12"
    assert moment(datetime(2026, 3, 1, 8, 5)) == "2026-03-01 08:05"
    assert moment(datetime(2026, 3, 1, 8, 5, tzinfo=UTC)) == "2026-03-01 08:05 UTC"
    assert moment(datetime(2026, 3, 1, 8, 5, tzinfo=timezone(timedelta(hours=8)))) == "2026-03-01 08:05 UTC+08:00"


def test_arabic_letters_take_their_joined_forms():
    # meem initial, hah medial, meem medial, dal final
    assert shape("محمد") == "\ufee3\ufea4\ufee4\ufeaa"
    # lam and alef become one sign; the alef before them does not join forward
    assert shape("لا") == "\ufefb"
    assert shape("Latin 12") == "Latin 12"


def test_right_to_left_runs_are_reversed_and_numbers_are_not():
    # a number after right-to-left letters belongs to their run and stands at its left (UAX #9, N1)
    assert visual_order("MRI אבג 12") == "MRI 12 גבא"
    assert visual_order("אבג MRI") == "MRI גבא"
    assert visual_order("אבג 12 דה") == "הד 12 גבא"
    assert visual_order("(אב)") == "(בא)"
    assert visual_order("plain") == "plain"


def test_combining_marks_stay_behind_their_letter():
    assert visual_order("א\u05b7ב") == "בא\u05b7"


def test_every_character_has_a_face_or_its_number():
    assert [run.face for run in runs("A王ع")] == ["Roboto-Regular", "DroidSansFallback", "NotoNaskhArabic-Regular"]
    assert runs("\U0001f600")[0].text == "[U+1F600]"
    assert [run.thicken for run in runs("A王", bold=True)] == [False, True]


@settings(max_examples=40, deadline=None)
@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cf")), max_size=120), st.integers(30, 300))
def test_no_line_is_wider_than_asked(text, width):
    for line in lines_of(text, float(width), 8.0):
        assert text_width(line, 8.0) <= width + 1e-6 or len(line) == 1
    assert text_width(one_line(text, float(width), 8.0), 8.0) <= width + 1e-6


def test_breaking_keeps_every_word():
    text = "Regions that raised this score. 使该评分升高的区域，不是病灶边界。 End"
    lines = lines_of(text, 90.0, 8.0)
    assert len(lines) > 2
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert not any(line.startswith(("，", "。")) for line in lines)


def test_a_long_word_is_broken_and_a_long_name_is_cut():
    assert "".join(lines_of("X" * 200, 100.0, 8.0)) == "X" * 200
    assert one_line("Y" * 200, 100.0, 8.0).endswith("…")
