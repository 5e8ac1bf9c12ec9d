"""Sessions: one loaded network on one execution provider, and which providers there are."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

import onnxruntime as ort

from engine.domain.errors import InferenceError, UsageError
from engine.domain.package import ModelPackage

PROVIDERS = {
    "tensorrt": "TensorrtExecutionProvider",
    "cuda": "CUDAExecutionProvider",
    "openvino": "OpenVINOExecutionProvider",
    "coreml": "CoreMLExecutionProvider",
    "directml": "DmlExecutionProvider",
    "cpu": "CPUExecutionProvider",
}
"""Short name to ONNX Runtime's name, best first: the order in which ``auto`` tries them."""

CPU = PROVIDERS["cpu"]


@dataclass(frozen=True, slots=True, eq=False)
class Session:
    """A network ready to run.

    Attributes:
        runner: ONNX Runtime's session.
        provider: The provider that really runs it, by ONNX Runtime's name.
    """

    package: ModelPackage
    runner: Any
    provider: str


def available_providers() -> tuple[str, ...]:
    """Return ONNX Runtime names of the providers this installation offers, best first; CPU is always last."""
    offered = set(ort.get_available_providers())
    return tuple(name for name in PROVIDERS.values() if name in offered)


def provider_candidates(wanted: str) -> tuple[str, ...]:
    """Translate a provider option into the names to try, in order.

    Raises:
        UsageError: The name is unknown, or this installation does not offer it.
    """
    offered = available_providers()
    if wanted == "auto":
        return offered
    name = PROVIDERS.get(wanted.lower(), wanted)
    if name not in PROVIDERS.values():
        raise UsageError(
            f"There is no provider {wanted!r}.",
            remedy=f"Choose one of: auto, {', '.join(PROVIDERS)}.",
            code="provider-unknown",
        )
    if name not in offered:
        raise UsageError(
            f"The provider {wanted!r} is not offered by this installation of ONNX Runtime.",
            remedy="Choose auto or cpu, or install the matching extra (lobule[cuda] or lobule[openvino]).",
            code="provider-missing",
        )
    return (name,)


def session_options(package: ModelPackage) -> ort.SessionOptions:
    """Threads, order of sums, and what ONNX Runtime does with weights stored as int8.

    By default it keeps them and widens them in every run, in the hope of int8 kernels. Where a graph computes in
    float32 there are none: it is told to forget quantisation, and its constant folding widens them once, at loading.
    """
    options = ort.SessionOptions()
    options.intra_op_num_threads = min(8, _usable_cores())
    options.use_deterministic_compute = True
    options.log_severity_level = 3
    if package.manifest.quantisation.get("arithmetic") == "float32":
        options.add_session_config_entry("session.disable_quant_qdq", "1")
    return options


def open_session(package: ModelPackage, provider: str) -> Session:
    """Load the network of a verified package on one provider (ONNX Runtime's name).

    Raises:
        InferenceError: The graph does not load, has other inputs or outputs than a package has, or runs elsewhere.
    """
    options = session_options(package)
    providers = [provider] if provider == CPU else [provider, CPU]
    try:
        runner = ort.InferenceSession(str(package.folder / "model.onnx"), sess_options=options, providers=providers)
    except Exception as problem:  # ONNX Runtime raises classes of its own that have no common base
        raise InferenceError(
            f"The network of package {package.manifest.id} could not be loaded on {provider}: {_first_line(problem)}",
            remedy="Choose another provider, or install the package again.",
            code="session-load",
        ) from problem
    outputs = {output.name for output in runner.get_outputs()}
    inputs = [entry.name for entry in runner.get_inputs()]
    if inputs != ["image"] or not {"logits", "cam", "features"} <= outputs:
        raise InferenceError(
            f"The network of package {package.manifest.id} has inputs {inputs} and outputs {sorted(outputs)}; "
            "image, logits, cam and features are needed.",
            remedy="Export the package again with lobule-train export.",
            code="session-names",
        )
    running = runner.get_providers()[0]
    if running != provider:
        raise InferenceError(
            f"ONNX Runtime would run on {running} instead of {provider}.",
            remedy="Check the driver of the device, or choose the provider cpu.",
            code="session-provider",
        )
    return Session(package, runner, running)


def _usable_cores() -> int:
    affinity = getattr(os, "sched_getaffinity", None)  # Linux: respects the cores this process may use
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def _first_line(problem: Exception) -> str:
    lines = str(problem).strip().splitlines()
    return f"{lines[0].rstrip('.')}." if lines else f"{type(problem).__name__}."


def runtime_version() -> str:
    """Return the version of ONNX Runtime, which self-test outcomes depend on."""
    return str(ort.__version__)
