"""The tiny package of the tests keeps its word: answers by hand, vectors that replay."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine import selftest
from engine.inference import predict, session
from engine.inference.loading import load_package
from tests.support.tiny_model import write_tiny_package


def test_answers_by_hand(tmp_path: Path) -> None:
    package = load_package(write_tiny_package(tmp_path / "tiny"))
    images = np.zeros((1, 3, 299, 299), dtype=np.float32)
    images[:, 0], images[:, 1] = 0.5, 0.25
    logits, cam, features = predict.run(session.open_session(package, session.CPU), images)
    # Means 0.5, 0.25 and 0: logits −2·0.5, 2·0.5, 2·0.25; maps are those values where positive.
    assert features[0] == pytest.approx([0.5, 0.25, 0.0], abs=1e-5)
    assert logits[0] == pytest.approx([-1.0, 1.0, 0.5], abs=1e-5)
    assert cam.shape == (1, 3, 8, 8)
    assert [float(cam[0, k].max()) for k in range(3)] == pytest.approx([0.0, 1.0, 0.5], abs=1e-5)


@pytest.mark.parametrize(
    ("roles", "labels", "channels"),
    [
        (("T2",), 3, ("T2", "T2", "T2")),
        (("T2", "DWI"), 2, ("T2", "DWI", "T2")),
        (("T2", "DWI", "T1_PRE"), 3, ("T2", "DWI", "T1_PRE")),
    ],
)
def test_every_kind_replays(tmp_path: Path, roles: tuple[str, ...], labels: int, channels: tuple[str, ...]) -> None:
    package = load_package(write_tiny_package(tmp_path / "tiny", roles, labels))
    assert tuple(role.value for role in package.manifest.preprocess.channels) == channels
    assert len(package.manifest.labels) == labels
    assert selftest.verify(package).ok
