"""The `lobule` command: scan, analyze, cohort, send, models, audit, sample, selftest.

Messages and progress go to stderr, answers to stdout. Exit status: 0 done, 2 usage, 3 study not usable, 4 model
package not usable, 5 result withheld (outputs are still written), 130 cancelled.
"""

from engine.cli.main import main

__all__ = ["main"]
