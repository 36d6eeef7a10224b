"""Which functions of Python modules a handler can reach, told by names alone.

A name leads to what its module defines, assigns or imports. ``x.name`` leads to a function when ``x`` is a module, else
to the methods of that name in the classes whose own names were reached. So more may be found than is ever called, but
a class that the handler never hears of is not.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

from longwire_infra.check.document import Place
from longwire_infra.check.python_code import base_of, text_of

__all__ = ["Module", "Reached", "reached"]

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


@dataclass(frozen=True)
class Module:
    """``nodes`` are all of ``tree``. ``key`` is its path in the code without suffix, ``package`` that of its folder."""

    file: Placed
    tree: ast.Module
    nodes: Sequence[ast.AST]
    key: str
    package: tuple[str, ...]

    @cached_property
    def defined(self) -> dict[str, ast.AST]:
        """Functions, classes and values by their names; of two the last, as Python has it."""
        found: dict[str, ast.AST] = {}
        for node in statements(self.tree.body):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                found[node.name] = node
            elif isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                found |= {target.id: node.value for target in targets if isinstance(target, ast.Name)}
        return found

    @cached_property
    def imports(self) -> dict[str, tuple[str, str]]:
        """By local name: the module's key, and the name in it, empty for the module itself."""
        found: dict[str, tuple[str, str]] = {}
        for node in self.nodes:
            if isinstance(node, ast.ImportFrom):
                base = base_of(node, self.package)
                found |= {alias.asname or alias.name: (base, alias.name) for alias in node.names}
            elif isinstance(node, ast.Import):
                found |= {alias.asname or alias.name: (alias.name.replace(".", "/"), "") for alias in node.names}
        return found


def statements(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """Those of a module, in its ifs and tries too."""
    for node in body:
        yield node
        if isinstance(node, (ast.If, ast.Try, ast.With)):
            yield from statements(each for each in ast.iter_child_nodes(node) if isinstance(each, ast.stmt))
            for handler in getattr(node, "handlers", []):
                yield from statements(handler.body)


def reached(modules: Mapping[str, Module], first: Module, entry: str) -> list[Reached]:
    """All functions that the entry of the first module leads to; none when there is no such name."""
    search = Search(modules)
    search.name(first, entry)
    while search.queue:
        search.look(*search.queue.pop())
    return search.found


@dataclass
class Search:
    modules: Mapping[str, Module]
    found: list[Reached] = field(default_factory=list)
    queue: list[tuple[Module, ast.AST]] = field(default_factory=list)
    seen: set[int] = field(default_factory=set)
    attributes: set[str] = field(default_factory=set)
    methods: dict[str, list[tuple[Module, Definition]]] = field(default_factory=dict)

    def name(self, module: Module, name: str) -> None:
        if name in module.defined:
            self.take(module, module.defined[name])
        elif name in module.imports:
            base, inner = module.imports[name]
            if base in self.modules and inner and inner != name:
                self.name(self.modules[base], inner)
            elif base in self.modules and inner in self.modules[base].defined:
                self.take(self.modules[base], self.modules[base].defined[inner])

    def take(self, module: Module, node: ast.AST) -> None:
        if id(node) in self.seen:
            return
        self.seen.add(id(node))
        if isinstance(node, ast.ClassDef):
            self.class_(module, node)
            return
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            self.found.append(Reached(module.file, node))
        self.queue.append((module, node))

    def class_(self, module: Module, node: ast.ClassDef) -> None:
        """Its methods count from when somebody names them; those that Python calls count at once."""
        for each in node.body:
            if not isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef)):
                self.queue.append((module, each))
            elif each.name.startswith("__") or each.name in self.attributes:
                self.take(module, each)
            else:
                self.methods.setdefault(each.name, []).append((module, each))
        self.queue += [(module, base) for base in node.bases]

    def look(self, module: Module, node: ast.AST) -> None:
        for each in ast.walk(node):
            if isinstance(each, ast.Name):
                self.name(module, each.id)
            elif isinstance(each, ast.Attribute):
                self.attribute(module, each)

    def attribute(self, module: Module, node: ast.Attribute) -> None:
        target = self.module_of(module, node.value)
        if target is not None:
            self.name(target, node.attr)
            return
        self.attributes.add(node.attr)
        for owner, method in self.methods.pop(node.attr, []):
            self.take(owner, method)

    def module_of(self, module: Module, node: ast.expr) -> Module | None:
        """The module that an expression names."""
        if not isinstance(node, (ast.Name, ast.Attribute)):
            return None
        base, inner = module.imports.get(text_of(node), ("", ""))
        return self.modules.get(f"{base}/{inner}".strip("/"))
