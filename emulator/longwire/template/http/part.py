"""A mapping inside a resource's properties, read as Properties are: what is wrong is told with its place."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from longwire.core.http.api import StaticAnswer
from longwire.template.places import KeyPath, Places, did_you_mean
from longwire.template.values import Values

__all__ = ["NOT_EMULATED", "LeftOut", "Part"]

SAID = '{"message":"This Route is not emulated by Longwire"}'
NOT_EMULATED = StaticAnswer(501, (("content-type", "application/json"),), SAID)


class LeftOut(Exception):
    """What it is raised for is not emulated, and the user allowed it: its Route answers 501."""


@dataclass(frozen=True, slots=True)
class Part(Values):
    """``path`` is where it stands in the expanded template."""

    values: Mapping[str, Any]
    path: KeyPath
    places: Places

    def leave_out(self, name: str, message: str, hint: str | None = None) -> NoReturn:
        """Of a whole Route: it must neither let in more people than on AWS nor leave its requests to another Route.

        Raises TemplateError, or LeftOut after a warning when the user allowed it.
        """
        self.places.unsupported((*self.path, name), message, hint)
        raise LeftOut

    def names(self, what: str, known: Collection[str], refused: Collection[str] = ()) -> None:
        """Raise for a name that is neither ``known`` nor ``refused``; refuse those as not emulated."""
        for name in self.values:
            if name in refused:
                self.places.unsupported((*self.path, name), f"{name} of {what} is not emulated")
            elif name not in known:
                raise self.error(name, f"{what} has no {name}", did_you_mean(name, (*known, *refused)))

    def listed(self, name: str) -> tuple[str, ...]:
        """A list of text; one text alone is a list of one, or several with commas between them."""
        value = self.values.get(name, [])
        items = value.split(",") if isinstance(value, str) else value
        if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
            raise self.error(name, "takes a list of text")
        return tuple(item.strip() for item in items if item.strip())

    def part(self, name: str) -> "Part":
        """An empty one where there is none."""
        value = self.values.get(name, {})
        if not isinstance(value, Mapping):
            raise self.error(name, "takes a mapping")
        return Part(value, (*self.path, name), self.places)

    def parts(self) -> Iterator[tuple[str, "Part"]]:
        for name in self.values:
            yield name, self.part(name)
