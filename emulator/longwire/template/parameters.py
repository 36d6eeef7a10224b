"""The values of a template's Parameters: overrides, else defaults, checked as CloudFormation checks them."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from longwire.errors import UsageError
from longwire.template.places import KeyPath, Places, did_you_mean

__all__ = ["Value", "parameter_values"]

Value = str | list[str]
LISTS = re.compile(r"CommaDelimitedList|List<.+>")
# "AWS::SSM::Parameter::Value<String>" and its lists are read from the Parameter Store when AWS deploys.
STORED = re.compile(r"AWS::SSM::Parameter::Value<(.+)>")
OTHER = re.compile(r"String|Number|AWS::SSM::Parameter::Name|AWS::[A-Z]\w+(?:::\w+)+")
TYPES = ("String", "Number", "CommaDelimitedList", "List<Number>", "AWS::SSM::Parameter::Value<String>")
NAMES = (
    "Type", "Default", "Description", "AllowedValues", "AllowedPattern", "ConstraintDescription", "MinLength",
    "MaxLength", "MinValue", "MaxValue", "NoEcho",
)  # fmt: skip
Limit = tuple[str, Callable[[str, Any], bool], str]
LIMITS: tuple[Limit, ...] = (
    ("MinLength", lambda value, limit: len(value) >= int(limit), "shorter than"),
    ("MaxLength", lambda value, limit: len(value) <= int(limit), "longer than"),
    ("MinValue", lambda value, limit: float(value) >= float(limit), "below"),
    ("MaxValue", lambda value, limit: float(value) <= float(limit), "above"),
)


def parameter_values(places: Places, overrides: Mapping[str, str]) -> dict[str, Value]:
    """Every Parameter's value; raises TemplateError, and UsageError for an override that names no Parameter."""
    declared = places.source.data.get("Parameters") or {}
    for name in overrides:
        if name not in declared:
            hint = did_you_mean(name, declared) or f"It has: {', '.join(declared) or 'none'}"
            raise UsageError(f"--parameter-overrides {name}=...: the template has no Parameter {name}. {hint}")
    hint = f"--parameter-overrides {' '.join(f'{name}=VALUE' for name in without_value(declared, overrides))}"
    return {name: value_of(places, name, facts, overrides.get(name), hint) for name, facts in declared.items()}


def without_value(declared: Mapping[str, Any], overrides: Mapping[str, str]) -> list[str]:
    """All of them, so that they can be given at once."""
    given = {name for name, facts in declared.items() if not isinstance(facts, Mapping) or "Default" in facts}
    return [name for name in declared if name not in given and name not in overrides]


def value_of(places: Places, name: str, facts: Any, given: str | None, hint: str) -> Value:
    path = ("Parameters", name)
    if not isinstance(facts, Mapping):
        raise places.error(path, "a Parameter is a mapping with a Type")
    for key in facts:
        if key not in NAMES:
            raise places.error((*path, key), f"a Parameter has no {key}", did_you_mean(key, NAMES))
    kind = type_of(places, path, facts)
    if given is None and "Default" not in facts:
        raise places.error(path, "has no Default and was given no value", hint)
    text = given if given is not None else default(places, (*path, "Default"), facts["Default"])
    items = [item.strip() for item in text.split(",")] if LISTS.fullmatch(kind) else [text]
    for item in items:
        check(places, path, facts, kind, item)
    return items if LISTS.fullmatch(kind) else text


def type_of(places: Places, path: KeyPath, facts: Mapping[str, Any]) -> str:
    kind = facts.get("Type")
    if not isinstance(kind, str):
        raise places.error(path, "a Parameter needs a Type", "Type: String")
    if (stored := STORED.fullmatch(kind)) and "[cdk:skip]" in str(facts.get("Description")):
        return stored[1]  # CDK's BootstrapVersion: no resource refers to it
    if stored:
        message = "is taken as it stands; on AWS it names a Parameter Store entry whose value is used"
        places.warn((*path, "Type"), message, f"--parameter-overrides {path[1]}=VALUE gives the value itself.")
        return stored[1]
    if not (LISTS.fullmatch(kind) or OTHER.fullmatch(kind)):
        raise places.error((*path, "Type"), f"there is no Parameter Type {kind}", did_you_mean(kind, TYPES))
    return kind


def default(places: Places, path: KeyPath, value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (str, int, float)):
        return str(value)
    raise places.error(path, "a Default is text or a number; lists are text with commas")


def check(places: Places, path: KeyPath, facts: Mapping[str, Any], kind: str, value: str) -> None:
    if "Number" in kind and not is_number(value):
        raise places.error(path, f"{value!r} is no number, and its Type is {kind}")
    allowed = facts.get("AllowedValues")
    if isinstance(allowed, list) and value not in (known := [default(places, path, item) for item in allowed]):
        hint = did_you_mean(value, known)
        raise refused(places, (*path, "AllowedValues"), facts, f"{value!r} is none of {', '.join(known)}", hint)
    check_pattern(places, (*path, "AllowedPattern"), facts, value)
    for name, holds, how in LIMITS:
        if name in facts and not limit_holds(places, (*path, name), holds, value, facts[name]):
            raise refused(places, (*path, name), facts, f"{value!r} is {how} {facts[name]}")


def check_pattern(places: Places, path: KeyPath, facts: Mapping[str, Any], value: str) -> None:
    pattern = facts.get("AllowedPattern")
    if pattern is None:
        return
    try:
        matches = re.fullmatch(str(pattern), value) is not None
    except re.error as exc:
        raise places.error(path, f"{pattern!r} is no regular expression: {exc}") from exc
    if not matches:
        raise refused(places, path, facts, f"{value!r} does not match {pattern}")


def limit_holds(places: Places, path: KeyPath, holds: Callable[[str, Any], bool], value: str, limit: Any) -> bool:
    try:
        return holds(value, limit)
    except (TypeError, ValueError) as exc:
        raise places.error(path, f"{limit!r} cannot be compared with {value!r}") from exc


def refused(
    places: Places, path: KeyPath, facts: Mapping[str, Any], message: str, hint: str | None = None
) -> Exception:
    explained = facts.get("ConstraintDescription")
    return places.error(path, message, hint or (str(explained) if explained else None))


def is_number(value: str) -> bool:
    try:
        float(value)
    except ValueError:
        return False
    return True
