"""Environment variables for functions from a file: the JSON that ``sam local --env-vars`` takes, or ``.env``.

JSON has ``{"Function": {"NAME": "value"}}``, by logical id or FunctionName, and ``{"Parameters": {...}}`` for all
functions; what a function is given by name wins. A ``.env`` file is for all functions.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from longwire.core.api import Function, Stack
from longwire.errors import Location, TemplateError, UsageError
from longwire.template.places import KeyPath, did_you_mean
from longwire.template.source import parse

__all__ = ["apply"]

SHARED = "Parameters"
LINE = re.compile(r"\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*?)\s*")
COMMENT = re.compile(r"\s+#.*")
Variables = dict[str, str]


@dataclass(slots=True)
class Settings:
    """What a file says: for all functions, and by logical id or name."""

    shared: Variables = field(default_factory=dict)
    by_function: dict[str, Variables] = field(default_factory=dict)


def apply(stack: Stack, path: Path) -> Stack:
    """The stack with the file's variables in its functions, and warnings for what the template does not know.

    Raises UsageError with file and line.
    """
    settings = read(path)
    unknown = [
        name for name in settings.by_function if not any(is_named(item, name) for item in stack.functions.values())
    ]
    warnings = [f"{path}: the template has no function {name}.{near(name, stack)}" for name in unknown]
    everywhere = undeclared_by_all(settings.shared, stack)
    warnings += [f"{path}: {name} is declared by no function of the template; all get it" for name in everywhere]
    functions = {}
    for logical_id, function in stack.functions.items():
        own = own_variables(settings, function)
        shared = {
            key: value for key, value in settings.shared.items() if key in function.environment or key in everywhere
        }
        warnings += [
            f"{path}: {logical_id} does not declare {name} in the template; it gets it here, but not on AWS"
            for name in own
            if name not in function.environment
        ]
        functions[logical_id] = replace(function, environment={**function.environment, **shared, **own})
    return replace(stack, functions=functions, warnings=(*stack.warnings, *warnings))


def is_named(function: Function, name: str) -> bool:
    return name in (function.logical_id, function.name)


def near(name: str, stack: Stack) -> str:
    found = did_you_mean(name, [*stack.functions, SHARED])
    return f" {found}" if found else ""


def undeclared_by_all(shared: Variables, stack: Stack) -> list[str]:
    declared = {name for function in stack.functions.values() for name in function.environment}
    return [name for name in shared if name not in declared]


def own_variables(settings: Settings, function: Function) -> Variables:
    found: Variables = {}
    for name, variables in settings.by_function.items():
        if is_named(function, name):
            found |= variables
    return found


def read(path: Path) -> Settings:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as exc:
        raise UsageError(f"--env-vars {path} cannot be read: {exc.strerror}") from exc
    except UnicodeDecodeError as exc:
        raise UsageError(f"{path}: not UTF-8 at byte {exc.start}") from exc
    if text.lstrip().startswith(("{", "[")):
        return from_json(text, path)
    return Settings(shared=dict(from_lines(text, path)))


def from_json(text: str, path: Path) -> Settings:
    try:
        data = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as exc:
        where = f":{exc.lineno}:{exc.colno}" if isinstance(exc, json.JSONDecodeError) else ""
        raise UsageError(f"{path}{where}: not JSON: {exc}") from exc
    if not isinstance(data, dict):
        raise UsageError(f'{path}:1: takes an object: {{"Function": {{"NAME": "value"}}}}')
    settings = Settings()
    for name, variables in data.items():
        if not isinstance(variables, dict):
            raise misplaced(text, path, (name,), f'{name} takes an object: {{"{name}": {{"NAME": "value"}}}}')
        found = {key: as_text(value, text, path, (name, key)) for key, value in variables.items()}
        if name == SHARED:
            settings.shared = found
        else:
            settings.by_function[name] = found
    return settings


def as_text(value: Any, text: str, path: Path, key: KeyPath) -> str:
    """As SAM writes values: null is empty, booleans are lower case."""
    if isinstance(value, (dict, list)):
        raise misplaced(text, path, key, f"{key[-1]} takes text, a number or a boolean")
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def misplaced(text: str, path: Path, key: KeyPath, message: str) -> UsageError:
    try:
        location = parse(text, path).location(key)
    except TemplateError:  # a key twice, which JSON allows
        location = Location(path, 1)
    return UsageError(f"{location}: {message}")


def from_lines(text: str, path: Path) -> Iterator[tuple[str, str]]:
    """``NAME=VALUE`` lines; ``export``, comments and quotes as shells have them."""
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        found = LINE.fullmatch(line)
        if found is None:
            raise UsageError(f"{path}:{number}: {line.strip()!r} is not NAME=VALUE")
        yield found[1], unquoted(found[2], path, number)


def unquoted(value: str, path: Path, number: int) -> str:
    if value[:1] not in ("'", '"'):
        return COMMENT.sub("", value)
    end = value.find(value[0], 1)
    if end < 0 or not re.fullmatch(r"(?:\s+#.*)?", value[end + 1 :]):
        raise UsageError(f"{path}:{number}: the quotes of {value} do not match")
    return value[1:end]
