"""Where in the user's file a piece of the OpenAPI document comes from that SAM makes of HttpApi and Api events."""

from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["event_place"]

KeyPath = tuple[str | int, ...]
EVENTS = ("HttpApi", "Api")
# What an event calls what the document calls so.
NAMES = {
    "payloadFormatVersion": "PayloadFormatVersion",
    "security": "Auth",
    "timeoutInMillis": "TimeoutInMillis",
    "x-amazon-apigateway-any-method": "Method",
}


def event_place(data: Any, path: KeyPath) -> KeyPath | None:
    """The event whose operation ``path`` leads into; None when no event made it.

    ``path`` is ``("Resources", API, "Properties", "Body", "paths", "/a", "get", ...)``.
    """
    if len(path) < 6 or path[2:5] != ("Properties", "Body", "paths"):
        return None
    url, method, last = path[5], path[6] if len(path) > 6 else None, path[-1]
    for place, event in events_of(data):
        given = str(event.get("Method", "ANY")).lower()
        if event.get("Path", "$default") == url and method in (None, given, "x-amazon-apigateway-any-method"):
            wanted = NAMES.get(str(last), "Method" if len(path) == 7 else "Path")
            return (*place, wanted) if wanted in event else place
    return None


def events_of(data: Any) -> Iterator[tuple[KeyPath, Mapping[str, Any]]]:
    for name, resource in data["Resources"].items():
        properties = resource.get("Properties") if isinstance(resource, Mapping) else None
        events = properties.get("Events") if isinstance(properties, Mapping) else None
        for key, event in events.items() if isinstance(events, Mapping) else ():
            if isinstance(event, Mapping) and event.get("Type") in EVENTS:
                below = event.get("Properties")
                place = ("Resources", name, "Properties", "Events", key, "Properties")
                yield place, below if isinstance(below, Mapping) else {}
