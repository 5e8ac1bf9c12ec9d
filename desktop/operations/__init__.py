"""Operations: one function per intention, named as the person would say it, returning a job that has not begun.

Each takes a snapshot of what it needs; none knows the document. The caller connects the job and starts it.

* `studies`: from what was dropped to a study with its roles, its first image and its volumes.
* `outlines`: outlines read from files, compared, and written alone.
* `analyses`: the model packages, the analysis of a study shown or beside the window, registration.
* `files`: the report, all outputs and the case, written; the case read.
* `audit`: the record of what was done, checked.

The texts of all of them are translated in one context, `operations`.
"""
