"""The methods of Java's String, Number, Boolean, List and Map that templates call.

A method is found by its name and by what it is given, as in Java; called with anything else it is null, as in
Velocity. One that is not here, but might be Java's, is refused by name when the template is loaded.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

from longwire.core.velocity.values import Budget, Entry, is_number, text

__all__ = ["METHODS", "called", "property_of"]

Function = Callable[..., Any]
# What an argument may be: text, whole number, map, list, anything.
KINDS: dict[str, Callable[[Any], bool]] = {
    "s": lambda value: isinstance(value, str),
    "i": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "m": lambda value: isinstance(value, dict),
    "l": lambda value: isinstance(value, list | range),
    "o": lambda _: True,
}
GROUP = re.compile(r"\\(.)|\$(\d)|([^\\$]+)", re.DOTALL)


def between(given: str, first: int, last: int | None = None) -> str:
    end = len(given) if last is None else last
    if not 0 <= first <= end <= len(given):
        raise IndexError(f"substring({first}, {end}) of a text with {len(given)} characters")
    return given[first:end]


def replaced(given: str, pattern: str, replacement: str, count: int = 0) -> str:
    """``$1`` is a group, ``\\`` takes the next character as it is."""
    parts = [(match[1] or match[3] or "", match[2]) for match in GROUP.finditer(replacement)]

    def filled(found: re.Match[str]) -> str:
        return "".join(found[int(group)] or "" if group else plain for plain, group in parts)

    return re.sub(pattern, filled, given, count=count)


def pieces(given: str, pattern: str, limit: int = 0) -> list[str]:
    """Java's: no empty text for a match without width at the start, and none at the end unless there is a limit."""
    found: list[str] = []
    start = 0
    for match in re.finditer(pattern, given):
        if match.end() == 0:
            continue
        if 0 < limit == len(found) + 1:
            break
        found.append(given[start : match.start()])
        start = match.end()
    found.append(given[start:])
    while limit == 0 and len(found) > 1 and found[-1] == "":
        found.pop()
    return found


def hashed(given: str) -> int:
    found = 0
    for character in given:
        found = (31 * found + ord(character)) & 0xFFFFFFFF
    return found - (1 << 32) if found & (1 << 31) else found


def order(left: str, right: str) -> int:
    for one, other in zip(left, right, strict=False):
        if one != other:
            return ord(one) - ord(other)
    return len(left) - len(right)


def added(given: list[Any], *arguments: Any) -> Any:
    if len(arguments) == 1:
        given.append(arguments[0])
        return True
    given.insert(at(given, arguments[0], len(given)), arguments[1])
    return None


def at(given: Any, index: int, most: int | None = None) -> int:
    """Java knows no negative index."""
    last = len(given) - 1 if most is None else most
    if not 0 <= index <= last:
        raise IndexError(f"index {index} of a list with {len(given)} items")
    return index


def removed(given: list[Any], what: Any) -> Any:
    if KINDS["i"](what):
        return given.pop(at(given, what))
    if what in given:
        given.remove(what)
        return True
    return False


def extended(given: list[Any], more: Any) -> bool:
    given.extend(more)
    return True


def put(given: dict[Any, Any], key: Any, value: Any) -> Any:
    before = given.get(key)
    given[key] = value
    return before


def emptied(given: Any) -> None:
    given.clear()


def first_of(given: Any, what: Any) -> int:
    return next((index for index, each in enumerate(given) if each == what), -1)


STRING: dict[str, dict[str, Function]] = {
    "charAt": {"i": lambda s, i: s[at(s, i)]},
    "compareTo": {"s": order},
    "concat": {"s": lambda s, o: s + o},
    "contains": {"s": lambda s, o: o in s},
    "endsWith": {"s": lambda s, o: s.endswith(o)},
    "equals": {"o": lambda s, o: s == o},
    "equalsIgnoreCase": {"s": lambda s, o: s.lower() == o.lower()},
    "hashCode": {"": hashed},
    "indexOf": {"s": lambda s, o: s.find(o), "si": lambda s, o, i: s.find(o, max(0, i))},
    "isBlank": {"": lambda s: not s.strip()},
    "isEmpty": {"": lambda s: not s},
    "lastIndexOf": {"s": lambda s, o: s.rfind(o)},
    "length": {"": len},
    "matches": {"s": lambda s, p: re.fullmatch(p, s) is not None},
    "replace": {"ss": lambda s, old, new: s.replace(old, new)},
    "replaceAll": {"ss": replaced},
    "replaceFirst": {"ss": lambda s, p, r: replaced(s, p, r, 1)},
    "split": {"s": pieces, "si": pieces},
    "startsWith": {"s": lambda s, o: s.startswith(o)},
    "strip": {"": lambda s: s.strip()},
    "substring": {"i": between, "ii": between},
    "toLowerCase": {"": lambda s: s.lower()},
    "toString": {"": lambda s: s},
    "toUpperCase": {"": lambda s: s.upper()},
    "trim": {"": lambda s: s.strip()},
}
NUMBER: dict[str, dict[str, Function]] = {
    "compareTo": {"o": lambda n, o: (n > o) - (n < o) if is_number(o) else None},
    "doubleValue": {"": float},
    "equals": {"o": lambda n, o: type(n) is type(o) and n == o},
    "floatValue": {"": float},
    "intValue": {"": int},
    "longValue": {"": int},
    "parseDouble": {"s": lambda _, s: float(s)},
    "parseInt": {"s": lambda _, s: int(s)},
    "parseLong": {"s": lambda _, s: int(s)},
    "valueOf": {"s": lambda n, s: type(n)(s)},
}
BOOLEAN: dict[str, dict[str, Function]] = {
    "booleanValue": {"": lambda b: b},
    "equals": {"o": lambda b, o: b is o},
    "parseBoolean": {"s": lambda _, s: s.lower() == "true"},
}
LIST: dict[str, dict[str, Function]] = {
    "contains": {"o": lambda v, o: o in v},
    "containsAll": {"l": lambda v, o: all(each in v for each in o)},
    "count": {"": len},  # of the developer guide's example; Java's lists have no such method
    "equals": {"o": lambda v, o: v == o},
    "get": {"i": lambda v, i: v[at(v, i)]},
    "indexOf": {"o": first_of},
    "isEmpty": {"": lambda v: not v},
    "size": {"": len},
}
CHANGEABLE: dict[str, dict[str, Function]] = {
    "add": {"o": added, "io": added},
    "addAll": {"l": extended},
    "clear": {"": emptied},
    "remove": {"o": removed},
    "set": {"io": lambda v, i, o: (v[at(v, i)], v.__setitem__(i, o))[0]},
    "subList": {"ii": lambda v, i, j: v[at(v, i, len(v)) : at(v, j, len(v))]},
}
MAP: dict[str, dict[str, Function]] = {
    "clear": {"": emptied},
    "containsKey": {"o": lambda m, k: k in m},
    "containsValue": {"o": lambda m, v: v in m.values()},
    "entrySet": {"": lambda m: [Entry(key, value) for key, value in m.items()]},
    "equals": {"o": lambda m, o: m == o},
    "get": {"o": lambda m, k: m.get(k)},
    "getOrDefault": {"oo": lambda m, k, d: m.get(k, d)},
    "isEmpty": {"": lambda m: not m},
    "keySet": {"": list},
    "put": {"oo": put},
    "putAll": {"m": lambda m, o: m.update(o)},
    "remove": {"o": lambda m, k: m.pop(k, None)},
    "size": {"": len},
    "values": {"": lambda m: list(m.values())},
}
ENTRY: dict[str, dict[str, Function]] = {"getKey": {"": lambda e: e.key}, "getValue": {"": lambda e: e.value}}
TABLES = (STRING, NUMBER, BOOLEAN, LIST, CHANGEABLE, MAP, ENTRY)
METHODS = frozenset({"toString", *(name for table in TABLES for name in table)})


def tables(value: Any) -> Iterator[dict[str, dict[str, Function]]]:
    if isinstance(value, str):
        yield STRING
    elif isinstance(value, bool):
        yield BOOLEAN
    elif is_number(value):
        yield NUMBER
    elif isinstance(value, list | range):
        yield LIST
        if isinstance(value, list):
            yield CHANGEABLE
    elif isinstance(value, dict):
        yield MAP
    elif isinstance(value, Entry):
        yield ENTRY


def called(value: Any, name: str, arguments: list[Any], budget: Budget) -> Any:
    """Raises ValueError, IndexError or re.error where Java's method throws."""
    for table in tables(value):
        for kinds, function in table.get(name, {}).items():
            if len(kinds) == len(arguments) and all(
                KINDS[kind](argument) for kind, argument in zip(kinds, arguments, strict=True)
            ):
                foresee(value, name, arguments, budget)
                return charged(function(value, *arguments), value, budget)
    return text(value, budget) if name == "toString" and not arguments else None


def foresee(value: Any, name: str, arguments: list[Any], budget: Budget) -> None:
    """What one call could multiply counts before it is made."""
    if name == "addAll":
        budget.step(len(arguments[0]))
    elif name == "replace":
        budget.write(value.count(arguments[0]) * len(arguments[1]))
    elif name in ("replaceAll", "replaceFirst"):
        pattern, replacement = arguments
        matches = sum(1 for _ in re.finditer(pattern, value))
        budget.write(matches * len(replacement) + len(value) * replacement.count("$"))


def charged(found: Any, value: Any, budget: Budget) -> Any:
    """What was looked at and what was made both count."""
    budget.step(1 + (len(found) if isinstance(found, list) else 0))
    budget.write(sum(len(each) for each in (found, value) if isinstance(each, str)))
    return found


def property_of(value: Any, name: str) -> Any:
    """``$value.name``: a map's key, or what ``getName()`` and ``isName()`` would give."""
    if isinstance(value, dict):
        return value.get(name)
    if isinstance(value, Entry):
        return {"key": value.key, "value": value.value}.get(name)
    return not value if name == "empty" and isinstance(value, str | list | range) else None
