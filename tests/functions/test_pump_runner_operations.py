"""What each operation asks of AWS, held to a number: a bill that grows should grow by decision."""

from collections import Counter
from typing import Any

import pytest

from backend_aws import MotoServer
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
def cost(calls: Counter[str], moto_server: MotoServer, stage: Stage) -> Any:
    """What was asked for since the last look: DynamoDB's and SQS's operations, units, posts and Lambda invocations.

    Without what the event source asks of SQS, which is once for a batch.
    """

    def read() -> dict[str, float]:
        found: dict[str, float] = {name.partition(":")[2]: count for name, count in calls.items()}
        found |= moto_server.units | {"posts": stage.connections.posts.total(), "invocations": stage.invocations}
        calls.clear()
        moto_server.units.clear()
        stage.connections.posts.clear()
        stage.invocations = 0
        return {
            name: count for name, count in found.items() if count and name not in {"ReceiveMessage", "DeleteMessage"}
        }

    read()
    return read


def test_connect(stage: Stage, cost: Any) -> None:
    """Its authorizer is another invocation.

    Written are the slot, the session, and the entry in everybody's index; then that it was greeted, or each look at the
    session would greet it again. Read are the ends of its user's log and of everybody's.
    """
    stage.device().connect("a1=")
    assert cost() == {"PutItem": 3, "writes": 3, "Query": 2, "reads": 2, "SendMessage": 1, "invocations": 1}
    stage.pump()
    assert cost() == {"Query": 1, "reads": 1, "UpdateItem": 1, "writes": 1, "posts": 1, "invocations": 1}


def test_connect_when_the_guessed_slot_is_taken(stage: Stage, cost: Any) -> None:
    """Where a slot may be free is guessed; a look, and one more put, follow only where the guess fails."""
    for number in range(2):
        stage.device().connect(f"a{number}=")
    cost()
    stage.device().connect("a2=")
    found = cost()
    assert (found["PutItem"], found.get("Query", 0)) in {(3, 2), (4, 3)}


def test_disconnect(alice: Device, cost: Any) -> None:
    alice.vanish()
    assert cost() == {"Query": 1, "reads": 1, "DeleteItem": 2, "UpdateItem": 1, "writes": 3, "invocations": 1}


def test_resume(stage: Stage, alice: Device, cost: Any) -> None:
    """Each followed topic's log is a read, its user's and everybody's too: bells that rang meanwhile got no hearing."""
    alice.vanish()
    cost()
    alice.connect("a2=", resume=True)
    asked = {"Query": 1, "reads": 1, "PutItem": 2, "UpdateItem": 1, "writes": 3, "SendMessage": 1}
    assert cost() == asked | {"invocations": 1}
    stage.pump()
    assert cost() == {"Query": 4, "reads": 4, "UpdateItem": 1, "writes": 1, "posts": 1, "invocations": 1}


def test_resume_without_a_disconnect_before(stage: Stage, alice: Device, cost: Any) -> None:
    alice.connect("a2=", resume=True)
    assert cost()["writes"] == 3
    stage.pump()
    assert cost()["writes"] == 1


def test_a_resume_writes_the_index_of_volatile_topics_alone(alice: Device, cost: Any) -> None:
    alice.ask(type="joinGroup", group="volatile.cursors")
    alice.vanish()
    cost()
    alice.connect("a2=", resume=True)
    assert cost()["writes"] == 4


def test_join(alice: Device, cost: Any) -> None:
    alice.ask(type="joinGroup", group="other")
    asked = {"PutItem": 1, "Query": 1, "UpdateItem": 1, "writes": 2, "reads": 1}
    assert cost() == asked | {"posts": 1, "invocations": 1}


def test_join_of_what_is_volatile(alice: Device, cost: Any) -> None:
    alice.ask(type="joinGroup", group="volatile.cursors")
    assert cost() == {"BatchWriteItem": 1, "writes": 2, "posts": 1, "invocations": 1}


@pytest.fixture
def bob(stage: Stage, alice: Device, cost: Any) -> Device:  # noqa: ARG001 (she is in the room)
    device = stage.device("bob")
    device.connect("b1=")
    stage.pump()
    cost()
    return device


def test_publish_and_deliver(stage: Stage, bob: Device, cost: Any) -> None:
    """Both reads of the delivery are consistent: an older state would have the bell heard in vain."""
    bob.ask(type="sendToGroup", group="room", data=1)
    asked = {"Query": 2, "reads": 2, "TransactWriteItems": 1, "writes": 4, "SendMessageBatch": 1}
    assert cost() == asked | {"posts": 1, "invocations": 1}
    stage.pump()
    assert cost() == {"Query": 2, "reads": 2, "UpdateItem": 1, "writes": 1, "posts": 1, "invocations": 1}


def test_five_messages_cost_no_more_to_deliver_than_one(stage: Stage, bob: Device, cost: Any) -> None:
    for number in range(5):
        bob.ask(type="sendToGroup", group="room", data=number)
    cost()
    stage.pump()
    assert cost() == {"Query": 2, "reads": 2, "UpdateItem": 1, "writes": 1, "posts": 5, "invocations": 1}


def test_a_second_message_before_the_first_is_acknowledged_is_two_updates_and_no_third_post(
    stage: Stage, bob: Device, cost: Any
) -> None:
    for number in range(3):
        bob.ask(type="sendToGroup", group="room", data=number)
        cost()
        stage.pump()
        found = cost()
        assert (found["UpdateItem"], found["posts"]) == [(1, 1), (2, 2), (2, 1)][number]


def test_an_ack_is_one_update(stage: Stage, alice: Device, cost: Any) -> None:
    alice.ask(type="sendToGroup", group="room", data=1)
    stage.pump()
    alice.receive()
    cost()
    alice.acknowledge()
    assert cost() == {"UpdateItem": 1, "writes": 1, "invocations": 1}


def test_a_volatile_message_is_one_query_when_nobody_asks_for_an_ack(alice: Device, cost: Any) -> None:
    alice.send(type="sendToGroup", group="volatile.x", data=1)
    assert cost() == {"Query": 1, "reads": 1, "invocations": 1}
