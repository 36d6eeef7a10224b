"""RequestParameters of an integration: headers, query string and path of its request, from what the client sent.

Developer guide, "Set up data mapping for WebSocket APIs": ``integration.request.header.X`` from
``route.request.header.X``, ``route.request.querystring.X`` (both with ``multivalue`` in front as well, and all of
them for ``$connect`` alone), ``route.request.body.PATH``, ``stageVariables.X``, ``context.X`` or ``'text'``.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from longwire.core.json_path import JsonPath
from longwire.core.velocity.values import Budget, text

__all__ = ["Asked", "Parameter", "ParameterError", "parameter"]

TARGET = re.compile(r"integration\.request\.(header|querystring|path)\.([A-Za-z0-9._$-]+)")
ROUTE = re.compile(r"route\.request\.(multivalue)?(header|querystring)\.([A-Za-z0-9._$-]+)")
BODY = re.compile(r"route\.request\.body(?:\.(.+))?")
VARIABLE = re.compile(r"(stageVariables|context)\.([A-Za-z0-9._-]+)")
STATIC = re.compile(r"'(.*)'", re.DOTALL)
BREAK = re.compile(r"[\r\n\0]+")


class ParameterError(ValueError):
    """A mapping that is not one; the message says which side of it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as templates and parameters see it. ``body`` is the parsed payload, or NOT_JSON; ``context`` is flat.

    ``headers`` and ``query`` are those of ``$connect``, with repeats, and empty for other routes.
    """

    payload: str
    body: Any
    context: Mapping[str, Any]
    headers: tuple[tuple[str, str], ...] = ()
    query: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Parameter:
    """``place`` is header, querystring or path."""

    place: str
    name: str
    source: str

    def value(self, asked: Asked, variables: Mapping[str, str]) -> str | None:
        """None when the client sent nothing of the kind; then the request has no such parameter."""
        found = self.found(asked, variables)
        if found is None:
            return None
        # A client chooses some of them: none may begin a header of its own, and half a character is none.
        return BREAK.sub(" ", text(found, Budget())).encode("utf-8", "replace").decode()

    def found(self, asked: Asked, variables: Mapping[str, str]) -> Any:
        if static := STATIC.fullmatch(self.source):
            return static[1]
        if sent := ROUTE.fullmatch(self.source):
            return sent_value(asked, several=sent[1] is not None, place=sent[2], name=sent[3])
        if variable := VARIABLE.fullmatch(self.source):
            return (variables if variable[1] == "stageVariables" else asked.context).get(variable[2])
        path = BODY.fullmatch(self.source)
        assert path is not None
        if path[1] is None:
            return asked.payload
        return path_of(path[1]).find(asked.body) if isinstance(asked.body, dict | list) else None


def sent_value(asked: Asked, *, several: bool, place: str, name: str) -> str | None:
    """Of several values the last, or all with commas between."""
    pairs = asked.headers if place == "header" else asked.query
    same = [value for key, value in pairs if key == name or (place == "header" and key.lower() == name.lower())]
    if not same:
        return None
    return ",".join(same) if several else same[-1]


def path_of(path: str) -> JsonPath:
    return JsonPath(path if path.startswith("$") else f"$.{path}")


def parameter(target: str, source: str) -> Parameter:
    """Raises ParameterError."""
    found = TARGET.fullmatch(target)
    if found is None:
        raise ParameterError(f"{target!r} is no integration.request.header.NAME, .querystring.NAME or .path.NAME")
    if path := BODY.fullmatch(source):
        try:
            path_of(path[1] or "$")
        except ValueError as exc:
            raise ParameterError(str(exc)) from exc
    elif not any(pattern.fullmatch(source) for pattern in (STATIC, ROUTE, VARIABLE)):
        raise ParameterError(
            f"{source!r} is none of route.request.header.NAME, route.request.querystring.NAME, "
            "route.request.body.PATH, stageVariables.NAME, context.NAME and 'text' (in single quotes)"
        )
    return Parameter(found[1], found[2], source)
