"""JSONPath as ``$input.path`` and ``$input.json`` take it: that of the Java library Jayway JsonPath.

``$``, ``.name``, ``['name']``, ``['a','b']``, ``[0]``, ``[-1]``, ``[0,2]``, ``[1:3]``, ``[*]``, ``.*``, ``..name``,
``[?(@.a == 'x' && @.b)]`` and ``.length()``. A path that may lead to several places gives a list of what it finds.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

__all__ = ["JsonPath", "JsonPathError"]

MOST_FOUND = 100_000  # values on the way; ours, so that no path multiplies a message without end

NAME = re.compile(r"[A-Za-z0-9_$\-\u0080-\uffff]+")
QUOTED = re.compile(r"'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\"")
NAMES = re.compile(rf"\[\s*(?:{QUOTED.pattern})(?:\s*,\s*(?:{QUOTED.pattern}))*\s*\]")
INDEXES = re.compile(r"\[\s*(-?\d+(?:\s*,\s*-?\d+)*)\s*\]")
SLICE = re.compile(r"\[\s*(-?\d*)\s*:\s*(-?\d*)\s*\]")
EVERY = re.compile(r"\[\s*\*\s*\]|\.\*|\*")
FILTER = re.compile(r"\[\s*\?\s*\(")
FUNCTION = re.compile(r"\.(length|size|keys|min|max|avg|sum|first|last)\(\)")
TERM = re.compile(
    rf"\s*(!?)@((?:\.[A-Za-z0-9_$-]+|\[\s*(?:{QUOTED.pattern}|-?\d+)\s*\])*)"
    rf"\s*(?:(==|!=|<=|>=|<|>|=~)\s*({QUOTED.pattern}|-?\d+(?:\.\d+)?|true|false|null|/[^/]*/i?))?\s*"
)
COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "<": lambda one, other: bool(one < other),
    "<=": lambda one, other: bool(one <= other),
    ">": lambda one, other: bool(one > other),
    ">=": lambda one, other: bool(one >= other),
}
FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "length": lambda value: len(value) if isinstance(value, list | dict | str) else None,
    "size": lambda value: len(value) if isinstance(value, list | dict) else None,
    "keys": lambda value: list(value) if isinstance(value, dict) else None,
    "min": lambda value: min(numbers(value), default=None),
    "max": lambda value: max(numbers(value), default=None),
    "sum": lambda value: sum(numbers(value)),
    "avg": lambda value: sum(numbers(value)) / len(numbers(value)) if numbers(value) else None,
    "first": lambda value: value[0] if isinstance(value, list) and value else None,
    "last": lambda value: value[-1] if isinstance(value, list) and value else None,
}
Step = Callable[[Any], Iterable[Any]]
Test = Callable[[Any], bool]
MISSING = object()


class JsonPathError(ValueError):
    """A path that is not understood; ``position`` counts its characters from 0."""

    def __init__(self, path: str, position: int, message: str) -> None:
        super().__init__(f"the JSONPath {path!r} is not understood at character {position + 1}: {message}")
        self.position = position


class JsonPath:
    """``definite`` when it leads to one place at most, so that a value comes of it and no list."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.at = 0
        self.definite = True
        self.functions: list[str] = []
        self.steps = self.parsed()

    def find(self, value: Any) -> Any:
        """None for what is not there. Raises JsonPathError for more than MOST_FOUND values on the way."""
        found = [value]
        spent = 0
        for step in self.steps:
            following = []
            for each in found:
                for inner in step(each):
                    following.append(inner)
                    spent += 1
                    if spent > MOST_FOUND:
                        raise JsonPathError(self.path, 0, f"it finds more than {MOST_FOUND:,} values")
            found = following
        result: Any = found if not self.definite else found[0] if found else None
        for name in self.functions:
            result = FUNCTIONS[name](result)
        return result

    # --- parsing

    def error(self, message: str) -> JsonPathError:
        return JsonPathError(self.path, self.at, message)

    def match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self.path, self.at)
        if found is not None:
            self.at = found.end()
        return found

    def parsed(self) -> list[Step]:
        """Jayway takes a path without ``$`` as well: ``a.b``."""
        if not self.path:
            raise self.error("it is empty; $ is the whole body")
        steps: list[Step] = []
        if self.path.startswith("$"):
            self.at = 1
        elif name := self.match(NAME):
            steps.append(names_step([name[0]]))
        while self.at < len(self.path):
            if self.functions and not FUNCTION.match(self.path, self.at):
                raise self.error("nothing follows a function")
            if function := self.match(FUNCTION):
                self.functions.append(function[1])
            elif self.path.startswith("..", self.at):
                self.at += 2
                self.definite = False
                steps += [descendants, self.named() or self.bracketed()]
            else:
                steps.append(self.step())
        return steps

    def step(self) -> Step:
        if EVERY.match(self.path, self.at):
            self.match(EVERY)
            self.definite = False
            return children
        if self.path.startswith(".", self.at):
            self.at += 1
            named = self.named()
            if named is None:
                raise self.error("a name is expected")
            return named
        return self.bracketed()

    def named(self) -> Step | None:
        name = self.match(NAME)
        return None if name is None else names_step([name[0]])

    def bracketed(self) -> Step:
        if self.match(EVERY):
            self.definite = False
            return children
        if found := self.match(NAMES):
            quoted = [unescaped(one or other) for one, other in QUOTED.findall(found[0])]
            return names_step(quoted)
        if found := self.match(INDEXES):
            indexes = [int(part) for part in found[1].split(",")]
            self.definite = self.definite and len(indexes) == 1
            return lambda value: at_indexes(value, indexes)
        if found := self.match(SLICE):
            self.definite = False
            bounds = slice(*(int(part) if part else None for part in found.groups()))
            return lambda value: value[bounds] if isinstance(value, list) else ()
        if self.match(FILTER):
            return self.filter()
        raise self.error("a name, an index, * or a filter is expected: .name, ['name'], [0], [*], [?(@.a == 1)]")

    def filter(self) -> Step:
        self.definite = False
        ways = [[self.term()]]
        while joint := self.match(re.compile(r"&&|\|\|")):
            if joint[0] == "&&":
                ways[-1].append(self.term())
            else:
                ways.append([self.term()])
        if self.match(re.compile(r"\)\s*\]")) is None:
            raise self.error("the filter has no )]")

        def chosen(value: Any) -> Iterator[Any]:
            candidates = value if isinstance(value, list) else [value] if isinstance(value, dict) else []
            return (each for each in candidates if any(all(test(each) for test in way) for way in ways))

        return chosen

    def term(self) -> Test:
        found = self.match(TERM)
        if found is None:
            raise self.error("a comparison is expected: @.name == 'text'")
        negated, path, operator, literal = found[1] == "!", found[2], found[5], found[6]
        inner = JsonPath(f"${path}")
        if operator is None:
            return lambda value: (there(inner, value) is MISSING) == negated
        wanted = literal_value(literal)
        return lambda value: compared(operator, there(inner, value), wanted)


def names_step(names: list[str]) -> Step:
    """Several names give an object with those that are there."""
    if len(names) == 1:
        return lambda value: (value[names[0]],) if isinstance(value, dict) and names[0] in value else ()
    return lambda value: ({name: value[name] for name in names if name in value},) if isinstance(value, dict) else ()


def at_indexes(value: Any, indexes: list[int]) -> list[Any]:
    if not isinstance(value, list):
        return []
    return [value[index] for index in indexes if -len(value) <= index < len(value)]


def children(value: Any) -> Iterable[Any]:
    return value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()


def descendants(value: Any) -> Iterator[Any]:
    waiting = [value]
    while waiting:
        found = waiting.pop()
        yield found
        waiting += reversed(list(children(found)))


def unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)


def there(path: JsonPath, value: Any) -> Any:
    found = [value]
    for step in path.steps:
        found = [inner for each in found for inner in step(each)]
    return found[0] if found else MISSING


def literal_value(text: str) -> Any:
    if text.startswith("/"):
        return re.compile(text.strip("i").strip("/"), re.IGNORECASE if text.endswith("i") else 0)
    return unescaped(text[1:-1]) if text[0] in "'\"" else json.loads(text)


def compared(operator: str, found: Any, wanted: Any) -> bool:
    if operator == "=~":
        return isinstance(found, str) and isinstance(wanted, re.Pattern) and wanted.fullmatch(found) is not None
    if found is MISSING:
        return operator == "!="
    if operator in ("==", "!="):
        return (found == wanted and isinstance(found, bool) == isinstance(wanted, bool)) == (operator == "==")
    alike = isinstance(found, str) == isinstance(wanted, str) and isinstance(found, str | int | float)
    return alike and isinstance(wanted, str | int | float) and COMPARE[operator](found, wanted)


def numbers(value: Any) -> list[float]:
    items = value if isinstance(value, list) else []
    return [each for each in items if isinstance(each, int | float) and not isinstance(each, bool)]
