"""The sentences of the cautions: the same facts in every language, and header text never read as a gap."""

from __future__ import annotations

import pickle

import pytest

from engine.domain.caution import Effect, Fact
from engine.domain.caution_words import GAP, ROLE_WORDS, SENTENCES, make_caution, word


@pytest.mark.parametrize("key", SENTENCES)
def test_both_languages_state_the_same_facts(key):
    english, chinese = SENTENCES[key]
    assert set(GAP.findall(english)) == set(GAP.findall(chinese))
    assert english.endswith(".")
    assert chinese.endswith("。")


def test_roles_have_names_in_both_languages():
    assert set(ROLE_WORDS["en"]) == set(ROLE_WORDS["zh_CN"])


def test_numbers_carry_their_unit_and_a_true_minus():
    values = {"lesions": Fact(("L1", "L2")), "diameters": Fact((9.94, 8.0), "mm", 1), "limit": Fact(10.0, "mm")}
    small = make_caution("small-lesion", Effect.INFORM, values)
    assert small.text.startswith("Lesion L1, L2 measures 9.9, 8.0 mm across at most, less than 10 mm;")
    assert word(small, "zh_CN") == "病灶 L1、L2 的最长径为 9.9、8.0 mm，小于 10 mm；该方法所研究的病灶通常大于 1 cm。"
    assert word(small, "en") == small.text
    age = make_caution("age-under-18", Effect.WITHHOLD, {"age": Fact(12, "years")})
    assert "12 years old" in age.text
    assert "12 岁" in word(age, "zh_CN")


def test_roles_are_named_but_header_text_stays_as_it_stands():
    facts = {"role": Fact("T1_PRE"), "lesions": Fact(("{limit}", "a-b"))}
    found = make_caution("coverage", Effect.WITHHOLD, facts)
    assert found.text.startswith("T1 before contrast does not cover lesion {limit}, a-b completely.")
    assert word(found, "zh_CN").startswith("T1 平扫 未完整覆盖病灶 {limit}、a-b。")


def test_a_caution_pickles_and_compares():
    found = make_caution("b-value", Effect.INFORM, {"low": Fact(800.0), "high": Fact(1000.0), "b_value": Fact(700.0)})
    assert pickle.loads(pickle.dumps(found)) == found
    assert hash(found) == hash(pickle.loads(pickle.dumps(found)))
