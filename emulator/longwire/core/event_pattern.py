"""EventBridge's event patterns, which rules and the FilterCriteria of event source mappings are made of.

Source: EventBridge user guide, "Comparison operators for use in event patterns"; Lambda developer guide, "Filter rule
syntax". A pattern is a mapping whose leaves are lists: one element of the list has to fit.
"""

import ipaddress
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

__all__ = ["check", "matches"]

MISSING = object()
NUMERIC: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    "=": operator.eq,
    ">": operator.gt,
    ">=": operator.ge,
}
SCALARS = (str, int, float, bool, type(None))


def matches(pattern: Mapping[str, Any], event: Any) -> bool:
    """``pattern`` has passed ``check``."""
    return all(fits(name, wanted, event) for name, wanted in pattern.items())


def fits(name: str, wanted: Any, event: Any) -> bool:
    if name == "$or":
        return any(matches(one, event) for one in wanted)
    found = event.get(name, MISSING) if isinstance(event, Mapping) else MISSING
    if isinstance(wanted, Mapping):
        # An array of objects fits when one of them does.
        inside = found if isinstance(found, list) else [found]
        return any(matches(wanted, one) for one in inside)
    values = found if isinstance(found, list) and found else [found]
    return any(passes(condition, value) for condition in wanted for value in values)


def passes(condition: Any, value: Any) -> bool:
    if not isinstance(condition, Mapping):
        return same(condition, value)
    ((name, operand),) = condition.items()
    if name == "exists":
        # "Exists matching only works on leaf nodes", EventBridge
        return bool(operand) == (value is not MISSING and not isinstance(value, Mapping))
    return value is not MISSING and OPERATORS[name](operand, value)


def same(wanted: Any, value: Any) -> bool:
    """ "EventBridge uses string representation": 300 and 300.0 are not equal, nor are true and 1."""
    return type(wanted) is type(value) and wanted == value


def text_test(test: Callable[[str, str], bool]) -> Callable[[Any, Any], bool]:
    """For an operand that is text, or ``{"equals-ignore-case": text}``, or a list of texts under anything-but."""

    def applied(operand: Any, value: Any) -> bool:
        if not isinstance(value, str):
            return False
        if isinstance(operand, Mapping):
            return test(str(operand["equals-ignore-case"]).lower(), value.lower())
        options = operand if isinstance(operand, list) else [operand]
        return any(test(option, value) for option in options)

    return applied


def numeric(operand: Sequence[Any], value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    return all(NUMERIC[sign](value, limit) for sign, limit in zip(operand[::2], operand[1::2], strict=True))


def anything_but(operand: Any, value: Any) -> bool:
    if isinstance(operand, Mapping):
        ((name, inner),) = operand.items()
        return not OPERATORS[name](inner, value)
    options = operand if isinstance(operand, list) else [operand]
    return not any(same(option, value) for option in options)


def wildcard(pattern: str, value: str) -> bool:
    parts = re.findall(r"\\[*\\]|\*|[^*\\]+|\\", pattern)
    regex = "".join(".*" if part == "*" else re.escape(part[-1] if part[0] == "\\" else part) for part in parts)
    return re.fullmatch(regex, value, re.DOTALL) is not None


def cidr(operand: str, value: Any) -> bool:
    try:
        return ipaddress.ip_address(value) in ipaddress.ip_network(operand, strict=False)
    except ValueError:
        return False


OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "prefix": text_test(lambda start, value: value.startswith(start)),
    "suffix": text_test(lambda end, value: value.endswith(end)),
    "equals-ignore-case": text_test(lambda wanted, value: value.lower() == wanted.lower()),
    "wildcard": text_test(wildcard),
    "numeric": numeric,
    "anything-but": anything_but,
    "cidr": cidr,
}
IN_ANYTHING_BUT = ("prefix", "suffix", "equals-ignore-case", "wildcard")


def check(pattern: Any, path: tuple[str | int, ...] = ()) -> None:
    """Raise ValueError for a pattern that EventBridge would refuse; the text begins with the place inside of it."""
    if not isinstance(pattern, Mapping) or not pattern:
        raise ValueError(f"{place(path)}takes a mapping that is not empty")
    for name, wanted in pattern.items():
        here = (*path, name)
        if isinstance(wanted, Mapping):
            check(wanted, here)
        elif not isinstance(wanted, list) or not wanted:
            raise ValueError(f"{place(here)}has to be an object or a list that is not empty")
        elif name == "$or":
            for index, one in enumerate(wanted):
                check(one, (*here, index))
        else:
            for condition in wanted:
                check_condition(condition, here)


def check_condition(condition: Any, path: tuple[str | int, ...]) -> None:
    if isinstance(condition, SCALARS):
        return
    if not isinstance(condition, Mapping) or len(condition) != 1:
        raise ValueError(f"{place(path)}{condition!r} is neither a value nor one operator")
    ((name, operand),) = condition.items()
    if name not in OPERATORS and name != "exists":
        known = ", ".join(("exists", *OPERATORS))
        raise ValueError(f"{place(path)}there is no operator {name}; there are {known}")
    if not OPERANDS[name](operand):
        raise ValueError(f"{place(path)}{name} does not take {operand!r}")


def is_text(operand: Any) -> bool:
    return isinstance(operand, str)


def is_affix(operand: Any) -> bool:
    if isinstance(operand, Mapping):
        return set(operand) == {"equals-ignore-case"} and is_text(operand["equals-ignore-case"])
    return is_text(operand)


def is_comparison(operand: Any) -> bool:
    if not isinstance(operand, list) or len(operand) not in (2, 4):
        return False
    numbers = all(isinstance(one, (int, float)) and not isinstance(one, bool) for one in operand[1::2])
    return numbers and all(isinstance(one, str) and one in NUMERIC for one in operand[::2])


def is_exclusion(operand: Any) -> bool:
    if isinstance(operand, Mapping):
        if len(operand) != 1 or next(iter(operand)) not in IN_ANYTHING_BUT:
            return False
        ((_, inner),) = operand.items()
        return all(is_affix(one) for one in (inner if isinstance(inner, list) else [inner]))
    options = operand if isinstance(operand, list) else [operand]
    return bool(options) and all(isinstance(one, SCALARS) for one in options)


def is_network(operand: Any) -> bool:
    try:
        ipaddress.ip_network(operand, strict=False)
    except ValueError:
        return False
    return isinstance(operand, str)


OPERANDS: Mapping[str, Callable[[Any], bool]] = {
    "prefix": is_affix,
    "suffix": is_affix,
    "equals-ignore-case": is_text,
    "wildcard": is_text,
    "numeric": is_comparison,
    "anything-but": is_exclusion,
    "exists": lambda operand: isinstance(operand, bool),
    "cidr": is_network,
}


def place(path: tuple[str | int, ...]) -> str:
    return f"{'.'.join(map(str, path))}: " if path else ""
