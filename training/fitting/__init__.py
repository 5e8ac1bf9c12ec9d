"""What a running training is made of; `training.loop` runs it.

* `admission`: what must hold before it begins or resumes. `parallel`: one process or many.
* `initial_weights`: what it begins from; `package_weights` reads them from a package.
* `trainer`: the state of one training, and its step. `validation`: scores on held-out shards, batch norm measured anew.
* `checkpoint`: the whole state in one file. `run_log`: CSV tables, TensorBoard, pictures of the input.
* `final_weights`: which weights are exported.
"""
