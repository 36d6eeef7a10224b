"""Frames with a type of the application's own, from the body to the ack, and the template's lines for them."""

from collections.abc import Iterator
from typing import Any

import pytest

from backend_device import Device, Stage
from backend_template import FILE, breaches, expanded, routes
from longwire_app.application import app
from longwire_app.errors import BadRequest
from longwire_app.events import Application, EventCall, Reply
from longwire_app.own_frames import RESERVED, OwnFrame, own_frame
from longwire_app.protocol import Malformed

LINES = """        vote:
          FunctionArn: !GetAtt MessageFunction.Arn
"""
"""README.md shows them; under Routes."""


@pytest.fixture
def voting() -> Iterator[list[Any]]:
    votes: list[Any] = []

    @app.route("vote")
    def vote(call: EventCall) -> Reply:
        if not isinstance(call.data, dict) or call.data.get("option") not in {"yes", "no"}:
            raise BadRequest("option: yes or no")
        votes.append((call.user_id, call.event, call.data))
        return Reply({"votes": len(votes)})

    yield votes
    del app.routes["vote"]


@pytest.fixture
def alice(stage: Stage) -> Device:
    device = stage.device()
    device.connect("a1=")
    stage.pump()
    device.receive()
    return device


def test_a_frame_of_ones_own_reaches_its_handler_once(alice: Device, voting: list[Any]) -> None:
    assert alice.ask(type="vote", option="yes", weight=2)["success"]
    assert voting == [("alice", "vote", {"option": "yes", "weight": 2})]
    assert alice.receive() == [{"votes": 1}]
    alice.send(type="vote", option="yes", ackId=1)
    assert alice.frames()[-1]["error"]["name"] == "Duplicate"
    assert len(voting) == 1


def test_what_the_handler_refuses_and_what_nobody_handles_is_a_bad_request(alice: Device, voting: list[Any]) -> None:
    assert alice.ask(type="vote", option="maybe")["error"] == {"name": "BadRequest", "message": "option: yes or no"}
    assert alice.ask(type="veto", option="yes")["error"] == {"name": "BadRequest", "message": "type: unknown"}
    assert voting == []


@pytest.mark.parametrize(
    "body",
    ['{"type":"vote","x":1e400}', '{"type":"vote","ackId":-1}', '{"type":"vote","ackId":"1"}', '{"type":1}', "[]"],
)
def test_what_could_not_be_sent_on_is_no_frame(body: str) -> None:
    malformed = Malformed("type: unknown")
    assert own_frame(body, malformed, ["vote"]) is malformed


def test_a_frame_has_its_fields_without_type_and_ack_id() -> None:
    frame = own_frame('{"type":"vote","ackId":7,"a":[null],"dataType":"x"}', Malformed(""), ["vote"])
    assert isinstance(frame, OwnFrame)
    assert (frame.ack_id, frame.fields) == (7, {"a": [None], "dataType": "x"})


@pytest.mark.parametrize("kind", sorted(RESERVED))
def test_the_protocols_types_are_not_to_be_taken(kind: str) -> None:
    with pytest.raises(ValueError, match="the protocol's"):
        Application().route(kind)


def test_a_type_has_one_handler() -> None:
    application = Application()
    application.route("vote")(lambda _: None)
    with pytest.raises(ValueError, match="two handlers for the type 'vote'"):
        application.route("vote")(lambda _: None)


def test_the_template_takes_a_route_for_it() -> None:
    text = FILE.read_text(encoding="utf-8").replace("        joinGroup:\n", f"{LINES}        joinGroup:\n", 1)
    assert "vote" in routes(expanded(text))
    assert [breach for breach in breaches(text) if "vote" not in breach] == []
