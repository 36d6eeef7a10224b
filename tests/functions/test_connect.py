"""``$connect``: what a handshake opens, and what a refused one leaves behind: nothing."""

from typing import Any

import boto3
import pytest

from backend_aws import recorded
from longwire_app.connect import handler
from longwire_app.handshake import JSON

pytestmark = pytest.mark.usefixtures("backend")

OFFER = {"Sec-WebSocket-Protocol": f"chat, {JSON}"}


def test_the_subprotocol_is_confirmed_and_the_session_recorded(event: Any, context: Any, aws: Any) -> None:
    answer = handler(event("$connect", headers=OFFER, user="alice"), context)
    assert answer == {"statusCode": 200, "headers": {"Sec-WebSocket-Protocol": JSON}}
    session = recorded("c1=")
    assert (session.user_id, session.subprotocol, session.greeted) == ("alice", JSON, False)
    assert {pk for pk, _ in aws.key_pairs()} == {"S#c1=", "T#a:#0", "U##alice"}


@pytest.mark.parametrize("headers", [{}, {"sec-websocket-protocol": ""}])
def test_without_an_offer_nothing_is_confirmed(event: Any, context: Any, headers: Any) -> None:
    assert handler(event("$connect", headers=headers), context) == {"statusCode": 200}
    assert recorded("c1=").subprotocol == ""


def test_a_lower_case_header_is_an_offer_too(event: Any, context: Any) -> None:
    headers = {name.lower(): value for name, value in OFFER.items()}
    assert "headers" in handler(event("$connect", headers=headers), context)


def test_the_doorbell_rings_once_for_the_greeting(event: Any, context: Any, aws: Any) -> None:
    handler(event("$connect", headers=OFFER), context)
    (bell,) = aws.bells()
    assert bell["body"] == '{"sessionId": "c1="}'


def test_the_tokens_groups_are_joined(event: Any, context: Any, store: Any, turn: Any) -> None:
    handler(event("$connect", headers=OFFER, groups=("one", "two")), context)
    for group in ("one", "two"):
        (page,) = store.subscribers(f"g:{group}", turn.now)
        assert [peer.connection_id for peer in page] == ["c1="]


def test_a_subprotocol_that_nobody_speaks_is_a_400_and_leaves_nothing(
    event: Any, context: Any, aws: Any, counted: Any, logged: Any
) -> None:
    assert handler(event("$connect", headers={"Sec-WebSocket-Protocol": "graphql-ws"}), context) == {"statusCode": 400}
    assert aws.items() == []
    assert aws.bells() == []
    assert counted() == {"RefusedSubprotocol": 1}
    assert logged()[-1]["reason"] == "Subprotocol"


def test_one_connection_too_many_is_a_429_and_leaves_nothing(
    event: Any, context: Any, aws: Any, counted: Any, store: Any, turn: Any
) -> None:
    for number in range(3):
        handler(event("$connect", headers=OFFER, connection=f"c{number}="), context)
    before = aws.key_pairs()
    counted()
    assert handler(event("$connect", headers=OFFER, connection="c3="), context) == {"statusCode": 429}
    assert aws.key_pairs() == before
    assert counted() == {"RefusedLimit": 1}
    assert handler(event("$connect", headers=OFFER, connection="c3=", user="bob"), context)["statusCode"] == 200
    store.end_session(recorded("c0=").peer, turn.now)
    assert handler(event("$connect", headers=OFFER, connection="c4="), context)["statusCode"] == 200


def test_a_repeated_invocation_changes_nothing(event: Any, context: Any, aws: Any) -> None:
    first = handler(event("$connect", headers=OFFER), context)
    before = aws.key_pairs()
    assert handler(event("$connect", headers=OFFER), context) == first
    assert aws.key_pairs() == before
    assert len(aws.bells()) == 1


def test_a_doorbell_that_does_not_ring_refuses_the_handshake_and_leaves_nothing(
    event: Any, context: Any, aws: Any, counted: Any
) -> None:
    boto3.client("sqs").delete_queue(QueueUrl=aws.queue_url)
    assert handler(event("$connect", headers=OFFER, groups=("room",)), context) == {"statusCode": 500}
    assert aws.items() == []
    assert counted() == {"HandlerErrors": 1}


@pytest.mark.parametrize("operation", ["PutItem", "BatchWriteItem"])
def test_a_write_that_fails_midway_refuses_the_handshake_and_leaves_nothing(
    event: Any, context: Any, aws: Any, denials: Any, operation: str
) -> None:
    denials[operation] = 1
    assert handler(event("$connect", headers=OFFER, groups=("room",)), context) == {"statusCode": 500}
    assert aws.items() == []
    assert aws.bells() == []


def test_a_missing_table_is_a_500(event: Any, context: Any, aws: Any) -> None:
    boto3.client("dynamodb").delete_table(TableName=aws.table)
    assert handler(event("$connect", headers=OFFER), context) == {"statusCode": 500}


def test_without_the_authorizers_context_nobody_gets_in(event: Any, context: Any, aws: Any) -> None:
    made = event("$connect", headers=OFFER)
    made["requestContext"].pop("authorizer")
    assert handler(made, context) == {"statusCode": 500}
    assert aws.items() == []


def test_neither_the_user_nor_the_token_is_logged(event: Any, context: Any, logged: Any, counted: Any) -> None:
    headers = OFFER | {"Authorization": "Bearer CANARY"}
    handler(event("$connect", headers=headers, user="CANARY-user"), context)
    (line,) = logged()
    assert (line["message"], line["correlation_id"], line["subprotocol"]) == ("connected", "c1=", JSON)
    assert "CANARY" not in str(line)
    assert counted() == {"Connects": 1}
