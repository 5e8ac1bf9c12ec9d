"""Does loading keep up? Step time of the training loop with and without reading shards, and a bare network loop.

    python -m tests.bench.bench_training [--size 128] [--steps 6] [--width 1.0]

Prints, measured in one run and interleaved: the whole step (batch read by the loader, augmented, trained), the step on
a batch that lies ready, and forward, backward and optimiser alone. Ratios are what counts: the loader starves nobody
while the first is at most 1.1 of the second.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path

import torch
from torch.nn import functional

from tests.support.shards import write_shards
from training import loop, recipe
from training.config import THREE_WAY, from_mapping
from training.dataset import ShardSet
from training.fitting.trainer import Trainer, autocast_of


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", type=int, default=128)
    parser.add_argument("--steps", type=int, default=6, help="steps of each kind")
    parser.add_argument("--width", type=float, default=1.0)
    values = parser.parse_args()
    config = from_mapping(
        {
            "recipe": "fast",
            "batch_size": 32,
            "steps": 10_000,
            "sizes": [[values.size, 1.0]],
            "autocast": "bf16" if torch.cuda.is_available() else "none",
            "width": values.width,
            "batch_norm_slices": 0,
        }
    )
    with tempfile.TemporaryDirectory() as folder:
        shards = ShardSet.open(write_shards(Path(folder) / "shards", 96, 3, 299), THREE_WAY)
        trainer = Trainer(config, shards, Path(folder) / "run")
        plan = recipe.make_plan(config, len(shards))
        whole: list[float] = []
        ready: list[float] = []
        bare: list[float] = []
        loader = loop.prefetched(trainer, plan, plan.total_steps)
        images, targets, _ = next(loader)
        trainer.train_step(images, targets, values.size, 1e-4)  # builds the kernels
        for _ in range(values.steps):
            started = time.perf_counter()
            images, targets, _ = next(loader)
            trainer.train_step(images, targets, values.size, 1e-4)
            whole.append(_since(started, trainer.device))
            started = time.perf_counter()
            trainer.train_step(images, targets, values.size, 1e-4)
            ready.append(_since(started, trainer.device))
            bare.append(_bare(trainer, images, targets))
        loader.close()
    step, without, network = (statistics.median(times) for times in (whole, ready, bare))
    print(f"{trainer.device}, {values.size} px, batch {config.batch_size}, medians of {values.steps}")
    print(f"step with loading     {step:8.3f} s  {config.batch_size / step:7.1f} images/s")
    print(f"step, batch ready     {without:8.3f} s  ratio {step / without:.3f}")
    print(f"bare network loop     {network:8.3f} s  ratio {step / network:.3f}")


def _bare(trainer: Trainer, images: torch.Tensor, targets: torch.Tensor) -> float:
    images = images.to(trainer.device).contiguous(memory_format=torch.channels_last)
    targets = targets.to(trainer.device)
    started = time.perf_counter()
    with autocast_of(trainer.config, trainer.device):
        logits, _, _ = trainer.network(images)
    trainer.optimizer.zero_grad(set_to_none=True)
    functional.cross_entropy(logits.float(), targets).backward()
    trainer.optimizer.step()
    return _since(started, trainer.device)


def _since(started: float, device: torch.device) -> float:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
