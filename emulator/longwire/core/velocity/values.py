"""What values are to Velocity, which is Java: their text, their truth, their order, and what operators make of them.

Null is None, a map a dict, a list a list or a range. Whole numbers know no largest one.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

__all__ = [
    "Budget",
    "Definition",
    "Entry",
    "Exhausted",
    "Host",
    "compared",
    "computed",
    "equal",
    "is_number",
    "text",
    "true",
]

DEEPEST = 100  # lists and maps within one another


class Exhausted(Exception):
    """A template that takes more than it may; the message says of what."""


class Budget:
    """What one rendering may use. ``steps`` are values, nodes and iterations; ``characters`` all text it makes.

    Ours: AWS publishes no limit for WebSocket APIs. Without one a template could keep the gateway for ever.
    """

    def __init__(self, steps: int = 100_000, characters: int = 4_000_000) -> None:
        self.steps = self.most_steps = steps
        self.characters = self.most_characters = characters

    def step(self, count: int = 1) -> None:
        self.steps -= count
        if self.steps < 0:
            raise Exhausted(f"it takes more than {self.most_steps:,} steps")

    def write(self, count: int) -> None:
        self.characters -= count
        if self.characters < 0:
            raise Exhausted(f"it makes more than {self.most_characters:,} characters")


class Host(Protocol):
    """A value that is given to a template: ``$input``, ``$util``."""

    def read(self, name: str) -> Any:
        """``$host.name``; None when there is none."""

    def call(self, name: str, arguments: list[Any]) -> Any:
        """``$host.name(...)``; raises LookupError when there is none, ValueError for arguments that it cannot take."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One of a map's ``entrySet()``."""

    key: Any
    value: Any


@dataclass(frozen=True, slots=True)
class Definition:
    """What ``#define`` gives to a variable: rendered each time that it is written."""

    render: Callable[[], str]


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def true(value: Any) -> bool:
    """Velocity 1.7: all but null and false, so an empty text and 0 are true."""
    return value is not None and value is not False


def text(value: Any, budget: Budget, depth: int = 0) -> str:
    """As Java writes it: ``[a, b]``, ``{a=1, b=null}``, ``1.0E10``."""
    found = plain(value, budget)
    if found is None:
        if depth > DEEPEST:
            raise Exhausted(f"it writes more than {DEEPEST} lists and maps within one another")
        found = composed(value, budget, depth)
    budget.write(len(found))
    return found


def plain(value: Any, budget: Budget) -> str | None:
    budget.step()
    if value is None:
        return "null"
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return decimal(value)
    if isinstance(value, Definition):
        return value.render()
    return digits(value) if isinstance(value, int) else None


def digits(value: int) -> str:
    try:
        return str(value)
    except ValueError as exc:  # Python writes 4,300 digits and no more
        raise Exhausted("it writes a number of more than 4,300 digits") from exc


def composed(value: Any, budget: Budget, depth: int) -> str:
    if isinstance(value, Mapping):
        pairs = (f"{text(key, budget)}={text(each, budget, depth + 1)}" for key, each in value.items())
        return f"{{{', '.join(pairs)}}}"
    if isinstance(value, Entry):
        return f"{text(value.key, budget)}={text(value.value, budget, depth + 1)}"
    if isinstance(value, list | range | tuple):
        return f"[{', '.join(text(each, budget, depth + 1) for each in value)}]"
    return ""  # a host has no text of its own


def decimal(value: float) -> str:
    """java.lang.Double.toString: always with a point, with an exponent below 0.001 and from 10,000,000 on."""
    if math.isnan(value) or math.isinf(value):
        return {"inf": "Infinity", "-inf": "-Infinity"}.get(str(value), "NaN")
    if value == 0 or 1e-3 <= abs(value) < 1e7:
        shown = repr(value)
        return shown if "e" not in shown else f"{value:.10f}".rstrip("0")
    digits, _, exponent = f"{value!r}e0".partition("e")[0::1] if "e" in repr(value) else scientific(value)
    mantissa = digits if "." in digits else f"{digits}.0"
    return f"{mantissa}E{int(exponent.removesuffix('e0'))}"


def scientific(value: float) -> tuple[str, str, str]:
    """Of a number that Python writes without an exponent: the shortest digits, as Java's."""
    sign, digits = ("-" if value < 0 else ""), repr(abs(value))
    whole, _, fraction = digits.partition(".")
    fraction = "" if fraction == "0" else fraction
    if whole != "0":
        rest = (whole[1:] + fraction).rstrip("0")
        return f"{sign}{whole[0]}.{rest or '0'}", "e", str(len(whole) - 1)
    kept = fraction.lstrip("0")
    return f"{sign}{kept[0]}.{kept[1:] or '0'}", "e", str(-(len(fraction) - len(kept) + 1))


def equal(left: Any, right: Any, budget: Budget) -> bool:
    """Numbers by what they are worth, values of one kind by what they hold, all others by their text."""
    if left is None or right is None:
        return left is right
    if is_number(left) and is_number(right):
        return bool(left == right)
    if isinstance(left, list | dict) and type(left) is type(right):
        return left == right
    return text(left, budget) == text(right, budget)


def compared(operator: str, left: Any, right: Any) -> bool:
    """False where one is no number, as in Velocity 1.7."""
    if not is_number(left) or not is_number(right):
        return False
    if operator in ("<", ">"):
        return bool(left < right if operator == "<" else left > right)
    return bool(left <= right if operator == "<=" else left >= right)


def computed(operator: str, left: Any, right: Any, budget: Budget) -> Any:
    """None for what cannot be computed: a null, a text (but for ``+``), a division by zero."""
    if is_number(left) and is_number(right):
        return arithmetic(operator, left, right, budget)
    if operator == "+" and left is not None and right is not None:
        return text(left, budget) + text(right, budget)
    return None


def arithmetic(operator: str, left: float, right: float, budget: Budget) -> Any:
    if isinstance(left, int) and isinstance(right, int):
        budget.write((left.bit_length() + right.bit_length()) // 8)
    try:
        match operator:
            case "+":
                return left + right
            case "-":
                return left - right
            case "*":
                return left * right
            case "/":
                return divided(left, right)
            case _:
                return left - right * int(divided(left, right)) if isinstance(left, int) else math.fmod(left, right)
    except (ArithmeticError, ValueError):
        return None


def divided(left: float, right: float) -> float:
    """Towards zero for whole numbers."""
    if isinstance(left, int) and isinstance(right, int):
        whole = abs(left) // abs(right)
        return whole if (left < 0) == (right < 0) else -whole
    return left / right
