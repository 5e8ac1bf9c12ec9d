"""Configurations and recipes: TOML in, clear refusals, the paper's schedule to the number."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.domain.errors import UsageError
from training import recipe
from training.config import BINARY, from_mapping, load
from training.network import InceptionResnetV2

SLICES = 160  # ten steps of 16


def plan_of(**values: object) -> tuple[object, recipe.Plan]:
    config = from_mapping(values)
    return config, recipe.make_plan(config, SLICES)


def test_the_papers_recipe_is_the_default() -> None:
    config = from_mapping({})
    assert (config.learning_rate, config.momentum, config.epochs, config.batch_size) == (0.1, 0.9, 200, 16)
    assert [(stage.size_px, stage.share) for stage in config.sizes] == [(299, 1.0)]
    augment = config.augment
    assert (augment.rotation_deg, augment.shift_share, augment.shear, augment.zoom) == (40, 0.2, 0.2, 0.2)
    optimizer = recipe.make_optimizer(config, InceptionResnetV2(width=0.05))
    assert isinstance(optimizer, torch.optim.SGD)
    assert optimizer.param_groups[0]["momentum"] == 0.9


def test_the_papers_rate_rises_over_ten_epochs_and_is_halved_every_twenty() -> None:
    config, plan = plan_of()
    rate = [recipe.learning_rate_at(config, plan, step) for step in range(plan.total_steps)]  # type: ignore[arg-type]
    assert plan == recipe.Plan(total_steps=2000, steps_per_epoch=10)
    assert rate[0] == pytest.approx(0.001)  # one hundredth of the way to 0.1
    assert rate[49] == pytest.approx(0.05)  # five epochs of ten
    assert rate[99] == rate[100] == rate[199] == pytest.approx(0.1)
    assert rate[200] == pytest.approx(0.05)  # epoch 20
    assert rate[399] == pytest.approx(0.05)
    assert rate[400] == pytest.approx(0.025)  # epoch 40
    assert rate[1999] == pytest.approx(0.1 / 2**9)  # epoch 199: halved nine times


def test_one_cycle_rises_to_the_peak_and_falls_to_nearly_nothing() -> None:
    config, plan = plan_of(recipe="fast", steps=100)
    rate = [recipe.learning_rate_at(config, plan, step) for step in range(100)]  # type: ignore[arg-type]
    assert rate[0] == pytest.approx(1.5e-3 / 25)
    assert rate[30] == max(rate) == pytest.approx(1.5e-3)
    assert rate[99] == pytest.approx(1.5e-3 * 1e-4 / 25)
    assert all(later > earlier for earlier, later in itertools.pairwise(rate[:31]))


def test_blocks_are_left_out_at_one_rate_and_then_less_and_less() -> None:
    config, plan = from_mapping({"recipe": "fast", "stochastic_depth": 0.6}), recipe.Plan(100, 10)
    rates = [recipe.left_out_at(config, plan, step) for step in (0, 49, 50, 75, 100)]
    assert rates == pytest.approx([0.6, 0.6, 0.6, 0.3, 0.0])
    assert recipe.left_out_at(from_mapping({}), plan, 0) == 0


def test_factors_of_blocks_have_mean_one() -> None:
    assert recipe.draw_depth(torch.Generator().manual_seed(1), 39, 0.0) == []
    factors = recipe.draw_depth(torch.Generator().manual_seed(1), 10_000, 0.6)
    assert set(factors) == {0.0, 2.5}
    # 4 standard errors: sqrt(0.6 / 0.4 / 10,000) = 0.012 each.
    assert sum(factors) / len(factors) == pytest.approx(1.0, abs=0.05)


def test_sizes_follow_their_shares_of_the_steps() -> None:
    config, plan = plan_of(recipe="fast", steps=100, sizes=[[128, 0.7], [192, 0.2], [299, 0.1]])
    sizes = [recipe.size_at(config, plan, step) for step in range(100)]  # type: ignore[arg-type]
    assert (sizes.count(128), sizes.count(192), sizes.count(299)) == (70, 20, 10)
    assert sizes == sorted(sizes)


def test_own_scale_reads_between_the_size_of_the_stage_and_that_of_export() -> None:
    # 75 px is a quarter of 300: nothing, half of the way in powers (a factor of 2) and all of it.
    read = [recipe.read_px(from_mapping({"own_scale": own, "export_size_px": 300}), 75) for own in (0, 0.5, 1)]
    assert read == [75, 150, 300]
    assert recipe.read_px(from_mapping({"own_scale": 1, "export_size_px": 299}), 320) == 320


def test_a_time_budget_becomes_steps() -> None:
    config = from_mapping({"recipe": "fast", "max_minutes": 10, "sizes": [[128, 0.5], [299, 0.5]]})
    # Half of the steps take 1 s, half 3 s: 600 s / 2 s = 300 steps.
    assert recipe.make_plan(config, SLICES, [1.0, 3.0]).total_steps == 300


def test_class_weights() -> None:
    targets = np.array([0, 0, 0, 0, 1, 1, 2, 2])  # 8 / (3 · 4) = ⅔, 8 / (3 · 2) = 4/3
    balanced = recipe.class_weights(from_mapping({"class_weights": "balanced"}), targets)
    root = recipe.class_weights(from_mapping({"class_weights": "root"}), targets)
    assert balanced is not None
    assert root is not None
    assert balanced.tolist() == pytest.approx([2 / 3, 4 / 3, 4 / 3])
    assert root.tolist() == pytest.approx([(2 / 3) ** 0.5, (4 / 3) ** 0.5, (4 / 3) ** 0.5])
    assert recipe.class_weights(from_mapping({}), targets) is None


def test_every_slice_comes_once_in_an_epoch_and_orders_differ() -> None:
    config, plan = plan_of(seed=4)
    epochs = [
        np.concatenate([recipe.batch_at(config, plan, SLICES, 10 * epoch + i) for i in range(10)])  # type: ignore[arg-type]
        for epoch in (0, 1)
    ]
    assert [sorted(epoch.tolist()) for epoch in epochs] == [list(range(SLICES))] * 2
    assert not np.array_equal(*epochs)


def test_toml_overrides_the_recipe(tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    path.write_text(
        'recipe = "fast"\nlabels = ["benign", "malignant"]\nlearning_rate = 1\n[augment]\nzoom = 0.1\n',
        encoding="utf-8",
    )
    config = load(path)
    assert (config.labels, config.learning_rate, config.augment.zoom) == (BINARY, 1.0, 0.1)
    assert (config.batch_size, config.autocast) == (32, "bf16")
    assert from_mapping(config.as_dict()) == config


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"learning_rat": 0.1}, r"unknown key learning_rat.*Did you mean learning_rate\?"),
        ({"augment": {"zoomm": 0.1}}, r"Did you mean augment\.zoom\?"),
        ({"recipe": "slow"}, "'paper' or 'fast'"),
        ({"epochs": "many"}, "epochs is 'many'.*type int"),
        ({"epochs": True}, "type int"),
        ({"model_id": "t3"}, "'t3' has no known channels.*Begin it with one of t2, t2_dwi"),
        ({"sizes": [[128, 0.5]]}, "add up to 1"),
        ({"sizes": [128]}, "Write pairs"),
        ({"sizes": [[32, 1.0]]}, "at least 75 px"),
        ({"labels": ["benign", "other"]}, "labels is"),
    ],
)
def test_faults_are_named(values: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        from_mapping(values)


@pytest.mark.parametrize(
    ("model_id", "channels"), [("t2", 3), ("t2_dwi-binary", 3), ("tri_seq", 3), ("six_seq-binary", 6)]
)
def test_the_model_id_says_how_many_channels(model_id: str, channels: int) -> None:
    assert from_mapping({"model_id": model_id}).channels == channels


def test_unreadable_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        load(tmp_path / "absent.toml")
    (tmp_path / "broken.toml").write_text("recipe = ", encoding="utf-8")
    with pytest.raises(UsageError, match="not valid TOML"):
        load(tmp_path / "broken.toml")


RUNS = Path(__file__).parents[2] / "training" / "runs"


@pytest.mark.parametrize("name", sorted(path.stem for path in RUNS.glob("*.toml") if path.stem != "study"))
def test_the_configurations_of_the_shipped_trainings_are_read(name: str) -> None:
    assert name.startswith(load(RUNS / f"{name}.toml").model_id)
