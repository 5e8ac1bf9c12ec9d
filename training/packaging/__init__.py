"""What an export makes a package of; `training.export` puts it together.

* `export_options`: the choices of an export.
* `precision`: which precision the graph gets, and what that changes on held-out slices. `quantise` writes the smaller
  graphs, `parity` runs graphs and compares their answers.
* `familiarity`: feature statistics for the `unfamiliar-input` caution.
* `vectors`: self-test vectors and the manifest. `card`: `card.md`, written from the manifest.
* `package_folder`: a package on disk changes whole or not at all.

Two modules begin with a finished package: `refit` fits the statistics of `familiarity` anew, `recover` makes a
checkpoint of a package whose own was not kept.
"""
