"""What an expression of a template is worth, as Velocity 1.7 has it. What is asked of null is null."""

import re
from abc import ABC, abstractmethod
from typing import Any

from longwire.core.velocity.methods import called, property_of
from longwire.core.velocity.nodes import (
    BinaryNode,
    BlockNode,
    CallStep,
    IndexStep,
    InterpolatedNode,
    ListNode,
    LiteralNode,
    MapNode,
    Node,
    NotNode,
    RangeNode,
    ReferenceNode,
    Step,
    VelocityError,
)
from longwire.core.velocity.parser import Parsed
from longwire.core.velocity.values import Budget, Exhausted, compared, computed, equal, is_number, text, true

__all__ = ["Evaluator"]

LONGEST_RANGE = 1_000_000_000  # ours; far more than the steps that a template may take


class Evaluator(ABC):
    """``at`` is the place in the template that is being evaluated, for errors."""

    def __init__(self, parsed: Parsed, variables: dict[str, Any], budget: Budget) -> None:
        self.parsed = parsed
        self.variables = variables
        self.budget = budget
        self.at = 0

    @abstractmethod
    def captured(self, body: BlockNode) -> str:
        """What a block writes."""

    def error(self, message: str, at: int | None = None) -> VelocityError:
        return VelocityError(message, self.parsed.text, self.at if at is None else at)

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
        if abs(last - first) > LONGEST_RANGE:
            raise Exhausted(f"a range has more than {LONGEST_RANGE:,} numbers")
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
