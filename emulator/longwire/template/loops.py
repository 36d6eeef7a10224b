"""``Fn::ForEach`` of the transform AWS::LanguageExtensions, written out before anything else is read.

``Fn::ForEach::Name: [Identifier, [value, ...], {Key${Identifier}: ...}]`` stands for one key for each value, in
Resources, Conditions, Outputs and inside properties. Loops may stand in loops. What is written out keeps the lines of
the loop, so errors name them.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from longwire.template.intrinsics import Resolver
from longwire.template.places import KeyPath, Places
from longwire.template.source import MAX_VALUES, Source

__all__ = ["has_loops", "without_loops"]

EXTENSIONS = "AWS::LanguageExtensions"
LOOP = "Fn::ForEach"
Bound = Mapping[str, str]


def has_loops(value: Any) -> bool:
    """Whether ``Fn::ForEach`` stands in it anywhere."""
    if isinstance(value, dict):
        return any(str(key).startswith(LOOP) or has_loops(item) for key, item in value.items())
    return isinstance(value, list) and any(map(has_loops, value))


def without_loops(source: Source, places: Places, resolver: Resolver) -> Source:
    """``source`` as it is when it has no loops; raises TemplateError. ``resolver`` knows its Parameters."""
    if not has_loops(source.data):
        return source
    loops = Loops(source, places, resolver)
    return replace(source, data=loops.unrolled(source.data, (), (), {}), marks=loops.marks)


class Loops:
    def __init__(self, source: Source, places: Places, resolver: Resolver) -> None:
        self.source = source
        self.places = places
        self.resolver = resolver
        self.marks = dict(source.marks)
        self.count = 0

    def unrolled(self, value: Any, path: KeyPath, to: KeyPath, bound: Bound) -> Any:
        """The value at ``path`` of the file, which is going to be at ``to``."""
        self.count += 1
        if self.count > MAX_VALUES:
            raise self.places.source_error(path, f"more than {MAX_VALUES:,} values once its loops are written out")
        if path in self.source.marks:
            self.marks[to] = self.source.marks[path]
        if isinstance(value, list):
            return [self.unrolled(item, (*path, index), (*to, index), bound) for index, item in enumerate(value)]
        if isinstance(value, dict):
            return self.mapping(value, path, to, bound)
        return filled(value, bound) if isinstance(value, str) else value

    def mapping(self, value: Mapping[str, Any], path: KeyPath, to: KeyPath, bound: Bound) -> Any:
        if list(value) == ["Ref"] and isinstance(value["Ref"], str) and value["Ref"] in bound:
            return bound[value["Ref"]]
        found: dict[str, Any] = {}
        for key, item in value.items():
            here = (*path, key)
            if str(key).startswith(LOOP):
                self.loop(found, item, here, to, bound)
            else:
                self.add(found, filled(key, bound), item, here, to, bound)
        return found

    def add(self, found: dict[str, Any], key: str, item: Any, path: KeyPath, to: KeyPath, bound: Bound) -> None:
        if key in found:
            raise self.places.source_error(path, f"{key} is here twice, once the loops are written out")
        found[key] = self.unrolled(item, path, (*to, key), bound)

    def loop(self, found: dict[str, Any], loop: Any, path: KeyPath, to: KeyPath, bound: Bound) -> None:
        identifier, values, body = self.checked(loop, path, bound)
        for value in values:
            inner = {**bound, identifier: value}
            for key, item in body.items():
                here = (*path, 2, key)
                if key.startswith(LOOP):
                    self.loop(found, item, here, to, inner)
                else:
                    self.add(found, filled(key, inner), item, here, to, inner)

    def checked(self, loop: Any, path: KeyPath, bound: Bound) -> tuple[str, list[str], Mapping[str, Any]]:
        declared = self.source.data.get("Transform")
        if EXTENSIONS not in (declared if isinstance(declared, list) else [declared]):
            hint = f"Transform: {EXTENSIONS}, in a list before the SAM transform"
            raise self.places.source_error(path, f"{LOOP} needs the transform {EXTENSIONS}", hint)
        shape = f"{LOOP} takes [IDENTIFIER, [VALUE, ...], {{KEY: VALUE}}]"
        if not isinstance(loop, list) or len(loop) != 3:
            raise self.places.source_error(path, shape)
        identifier, collection, body = loop
        if not isinstance(identifier, str) or not identifier.isalnum() or not isinstance(body, dict):
            raise self.places.source_error(path, shape)
        if identifier in bound or identifier in self.resolver.parameters:
            raise self.places.source_error((*path, 0), f"{identifier} is the name of something else already")
        values = self.resolver.resolve(self.unrolled(collection, (*path, 1), (*path, 1), bound), (*path, 1))
        if not isinstance(values, list) or not all(isinstance(value, (str, int, float)) for value in values):
            raise self.places.source_error((*path, 1), f"{LOOP} goes through a list of text")
        return identifier, [str(value) for value in values], body


def filled(text: str, bound: Bound) -> str:
    """``${Name}``, and ``&{Name}`` without all that is no letter or digit, for the names of loops alone."""
    for name, value in bound.items():
        plain = "".join(letter for letter in value if letter.isalnum())
        text = text.replace(f"${{{name}}}", value).replace(f"&{{{name}}}", plain)
    return text
