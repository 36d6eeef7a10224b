"""The resources of an expanded template, with their properties resolved and read by type."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from longwire.errors import Location
from longwire.template.intrinsics import Resolver
from longwire.template.places import KeyPath, Places, did_you_mean
from longwire.template.property_names import Names, names_of, nested_names
from longwire.template.values import Values

__all__ = ["Properties", "Resources"]


class Properties(Values):
    """One resource. Reading a property that has the wrong type raises TemplateError with its place."""

    def __init__(self, logical_id: str, resource: Mapping[str, Any], resolver: Resolver) -> None:
        self.logical_id = logical_id
        self.type = str(resource["Type"])
        self.places: Places = resolver.places
        self.path: KeyPath = ("Resources", logical_id, "Properties")
        resolved: dict[str, Any] = resolver.resolve(resource.get("Properties") or {}, self.path)
        self.values = resolved
        self.check_names()

    def check_names(self) -> None:
        names = names_of(self.type)
        if names is None:
            return
        for name in self.values:
            if name not in names.known:
                raise self.error(name, f"{self.type} has no property {name}", did_you_mean(name, names.known))
            if name in names.refused:
                self.places.unsupported((*self.path, name), f"{name} of {self.type} is not emulated")
        missing = sorted(names.required - self.values.keys())
        if missing:
            raise self.places.error(self.path[:2], f"{self.type} needs {' and '.join(missing)}")
        for name, inside in nested_names(self.type).items():
            self.check_nested(name, inside)

    def check_nested(self, name: str, names: Names) -> None:
        """``names`` are those of the mapping, or of each mapping of a list."""
        value = self.values.get(name, [])
        for index, item in enumerate(value if isinstance(value, list) else [value]):
            path = (*self.path, name, index) if isinstance(value, list) else (*self.path, name)
            if not isinstance(item, dict):
                raise self.places.error(path, f"takes a mapping with {', '.join(sorted(names.known))}")
            for key in item:
                if key not in names.known:
                    raise self.places.error((*path, key), f"{name} has no {key}", did_you_mean(key, names.known))
            missing = sorted(names.required - item.keys())
            if missing:
                raise self.places.error(path, f"needs {' and '.join(missing)}")

    @property
    def location(self) -> Location:
        return self.places.location(self.path[:2])

    def warn(self, name: str, message: str, hint: str | None = None) -> None:
        self.places.warn((*self.path, name), message, hint)

    def mapping(self, name: str) -> Mapping[str, Any]:
        value = self.values.get(name, {})
        if not isinstance(value, dict):
            raise self.error(name, "takes a mapping")
        return value

    def texts(self, name: str) -> dict[str, str]:
        """A mapping of text to text, numbers and booleans written as CloudFormation writes them."""
        return {key: self.scalar(name, key, value) for key, value in self.mapping(name).items()}

    def scalar(self, name: str, key: str, value: Any) -> str:
        if isinstance(value, bool):
            return str(value).lower()
        if not isinstance(value, (str, int, float)):
            raise self.places.error((*self.path, name, key), "takes text")
        return str(value)

    def listed(self, name: str) -> list[str]:
        """A list of text; one text alone is a list of one."""
        value = self.values.get(name, [])
        items = [value] if isinstance(value, str) else value
        if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
            raise self.error(name, "takes a list of text")
        return items


class Resources:
    """What is live of an expanded template. ``of_type`` resolves each resource once, when it is first asked for."""

    def __init__(self, live: Mapping[str, Any], resolver: Resolver) -> None:
        self.live = live
        self.resolver = resolver
        self.places = resolver.places
        self.read: dict[str, Properties] = {}

    def of_type(self, *types: str) -> Iterator[Properties]:
        for logical_id, resource in self.live.items():
            if resource["Type"] in types:
                yield self.properties(logical_id)

    def properties(self, logical_id: str) -> Properties:
        if logical_id not in self.read:
            self.read[logical_id] = Properties(logical_id, self.live[logical_id], self.resolver)
        return self.read[logical_id]

    def by_physical_id(self, kind: str) -> dict[str, str]:
        """Logical ids of one type, by what ``Ref`` gives for them."""
        return {
            self.resolver.identities.ref(name, ("Resources", name)): name
            for name, resource in self.live.items()
            if resource["Type"] == kind
        }

    @cached_property
    def functions(self) -> dict[str, str]:
        """Logical ids of the functions by their names."""
        return self.by_physical_id("AWS::Lambda::Function")
