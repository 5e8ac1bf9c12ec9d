"""McNemar, Kruskal–Wallis, χ² and Fisher: R, scipy, and the p values of the paper's Table 1."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import fisher_exact as scipy_fisher

from training.statistics import tests


def test_mcnemar_is_the_binomial_of_the_disagreements() -> None:
    # Twelve disagreements, nine for the first. R 4.2.2: binom.test(9, 12)$p.value = 0.14599609375
    first = [True] * 20 + [True] * 9 + [False] * 3 + [False] * 5
    second = [True] * 20 + [False] * 9 + [True] * 3 + [False] * 5
    found = tests.mcnemar(first, second)
    assert (found.only_first, found.only_second) == (9, 3)
    assert found.p == pytest.approx(0.14599609375)
    assert tests.mcnemar([True, False], [True, False]).p == 1.0
    assert tests.mcnemar([True], [False]).p == 1.0
    with pytest.raises(ValueError, match="one call of each"):
        tests.mcnemar([], [])


def test_kruskal_wallis_equals_r() -> None:
    # R: kruskal.test(list(c(12,15,15,20,31), c(18,22,25,30), c(9,11,15,16,17,19)))
    found = tests.kruskal_wallis([[12, 15, 15, 20, 31], [18, 22, 25, 30], [9, 11, 15, 16, 17, 19]])
    assert (found.statistic, found.p) == pytest.approx((5.12158273381, 0.0772435882301))
    assert tests.kruskal_wallis([[3, 3], [3]]).p == 1.0
    with pytest.raises(ValueError, match="two or more groups"):
        tests.kruskal_wallis([[1, 2], []])


COHORTS = (1494, 220, 169, 72)  # HZFPH: the 169 patients whose lesions Table 1 types


@pytest.mark.parametrize(
    ("counts", "printed"),
    [
        ((73, 12, 12, 6), 0.400),  # abscess
        ((155, 17, 22, 1), 0.027),  # cyst
        ((275, 29, 29, 23), 0.005),  # haemangioma
        ((197, 29, 14, 6), 0.205),  # FNH
        ((150, 29, 14, 4), 0.206),  # benign nodules
        ((140, 36, 22, 13), 0.002),  # metastasis
        ((396, 56, 42, 16), 0.832),  # HCC
        ((108, 12, 14, 3), 0.524),  # other primary
    ],
)
def test_chi_squared_gives_the_p_values_of_table_1(counts: tuple[int, ...], printed: float) -> None:
    rest = tuple(total - count for total, count in zip(COHORTS, counts, strict=True))
    assert round(tests.chi_squared([counts, rest]).p, 3) == printed


def test_chi_squared_of_sex_equals_r_and_the_paper() -> None:
    # R: chisq.test(matrix(c(811,683,132,88,92,81,42,30), nrow=2), correct=FALSE)$p.value; the paper prints 0.378.
    found = tests.association([[811, 132, 92, 42], [683, 88, 81, 30]])
    assert found.test == "χ²"
    assert found.p == pytest.approx(0.378536883495)


@pytest.mark.parametrize(
    ("table", "p"),
    [
        # R 4.2.2: fisher.test(matrix(c(…), nrow=…, byrow=TRUE))$p.value
        ([[6, 2], [1, 4]], 0.102564102564),
        ([[3, 1, 0, 4], [2, 6, 1, 0], [0, 2, 5, 3]], 0.0034554938158),
        ([[12, 12, 6, 73], [208, 157, 66, 1421]], 0.325842972402),
    ],
)
def test_fisher_equals_r(table: list[list[int]], p: float) -> None:
    for counts in (np.array(table), np.array(table).T):
        found = tests.fisher_exact(counts)
        assert found.test == "Fisher exact"
        assert found.p == pytest.approx(p, abs=1e-11)


def test_fisher_2x2_equals_scipy() -> None:
    generator = np.random.default_rng(8)
    for _ in range(20):
        table = generator.integers(0, 12, (2, 2))
        if min(table.sum(axis=0).min(), table.sum(axis=1).min()) > 0:
            assert tests.fisher_exact(table).p == pytest.approx(scipy_fisher(table).pvalue, abs=1e-12)


def test_too_many_tables_are_drawn_at_random_and_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    table = [[3, 1, 0, 4], [2, 6, 1, 0], [0, 2, 5, 3]]
    monkeypatch.setattr(tests, "MAX_TABLES", 50)
    found = tests.fisher_exact(table)
    assert found.test == "Fisher, random tables"
    # Binomial SD of 100,000 draws at p = .0035 is .0002.
    assert found.p == pytest.approx(0.0034554938, abs=0.001)


def test_small_expected_counts_go_to_fisher_and_empty_groups_are_left_out() -> None:
    assert tests.association([[3, 1, 0], [2, 6, 1]]).test == "Fisher exact"
    assert tests.association([[30, 0, 20], [40, 0, 35]]).test == "χ²"
    assert tests.association([[5, 7], [0, 0]]).p == 1.0
    for bad in ([[0, 0], [0, 0]], [[1.5, 2], [1, 1]], [[-1, 2], [1, 1]], [1, 2]):
        with pytest.raises(ValueError, match="table of counts"):
            tests.association(bad)
