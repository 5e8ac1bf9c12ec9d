"""Statistics of the evaluation: pure arithmetic on labels and scores, each function with its source."""
