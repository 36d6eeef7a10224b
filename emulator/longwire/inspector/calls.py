"""Calls that do something: what they are given, checked, and what they answer. JSON both ways, errors in words."""

import json
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from longwire.server.http_message import HttpRequest, HttpResponse

__all__ = ["Answer", "BadCall", "Call", "Field", "NotFound", "given", "whole_number"]

Answer = HttpResponse | Mapping[str, Any]
Call = Callable[[HttpRequest], Answer | Coroutine[Any, Any, Answer]]
NAMES = {str: "text", int: "a whole number", dict: "an object"}


class BadCall(ValueError):
    """400: the caller's fault, in words."""


class NotFound(BadCall):
    """404: what is named is not there."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a body. ``default`` None: it has to be given."""

    kind: type
    default: Any = None


def given(request: HttpRequest, fields: Mapping[str, Field]) -> dict[str, Any]:
    """The body's fields, each of its kind. Raises BadCall that names what is wrong."""
    try:
        body = json.loads(request.body or b"{}")
    except (ValueError, RecursionError) as exc:
        raise BadCall(f"The body is no JSON: {exc}.") from exc
    if not isinstance(body, dict):
        raise BadCall("The body has to be a JSON object.")
    for name in body.keys() - fields.keys():
        near = get_close_matches(name, fields, 1)
        hint = f"do you mean {near[0]}?" if near else f"there are {', '.join(fields)}."
        raise BadCall(f"There is no field {name[:100]!r}: {hint}")
    return {name: checked(name, body.get(name, field.default), field) for name, field in fields.items()}


def checked(name: str, value: Any, field: Field) -> Any:
    if value is None:
        raise BadCall(f"{name} is missing: it has to be {NAMES[field.kind]}.")
    # JSON's true is an int to Python, and no number to anybody else.
    if not isinstance(value, field.kind) or isinstance(value, bool):
        raise BadCall(f"{name} has to be {NAMES[field.kind]}, not {json.dumps(value)[:100]}.")
    return value


def whole_number(query: Mapping[str, str], name: str, default: int) -> int:
    """A parameter of the query."""
    found = query.get(name)
    if found is None:
        return default
    if not (found.isascii() and found.isdigit()) or len(found) > 15:
        raise BadCall(f"{name} must be a whole number of 0 or more, not {found[:100]!r}.")
    return int(found)
