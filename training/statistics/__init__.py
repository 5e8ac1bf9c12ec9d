"""Statistics of the evaluation: pure arithmetic on labels, scores and counts, each function with its source.

* `interval`: an estimate with its limits.
* `roc`: ROC points, AUC, DeLong's variance, interval and paired test; cases are independent.
* `clustered`: the same where a patient contributes several cases (Obuchowski).
* `bootstrap`: percentile intervals over patients drawn with replacement, all resamples at once.
* `proportions`: Clopper–Pearson. `likelihood_ratios`: DLR+ and DLR− with three kinds of interval.
* `tests`: McNemar, Kruskal–Wallis, χ² and Fisher for tables of any size.
* `calibration`: ECE, Brier, reliability, temperature scaling, decision curve.

Truth values are boolean, scores are larger for positive, sizes stand in the docstrings. What is not defined (an AUC of
one class, a proportion of nobody) raises ValueError and says so; what has a limit (no error at all, one case) gives
it.
"""
