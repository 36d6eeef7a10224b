"""``$disconnect``: what is removed, and when nothing may be."""

from typing import Any

import boto3
import pytest

from backend_aws import recorded
from longwire_app.disconnect import handler
from longwire_app.items import expiry
from longwire_app.session import Peer
from longwire_app.topics import group_topic

pytestmark = pytest.mark.usefixtures("backend")

DONE = {"statusCode": 200}


@pytest.fixture
def closed(event: Any) -> Any:
    """A DISCONNECT event."""

    def make(code: int | None = 1001, reason: str = "", **who: Any) -> dict[str, Any]:
        made: dict[str, Any] = event("$disconnect", **who)
        made["requestContext"] |= {"disconnectStatusCode": code, "disconnectReason": reason}
        return made

    return make


def test_everything_of_the_session_is_removed(closed: Any, context: Any, store: Any, session: Any, aws: Any) -> None:
    store.open_session(session("c1="), [group_topic("room")], limit=3, now=1)
    store.open_session(session("c2="), [group_topic("room")], limit=3, now=1)
    assert handler(closed(connection="c1="), context) == DONE
    assert recorded("c2=") is not None
    assert not [pair for pair in aws.key_pairs() if "c1=" in "".join(pair)]


def test_the_users_slot_is_free_again(closed: Any, context: Any, store: Any, session: Any, turn: Any) -> None:
    store.open_session(session("c1="), [], limit=1, now=turn.now)
    handler(closed(connection="c1="), context)
    store.open_session(session("c2="), [], limit=1, now=turn.now)


def test_a_late_one_does_not_end_a_session_that_moved_on(closed: Any, context: Any, aws: Any, turn: Any) -> None:
    moved = boto3.client("dynamodb")
    item = {"connId": "c2=", "userId": "alice", "tenant": "", "subprotocol": ""}
    numbers = {"connectedAt": {"N": "1"}, "epoch": {"N": "2"}, "authExp": {"N": "0"}} | expiry(turn.now + 60)
    record = {name: {"S": value} for name, value in item.items()} | numbers
    moved.put_item(TableName=aws.table, Item={"pk": {"S": "S#c1="}, "sk": {"S": "META"}, **record})
    assert handler(closed(connection="c1="), context) == DONE
    assert recorded("c1=").peer == Peer("c1=", "c2=")


def test_twice_is_harmless_and_so_is_one_without_a_session(
    closed: Any, context: Any, store: Any, session: Any, logged: Any
) -> None:
    store.open_session(session("c1="), [], limit=3, now=1)
    assert [handler(closed(), context) for _ in range(2)] == [DONE, DONE]
    assert [line["ended"] for line in logged()] == [True, False]


@pytest.mark.parametrize(
    ("code", "metric"),
    [
        (1000, "Disconnects1000"),
        (1001, "Disconnects1001"),
        (1005, "Disconnects1005"),
        (1006, "Disconnects1006"),
        (1009, "Disconnects1009"),
        (3000, "DisconnectsApplication"),
        (4999, "DisconnectsApplication"),
        (5000, "DisconnectsOther"),
        (1004, "DisconnectsOther"),
        (-1, "DisconnectsOther"),
        (None, "DisconnectsOther"),
    ],
)
def test_close_codes_are_counted_under_few_names(
    closed: Any, context: Any, counted: Any, code: int | None, metric: str
) -> None:
    handler(closed(code), context)
    assert counted() == {"Disconnects": 1, metric: 1}


def test_the_reason_is_logged_as_one_line_of_no_more_than_a_frame_can_hold(
    closed: Any, context: Any, logged: Any
) -> None:
    handler(closed(4000, '"\r\n\x1b[31m' + "x" * 200), context)
    (line,) = logged()
    assert (line["code"], len(line["reason"])) == (4000, 123)


def test_an_event_without_code_and_reason_is_taken(event: Any, context: Any, counted: Any) -> None:
    assert handler(event("$disconnect"), context) == DONE
    assert counted() == {"Disconnects": 1, "DisconnectsOther": 1}


def test_a_failure_is_logged_and_answered_as_if_it_were_none(
    closed: Any, context: Any, aws: Any, counted: Any, logged: Any
) -> None:
    boto3.client("dynamodb").delete_table(TableName=aws.table)
    assert handler(closed(), context) == DONE
    assert counted() == {"HandlerErrors": 1}
    assert logged()[0]["exception_name"] == "ResourceNotFoundException"


def test_what_a_failure_left_is_removed_by_a_repetition(
    closed: Any, context: Any, store: Any, session: Any, aws: Any, denials: Any
) -> None:
    store.open_session(session("c1="), [group_topic("room")], limit=3, now=1)
    for operation in ("BatchWriteItem", "DeleteItem"):
        denials[operation] = 1
        handler(closed(), context)
        assert aws.items() != []
    handler(closed(), context)
    assert aws.items() == []
