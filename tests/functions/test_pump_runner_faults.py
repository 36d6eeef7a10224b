"""AWS fails at each of its calls in turn: nothing raises, nothing is lost, nothing comes twice."""

from collections.abc import Iterator
from typing import Any

import pytest

from backend_device import Device, Stage
from longwire_app.doorbell import Bell

OPERATIONS = [
    *("GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query", "BatchWriteItem", "TransactWriteItems"),
    *("SendMessage", "SendMessageBatch", "ChangeMessageVisibility"),
]


def attempts(what: str) -> Iterator[int]:
    """As a client tries again; a step that never succeeds fails the test."""
    yield from range(8)
    pytest.fail(f"{what} never succeeded")


class Clumsy:
    """A device whose every step is tried until it succeeds."""

    def __init__(self, device: Device, porter: Any, turn: Any) -> None:
        self.device = device
        self.porter = porter
        self.turn = turn
        self.connections = 0
        self.ack_id = 0

    def connect(self, *, resume: bool = False) -> None:
        for _ in attempts("connecting"):
            self.connections += 1
            name = f"{self.device.identity.user_id}{self.connections}="
            if self.device.connect(name, resume=resume) == 200:
                break
        self.pump()

    def ask(self, **frame: Any) -> None:
        self.ack_id += 1
        for _ in attempts(frame["type"]):
            self.device.send(**frame, ackId=self.ack_id)
            acks = [got for got in self.device.frames() if got["type"] == "ack" and got["ackId"] == self.ack_id]
            if any(ack["success"] or ack["error"]["name"] == "Duplicate" for ack in acks):
                return

    def pump(self) -> None:
        """As SQS rings again, until the worker is content."""
        for _ in attempts("the pump"):
            if not self.porter.answer([Bell(self.device.session_id, "m")], self.turn):
                return


@pytest.mark.parametrize("failures", [1, 2, 4])
@pytest.mark.parametrize("operation", OPERATIONS)
def test_each_step_succeeds_in_the_end_and_nothing_is_lost_or_repeated(
    stage: Stage, porter: Any, turn: Any, denials: Any, operation: str, failures: int
) -> None:
    denials[operation] = failures
    alice = Clumsy(stage.device("alice"), porter, turn)
    alice.connect()
    denials[operation] = failures
    alice.ask(type="joinGroup", group="room")
    got = []
    for number in range(3):
        denials[operation] = failures
        alice.ask(type="sendToGroup", group="room", data=number)
        denials[operation] = failures
        alice.pump()
        got += alice.device.receive()
        alice.device.acknowledge()
        denials[operation] = failures
        alice.device.vanish()
        alice.connect(resume=True)
        alice.pump()
        got += alice.device.receive()
    assert got == [0, 1, 2]


@pytest.mark.parametrize("operation", OPERATIONS)
def test_an_operation_that_always_fails_raises_nothing(stage: Stage, denials: Any, operation: str) -> None:
    stage.interrupted = True
    denials[operation] = 10_000
    device = stage.device()
    device.connect("a1=")
    device.connection, device.session_id = "a1=", "a1="
    for frame in (
        {"type": "joinGroup", "group": "room", "ackId": 1},
        {"type": "sendToGroup", "group": "room", "data": 1, "ackId": 2},
        {"type": "sequenceAck", "sequenceId": 1},
        {"type": "leaveGroup", "group": "room", "ackId": 3},
    ):
        device.send(**frame)
    stage.pump()
    device.vanish()
    assert all("type" in frame for frame in device.frames())
    assert {frame["ackId"] for frame in device.frames() if frame["type"] == "ack"} == {1, 2, 3}
