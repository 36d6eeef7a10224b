"""All that the rules look at: a template's parts, each worked out once, and the code of its functions."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from longwire_infra.check.apis import Api, Route, Stage, apis
from longwire_infra.check.code import Code, Library
from longwire_infra.check.document import Document, Path
from longwire_infra.check.functions import EventSource, Function, asynchronous, event_sources, functions
from longwire_infra.check.permissions import Statement, by_holder, statements

__all__ = ["Stack"]


@dataclass(frozen=True)
class Stack:
    """``today`` decides which runtimes are at their end. ``expected`` has the load that its owner has stated."""

    document: Document
    today: date
    expected: dict[str, float] = field(default_factory=dict)

    @cached_property
    def apis(self) -> tuple[Api, ...]:
        return apis(self.document)

    @cached_property
    def functions(self) -> dict[str, Function]:
        return functions(self.document)

    @cached_property
    def event_sources(self) -> list[EventSource]:
        return list(event_sources(self.document))

    @cached_property
    def asynchronous(self) -> dict[str, Path]:
        return asynchronous(self.document)

    @cached_property
    def statements(self) -> list[Statement]:
        return list(statements(self.document))

    @cached_property
    def held(self) -> dict[str, list[Statement]]:
        """Statements by the functions and roles that have them."""
        return by_holder(self.statements)

    @cached_property
    def library(self) -> Library:
        return Library()

    @cached_property
    def codes(self) -> dict[str, Code]:
        """By logical id; without those whose code is not here, or in a language that is not read."""
        found = {
            name: self.library.code(function, self.document.code(name)) for name, function in self.functions.items()
        }
        return {name: code for name, code in found.items() if code is not None}

    @property
    def routes(self) -> Iterator[Route]:
        return (route for api in self.apis for route in api.routes)

    @property
    def stages(self) -> Iterator[Stage]:
        return (stage for api in self.apis for stage in api.stages)

    def behind(self, *keys: str) -> dict[str, Route]:
        """Functions behind the routes of these keys, or behind all, with the first of their routes."""
        found: dict[str, Route] = {}
        for route in self.routes:
            function = None if route.integration is None else route.integration.function
            if function is not None and (not keys or route.key in keys):
                found.setdefault(function, route)
        return found

    @cached_property
    def authorizing(self) -> set[str]:
        """Functions that decide who may connect."""
        return {each.function for api in self.apis for each in api.authorizers if each.function is not None}
