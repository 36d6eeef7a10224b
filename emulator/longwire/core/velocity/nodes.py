"""What a Velocity template consists of. ``at`` counts characters of the template from 0."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

__all__ = [
    "BinaryNode",
    "BlockNode",
    "BreakNode",
    "CallStep",
    "DefineNode",
    "ForeachNode",
    "IfNode",
    "IndexStep",
    "InterpolatedNode",
    "ListNode",
    "LiteralNode",
    "Macro",
    "MacroCallNode",
    "MapNode",
    "Node",
    "NotNode",
    "PropertyStep",
    "RangeNode",
    "ReferenceNode",
    "SetNode",
    "Step",
    "StopNode",
    "TextNode",
    "VelocityError",
    "walk",
]


class VelocityError(ValueError):
    """``line`` and ``column`` count from 1, within the template; ``hint`` says what to write instead."""

    def __init__(self, message: str, template: str, at: int, hint: str | None = None) -> None:
        before = template[:at]
        self.message = message
        self.line = before.count("\n") + 1
        self.column = at - (before.rfind("\n") + 1) + 1
        self.hint = hint
        super().__init__(f"line {self.line}, column {self.column} of the template: {message}")


@dataclass(frozen=True, slots=True)
class TextNode:
    text: str


@dataclass(frozen=True, slots=True)
class LiteralNode:
    value: Any


@dataclass(frozen=True, slots=True)
class PropertyStep:
    name: str
    at: int


@dataclass(frozen=True, slots=True)
class CallStep:
    name: str
    arguments: tuple["Node", ...]
    at: int


@dataclass(frozen=True, slots=True)
class IndexStep:
    index: "Node"
    at: int


Step = PropertyStep | CallStep | IndexStep


@dataclass(frozen=True, slots=True)
class ReferenceNode:
    """``$name.step.step``; ``source`` is its text, which an escaped one renders as; ``backslashes`` stand before it."""

    name: str
    steps: tuple[Step, ...]
    source: str
    at: int
    backslashes: int = 0


@dataclass(frozen=True, slots=True)
class InterpolatedNode:
    """Text in double quotes: a template of its own."""

    body: "BlockNode"


@dataclass(frozen=True, slots=True)
class ListNode:
    items: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class RangeNode:
    first: "Node"
    last: "Node"
    at: int


@dataclass(frozen=True, slots=True)
class MapNode:
    pairs: tuple[tuple["Node", "Node"], ...]


@dataclass(frozen=True, slots=True)
class BinaryNode:
    """``operator`` is written as a sign: ``&&`` for ``and``, ``==`` for ``eq``."""

    operator: str
    left: "Node"
    right: "Node"
    at: int


@dataclass(frozen=True, slots=True)
class NotNode:
    operand: "Node"


@dataclass(frozen=True, slots=True)
class BlockNode:
    nodes: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class SetNode:
    target: ReferenceNode
    value: "Node"
    at: int


@dataclass(frozen=True, slots=True)
class IfNode:
    """The first branch whose condition is true; that of ``#else`` is None."""

    branches: tuple[tuple["Node | None", BlockNode], ...]


@dataclass(frozen=True, slots=True)
class ForeachNode:
    variable: str
    source: "Node"
    body: BlockNode
    at: int


@dataclass(frozen=True, slots=True)
class DefineNode:
    name: str
    body: BlockNode


@dataclass(frozen=True, slots=True)
class MacroCallNode:
    name: str
    arguments: tuple["Node", ...]
    at: int


@dataclass(frozen=True, slots=True)
class Macro:
    parameters: tuple[str, ...]
    body: BlockNode


@dataclass(frozen=True, slots=True)
class BreakNode:
    """Leaves the innermost ``#foreach``."""


@dataclass(frozen=True, slots=True)
class StopNode:
    """Ends the rendering."""


Node = (
    TextNode
    | LiteralNode
    | ReferenceNode
    | InterpolatedNode
    | ListNode
    | RangeNode
    | MapNode
    | BinaryNode
    | NotNode
    | BlockNode
    | SetNode
    | IfNode
    | ForeachNode
    | DefineNode
    | MacroCallNode
    | BreakNode
    | StopNode
)


def walk(node: Node, macros: Mapping[str, Macro]) -> Iterator[Node]:
    """The node and all below it, and the bodies of the macros."""
    waiting: list[Node] = [node, *(macro.body for macro in macros.values())]
    while waiting:
        found = waiting.pop()
        yield found
        waiting += children(found)


def children(node: Node) -> list[Node]:
    match node:
        case BlockNode(nodes) | ListNode(nodes):
            return list(nodes)
        case ReferenceNode():
            return [inside for step in node.steps for inside in inputs(step)]
        case MapNode(pairs) | IfNode(pairs):
            return [each for pair in pairs for each in pair if each is not None]
        case MacroCallNode():
            return list(node.arguments)
        case _:
            names = CHILDREN.get(type(node), ())
            return [getattr(node, name) for name in names]


CHILDREN: Mapping[type[Any], tuple[str, ...]] = {
    SetNode: ("target", "value"),
    ForeachNode: ("source", "body"),
    BinaryNode: ("left", "right"),
    RangeNode: ("first", "last"),
    NotNode: ("operand",),
    InterpolatedNode: ("body",),
    DefineNode: ("body",),
}


def inputs(step: Step) -> tuple[Node, ...]:
    match step:
        case CallStep():
            return step.arguments
        case IndexStep():
            return (step.index,)
        case PropertyStep():
            return ()
