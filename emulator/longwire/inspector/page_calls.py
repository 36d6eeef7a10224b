"""All that the page can ask for beside the state, the timeline and the reports."""

from collections.abc import Callable

from longwire.core.api import Api, Stack
from longwire.inspector.actions import Actions
from longwire.inspector.calls import Call
from longwire.inspector.pytest_test import TestWriter
from longwire.inspector.tables import Tables
from longwire.server.server import Server

__all__ = ["page_calls"]


def page_calls(server: Server, stack: Callable[[], Stack]) -> dict[tuple[str, str], Call]:
    """By method and path. ``stack`` gives that of now."""
    tests = TestWriter(server.timeline, lambda: chosen_by(stack().apis))
    return {**Actions(server).calls, **Tables(server.outbound, stack).calls, **tests.calls}


def chosen_by(apis: tuple[Api, ...]) -> dict[str, str]:
    """The arguments of the fixture's ``connect`` that choose a Stage, by its path; the first one needs none."""
    found = {api.path: f"api={api.logical_id!r}, stage={api.stage.name!r}" for api in reversed(apis)}
    return {**found, apis[0].path: ""}
