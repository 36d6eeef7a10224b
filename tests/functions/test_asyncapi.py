"""The document is current, and says of each frame what is on the wire."""

import json
from pathlib import Path
from typing import Any, get_args

import pytest
from jsonschema import Draft202012Validator

from backend_device import Stage
from longwire_app.asyncapi import document, schema_of
from longwire_app.protocol import Incoming, Outgoing
from wire_tap import strangers

FILE = Path(__file__).parents[2] / "functions" / "asyncapi.json"


def test_the_committed_document_is_the_models() -> None:
    assert json.loads(FILE.read_text(encoding="utf-8")) == document(), (
        "run: cd functions && python -m longwire_app.asyncapi > asyncapi.json"
    )


def test_every_frame_of_the_protocol_is_a_message_of_one_direction() -> None:
    operations = document()["operations"]
    sent = {each["$ref"].rpartition("/")[2] for each in operations["send"]["messages"]}
    received = {each["$ref"].rpartition("/")[2] for each in operations["receive"]["messages"]}
    assert sent == {model.__name__ for model in get_args(Outgoing)} | {"Pong"}
    assert received == {model.__name__ for model in get_args(Incoming)} | {"Ping"}
    assert set(document()["components"]["messages"]) == sent | received


def test_every_reference_leads_somewhere() -> None:
    made = document()
    for each in made["operations"]["send"]["messages"] + list(made["channels"]["connection"]["messages"].values()):
        place: Any = made
        for part in each["$ref"].removeprefix("#/").split("/"):
            place = place[part]
        assert place


def test_frames_on_the_wire_fit_the_schema(stage: Stage) -> None:
    """A session with everything that the backend sends in it; the fixture ``stage`` looks at its frames."""
    device = stage.device()
    device.connect("a1=")
    stage.pump()
    device.ask(type="joinGroup", group="room")
    device.ask(type="sendToGroup", group="room", data={"a": [1, None]})
    device.ask(type="event", event="shout", dataType="text", data="hi")
    device.ask(type="event", event="unknown", data=1)
    stage.pump()
    assert {frame["type"] for frame in device.frames()} == {"system", "ack", "message"}


@pytest.mark.parametrize(
    "frame",
    [
        {"message": "Internal server error"},
        {"type": "ack", "ackId": "1", "success": True},
        {"type": "message", "from": "group", "data": 1},
        {"type": "system", "event": "connected", "userId": "u"},
        {"type": "other"},
    ],
)
def test_what_is_no_frame_does_not_fit(frame: dict[str, Any]) -> None:
    assert not Draft202012Validator(schema_of(Outgoing)).is_valid(frame)
    assert strangers([frame]) != []


@pytest.mark.parametrize("frame", [{"type": "pong"}, {"type": "ack", "ackId": 1, "success": True, "more": 1}])
def test_what_is_a_frame_fits(frame: dict[str, Any]) -> None:
    assert strangers([frame]) == []
