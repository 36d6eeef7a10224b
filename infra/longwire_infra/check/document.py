"""A template as plain data, as the reader of templates hands it over, and the values that stand in it."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

__all__ = ["CodeOf", "Document", "Path", "Place", "Resource", "known", "listed", "mapping", "number", "references"]

Path = tuple[str | int, ...]
REFERENCE = re.compile(r"\$\{([A-Za-z0-9]+)(?:\.[^}]*)?\}")
SAM_SECTIONS = {f"AWS::Serverless::{name}": name for name in ("Function", "WebSocketApi")}


@dataclass(frozen=True, slots=True)
class Place:
    """``line`` counts from 1. A live endpoint is a place too, without a line."""

    file: str
    line: int | None = 1


@dataclass(frozen=True, slots=True)
class CodeOf:
    """Where a function's code is: in ``folder``, or ``text``, whose first line is ``place``."""

    folder: str | None = None
    text: str | None = None
    place: Place | None = None


def nowhere(_name: str) -> CodeOf | None:
    return None


@dataclass(frozen=True)
class Document:
    """What is live of a template.

    Values are resolved as far as they are known. A reference to a resource is text, ``${Name}`` or
    ``${Name.Attribute}``; what cannot be known is the call of its function, ``{"Fn::ImportValue": ...}``.
    """

    file: str
    data: Mapping[str, Any]
    where: Callable[[Path], Place]
    code: Callable[[str], CodeOf | None] = nowhere
    unread: tuple[str, ...] = field(default=())  # why a part of it is not here

    @cached_property
    def resources(self) -> "dict[str, Resource]":
        shared = mapping(self.data.get("Globals"))
        return {
            name: Resource.of(name, mapping(resource), shared)
            for name, resource in mapping(self.data.get("Resources")).items()
        }

    @cached_property
    def by_type(self) -> "dict[str, list[Resource]]":
        found: dict[str, list[Resource]] = {}
        for resource in self.resources.values():
            found.setdefault(resource.type, []).append(resource)
        return found

    def of_type(self, *types: str) -> "Iterator[Resource]":
        return (resource for kind in types for resource in self.by_type.get(kind, ()))


@dataclass(frozen=True, slots=True)
class Resource:
    """``properties`` with those of SAM's Globals; ``attributes`` are DependsOn, DeletionPolicy, Metadata."""

    name: str
    type: str
    properties: Mapping[str, Any]
    attributes: Mapping[str, Any]

    @classmethod
    def of(cls, name: str, resource: Mapping[str, Any], shared: Mapping[str, Any]) -> "Resource":
        kind = str(resource.get("Type"))
        properties = mapping(resource.get("Properties"))
        section = SAM_SECTIONS.get(kind)
        if section is not None:
            properties = merged(mapping(shared.get(section)), properties)
        return cls(name, kind, properties, resource)

    @property
    def path(self) -> Path:
        return ("Resources", self.name)

    def at(self, *names: str | int) -> Path:
        return (*self.path, "Properties", *names)

    def get(self, *names: str) -> Any:
        """None when any of the mappings on the way is not there, or not known."""
        found: Any = self.properties
        for name in names:
            found = mapping(found).get(name)
        return found


def merged(shared: Any, own: Any) -> Any:
    """SAM's rule for Globals: mappings are merged, lists are joined, anything else is the resource's own."""
    if isinstance(shared, dict) and isinstance(own, dict):
        return {**shared, **{key: merged(shared.get(key), value) for key, value in own.items()}}
    if isinstance(shared, list) and isinstance(own, list):
        return [*shared, *own]
    return own


def mapping(value: Any) -> Mapping[str, Any]:
    """``value`` when it is one and no call of a function, else an empty one."""
    return value if isinstance(value, dict) and known(value) else {}


def listed(value: Any) -> list[Any]:
    """One value alone is a list of one; nothing is an empty list."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def known(value: Any) -> bool:
    """Whether it is a value, not the call of a function that nobody could make."""
    return not (isinstance(value, dict) and any(key == "Ref" or key.startswith("Fn::") for key in value))


def number(value: Any) -> float | None:
    """CloudFormation takes ``"5"`` for 5. None for what is no number, or not known."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        return float(value)
    except ValueError:
        return None


def references(value: Any) -> Iterator[str]:
    """Logical ids that a value, or anything in it, refers to."""
    if isinstance(value, str):
        yield from REFERENCE.findall(value)
    elif isinstance(value, (list, dict)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from references(item)
    if isinstance(value, dict) and isinstance(value.get("Ref"), str):
        yield value["Ref"]
