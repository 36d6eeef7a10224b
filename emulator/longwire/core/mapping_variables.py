"""The variables of mapping templates: ``$input``, ``$util``, ``$context`` and ``$stageVariables``.

From the developer guide's "WebSocket API mapping template reference". ``$input.params`` is REST's; it has values for
``$connect`` alone, whose request has headers and a query string.
"""

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote, unquote_plus

from longwire.core.json_path import JsonPath
from longwire.core.velocity.values import Budget, text

__all__ = ["INPUT_METHODS", "UTIL_METHODS", "BodyNotJson", "InputVariable", "UtilVariable", "nested"]

EMPTY = "{}"  # observed: an empty body is this to a template [GH:localstack/localstack#12413]
INPUT_METHODS = frozenset({"json", "params", "path"})
# commons-lang's StringEscapeUtils.escapeJavaScript, which the guide's name and its remark on ' point to.
ESCAPES = {"\b": "\\b", "\n": "\\n", "\t": "\\t", "\f": "\\f", "\r": "\\r"}
ESCAPES |= {"'": "\\'", '"': '\\"', "\\": "\\\\", "/": "\\/"}


class BodyNotJson(Exception):
    """A template asks for a field of a body that is not JSON."""


class InputVariable:
    """``$input``. ``parameters`` has path, querystring and header, each with values by name."""

    def __init__(self, body: str, parameters: Mapping[str, Mapping[str, str]] | None = None) -> None:
        self.body = body
        given = parameters or {}
        self.parameters = {place: dict(given.get(place, {})) for place in ("path", "querystring", "header")}
        self.parsed: Any = None
        self.is_parsed = False

    def read(self, name: str) -> Any:
        return (self.body or EMPTY) if name == "body" else None

    def call(self, name: str, arguments: list[Any]) -> Any:
        if name == "params" and len(arguments) < 2:
            return self.params(*arguments)
        if name in ("json", "path") and len(arguments) == 1 and isinstance(arguments[0], str):
            found = JsonPath(arguments[0]).find(self.document())
            return found if name == "path" else written(found)
        raise LookupError(f"$input takes json(path), path(path), params() and params(name), not {name}")

    def document(self) -> Any:
        """The body as JSON; an empty one has nothing in it."""
        if not self.is_parsed:
            try:
                self.parsed = json.loads(self.body or EMPTY)
            except (ValueError, RecursionError) as exc:
                raise BodyNotJson(f"the body is not JSON: {exc}") from exc
            self.is_parsed = True
        return self.parsed

    def params(self, name: Any = None) -> Any:
        """Of path, query string and header the first that has it; what nobody sent is an empty text (unverified)."""
        if name is None:
            return self.parameters
        return next((found[name] for found in self.parameters.values() if name in found), "")


def written(found: Any) -> str:
    """Unknown for what is not there: an empty text, so that what is written around it stays JSON."""
    return json.dumps("" if found is None else found, ensure_ascii=False, separators=(",", ":"))


class UtilVariable:
    """``$util``."""

    def __init__(self, budget: Budget) -> None:
        self.budget = budget

    def read(self, name: str) -> Any:
        """It has no properties."""
        del name

    def call(self, name: str, arguments: list[Any]) -> Any:
        """All of them give null for null."""
        function = UTIL.get(name)
        if function is None or len(arguments) != 1:
            raise LookupError(f"$util has {', '.join(sorted(UTIL))}, each for one value")
        if arguments[0] is None:
            return None
        given = text(arguments[0], self.budget)
        found = function(given)
        self.budget.write(len(given) + len(found if isinstance(found, str) else given))
        return found


def escape_javascript(given: str) -> str:
    return "".join(ESCAPES.get(each) or (each if " " <= each <= "~" else utf16(each)) for each in given)


def utf16(character: str) -> str:
    data = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{data[index : index + 2].hex().upper()}" for index in range(0, len(data), 2))


def url_encode(given: str) -> str:
    """java.net.URLEncoder's: a space is +, of other signs only ``.-*_`` stay."""
    return quote(given, safe="*", errors="replace").replace("%20", "+").replace("~", "%7E")


def base64_decode(given: str) -> str:
    try:
        return base64.b64decode(given, validate=False).decode("utf-8", "replace")
    except binascii.Error as exc:
        raise ValueError(f"not base64: {exc}") from exc


def parse_json(given: str) -> Any:
    try:
        return json.loads(given)
    except (ValueError, RecursionError) as exc:
        raise ValueError(f"not JSON: {exc}") from exc


UTIL: dict[str, Callable[[str], Any]] = {
    "base64Decode": base64_decode,
    "base64Encode": lambda given: base64.b64encode(given.encode("utf-8", "surrogatepass")).decode(),
    "escapeJavaScript": escape_javascript,
    "parseJson": parse_json,
    "urlDecode": lambda given: unquote_plus(given, errors="replace"),
    "urlEncode": url_encode,
}
UTIL_METHODS = frozenset(UTIL)


def nested(flat: Mapping[str, Any]) -> dict[str, Any]:
    """``{"identity.sourceIp": x}`` as ``{"identity": {"sourceIp": x}}``, without what is None."""
    found: dict[str, Any] = {}
    for name, value in flat.items():
        if value is not None:
            group, _, rest = name.partition(".")
            if rest:
                found.setdefault(group, {})[rest] = value
            else:
                found[name] = value
    return found
