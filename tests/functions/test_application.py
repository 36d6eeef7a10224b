"""The examples that users replace."""

from typing import Any

import pytest

from longwire_app.application import app
from longwire_app.errors import BadRequest
from longwire_app.events import EventCall, Reply
from recorded_outlet import RecordedOutlet


def call(event: str, data: Any, data_type: Any = "json", outlet: RecordedOutlet | None = None) -> EventCall:
    return EventCall(event, data, data_type, "alice", "", "s=", outlet or RecordedOutlet())


def test_echo_gives_back_what_came() -> None:
    assert app.answer(call("echo", "aGk=", "binary")) == Reply("aGk=", "binary")


def test_shout_replies_in_capitals() -> None:
    assert app.answer(call("shout", "hi", "text")) == Reply("HI", "text")


def test_shout_refuses_what_is_no_text() -> None:
    with pytest.raises(BadRequest, match="takes text"):
        app.answer(call("shout", ["hi"]))


def test_announce_publishes_and_replies_nothing() -> None:
    outlet = RecordedOutlet()
    assert app.answer(call("announce", "hi", outlet=outlet)) is None
    assert outlet.sent == [("group announcements", {"by": "alice", "text": "hi"}, "json")]
