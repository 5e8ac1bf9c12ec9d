"""A package measured on cohorts: `lobule-train evaluate`, and what `training.study` and `training.evaluate` build on.

* `command`: one package, any number of cohorts, from request to files. `files`: figures as JSON and CSV, every call.
* `cohorts`: where the lesions come from. `predictions`: what the package answers for each slice, kept on disk.
* `scored`: slices, lesions and patients by the rules of the engine. `measure`: every figure of one cohort.
* `readers`: readers against the model. `misclassified`: the lesions that it gets wrong, as table and images.
* `calibrate`: a temperature for the package. `calibration_split`: the patients that it is fitted on.
"""
