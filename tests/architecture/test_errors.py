"""Every error that the engine raises names a next step and carries a code of its own."""

from __future__ import annotations

import ast

import pytest

from engine.domain import errors
from tests.support.paths import ROOT

KINDS = {name for name in vars(errors) if name.endswith("Error")}


def raises():
    for folder in ("engine", "desktop", "training"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KINDS:
                    yield pytest.param(node, id=f"{path.relative_to(ROOT)}:{node.lineno}")


@pytest.mark.parametrize("call", list(raises()))
def test_error_names_the_next_step_and_a_code(call):
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    assert {"remedy", "code"} <= set(given), ast.unparse(call)
    for name in ("remedy", "code"):
        if isinstance(given[name], ast.Constant):
            assert given[name].value, f"{name} is empty"
