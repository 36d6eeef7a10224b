"""A parsed template and its variables -> text.

References that are null are written as nothing, as API Gateway does (reported in toqoz/api-gateway-mapping-template
#5); Velocity by itself would write them as they stand. The rest is Velocity 1.7's.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from longwire.core.velocity.evaluator import Evaluator
from longwire.core.velocity.nodes import (
    BlockNode,
    BreakNode,
    CallStep,
    DefineNode,
    ForeachNode,
    IfNode,
    IndexStep,
    MacroCallNode,
    PropertyStep,
    ReferenceNode,
    SetNode,
    Step,
    StopNode,
    TextNode,
    VelocityError,
)
from longwire.core.velocity.parser import Parsed
from longwire.core.velocity.values import Budget, Definition, Exhausted, text

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


class Rendering(Evaluator):
    """What the directives do. ``written`` is what the block that is being rendered has written so far."""

    def __init__(self, parsed: Parsed, variables: dict[str, Any], budget: Budget) -> None:
        super().__init__(parsed, variables, budget)
        self.written: list[str] = []
        self.macros = 0
        self.performers: dict[type[Any], Callable[[Any], None]] = {
            TextNode: lambda node: self.write(node.text),
            ReferenceNode: self.reference,
            SetNode: self.assign,
            IfNode: self.conditional,
            ForeachNode: self.foreach,
            DefineNode: self.define,
            MacroCallNode: self.macro,
            BreakNode: self.leave,
            StopNode: self.stop,
        }

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
            self.performers[type(node)](node)

    def leave(self, node: BreakNode) -> None:
        del node
        raise Left

    def stop(self, node: StopNode) -> None:
        del node
        raise Stopped

    def define(self, node: DefineNode) -> None:
        self.variables[node.name] = Definition(lambda: self.defined(node.body))

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
        if not node.target.steps:
            self.variables[node.target.name] = found
            return
        holder = self.variables.get(node.target.name)
        for step in node.target.steps[:-1]:
            holder = self.step(holder, step)
        self.put(holder, node.target.steps[-1], found, node)

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
