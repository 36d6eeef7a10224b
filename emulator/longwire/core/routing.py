"""Which Route a message goes to, and why."""

import json
from typing import Any, NoReturn

from longwire.core.api import Api, Route
from longwire.core.lenient_json import with_quoted_keys
from longwire.core.selection import Selection

__all__ = ["NOT_JSON", "Router"]


def refuse_constant(name: str) -> NoReturn:
    """NaN and Infinity are Python's, not JSON's (RFC 8259, section 6)."""
    raise ValueError(f"{name} is not JSON")


DECODE = json.JSONDecoder(parse_constant=refuse_constant).decode
NOT_JSON = object()


class Router:
    """The route selection expression of one API, parsed once. ``lenient`` takes keys without quotes."""

    def __init__(self, api: Api, *, lenient: bool = False) -> None:
        self.parse = parsed_leniently if lenient else parsed
        self.selection = Selection(api.route_selection_expression)
        # Documented: a key that starts with $ is one of the three predefined ones. That a message cannot reach
        # $connect and $disconnect is inferred from their being reserved.
        self.routes = {key: route for key, route in api.routes.items() if not key.startswith("$")}
        self.default = api.routes.get("$default")

    def route(self, payload: str) -> tuple[Route | None, str, Any]:
        """The Route (None: no such route and no $default), the reason in words, and the parsed body."""
        body = self.parse(payload)
        if body is NOT_JSON and not self.selection.constant:
            return self.default, why_not_json(payload), None  # documented: non-JSON goes to $default
        key = self.selection.evaluate(body)
        found = self.routes.get(key)
        if found is not None:
            return found, f"{self.selection.expression} is {key!r}", body
        if key in ("", "$default"):
            return self.default, f"{self.selection.expression} selects nothing", body
        return self.default, f"{self.selection.expression} is {key!r}, which no route has", body


def parsed(payload: str) -> Any:
    try:
        return DECODE(payload)
    except (ValueError, RecursionError):  # RecursionError: nested deeper than the interpreter's stack
        return NOT_JSON


def parsed_leniently(payload: str) -> Any:
    found = parsed(payload)
    return parsed(with_quoted_keys(payload)) if found is NOT_JSON else found


def why_not_json(payload: str) -> str:
    if parsed_leniently(payload) is NOT_JSON:
        return "the message is not JSON"
    return "the message is not JSON: a key has no quotes, which lenient_json=true takes as AWS was seen to do"
