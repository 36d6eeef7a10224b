"""Tables that name tests: ``file.py::test_name`` below tests/."""

import ast
from collections.abc import Iterable
from pathlib import Path

__all__ = ["absent"]

TESTS = Path(__file__).parents[1]


def absent(named: Iterable[str]) -> list[str]:
    """Those that are not there."""
    return [each for each in named if each.partition("::")[2] not in functions_of(each.partition("::")[0])]


def functions_of(file: str) -> set[str]:
    tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
