"""Values of a mapping in a template, read by type; a wrong one is told with its place."""

from collections.abc import Collection, Mapping
from typing import Any

from longwire.errors import TemplateError
from longwire.template.places import KeyPath, Places, did_you_mean

__all__ = ["Values"]


class Values:
    """``values`` are resolved, ``path`` is where the mapping stands. Reading raises TemplateError."""

    values: Mapping[str, Any]
    path: KeyPath
    places: Places

    def error(self, name: str, message: str, hint: str | None = None) -> TemplateError:
        return self.places.error((*self.path, name), message, hint)

    def text(self, name: str, default: str = "") -> str:
        value = self.values.get(name, default)
        if isinstance(value, bool):
            return str(value).lower()
        if not isinstance(value, (str, int, float)):
            raise self.error(name, "takes text")
        return str(value)

    def one_of(self, name: str, known: Collection[str], default: str = "") -> str:
        value = self.text(name, default)
        if value not in known:
            hint = did_you_mean(value, known) or f"One of: {', '.join(known)}"
            raise self.error(name, f"{value!r} does not exist", hint)
        return value

    def number(self, name: str, default: int, low: int, high: int) -> int:
        """A whole number; CloudFormation takes ``"30"`` for 30."""
        value = self.values.get(name, default)
        text = str(value).strip()
        if isinstance(value, bool) or not text.removeprefix("-").isdecimal():
            raise self.error(name, f"takes a whole number, not {value!r}")
        if not low <= int(text) <= high:
            raise self.error(name, f"{text} is not between {low} and {high:,}")
        return int(text)

    def flag(self, name: str, *, default: bool = False) -> bool:
        value = self.values.get(name, default)
        if str(value).lower() not in ("true", "false"):
            raise self.error(name, f"takes true or false, not {value!r}")
        return str(value).lower() == "true"
