"""Which Route takes a request.

Developer guide, "Routing API requests" of HTTP APIs: a full match of method and path, then a greedy path variable,
then $default. Between two Routes that match, the first segment in which they differ decides: text before ``{id}``
before ``{proxy+}``; then a method before ANY.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from longwire.core.http.api import DEFAULT, HttpApi, HttpRoute

__all__ = ["Match", "Router", "variable"]


@dataclass(frozen=True, slots=True)
class Match:
    route: HttpRoute
    parameters: Mapping[str, str] = field(default_factory=dict)


def variable(segment: str) -> str | None:
    """``id`` of ``{id}``, ``proxy+`` of ``{proxy+}``; None for text."""
    return segment[1:-1] if segment.startswith("{") and segment.endswith("}") else None


def segments(path: str) -> list[str]:
    return path.removeprefix("/").split("/")


class Router:
    """The Routes of one entry point."""

    def __init__(self, api: HttpApi) -> None:
        self.rest = api.kind == "rest"
        self.fallback = next((route for route in api.routes if route.path == DEFAULT), None)
        paths = [route for route in api.routes if route.path != DEFAULT]
        self.routes = [(segments(route.path), route) for route in sorted(paths, key=order)]

    def match(self, method: str, path: str) -> Match | None:
        """``path`` is below the Stage and still percent-encoded; None when nothing takes it."""
        # Inferred: a REST API takes a slash at the end of a resource's path, an HTTP API has no such Route.
        given = [unquote(part) for part in segments(path.removesuffix("/") if self.rest and path != "/" else path)]
        for pattern, route in self.routes:
            found = values(pattern, given)
            if found is None:
                continue
            if route.method in (method, "ANY"):
                return Match(route, found)
            if self.rest and not self.has_other_method(pattern, method):
                return None  # the resource is chosen by its path alone, and has no such method
        return Match(self.fallback) if self.fallback is not None else None

    def has_other_method(self, pattern: list[str], method: str) -> bool:
        return any(other == pattern and route.method in (method, "ANY") for other, route in self.routes)


def order(route: HttpRoute) -> tuple[list[int], bool]:
    """Smaller comes first."""
    return [rank(segment) for segment in segments(route.path)], route.method == "ANY"


def rank(segment: str) -> int:
    name = variable(segment)
    return 0 if name is None else 2 if name.endswith("+") else 1


def values(pattern: list[str], given: list[str]) -> dict[str, str] | None:
    """The path parameters, decoded; None when the path does not fit. ``{proxy+}`` takes one segment or more."""
    found: dict[str, str] = {}
    for index, segment in enumerate(pattern):
        name = variable(segment)
        if index >= len(given) or (name is None and segment != given[index]):
            return None
        if name is not None and name.endswith("+"):
            rest = "/".join(given[index:])
            return {**found, name[:-1]: rest} if rest else None
        if name is not None:
            if not given[index]:
                return None
            found[name] = given[index]
    return found if len(given) == len(pattern) else None
