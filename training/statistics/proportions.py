"""Proportions with their exact interval.

Source: Clopper and Pearson, Biometrika 1934;26:404.
"""

from __future__ import annotations

from scipy.stats import beta

from training.statistics.interval import Interval


def clopper_pearson(events: int, n: int, level: float = 0.95) -> Interval:
    """Exact interval of a proportion.

    Raises:
        ValueError: `n` is not positive or `events` lies outside 0 … n.
    """
    if n <= 0 or not 0 <= events <= n:
        raise ValueError(f"a proportion needs 0 <= events <= n and n > 0, got {events} of {n}")
    tail = (1.0 - level) / 2.0
    low = 0.0 if events == 0 else float(beta.ppf(tail, events, n - events + 1))
    high = 1.0 if events == n else float(beta.ppf(1.0 - tail, events + 1, n - events))
    return Interval(events / n, low, high)
