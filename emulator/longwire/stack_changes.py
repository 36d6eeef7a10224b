"""What an edit of a template changed: between the Stack that runs and the one that the file says now."""

from collections.abc import Collection, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from longwire.core.api import Api, Stack
from longwire.errors import Location

__all__ = ["address", "changed_functions", "connections_can_stay"]

# Each deployment of the gateway takes these over with all its connections; functions get other environments.
TAKEN_OVER = {"apis", "functions", "warnings"}


def changed_functions(before: Stack, now: Stack) -> set[str]:
    """The logical ids of the functions that are new, gone, or have another setting."""
    known = before.functions.keys() | now.functions.keys()
    return {name for name in known if substance(before.functions.get(name)) != substance(now.functions.get(name))}


def connections_can_stay(before: Stack, now: Stack) -> bool:
    """Whether all Stages are still there, and nothing changed but routes, settings and functions."""
    if not set(map(address, before.apis)) <= set(map(address, now.apis)):
        return False
    others = [part.name for part in fields(Stack) if part.name not in TAKEN_OVER]
    return all(substance(getattr(before, name)) == substance(getattr(now, name)) for name in others)


def address(api: Api) -> tuple[str, ...]:
    """What one deployed Stage is told from another by."""
    return api.domain_name, api.stage.name, api.account_id


def substance(value: Any) -> Any:
    """The value without its places in the template, which an edit further up moves."""
    if is_dataclass(value):
        named = [(part.name, getattr(value, part.name)) for part in fields(value)]
        return type(value), {name: substance(item) for name, item in named if not isinstance(item, Location)}
    if isinstance(value, Mapping):
        return {key: substance(item) for key, item in value.items()}
    if isinstance(value, Collection) and not isinstance(value, (str, bytes)):
        return [substance(item) for item in value]
    return value
