"""What a person wrote, in a file or as flags, with the place of each value: text stays text, so that no number passes
through binary floating point."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

import yaml

from longwire_infra.errors import WorkloadError, nearest

__all__ = ["Number", "Written", "from_file"]

LONGEST_FILE = 100_000  # bytes
LONGEST_NUMBER = 40  # characters
SMALLEST_EXPONENT = -12
DEEPEST = 12


@dataclass(frozen=True, slots=True)
class Number:
    """The range of a field. ``zero`` is whether 0 means something."""

    most: int
    zero: bool = False
    why: str = ""
    whole: bool = False
    least: int = 0


@dataclass(frozen=True, slots=True)
class Written:
    """``value`` is text, a list or a mapping; ``field`` is its path, ``place`` file and line or the flag."""

    value: "str | list[Written] | dict[str, Written]"
    field: str
    place: str

    def wrong(self, message: str) -> WorkloadError:
        return WorkloadError(message, field=self.field, place=self.place)

    def mapping(self, known: Mapping[str, object]) -> "dict[str, Written]":
        """Its entries; WorkloadError for a key that is not in ``known``."""
        if not isinstance(self.value, dict):
            raise self.wrong(f"must be a mapping of {', '.join(known)}")
        for key, entry in self.value.items():
            if key not in known:
                raise entry.wrong(f"is no field here; {nearest(key, known)}")
        return self.value

    def entries(self) -> "list[Written]":
        if not isinstance(self.value, list):
            raise self.wrong("must be a list")
        return self.value

    def text(self, choices: tuple[str, ...] = ()) -> str:
        if not isinstance(self.value, str):
            raise self.wrong("must be one value")
        if choices and self.value not in choices:
            raise self.wrong(f"{self.value!r} is none; {nearest(self.value, choices)}")
        return self.value

    def number(self, allowed: Number) -> Decimal:
        """Raises WorkloadError for what is no number, negative, 0 without a meaning, or above what can be."""
        text, value = self.text(), self.finite()
        if value < 0 or (value == 0 and not allowed.zero):
            raise self.wrong(f"{text} must be {'0 or more' if allowed.zero else 'more than 0'}")
        if value < allowed.least:
            raise self.wrong(f"{text} is below {allowed.least}, the least that there is")
        if value > allowed.most:
            raise self.wrong(f"{text} is above {allowed.most:,}, {allowed.why or 'the most that makes sense here'}")
        if value and value.adjusted() < SMALLEST_EXPONENT:
            raise self.wrong(f"{text} is too small to mean anything")
        if allowed.whole and value != value.to_integral_value():
            raise self.wrong(f"{text} must be a whole number")
        return value

    def finite(self) -> Decimal:
        text = self.text()
        if len(text) > LONGEST_NUMBER:
            raise self.wrong("has too many digits")
        try:
            value = Decimal(text)
        except InvalidOperation:
            raise self.wrong(not_a_number(text)) from None
        if not value.is_finite():
            raise self.wrong(f"{text} is not a finite number")
        return value


def not_a_number(text: str) -> str:
    digits = text.rstrip("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ%/ ")
    if digits and digits != text:
        return f"{text!r} has a unit; write the plain number, in the unit that the field's name says"
    return f"{text!r} is not a number"


def from_file(file: Path) -> Written:
    """A YAML or JSON file; WorkloadError for what cannot be read."""
    try:
        data = file.read_bytes()
    except OSError as exc:
        raise WorkloadError(f"cannot be read: {exc.strerror}", field="file", place=str(file)) from None
    if len(data) > LONGEST_FILE:
        raise WorkloadError(f"is larger than {LONGEST_FILE:,} bytes", field="file", place=str(file))
    try:
        text = data.decode("utf-8")
        refuse_aliases(text, file)
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as exc:
        line = exc.problem_mark.line + 1 if exc.problem_mark is not None else 1
        raise WorkloadError(f"no YAML: {exc.problem}", field="file", place=f"{file}:{line}") from None
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError):
        raise WorkloadError("is no YAML or JSON text", field="file", place=str(file)) from None
    if not isinstance(node, yaml.MappingNode):
        raise WorkloadError("must hold a mapping, such as `connections: 100`", field="file", place=str(file))
    return built(node, str(file), "")


def refuse_aliases(text: str, file: Path) -> None:
    """A few lines of them can stand for more than any memory holds."""
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.AliasEvent):
            assert event.start_mark is not None
            place = f"{file}:{event.start_mark.line + 1}"
            raise WorkloadError(f"write *{event.anchor} out; aliases are not read here", field="file", place=place)


def built(node: yaml.Node, file: str, field: str) -> Written:
    place = f"{file}:{node.start_mark.line + 1}"
    if field.count(".") > DEEPEST:
        raise WorkloadError("is nested too deep", field=field, place=place)
    if isinstance(node, yaml.ScalarNode):
        return Written(node.value, field, place)
    if isinstance(node, yaml.SequenceNode):
        return Written([built(one, file, f"{field}.{i}") for i, one in enumerate(node.value)], field, place)
    assert isinstance(node, yaml.MappingNode)
    return Written(dict(pairs(node, file, field)), field, place)


def pairs(node: yaml.MappingNode, file: str, field: str) -> Iterator[tuple[str, Written]]:
    seen: set[str] = set()
    for key, value in node.value:
        name = str(key.value)
        path = f"{field}.{name}" if field else name
        if name in seen:
            raise WorkloadError("is given twice", field=path, place=f"{file}:{key.start_mark.line + 1}")
        seen.add(name)
        entry = built(value, file, path)
        yield name, Written(entry.value, path, f"{file}:{key.start_mark.line + 1}")
