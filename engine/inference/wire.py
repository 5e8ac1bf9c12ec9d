"""Just enough of the protobuf wire format to look into an ONNX file before it is trusted.

Field numbers are those of onnx.proto3 (ModelProto, GraphProto, NodeProto, AttributeProto, TensorProto, FunctionProto).
"""

from __future__ import annotations

from collections.abc import Iterator

ALLOWED_DOMAINS = frozenset({"", "ai.onnx", "ai.onnx.ml", "com.microsoft"})
"""Standard operators, and the ones that ONNX Runtime itself brings (its quantised kernels)."""

FORBIDDEN_OPERATORS = frozenset({"EPContext", "PyOp", "PythonOp", "ATen"})
"""Operators of ONNX Runtime's own domain that load other files or run other code."""

_MODEL_GRAPH, _MODEL_OPSET, _MODEL_TRAINING, _MODEL_FUNCTION = 7, 8, 20, 25
_OPSET_DOMAIN = 1
_GRAPH_NODE, _GRAPH_INITIALIZER, _GRAPH_SPARSE = 1, 5, 15
_NODE_OPERATOR, _NODE_ATTRIBUTE, _NODE_DOMAIN = 4, 5, 7
_ATTRIBUTE_TENSOR, _ATTRIBUTE_GRAPH, _ATTRIBUTE_TENSORS, _ATTRIBUTE_GRAPHS = 5, 6, 10, 11
_ATTRIBUTE_SPARSE, _ATTRIBUTE_SPARSES = 22, 23
_SPARSE_VALUES, _SPARSE_INDICES = 1, 2
_TENSOR_EXTERNAL, _TENSOR_LOCATION = 13, 14
_IN_THE_FILE = 0

_ORT_FORMAT = b"ORTM"
"""Mark of ONNX Runtime's own file format, which the runtime would read instead of protobuf."""
_LARGEST_KEY = (1 << 32) - 1
"""ONNX Runtime keeps 32 bits of a key: a longer one would be another field to it than to this reader."""

Value = int | memoryview


def foreign_features(data: bytes) -> str | None:
    """Say what an ONNX file has that a package may not have, or None: external data, functions, foreign operator
    domains.
    """
    if data[4:8] == _ORT_FORMAT:
        return "it is in ONNX Runtime's own format, which cannot be looked into"
    try:
        return _check_model(memoryview(data))
    except (ValueError, IndexError, RecursionError):
        return "it is not a readable ONNX file"


def _check_model(data: memoryview) -> str | None:
    graphs = 0
    for number, value in _fields(data):
        problem = None
        if number == _MODEL_GRAPH:
            graphs += 1
            problem = _check_graph(_message(value))
        elif number == _MODEL_FUNCTION:
            problem = "it defines functions of its own"
        elif number == _MODEL_TRAINING:
            problem = "it holds training steps"
        elif number == _MODEL_OPSET:
            problem = _check_domain(_message(value), _OPSET_DOMAIN)
        if problem is not None:
            return problem
    return None if graphs == 1 else "it holds no graph"


def _check_graph(data: memoryview) -> str | None:
    for number, value in _fields(data):
        problem = None
        if number == _GRAPH_NODE:
            problem = _check_node(_message(value))
        elif number == _GRAPH_INITIALIZER:
            problem = _check_tensor(_message(value))
        elif number == _GRAPH_SPARSE:
            problem = _check_sparse(_message(value))
        if problem is not None:
            return problem
    return None


def _check_node(data: memoryview) -> str | None:
    problem = _check_domain(data, _NODE_DOMAIN)
    if problem is not None:
        return problem
    for number, value in _fields(data):
        if number == _NODE_OPERATOR and bytes(_message(value)).decode("utf-8", "replace") in FORBIDDEN_OPERATORS:
            return f"it uses the operator {bytes(_message(value)).decode()}"
        if number == _NODE_ATTRIBUTE:
            for inner, content in _fields(_message(value)):
                if inner in (_ATTRIBUTE_TENSOR, _ATTRIBUTE_TENSORS):
                    problem = _check_tensor(_message(content))
                elif inner in (_ATTRIBUTE_GRAPH, _ATTRIBUTE_GRAPHS):
                    problem = _check_graph(_message(content))
                elif inner in (_ATTRIBUTE_SPARSE, _ATTRIBUTE_SPARSES):
                    problem = _check_sparse(_message(content))
                if problem is not None:
                    return problem
    return None


def _check_tensor(data: memoryview) -> str | None:
    for number, value in _fields(data):
        if number == _TENSOR_EXTERNAL or (number == _TENSOR_LOCATION and value != _IN_THE_FILE):
            return "it keeps weights in another file"
    return None


def _check_sparse(data: memoryview) -> str | None:
    parts = (value for number, value in _fields(data) if number in (_SPARSE_VALUES, _SPARSE_INDICES))
    return next((problem for part in parts if (problem := _check_tensor(_message(part)))), None)


def _check_domain(data: memoryview, field: int) -> str | None:
    for number, value in _fields(data):
        if number == field:
            domain = bytes(_message(value)).decode("utf-8", "replace")
            if domain not in ALLOWED_DOMAINS:
                return f"it uses operators of the domain '{domain}'"
    return None


def _message(value: Value) -> memoryview:
    if isinstance(value, int):
        raise ValueError("a message was expected")
    return value


def _fields(data: memoryview) -> Iterator[tuple[int, Value]]:
    """Yield (field number, integer or bytes) of one message; fixed-size numbers are passed over."""
    position = 0
    while position < len(data):
        key, position = _varint(data, position)
        kind = key & 7
        if not 8 <= key <= _LARGEST_KEY:
            raise ValueError("a field has no number")
        if kind == 0:
            value, position = _varint(data, position)
            yield key >> 3, value
        elif kind == 2:
            length, position = _varint(data, position)
            if position + length > len(data):
                raise ValueError("a field runs past the end")
            yield key >> 3, data[position : position + length]
            position += length
        elif kind in (1, 5):
            position += 8 if kind == 1 else 4
        else:
            raise ValueError(f"unknown wire type {kind}")


def _varint(data: memoryview, position: int) -> tuple[int, int]:
    result = 0
    for shift in range(0, 70, 7):
        byte = data[position]
        position += 1
        result |= (byte & 0x7F) << shift
        if byte < 0x80:
            return result, position
    raise ValueError("a number is too long")
