"""Predictions of a network whose answers are means of its input."""

from __future__ import annotations

import numpy as np
import pytest

from engine.domain.errors import Cancelled, InferenceError, UsageError
from engine.domain.roi import LesionId
from engine.domain.sample import SliceInput, SliceRef
from engine.inference.predict import predict, softmax
from engine.inference.session import CPU, available_providers, open_session, provider_candidates


def constant_input(package, first, second, index=0, digest=None):
    array = np.empty((3, 299, 299), dtype=np.float32)
    array[0] = array[2] = first
    array[1] = second
    return SliceInput(
        array,
        SliceRef(LesionId("L1"), index, 0.0, index),
        np.eye(4),
        digest or package.manifest.preprocess.digest(),
        np.zeros((299, 299), dtype=bool),
    )


def test_answers_by_hand(tiny_package):
    session = open_session(tiny_package, CPU)
    inputs = [constant_input(tiny_package, 0.5, 0.25, i) for i in range(6)]  # more than one batch
    answers = predict(session, inputs)
    assert [answer.ref.index for answer in answers] == list(range(6))
    for answer in answers:
        # logits (-1, 1, .5): exponentials .3679, 2.7183, 1.6487, sum 4.7349
        np.testing.assert_allclose(answer.logits, [-1.0, 1.0, 0.5], atol=1e-5)
        np.testing.assert_allclose(answer.probabilities, [0.0777, 0.5741, 0.3482], atol=1e-4)
        assert answer.cam.shape == (3, 8, 8)
        np.testing.assert_allclose(answer.cam[:, 0, 0], [0.0, 1.0, 0.5], atol=1e-5)


def test_inputs_of_another_specification_are_refused(tiny_package):
    session = open_session(tiny_package, CPU)
    with pytest.raises(InferenceError, match="not prepared by the specification"):
        predict(session, [constant_input(tiny_package, 0.1, 0.1, digest="other")])


def test_cancel_between_batches(tiny_package):
    class StopAfterOne:
        def step(self, stage, done, total):
            if done > 0:
                raise Cancelled

    with pytest.raises(Cancelled):
        predict(
            open_session(tiny_package, CPU), [constant_input(tiny_package, 0, 0, i) for i in range(9)], StopAfterOne()
        )


def test_softmax_of_large_numbers_stays_finite():
    np.testing.assert_allclose(softmax(np.array([1000.0, 1000.0])), [0.5, 0.5])


def test_provider_names():
    assert provider_candidates("cpu") == (CPU,)
    assert provider_candidates(CPU) == (CPU,)
    assert provider_candidates("auto") == available_providers()
    assert available_providers()[-1] == CPU
    with pytest.raises(UsageError, match="no provider 'abacus'"):
        provider_candidates("abacus")
    if "CUDAExecutionProvider" not in available_providers():
        with pytest.raises(UsageError, match="not offered"):
            provider_candidates("cuda")
