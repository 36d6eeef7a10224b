r"""Selection expressions: ``$request.body.action``, ``${request.body.a}/${request.body.b}``, ``\$default``.

Grammar, from "Route selection expressions" and "API Gateway WebSocket selection expressions" in the developer
guide: variables with any JSONPath after ``request.body``, static text between them, ``\$`` for a dollar sign. An
expression is evaluated once; a path that is missing becomes the empty string; a value is made a string. A parser,
never an eval.
"""

import json
import re
from collections.abc import Callable, Sequence
from typing import Any

__all__ = ["Selection", "SelectionError"]

Step = str | int
VARIABLE = re.compile(r"\$request\.body((?:\.[A-Za-z0-9_-]+|\[\d+\]|\[\*\]|\['[^']*'\]|\[\"[^\"]*\"\])*)")
WRAPPED = re.compile(r"\$\{request\.body((?:\.[A-Za-z0-9_-]+|\[\d+\]|\[\*\]|\['[^']*'\]|\[\"[^\"]*\"\])*)\}")
STEP = re.compile(r"\.([A-Za-z0-9_-]+)|\[(\d+)\]|\[(\*)\]|\['([^']*)'\]|\[\"([^\"]*)\"\]")
EVERY = -1  # stands for [*]


class SelectionError(ValueError):
    """An expression outside the grammar; ``position`` counts characters from 0."""

    def __init__(self, expression: str, position: int) -> None:
        super().__init__(
            f"selection expression {expression!r} is not understood from position {position} on: "
            f"{expression[position:]!r}. Write $request.body.PATH, ${{request.body.PATH}} or static text."
        )
        self.expression = expression
        self.position = position


class Selection:
    """A parsed expression; ``evaluate`` takes the parsed JSON body."""

    def __init__(self, expression: str) -> None:
        self.expression = expression
        self.parts = parse(expression)

    @property
    def constant(self) -> bool:
        """Whether the expression names nothing of the request."""
        return all(isinstance(part, str) for part in self.parts)

    def evaluate(self, body: Any) -> str:
        """The selected key; ``body`` is whatever ``json.loads`` gave."""
        if len(self.parts) == 1 and not isinstance(self.parts[0], str):
            return text(walk(body, self.parts[0]))
        return "".join(part if isinstance(part, str) else text(walk(body, part)) for part in self.parts)


def parse(expression: str) -> list[str | tuple[Step, ...]]:
    parts: list[str | tuple[Step, ...]] = []
    position = 0
    while position < len(expression):
        part, position = parse_part(expression, position)
        parts.append(part)
    return parts


def parse_part(expression: str, position: int) -> tuple[str | tuple[Step, ...], int]:
    if expression.startswith(r"\$", position):
        return "$", position + 2
    if expression[position] != "$":
        end = next((i for i in range(position, len(expression)) if expression[i] in "$\\"), len(expression))
        # A backslash that escapes no dollar sign is itself.
        end = max(end, position + 1)
        return expression[position:end], end
    found = WRAPPED.match(expression, position) or VARIABLE.match(expression, position)
    if found is None:
        raise SelectionError(expression, position)
    return tuple(step(match) for match in STEP.finditer(found[1])), found.end()


def step(match: re.Match[str]) -> Step:
    name, index, every, single, double = match.groups()
    if index is not None:
        return int(index)
    if every is not None:
        return EVERY
    return next(found for found in (name, single, double) if found is not None)


MISSING = object()


def walk(value: Any, path: Sequence[Step]) -> Any:
    for number, key in enumerate(path):
        if key == EVERY and isinstance(key, int):
            found = [walk(item, path[number + 1 :]) for item in value] if isinstance(value, list) else []
            return [item for item in found if item is not MISSING]
        value = child(value, key)
        if value is MISSING:
            return MISSING
    return value


def child(value: Any, key: Step) -> Any:
    if isinstance(key, int):
        return value[key] if isinstance(value, list) and key < len(value) else MISSING
    return value.get(key, MISSING) if isinstance(value, dict) else MISSING


def number(value: float) -> str:
    return json.dumps(value)


TEXT: dict[type, Callable[[Any], str]] = {
    str: lambda value: value,
    bool: lambda value: "true" if value else "false",
    int: str,
    float: number,
    type(None): lambda _: "",
}


def text(value: Any) -> str:
    """A value as part of a key: an array is ``[item1, item2]`` (developer guide); null is empty (inferred)."""
    if value is MISSING:
        return ""
    simple = TEXT.get(type(value))
    if simple is not None:
        return simple(value)
    if isinstance(value, list):
        return "[" + ", ".join(text(item) for item in value) + "]"
    return json.dumps(value)
