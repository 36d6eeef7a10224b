"""Settings by name: what ``--set NAME=VALUE``, ``[tool.longwire.settings]`` and the fixture give, as Quotas.

A name is that of a field of Quotas; spaces and hyphens stand for underscores.
"""

import difflib
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import Field, fields, replace
from typing import Any

from longwire.core.quotas import Quotas
from longwire.errors import UsageError

__all__ = ["assignments", "changed", "setting_rows"]

FIELDS: dict[str, Field[Any]] = {item.name: item for item in fields(Quotas)}
ALIASES = {"403_body": "forbidden_body"}  # a name that Python cannot have
TRUTH = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}
STATUSES, CLOSE_CODES = range(200, 600), range(1000, 5000)


def assignments(given: Iterable[str]) -> dict[str, str]:
    """``NAME=VALUE`` texts as a mapping; UsageError for what is none."""
    found = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise UsageError(f"--set {text}: write NAME=VALUE, such as idle_timeout=60")
        found[name.strip()] = value
    return found


def changed(quotas: Quotas, values: Mapping[str, Any], where: str) -> Quotas:
    """``quotas`` with other values; ``where`` begins the message of the UsageError for a wrong name or value."""
    return replace(quotas, **dict(setting(name, value, where) for name, value in values.items()))


def setting(name: str, value: Any, where: str) -> tuple[str, Any]:
    plain = name.strip().lower().replace("-", "_").replace(" ", "_")
    plain = ALIASES.get(plain, plain)
    item = FIELDS.get(plain)
    if item is None:
        near = difflib.get_close_matches(plain, FIELDS, n=3, cutoff=0.5)
        hint = f"did you mean {' or '.join(near)}?" if near else "see them with: longwire settings"
        raise UsageError(f"{where}: there is no setting {name}; {hint}")
    try:
        read = READERS[type(item.default)]
        return plain, checked(item, read(value))
    except ValueError as exc:
        raise UsageError(f"{where}: {plain} takes {exc}, not {value!r}") from exc


def truth(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    found = TRUTH.get(str(value).strip().lower())
    if found is None:
        raise ValueError("true or false")
    return found


def whole(value: Any) -> int:
    try:
        found = float(value) if not isinstance(value, bool) else math.nan
    except (TypeError, ValueError):
        found = math.nan
    if not found.is_integer():
        raise ValueError("a whole number")
    return int(found)


def number(value: Any) -> float:
    try:
        found = float(value) if not isinstance(value, bool) else math.nan
    except (TypeError, ValueError):
        found = math.nan
    if not math.isfinite(found):
        raise ValueError("a number")
    return found


def text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("a text")  # noqa: TRY004 - told to the user with the setting's name, as every wrong value
    return value


READERS: dict[type, Callable[[Any], Any]] = {bool: truth, int: whole, float: number, str: text}


def checked(item: Field[Any], value: Any) -> Any:
    """The value, or ValueError that says what fits the setting's unit."""
    unit, choices = item.metadata["unit"], item.metadata["choices"]
    if choices and value not in choices:
        raise ValueError(" or ".join(choices))
    if unit == "HTTP status" and value not in STATUSES:
        raise ValueError("an HTTP status from 200 to 599")
    if unit == "close code" and value not in CLOSE_CODES:
        raise ValueError("a close code from 1000 to 4999")
    if isinstance(value, (int, float)) and value < 0:
        raise ValueError("no negative number")
    if unit in ("seconds", "bytes", "characters") and not value and item.default:
        raise ValueError("more than 0")
    return value


def setting_rows(quotas: Quotas) -> list[dict[str, Any]]:
    """One row a setting: name, value, default, unit, meaning, source, verified, choices."""
    return [
        {"name": name, "value": getattr(quotas, name), "default": item.default, **item.metadata}
        for name, item in FIELDS.items()
    ]
