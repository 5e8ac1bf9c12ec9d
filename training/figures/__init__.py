"""Figures of the evaluation: vector drawings at print size, told apart without colour, the status line on each.

* `style`: sizes, face, colours, lines, saving. `roc`: Figures 2, 3, 4 and 6. `confusion`, `attention` (Figure 5),
  `tsne`,
  `flow` (STARD), `calibration` (reliability, decision curve).

Each function takes values and returns a matplotlib `Figure`; nothing is computed here but where a line lies.
"""
