"""All that can be understood of a template, and all that is wrong with it: goes on where ``load`` stops.

What is not emulated is noted and ignored. What is wrong is taken out of a copy (the property first, its resource when
that is not enough) and the rest is read again, so that the next mistake is found. What is only wrong because something
was taken out is not told.
"""

import re
from copy import deepcopy
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from longwire.errors import TemplateError
from longwire.template.load import Given, opened, parts, prepared
from longwire.template.places import KeyPath, Places
from longwire.template.schemas import check_schemas
from longwire.template.source import Source

__all__ = ["Survey", "survey"]

MOST = 60  # mistakes, after which nobody reads on
# What an api lacks when its parts were taken out.
INCOMPLETE = (" needs ", " must be set", " can be set")
LACKING = ("no Route", "no Stage", "no WebSocket API")


@dataclass(slots=True)
class Survey:
    """``parts`` are those of a Stack, as far as they could be read. ``given_up``: not all of the template was read."""

    parts: dict[str, Any] = field(default_factory=dict)
    errors: list[TemplateError] = field(default_factory=list)
    unsupported: list[TemplateError] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    given_up: bool = False


@dataclass(slots=True)
class Noting(Places):
    """Goes on past what is not emulated."""

    noted: list[TemplateError] = field(default_factory=list)

    def unsupported(self, path: KeyPath, message: str, hint: str | None = None) -> None:
        error = self.error(path, message, hint)
        if all(str(error) != str(known) for known in self.noted):
            self.noted.append(error)


def survey(path: Path, given: Given) -> Survey:
    """Raises TemplateError for a file that is no template at all, and UsageError for a wrong argument."""
    source = opened(path, given)
    found, left_out = Survey(), LeftOut(source)
    for _ in range(MOST):
        places = Noting(left_out.source)
        errors, found.parts = attempt(left_out.source, places, given)
        known = set(map(str, found.unsupported))
        found.unsupported += [error for error in places.noted if str(error) not in known]
        found.warnings = [warning for warning in places.warnings if not left_out.caused(warning)]
        ignored = [error.origin[:-1] for error in found.unsupported if error.origin[-1:] == ("Type",)]
        news = [
            error
            for error in errors
            if left_out.is_new(error, found.errors) and not any(error.origin[: len(path)] == path for path in ignored)
        ]
        found.errors += news
        gone = [left_out.take(error) for error in errors]  # what follows from the earlier ones stands in the way too
        if not any(gone):
            found.given_up = bool(errors)
            break
    return found


def attempt(source: Source, places: Noting, given: Given) -> tuple[list[TemplateError], dict[str, Any]]:
    """The first error of each part, and the parts that have none."""
    errors: list[TemplateError] = []
    found: dict[str, Any] = {}
    try:
        resources = prepared(source, places, given)
    except TemplateError as exc:
        return [exc], found
    for name, part in parts(source, given).items():
        try:
            found[name] = part(resources)
        except TemplateError as exc:
            if all(str(exc) != str(other) for other in errors):  # several parts read an api
                errors.append(exc)
    if not errors:
        try:
            check_schemas(resources)
        except TemplateError as exc:
            errors.append(exc)
    return errors, found


class LeftOut:
    """A copy of the template without what was wrong."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.paths: list[KeyPath] = []

    def is_new(self, error: TemplateError, known: list[TemplateError]) -> bool:
        """Neither told already nor a consequence of what was taken out."""
        if any(str(error) == str(other) for other in known):
            return False
        if self.paths and any(words in error.message for words in LACKING):
            return False
        touched = any(path[:2] == error.origin[:2] for path in self.paths)
        if touched and any(words in error.message for words in INCOMPLETE):  # of a property that was taken out
            return False
        names = {str(path[-1]) for path in self.paths}
        return not any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", error.message) for name in names)

    def caused(self, warning: str) -> bool:
        """A property that was taken out is not there, and that alone is what it warns of."""
        return any(len(path) == 4 and f": {path[1]}.{path[3]}: " in warning for path in self.paths)

    def take(self, error: TemplateError) -> bool:
        """Take out what an error is about; false when it is about nothing that can be missed."""
        path = next((path for path in candidates(error.origin) if path not in self.paths), None)
        if path is None:
            return False
        data = deepcopy(self.source.data)
        if not removed(data, path):
            return False
        self.paths.append(path)
        # The text is what expanded templates are kept by.
        self.source = replace(self.source, data=data, text=f"{self.source.text}\n# without {path}")
        return True


def candidates(origin: KeyPath) -> list[KeyPath]:
    """A property of a resource, then the resource; an entry of another section."""
    if len(origin) < 2:
        return []
    inside = origin[:4] if origin[0] == "Resources" and origin[2:3] not in ((), ("Type",)) else origin[:2]
    return list(dict.fromkeys((inside, origin[:2])))


def removed(data: Any, path: KeyPath) -> bool:
    *parents, last = path
    try:
        for part in parents:
            data = data[part]
        del data[last]
    except (KeyError, IndexError, TypeError):
        return False
    return True
