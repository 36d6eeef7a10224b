"""A parsed template and its variables -> text.

References that are null are written as nothing, as API Gateway does (reported in toqoz/api-gateway-mapping-template
#5); Velocity by itself would write them as they stand. The rest is Velocity 1.7's.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from longwire.core.velocity.methods import called, property_of
from longwire.core.velocity.nodes import (
    BinaryNode,
    BlockNode,
    BreakNode,
    CallStep,
    DefineNode,
    ForeachNode,
    IfNode,
    IndexStep,
    InterpolatedNode,
    ListNode,
    LiteralNode,
    MacroCallNode,
    MapNode,
    Node,
    NotNode,
    PropertyStep,
    RangeNode,
    ReferenceNode,
    SetNode,
    Step,
    StopNode,
    TextNode,
    VelocityError,
)
from longwire.core.velocity.parser import Parsed
from longwire.core.velocity.values import (
    Budget,
    Definition,
    Exhausted,
    compared,
    computed,
    equal,
    is_number,
    text,
    true,
)

__all__ = ["render"]

MOST_MACROS = 20  # within one another; Velocity's velocimacro.max.depth
MISSING = object()


def render(parsed: Parsed, variables: Mapping[str, Any], budget: Budget | None = None) -> str:
    """Raises VelocityError for what goes wrong while it runs, and when the budget is used up."""
    rendering = Rendering(parsed, dict(variables), budget or Budget())
    try:
        return rendering.captured(parsed.body)
    except Stopped:
        return "".join(rendering.written)
    except Exhausted as exc:
        raise VelocityError(f"the template is too much work: {exc}", parsed.text, rendering.at) from exc
    except RecursionError as exc:
        raise VelocityError("the template nests too deeply", parsed.text, rendering.at) from exc


class Stopped(Exception):
    """#stop."""


class Left(Exception):
    """#break."""


@dataclass(frozen=True, slots=True)
class Loop:
    """``$foreach``."""

    index: int
    last: bool
    parent: "Loop | None"

    def read(self, name: str) -> Any:
        facts = {"index": self.index, "count": self.index + 1, "hasNext": not self.last, "first": self.index == 0}
        return {**facts, "last": self.last, "parent": self.parent, "topmost": self.topmost}.get(name)

    @property
    def topmost(self) -> "Loop":
        return self if self.parent is None else self.parent.topmost

    def call(self, name: str, arguments: list[Any]) -> Any:
        plain = re.sub(r"^(?:get|is)([A-Z])", lambda found: found[1].lower(), name)
        found = None if arguments else self.read(plain)
        if found is None:
            raise LookupError(name)
        return found


class Rendering:
    """``at`` is the place in the template that is being evaluated, for errors."""

    def __init__(self, parsed: Parsed, variables: dict[str, Any], budget: Budget) -> None:
        self.parsed = parsed
        self.variables = variables
        self.budget = budget
        self.written: list[str] = []
        self.at = 0
        self.macros = 0

    def error(self, message: str, at: int | None = None) -> VelocityError:
        return VelocityError(message, self.parsed.text, self.at if at is None else at)

    def write(self, found: str) -> None:
        self.budget.write(len(found))
        self.written.append(found)

    def captured(self, body: BlockNode) -> str:
        """What a block writes. After a #stop ``written`` is what the whole template wrote."""
        before, self.written = self.written, []
        try:
            self.block(body)
        except Stopped:
            self.written = [*before, *self.written]
            raise
        found, self.written = self.written, before
        return "".join(found)

    # --- directives

    def block(self, body: BlockNode) -> None:
        for node in body.nodes:
            self.budget.step()
            self.node(node)

    def node(self, node: Node) -> None:
        match node:
            case TextNode(found):
                self.write(found)
            case ReferenceNode():
                self.reference(node)
            case SetNode():
                self.assign(node)
            case IfNode():
                self.conditional(node)
            case ForeachNode():
                self.foreach(node)
            case DefineNode(name, body):
                self.variables[name] = Definition(lambda: self.defined(body))
            case MacroCallNode():
                self.macro(node)
            case BreakNode():
                raise Left
            case StopNode():
                raise Stopped

    def defined(self, body: BlockNode) -> str:
        self.deeper()
        found = self.captured(body)
        self.macros -= 1
        return found

    def deeper(self) -> None:
        self.macros += 1
        if self.macros > MOST_MACROS:
            raise self.error(f"more than {MOST_MACROS} macros within one another")

    def reference(self, node: ReferenceNode) -> None:
        found = self.value(node)
        if node.backslashes == 0:
            self.write("" if found is None else text(found, self.budget))
        elif found is None:  # observed of Velocity 1.7: nothing is escaped then
            self.write("\\" * node.backslashes + node.source)
        else:
            shown = node.source if node.backslashes % 2 else text(found, self.budget)
            self.write("\\" * (node.backslashes // 2) + shown)

    def assign(self, node: SetNode) -> None:
        """A null sets nothing: Velocity's directive.set.null.allowed is false."""
        found = self.value(node.value)
        if found is None:
            return
        *path, last = (None, *node.target.steps)
        if last is None:
            self.variables[node.target.name] = found
            return
        holder = self.variables.get(node.target.name)
        for step in path[1:]:
            assert step is not None
            holder = self.step(holder, step)
        self.put(holder, last, found, node)

    def put(self, holder: Any, last: Step, found: Any, node: SetNode) -> None:
        self.at = node.at
        if isinstance(holder, dict) and not isinstance(last, CallStep):
            holder[last.name if isinstance(last, PropertyStep) else self.key(self.value(last.index))] = found
        elif isinstance(holder, list) and isinstance(last, IndexStep):
            holder[self.index(holder, self.value(last.index))] = found
        else:
            raise self.error(f"{node.target.source} cannot be set: it is in no map and no list")

    def conditional(self, node: IfNode) -> None:
        for condition, body in node.branches:
            if condition is None or self.holds(condition):
                self.block(body)
                return

    def foreach(self, node: ForeachNode) -> None:
        items = self.items(node)
        names = (node.variable, "foreach", "velocityCount", "velocityHasNext")
        before = {name: self.variables.get(name, MISSING) for name in names}
        parent = before["foreach"] if isinstance(before["foreach"], Loop) else None
        try:
            for index, item in enumerate(items):
                self.at = node.at
                loop = Loop(index, index == len(items) - 1, parent)
                self.variables |= dict(zip(names, (item, loop, index + 1, not loop.last), strict=True))
                self.block(node.body)
        except Left:
            pass
        finally:
            self.restore(before)

    def items(self, node: ForeachNode) -> list[Any] | range:
        """Of a map its values; of what has no items, none."""
        found = self.value(node.source)
        self.at = node.at
        if isinstance(found, dict):
            return list(found.values())
        if isinstance(found, list):
            self.budget.step(len(found))
            return list(found)
        return found if isinstance(found, range) else []

    def restore(self, before: Mapping[str, Any]) -> None:
        for name, value in before.items():
            if value is MISSING:
                self.variables.pop(name, None)
            else:
                self.variables[name] = value

    def macro(self, node: MacroCallNode) -> None:
        macro = self.parsed.macros[node.name]
        self.at = node.at
        self.deeper()
        given = [self.value(argument) for argument in node.arguments]
        before = {name: self.variables.get(name, MISSING) for name in macro.parameters}
        for name, value in zip(macro.parameters, given, strict=False):
            self.variables[name] = value
        self.block(macro.body)
        self.restore(before)
        self.macros -= 1

    # --- values

    def value(self, node: Node) -> Any:
        self.budget.step()
        match node:
            case LiteralNode(value):
                return value
            case ReferenceNode():
                found = self.variables.get(node.name)
                for step in node.steps:
                    found = self.step(found, step)
                return found
            case InterpolatedNode(body):
                return self.captured(body)
            case BinaryNode():
                return self.binary(node)
            case NotNode(operand):
                return not self.holds(operand)
            case _:
                return self.collection(node)

    def holds(self, node: Node) -> bool:
        """Of conditions. Observed of Velocity 1.7: text and numbers that are written out, lists and maps never do."""
        found = self.value(node)
        if isinstance(node, ReferenceNode):
            return true(found)
        return found is True

    def collection(self, node: Node) -> Any:
        match node:
            case ListNode(items):
                return [self.value(item) for item in items]
            case MapNode(pairs):
                return {self.key(self.value(key)): self.value(value) for key, value in pairs}
            case RangeNode():
                return self.span(node)
            case _:
                raise AssertionError(node)

    def span(self, node: RangeNode) -> range | None:
        first, last = self.value(node.first), self.value(node.last)
        if not isinstance(first, int) or not isinstance(last, int):
            return None
        return range(first, last + 1) if first <= last else range(first, last - 1, -1)

    def binary(self, node: BinaryNode) -> Any:
        if node.operator == "&&":
            return self.holds(node.left) and self.holds(node.right)
        if node.operator == "||":
            return self.holds(node.left) or self.holds(node.right)
        left, right = self.value(node.left), self.value(node.right)
        if node.operator in ("==", "!="):
            return equal(left, right, self.budget) == (node.operator == "==")
        if node.operator in ("<", ">", "<=", ">="):
            return compared(node.operator, left, right)
        return computed(node.operator, left, right, self.budget)

    def step(self, value: Any, step: Step) -> Any:
        """What is asked of null is null."""
        self.budget.step()
        self.at = step.at
        if isinstance(step, CallStep):
            arguments = [self.value(argument) for argument in step.arguments]
            self.at = step.at
            return None if value is None else self.call(value, step.name, arguments)
        if isinstance(step, IndexStep):
            return self.item(value, self.value(step.index))
        return value.read(step.name) if hasattr(value, "read") else property_of(value, step.name)

    def call(self, value: Any, name: str, arguments: list[Any]) -> Any:
        try:
            if hasattr(value, "call"):
                return value.call(name, arguments)
            return called(value, name, arguments, self.budget)
        except LookupError as exc:
            raise self.error(f".{name}({len(arguments)} arguments): {exc}") from exc
        except (ValueError, re.error) as exc:
            raise exc if isinstance(exc, VelocityError) else self.error(f".{name}(): {exc}") from exc

    def item(self, value: Any, index: Any) -> Any:
        if isinstance(value, dict):
            return value.get(self.key(index))
        if isinstance(value, list | range) and is_number(index):
            return value[self.index(value, index)]
        return None

    def index(self, value: list[Any] | range, index: Any) -> int:
        """Velocity counts a negative one from the end."""
        if not isinstance(index, int) or not -len(value) <= index < len(value):
            raise self.error(f"index {index} of a list with {len(value)} items")
        return index

    def key(self, found: Any) -> Any:
        """Of a map: what has no text of its own cannot be one."""
        return found if isinstance(found, str | int | float | None) else text(found, self.budget)

