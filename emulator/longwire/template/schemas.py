"""Names, required names and enumerations of resource types, also of those that nothing here reads.

From CloudFormation's own resource schemas, in ``resource_schemas.json``: a node is ``{"p": {name: node}, "r":
[required]}`` or a list of the values that there are; numbers refer to ``nodes``, null is anything. AWS adds properties
all the time, so a name that is not known is a mistake when it is nearly a known one, and else a warning.
"""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from longwire.template.intrinsics import function_of
from longwire.template.places import KeyPath, Places, did_you_mean
from longwire.template.properties import Resources
from longwire.template.resource_types import READ

__all__ = ["check_schemas"]

NEAR = 0.75


@cache
def schemas() -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(files("longwire.template").joinpath("resource_schemas.json").read_bytes())
    return found


def check_schemas(resources: Resources) -> None:
    """Raises TemplateError for the first mistake, and warns of what may be one.

    Types that are read here are checked where they are read.
    """
    types = schemas()["types"]
    for name, resource in resources.live.items():
        node = types.get(resource["Type"])
        if node is not None and resource["Type"] not in READ:
            path: KeyPath = ("Resources", name, "Properties")
            check(resources.places, resource.get("Properties") or {}, node, path, resource["Type"])


def check(places: Places, value: Any, number: int | None, path: KeyPath, what: str) -> None:
    if number is None or (isinstance(value, dict) and function_of(value) is not None):
        for branch, at in branches(value, path):
            check(places, branch, number, at, what)
        return
    node = schemas()["nodes"][number]
    if isinstance(value, list):
        for index, item in enumerate(value):
            check(places, item, number, (*path, index), what)
    elif isinstance(node, list):
        check_value(places, value, node, path)
    elif isinstance(value, dict):
        check_names(places, value, node, path, what)
        for key, item in value.items():
            check(places, item, node["p"].get(key), (*path, key), key)


def branches(value: Any, path: KeyPath) -> Iterator[tuple[Any, KeyPath]]:
    """What Fn::If may give; nothing is known of other functions' values."""
    arguments = value.get("Fn::If") if isinstance(value, dict) else None
    if isinstance(arguments, list) and len(arguments) == 3:
        yield arguments[1], (*path, "Fn::If", 1)
        yield arguments[2], (*path, "Fn::If", 2)


def check_value(places: Places, value: Any, known: list[str], path: KeyPath) -> None:
    if not isinstance(value, str) or value in known:
        return
    near = did_you_mean(value, known, NEAR)
    if near is not None:
        raise places.error(path, f"{value!r} does not exist", near)
    places.warn(path, f"{value!r} is none of {', '.join(known[:12])}{', ...' if len(known) > 12 else ''}")


def check_names(places: Places, value: Mapping[str, Any], node: Mapping[str, Any], path: KeyPath, what: str) -> None:
    known = node["p"]
    for name in value:
        if name in known or not isinstance(name, str):
            continue
        near = did_you_mean(name, known, NEAR)
        if near is not None:
            raise places.error((*path, name), f"{what} has no property {name}", near)
        places.warn((*path, name), f"{what} is not known to have a property {name}")
    missing = sorted(set(node.get("r", ())) - value.keys())
    if missing and len(path) == 3:
        raise places.error(path[:2], f"{what} needs {' and '.join(missing)}")
