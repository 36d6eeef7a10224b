"""Registering event handlers."""

from typing import Any

import pytest

from longwire_app.errors import NotFound
from longwire_app.events import Application, EventCall, Reply


def call(event: str, data: Any = None) -> EventCall:
    def publish(group: str, data: Any, data_type: str = "json") -> None:
        """Nobody listens."""

    return EventCall(event, data, "json", "alice", "", "s=", publish)


def test_a_handler_is_called_by_its_events_name() -> None:
    app = Application()

    @app.event("double")
    def double(call: EventCall) -> Reply:
        assert isinstance(call.data, int)
        return Reply(call.data * 2)

    assert app.answer(call("double", 2)) == Reply(4)
    assert double(call("double", 3)) == Reply(6)


@pytest.mark.parametrize("name", ["other", "Double", "double ", "__init__"])
def test_an_event_that_nobody_handles_is_not_found(name: str) -> None:
    app = Application()
    app.event("double")(lambda _: None)
    with pytest.raises(NotFound, match="no handler"):
        app.answer(call(name))


def test_two_handlers_for_one_event_are_a_mistake() -> None:
    app = Application()
    app.event("x")(lambda _: None)
    with pytest.raises(ValueError, match="two handlers for the event 'x'"):
        app.event("x")(lambda _: None)
