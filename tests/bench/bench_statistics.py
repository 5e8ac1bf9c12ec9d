"""Bench: DeLong on 100,000 slices and 2,000 resamples of 1,000 patients, against the plain ways of doing the same.

    python -m tests.bench.bench_statistics

Prints processor seconds and ratios and never fails.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from training.statistics.bootstrap import auc_bootstrap, rates_bootstrap
from training.statistics.clustered import clustered_auc_interval
from training.statistics.roc import auc, auc_interval, delong_test


def _seconds(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def main() -> None:
    """Prints every part."""
    generator = np.random.default_rng(4)
    truth = generator.random(100_000) < 0.4
    one, two = (truth + generator.normal(size=100_000) for _ in range(2))
    patients = np.repeat(np.arange(20_000), 5)
    fast = _seconds(lambda: auc_interval(truth, one))
    paired = _seconds(lambda: delong_test(truth, one, two))
    print(f"DeLong, 100,000 slices: interval {fast:.2f} s, paired test {paired:.2f} s")
    print(f"  clustered by 20,000 patients: {_seconds(lambda: clustered_auc_interval(truth, one, patients)):.2f} s")
    few = slice(0, 3_000)

    def pairs() -> object:
        positive, negative = one[few][truth[few]], one[few][~truth[few]]
        return (positive[:, None] > negative).mean()

    scale = (100_000 / 3_000) ** 2
    print(f"  all pairs would take about {_seconds(pairs) * scale / max(fast, 1e-9):.0f} times as long")

    names = np.repeat(np.arange(1_000), 5)
    malignant = (generator.random(1_000) < 0.45)[names]
    scores = malignant + generator.normal(size=1_000)[names] + 0.4 * generator.normal(size=5_000)
    vectorised = _seconds(lambda: auc_bootstrap(malignant, scores, names))
    print(f"AUC, 2,000 resamples of 1,000 patients with 5 slices: {vectorised:.1f} s")
    rates = _seconds(lambda: rates_bootstrap(malignant, scores > 0.5, names))
    print(f"rates and DLR, the same: {rates:.1f} s")

    def loop() -> None:
        for _ in range(20):
            drawn = generator.integers(0, 1_000, 1_000)
            index = (drawn[:, None] * 5 + np.arange(5)).ravel()
            auc(malignant[index], scores[index])

    print(f"  one resample after another would take {100 * _seconds(loop) / vectorised:.1f} times as long")


if __name__ == "__main__":
    main()
