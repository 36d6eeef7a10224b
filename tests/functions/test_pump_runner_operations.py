"""What each operation asks of AWS, held to a number: a bill that grows should grow by decision."""

from collections import Counter
from typing import Any

import pytest

from backend_device import Device, Stage


@pytest.fixture
def alice(stage: Stage) -> Device:
    device = stage.device("alice")
    device.connect("a1=")
    stage.pump()
    device.receive()
    device.ask(type="joinGroup", group="room")
    device.ask(type="sendToGroup", group="room", data="first")
    stage.pump()
    device.receive()
    device.acknowledge()
    return device


@pytest.fixture
def cost(calls: Counter[str]) -> Any:
    """DynamoDB's and SQS's operations since the last look, without what the test itself asks for."""

    def read() -> dict[str, int]:
        found = {name.partition(":")[2]: count for name, count in calls.items()}
        calls.clear()
        return {name: count for name, count in found.items() if name not in {"ReceiveMessage", "DeleteMessage"}}

    read()
    return read


def test_connect(stage: Stage, cost: Any) -> None:
    stage.device().connect("a1=")
    assert cost() == {"Query": 1, "PutItem": 2, "BatchWriteItem": 1, "SendMessage": 1}
    stage.pump()
    # Two of the queries read where the logs of the user and of everybody end.
    assert cost() == {"Query": 3, "UpdateItem": 2}


def test_resume(stage: Stage, alice: Device, cost: Any) -> None:
    alice.vanish()
    assert cost() == {"Query": 1, "DeleteItem": 2, "UpdateItem": 1}
    alice.connect("a2=", resume=True)
    # One update of the session, two of the one subscription.
    assert cost() == {"Query": 2, "PutItem": 1, "BatchWriteItem": 1, "UpdateItem": 3, "SendMessage": 1}
    stage.pump()
    # One for the session, one for each topic: the group, the user's and everybody's.
    assert cost() == {"Query": 4, "UpdateItem": 2}


def test_join(alice: Device, cost: Any) -> None:
    alice.ask(type="joinGroup", group="other")
    assert cost() == {"BatchWriteItem": 1, "Query": 1, "TransactWriteItems": 1}


@pytest.mark.usefixtures("alice")
def test_publish_and_deliver(stage: Stage, cost: Any) -> None:
    bob = stage.device("bob")
    bob.connect("b1=")
    stage.pump()
    cost()
    bob.ask(type="sendToGroup", group="room", data=1)
    assert cost() == {"Query": 2, "TransactWriteItems": 1, "SendMessageBatch": 1}
    stage.pump()
    assert cost() == {"Query": 2, "UpdateItem": 2}


@pytest.mark.usefixtures("alice")
def test_five_messages_cost_no_more_to_deliver_than_one(stage: Stage, cost: Any) -> None:
    bob = stage.device("bob")
    bob.connect("b1=")
    stage.pump()
    for number in range(5):
        bob.ask(type="sendToGroup", group="room", data=number)
    cost()
    stage.pump()
    found = cost()
    assert found["UpdateItem"] <= 2 * 5
    assert stage.connections.posts["a1="] == 9


def test_an_ack_is_one_update(stage: Stage, alice: Device, cost: Any) -> None:
    alice.ask(type="sendToGroup", group="room", data=1)
    stage.pump()
    alice.receive()
    cost()
    alice.acknowledge()
    assert cost() == {"UpdateItem": 1}


def test_a_volatile_message_is_one_query_when_nobody_asks_for_an_ack(alice: Device, cost: Any) -> None:
    alice.send(type="sendToGroup", group="volatile.x", data=1)
    assert cost() == {"Query": 1}
