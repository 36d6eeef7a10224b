"""What a project's owner states: why a finding is none, and what no template can show.

It stands in the template (``Metadata: {longwire: {suppress, answers}}``, for one resource in its own Metadata) and in
pyproject.toml (``[tool.longwire.check]``).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any

from longwire_infra.check.document import Document, Place, mapping
from longwire_infra.check.rule import Severity
from longwire_infra.errors import LongwireInfraError

__all__ = ["Answer", "CheckError", "Statements", "Suppression", "of_project", "of_template"]

KEYS = ("answers", "fail-on", "suppress")


class CheckError(LongwireInfraError):
    """A checklist's settings, or what it is pointed at, are not what they should be."""


@dataclass(frozen=True, slots=True)
class Suppression:
    """``resource`` is None for a rule that is suppressed everywhere. An empty ``reason`` is none."""

    rule: str
    resource: str | None
    reason: str
    place: Place

    def covers(self, rule: str, resource: str | None) -> bool:
        return self.rule == rule and self.resource in (None, resource)


@dataclass(frozen=True, slots=True)
class Answer:
    """To one question. Files of ``evidence`` are beside ``place``."""

    question: str
    values: Mapping[str, Any]
    place: Place

    def text(self, name: str) -> str:
        return str(self.values.get(name) or "").strip()

    def number(self, name: str) -> float | None:
        value = self.values.get(name)
        return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None

    @property
    def evidence(self) -> FilePath | None:
        """The file; None when there is none to look for. What stands after # is a place in it."""
        named = self.text("evidence").partition("#")[0]
        return FilePath(self.place.file).parent / named if named and "://" not in named else None


@dataclass(frozen=True)
class Statements:
    """All of both files. ``place`` is where an unanswered question is told; the template answers what is ``seen``."""

    suppressions: tuple[Suppression, ...] = ()
    answers: Mapping[str, Answer] = field(default_factory=dict)
    place: Place = field(default_factory=lambda: Place("template.yaml"))
    fail_on: Severity | None = None
    seen: frozenset[str] = frozenset()

    @property
    def expected(self) -> dict[str, float]:
        """The numbers of the answer expected-load."""
        answer = self.answers.get("expected-load")
        numbers = {} if answer is None else {name: answer.number(name) for name in answer.values}
        return {name: value for name, value in numbers.items() if value is not None}

    def joined(self, other: "Statements") -> "Statements":
        """The other's answers are the stronger ones."""
        return Statements(
            (*self.suppressions, *other.suppressions),
            {**self.answers, **other.answers},
            self.place,
            other.fail_on or self.fail_on,
        )


def of_template(document: Document) -> Statements:
    path = ("Metadata", "longwire")
    ours = mapping(mapping(document.data.get("Metadata")).get("longwire"))
    answers = {
        name: Answer(name, mapping(value), document.where((*path, "answers", name)))
        for name, value in mapping(ours.get("answers")).items()
    }
    found = [
        Suppression(rule, None, str(reason or "").strip(), document.where((*path, "suppress", rule)))
        for rule, reason in mapping(ours.get("suppress")).items()
    ]
    for resource in document.resources.values():
        own = mapping(mapping(resource.attributes.get("Metadata")).get("longwire"))
        for rule, reason in mapping(own.get("suppress")).items():
            place = document.where((*resource.path, *path, "suppress", rule))
            found.append(Suppression(rule, resource.name, str(reason or "").strip(), place))
    return Statements(tuple(found), answers, Place(document.file))


def of_project(file: FilePath, table: Mapping[str, Any]) -> Statements:
    """``table`` is [tool.longwire.check] of the file; raises CheckError."""
    for key in table:
        if key not in KEYS:
            raise CheckError(f"{file}: [tool.longwire.check] has no {key}; it has {', '.join(KEYS)}")
    lines = Lines(file)
    suppressed, answered = table.get("suppress", {}), table.get("answers", {})
    for name, value in (("suppress", suppressed), ("answers", answered)):
        if not isinstance(value, dict):
            raise CheckError(f"{file}: write {name} as a table, [tool.longwire.check.{name}]")
    for name, value in answered.items():
        if not isinstance(value, dict):
            raise CheckError(f'{file}: write an answer as a table: {name} = {{how = "...", evidence = "..."}}')
    answers = {name: Answer(name, value, lines.place("answers", name)) for name, value in answered.items()}
    fail_on = table.get("fail-on")
    if fail_on not in (None, "error", "warning", "note"):
        raise CheckError(f"{file}: fail-on is error, warning or note, not {fail_on!r}")
    return Statements(tuple(suppressions(suppressed, lines)), answers, Place(str(file)), fail_on)


def suppressions(table: Mapping[str, Any], lines: "Lines") -> Iterator[Suppression]:
    """``LW101 = "reason"``, or ``LW101 = {Resource = "reason"}``."""
    for rule, value in table.items():
        place = lines.place("suppress", rule)
        for resource, reason in value.items() if isinstance(value, dict) else ((None, value),):
            yield Suppression(rule, resource, str(reason or "").strip(), place)


class Lines:
    """Where a key of a TOML file is: the first line after its table's header that begins with it."""

    def __init__(self, file: FilePath) -> None:
        self.file = file
        self.lines = file.read_text(encoding="utf-8").splitlines()

    def place(self, section: str, name: str) -> Place:
        header = re.compile(rf"\[tool\.longwire\.check(\.{section}(\.\"?{re.escape(name)}\"?)?)?\]")
        key = re.compile(rf"({section}\.)?\"?{re.escape(name)}\"?\s*[=.]")
        inside = False
        for number, line in enumerate(self.lines, 1):
            text = line.strip()
            if text.startswith("["):
                found = header.match(text)
                if found and found[2]:
                    return Place(str(self.file), number)
                inside = found is not None
            elif inside and key.match(text):
                return Place(str(self.file), number)
        return Place(str(self.file), 1)
