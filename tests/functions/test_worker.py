"""Greetings: once the handshake is done, once for each session."""

import json
from dataclasses import replace
from typing import Any

import boto3
import pytest

from backend_aws import recorded
from longwire_app import connect
from longwire_app.doorbell import Bell
from longwire_app.pump_runner import PAUSES
from longwire_app.session import Peer
from longwire_app.worker import handler

pytestmark = pytest.mark.usefixtures("backend")

GREETING = {"type": "system", "event": "connected", "userId": "alice", "connectionId": "c1="}


@pytest.fixture
def opened(store: Any, session: Any, turn: Any) -> Any:
    """Opens sessions and returns their bells."""

    def make(*connections: str) -> list[Bell]:
        for connection in connections:
            store.open_session(session(connection), [], limit=0, now=turn.now)
        return [Bell(connection, f"m-{connection}") for connection in connections]

    return make


def record(body: str, message_id: str = "m1") -> dict[str, str]:
    return {"messageId": message_id, "body": body}


def record_of(bell: Bell) -> dict[str, str]:
    return record(json.dumps({"sessionId": bell.session_id}), bell.message_id)


def test_who_connected_is_greeted(event: Any, context: Any, aws: Any, connections: Any) -> None:
    connect.handler(event("$connect", headers={}), context)
    assert handler({"Records": aws.bells()}, context) == {"batchItemFailures": []}
    assert connections.frames == {"c1=": [GREETING]}
    assert recorded("c1=").greeted


def test_a_bell_that_is_heard_twice_greets_once(porter: Any, opened: Any, connections: Any, turn: Any) -> None:
    bells = opened("c1=")
    assert porter.answer(bells, turn) == []
    assert porter.answer(bells, turn) == []
    assert connections.posts == {"c1=": 1}
    assert turn.counts == {"MessagesOut": 1}


def test_a_session_that_ended_is_not_greeted(porter: Any, opened: Any, store: Any, connections: Any, turn: Any) -> None:
    (bell,) = opened("c1=")
    store.end_session(Peer("c1=", "c1="), turn.now)
    assert porter.answer([bell], turn) == []
    assert not connections.posts


def test_a_handshake_under_way_is_asked_again(
    porter: Any, opened: Any, connections: Any, turn: Any, pauses: list[float]
) -> None:
    connections.scripts["c1="] = [410, 410, 410]
    assert porter.answer(opened("c1="), turn) == []
    assert connections.frames == {"c1=": [GREETING]}
    assert pauses == list(PAUSES[:3])
    assert recorded("c1=").greeted


def test_a_connection_that_never_appears_ends_its_session_after_five_seconds(
    porter: Any, opened: Any, connections: Any, turn: Any, pauses: list[float]
) -> None:
    connections.statuses["c1="] = 410
    assert porter.answer(opened("c1="), turn) == []
    assert recorded("c1=") is None
    assert sum(pauses) == pytest.approx(5.17)
    assert turn.counts == {"Gone": 1, "NeverEstablished": 1}


@pytest.mark.parametrize(
    ("status", "metric"), [(429, "Throttled"), (500, "DeliveryFailures"), (403, "DeliveryFailures")]
)
def test_a_greeting_that_failed_is_rung_for_again_and_ends_nothing(
    porter: Any, opened: Any, connections: Any, turn: Any, status: int, metric: str
) -> None:
    connections.statuses["c2="] = status
    bells = opened("c1=", "c2=", "c3=")
    assert porter.answer(bells, turn) == [bells[1]]
    assert {each for each in connections.frames if connections.frames[each]} == {"c1=", "c3="}
    assert turn.counts == {"MessagesOut": 2, metric: 1}
    connections.statuses.clear()
    assert porter.answer([bells[1]], turn) == []
    assert connections.posts["c3="] == 1


def test_a_table_that_fails_has_the_bell_rung_again(
    porter: Any, opened: Any, denials: Any, connections: Any, turn: Any, logged: Any
) -> None:
    bells = opened("c1=", "c2=")
    denials["Query"] = 1
    (failed,) = porter.answer(bells, turn)
    (reached,) = {"c1=", "c2="} - {failed.session_id}
    assert connections.posts == {reached: 1}
    assert [(line["message"], line["session"]) for line in logged()] == [("the pump failed", failed.session_id)]


def test_a_greeting_that_was_posted_and_not_recorded_goes_out_twice(
    porter: Any, opened: Any, denials: Any, connections: Any, turn: Any
) -> None:
    bells = opened("c1=")
    denials["UpdateItem"] = 1
    assert porter.answer(bells, turn) == bells
    assert porter.answer(bells, turn) == []
    assert connections.frames == {"c1=": [GREETING, GREETING]}


def test_what_does_not_fit_into_the_invocation_is_rung_for_again(opened: Any, context: Any, connections: Any) -> None:
    (bell,) = opened("c1=")
    assert handler({"Records": [record_of(bell)]}, replace(context, remaining=3_000)) == {
        "batchItemFailures": [{"itemIdentifier": "m-c1="}]
    }
    assert not connections.posts


def test_only_the_bells_that_failed_are_named_to_sqs(opened: Any, context: Any, connections: Any) -> None:
    bells = opened("c1=", "c2=")
    connections.statuses["c1="] = 403
    answer = handler({"Records": [record_of(bell) for bell in bells]}, context)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "m-c1="}]}


def test_what_is_no_bell_is_dropped_and_disturbs_nobody(
    opened: Any, context: Any, connections: Any, logged: Any
) -> None:
    records = [record("junk"), *(record_of(bell) for bell in opened("c1=")), record("{}", "m2")]
    assert handler({"Records": records}, context) == {"batchItemFailures": []}
    assert connections.frames == {"c1=": [GREETING]}
    assert [(line["message"], line["dropped"]) for line in logged()] == [("not a bell; dropped", 2)]


def test_a_batch_that_cannot_be_read_fails_as_a_whole(context: Any, counted: Any) -> None:
    with pytest.raises(KeyError):
        handler({}, context)
    assert counted() == {"HandlerErrors": 1}


def test_a_missing_table_loses_no_bell(opened: Any, context: Any, aws: Any) -> None:
    (bell,) = opened("c1=")
    boto3.client("dynamodb").delete_table(TableName=aws.table)
    answer = handler({"Records": [record_of(bell)]}, context)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "m-c1="}]}
