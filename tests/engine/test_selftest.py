"""A package is replayed before it is trusted, and the outcome is remembered per package and provider."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import pytest

from engine import selftest
from engine.domain.errors import InferenceError
from engine.inference.session import CPU

CLOSE = {"input_abs": 1e-4, "logit_abs": 1e-4, "cam_abs": 1e-4}


def test_a_good_package_reproduces_its_vectors(tiny_package):
    report = selftest.verify(tiny_package)
    assert report.ok, report.detail
    assert set(report.worst) == {"input", "logit", "cam"}
    assert max(report.worst.values()) <= 1e-4
    assert selftest.choose_provider(tiny_package) == CPU


def test_a_graph_that_answers_otherwise_is_not_used(tiny_package, tmp_path):
    import onnx
    from onnx import numpy_helper

    folder = shutil.copytree(tiny_package.folder, tmp_path / "bent")
    model = onnx.load(folder / "model.onnx")
    weights = next(t for t in model.graph.initializer if t.name == "weights_t")
    weights.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(weights) * 1.01, "weights_t"))
    onnx.save(model, folder / "model.onnx")
    bent = replace(tiny_package, folder=folder, digest="bent")
    report = selftest.verify(bent)
    assert not report.ok
    assert "logit differs" in report.detail
    with pytest.raises(InferenceError, match="No provider reproduces"):
        selftest.choose_provider(bent)


def test_the_outcome_is_remembered(tiny_package, own_home, monkeypatch):
    assert selftest.choose_provider(tiny_package, "cpu") == CPU
    stored = json.loads((own_home / "selftest.json").read_text())
    assert list(stored.values()) == [""]

    def again(*_):
        raise AssertionError("the self-test ran twice")

    monkeypatch.setattr(selftest, "verify", again)
    assert selftest.choose_provider(tiny_package, "cpu") == CPU
    (own_home / "selftest.json").write_text("broken")
    with pytest.raises(AssertionError):
        selftest.choose_provider(tiny_package, "cpu")
