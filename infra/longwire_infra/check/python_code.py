"""Python without running it: what a module imports, which functions a handler can reach, which words stand in it."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from longwire_infra.check.document import Place

__all__ = ["Reached", "imported", "reached", "words"]

Definition = ast.FunctionDef | ast.AsyncFunctionDef


class Placed(Protocol):
    """What can say where one of its lines is."""

    def place(self, line: int) -> Place: ...


@dataclass(frozen=True)
class Reached:
    file: Placed
    node: Definition

    @cached_property
    def calls(self) -> list[ast.Call]:
        return [node for node in ast.walk(self.node) if isinstance(node, ast.Call)]

    def place(self, node: ast.AST) -> Place:
        return self.file.place(getattr(node, "lineno", 1))


def imported(tree: ast.Module, package: tuple[str, ...]) -> Iterator[str]:
    """Paths of modules, ``a/b``, that may be in the code; ``package`` is the folder of the one that imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.replace(".", "/") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            base = "/".join((*above, *(node.module or "").split("."))).strip("/")
            yield base
            yield from (f"{base}/{alias.name}".strip("/") for alias in node.names)


def reached(modules: Iterable[tuple[Placed, ast.Module]], entry: str) -> list[Reached]:
    """Those whose names stand in a function that is reached, from ``entry`` of the first module on.

    Any function of a name counts, methods too: more may be found than is ever called, and never less.
    """
    known: dict[str, list[Reached]] = {}
    for file, tree in modules:
        for node in ast.walk(tree):
            if isinstance(node, Definition):
                known.setdefault(node.name, []).append(Reached(file, node))
    queue = known.get(entry, [])[:1]
    found = {id(each.node): each for each in queue}
    while queue:
        called = (each for name in names_in(queue.pop().node) for each in known.get(name, []))
        new = [each for each in called if id(each.node) not in found]
        found.update((id(each.node), each) for each in new)
        queue += new
    return list(found.values())


def names_in(node: ast.AST) -> set[str]:
    inside = list(ast.walk(node))
    return {each.id for each in inside if isinstance(each, ast.Name)} | {
        each.attr for each in inside if isinstance(each, ast.Attribute)
    }


def words(tree: ast.Module) -> str:
    """Every name and every text, in lower case, one a line; no docstrings, no comments."""
    prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return "\n".join(word for node in ast.walk(tree) if id(node) not in prose for word in words_of(node)).lower()


def words_of(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Name):
        return [node.id]
    if isinstance(node, ast.Attribute):
        return [node.attr]
    if isinstance(node, ast.Constant) and isinstance(node.value, (str, int)):
        return [str(node.value)]
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.alias)):
        return [node.name]
    if isinstance(node, (ast.arg, ast.keyword)):
        return [node.arg or ""]
    return []
