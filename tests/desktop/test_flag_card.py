"""The flag card and the banner: the words of the result, in the window's language."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QLabel

from desktop import i18n
from desktop.views.banner import StatusBanner
from desktop.views.flag_card import FlagCard
from engine.domain.caution import Effect, Fact
from engine.domain.caution_words import make_caution
from tests.support.results import example


@pytest.fixture(autouse=True)
def english_again(qapp):
    yield
    i18n.install(qapp, "en")


def texts(widget):
    return [each.text() for each in widget.findChildren(QLabel)]


def test_a_chinese_card_holds_no_english_sentence(qtbot, dark, qapp):
    i18n.install(qapp, "zh_CN")
    small = make_caution(
        "small-lesion", Effect.INFORM, {"lesions": Fact(("L1",)), "diameters": Fact((8.2,), "mm", 1),
        "limit": Fact(10.0, "mm")},
    )  # fmt: skip
    card = FlagCard(dark)
    qtbot.addWidget(card)
    card.show_result(example(cautions=[small]).analysis.result, stale=False)
    assert card.headline.text() == "建议行增强检查随访"
    assert "病灶 L1 的最长径为 8.2 mm，小于 10 mm；该方法所研究的病灶通常大于 1 cm。" in texts(card)
    for text in texts(card):
        assert not any(word in text for word in ("slice", "lesion", "Contrast", "recommended")), text


def test_english_words_are_those_of_the_result(qtbot, dark):
    result = example(malignant=()).analysis.result
    card = FlagCard(dark)
    qtbot.addWidget(card)
    card.show_result(result, stale=False)
    assert card.headline.text() == result.follow_up.headline
    assert card.reason.text().lower() == result.follow_up.reason.lower()


def test_the_banner_speaks_chinese(qtbot, dark, qapp, session):
    i18n.install(qapp, "zh_CN")
    banner = StatusBanner(session, dark)
    qtbot.addWidget(banner)
    assert banner.text.text() == "演示模型：使用模拟图像训练。不得用于患者。"
