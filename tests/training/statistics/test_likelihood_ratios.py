"""DLR+ and DLR−: the paper's printed rows, R's epiR, by hand, and the limits."""

from __future__ import annotations

from math import inf

import numpy as np
import pytest

from training.statistics.likelihood_ratios import (
    likelihood_ratios_bootstrap,
    likelihood_ratios_combined,
    likelihood_ratios_log,
)


@pytest.mark.parametrize(
    ("counts", "plus", "minus"),
    [
        ((102, 104, 77, 110), (3.27, 2.36, 4.61), (0.03, 0.00, 0.11)),  # SRRSH, T2+DWI
        ((99, 104, 75, 110), (2.99, 2.15, 4.23), (0.07, 0.02, 0.19)),  # SRRSH, T2
        ((63, 77, 63, 90), (2.73, 1.76, 4.31), (0.26, 0.13, 0.48)),  # HZFPH, T2
        ((66, 77, 66, 90), (3.21, 2.05, 5.18), (0.19, 0.09, 0.38)),  # HZFPH, T2+DWI: the counts behind the misprint
        ((28, 32, 29, 40), (3.18, 1.62, 6.61), (0.17, 0.04, 0.52)),  # TDH, T2
        ((28, 32, 30, 40), (3.50, 1.72, 7.60), (0.17, 0.04, 0.49)),  # TDH, T2+DWI
    ],
)
def test_combined_limits_give_the_papers_rows(
    counts: tuple[int, int, int, int], plus: tuple[float, float, float], minus: tuple[float, float, float]
) -> None:
    found = likelihood_ratios_combined(*counts)
    for interval, printed in zip(found, (plus, minus), strict=True):
        assert tuple(round(v, 2) for v in (interval.value, interval.low, interval.high)) == printed


def test_the_log_method_equals_epir() -> None:
    # R 4.2.2, epiR 2.0.57: epi.tests(as.table(matrix(c(102,33,2,77), nrow=2, byrow=TRUE)))$detail, lr.pos and lr.neg
    plus, minus = likelihood_ratios_log(102, 104, 77, 110)
    assert (plus.value, plus.low, plus.high) == pytest.approx((3.2692307692308, 2.45427719625039, 4.3547932722571))
    assert (minus.value, minus.low, minus.high) == pytest.approx((0.0274725274725, 0.0069256495822, 0.1089774694447))


def test_the_log_method_by_hand() -> None:
    # DLR− = (2/104) / (77/110) = 0.02747; SE² = (102/104)/2 + (33/110)/77 = 0.494281.
    minus = likelihood_ratios_log(102, 104, 77, 110)[1]
    assert minus.low == pytest.approx(0.0274725 * np.exp(-1.959964 * 0.494281**0.5), rel=1e-5)


def test_bootstrap_surrounds_the_estimate_and_repeats_itself() -> None:
    malignant = np.array([True] * 104 + [False] * 110)
    flagged = np.array([True] * 102 + [False] * 2 + [False] * 77 + [True] * 33)
    plus, minus = likelihood_ratios_bootstrap(malignant, flagged)
    assert (plus, minus) == likelihood_ratios_bootstrap(malignant, flagged)
    assert 2.3 < plus.low < plus.value < plus.high < 4.7
    assert 0.0 <= minus.low < minus.value < minus.high < 0.11


def test_ratios_without_errors_are_infinite_not_wrong() -> None:
    plus, minus = likelihood_ratios_log(10, 10, 10, 10)
    assert (plus.value, plus.low, plus.high) == (inf, 0.0, inf)
    assert (minus.value, minus.low, minus.high) == (0.0, 0.0, inf)
    assert likelihood_ratios_combined(10, 10, 10, 10)[0].value == inf
    # Nobody flagged: 0/0 of DLR+ is 0, DLR− is 1.
    plus, minus = likelihood_ratios_log(0, 10, 10, 10)
    assert (plus.value, minus.value) == (0.0, 1.0)
    one = likelihood_ratios_log(1, 1, 0, 1)
    assert (one[0].value, one[0].low, one[0].high) == (1.0, 1.0, 1.0)


def test_what_is_not_defined_is_said() -> None:
    with pytest.raises(ValueError, match="both classes"):
        likelihood_ratios_log(0, 0, 3, 4)
    with pytest.raises(ValueError, match="n > 0"):
        likelihood_ratios_combined(0, 0, 3, 4)
    with pytest.raises(ValueError, match="between 0 and their totals"):
        likelihood_ratios_log(5, 4, 3, 4)
