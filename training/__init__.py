"""Lobule's training side: from cohorts to verified model packages (needs the ``training`` extra).

    cli ─▶ phantom ─▶ prepare ─▶ dataset ─▶ loop ─▶ export ─▶ evaluate
                         │          splits    │ network, augment, recipe, config
                         ▼                    ▼
            engine.preprocess (one path)   checkpoints

These stand at the top, and the parts of each step in a room of their own:

* `cli` reads the options, `commands` does what each command says. `config` is one training as data, `config_rules` the
  range of every number in it, `toml_file` reads what an editor wrote.
* `sources` hides whether images come from a cohort table (`cohort`, `image_files`; `adapters` makes tables of public
  data sets) or from the `phantom`; `simulate` puts phantom cohorts on disk, `sample` the study that ships.
* `fitting`: what a running training is made of; `loop` runs it.
* `packaging`: what `export` makes a package of (graph, statistics, self-test, card), and two modules that begin with a
  finished package: `refit` and `recover`.
* `evaluation`: one package measured on cohorts; `evaluate` scores it and writes its figures into the manifest.
* `study`: several packages in one report, drawn by `figures`. It and `evaluation` run exported packages through the
  engine.

    evaluation.command ─▶ cohorts ─▶ predictions ─▶ scored ─▶ measure      study ─▶ figures
       readers, calibrate, misclassified, evaluate (manifest)                compare, baseline, checklist, html, pdf

`statistics` is pure arithmetic on labels and scores, `models` lists the paper's four, `facts` words what is known about
a lesion, `tables` keeps CSV files. `runs` holds the configurations of the packages that ship, and what came of each.

torch is imported by network, augment, dataset, recipe, loop, export and most of `fitting`, and so by what imports one
of them; `packaging.vectors`, `splits`, `cohort`, `config`, `statistics` and the phantom do without.
"""

import os

# Before anything imports onnxruntime: from 1.29 on it keeps a telemetry store in the user's cache.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
