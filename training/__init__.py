"""Lobule's training side: from cohorts to verified model packages (needs the ``training`` extra).

    cli ─▶ phantom ─▶ prepare ─▶ dataset ─▶ loop ─▶ export ─▶ evaluate
                         │          splits    │ network, augment, recipe, config
                         ▼                    ▼
            engine.preprocess (one path)   checkpoints

`sources` hides whether images come from a cohort table or from the phantom; `quantise`, `parity`, `familiarity`,
`vectors` and `card` are the parts of `export`; `refit` fits the statistics of `familiarity` into a package anew,
`recover` makes a checkpoint of a package whose own was not kept.

    evaluation ─▶ cohorts ─▶ predictions ─▶ scored ─▶ measure      study ─▶ figures
       readers, calibrate, misclassified, evaluate (manifest)        compare, baseline, checklist, html, pdf

`evaluation` is the command for one package, `study` for several; both run the exported package through the engine.
`statistics` is pure arithmetic on labels and scores, `facts` words what is known about a lesion.

torch is imported by network, augment, dataset, recipe, validation, checkpoint, loop, export and evaluate;
`vectors`, `splits`, `cohort`, `config`, `statistics` and the phantom do without.
"""

import os

# Before anything imports onnxruntime: from 1.29 on it keeps a telemetry store in the user's cache.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
