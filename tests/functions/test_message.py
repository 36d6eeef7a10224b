"""The handler of every route that carries frames."""

import base64
import json
from dataclasses import replace
from typing import Any

import boto3
import pytest

from longwire_app.message import handler
from longwire_app.session import JOIN, SEND
from longwire_app.topics import group_topic

pytestmark = pytest.mark.usefixtures("backend")

ROLES = (JOIN, SEND)
DONE = {"statusCode": 200}


@pytest.fixture
def send(event: Any, context: Any) -> Any:
    """Sends a frame on the route that API Gateway would select; returns the handler's answer."""

    def through(frame: Any, route: str | None = None, connection: str = "c1=", roles: Any = ROLES) -> Any:
        body = frame if isinstance(frame, str) else json.dumps(frame)
        selected = route or (frame["type"] if isinstance(frame, dict) else "$default")
        return handler(event(selected, body=body, connection=connection, roles=roles), context)

    return through


def test_a_frame_has_its_effect_and_its_ack(send: Any, connections: Any, store: Any, turn: Any) -> None:
    assert send({"type": "joinGroup", "group": "room", "ackId": 1}) == DONE
    assert connections.frames["c1="] == [{"type": "ack", "ackId": 1, "success": True}]
    assert [peer.session_id for page in store.subscribers(group_topic("room"), turn.now) for peer in page] == ["c1="]


def test_the_examples_in_application_py_are_registered(send: Any, connections: Any) -> None:
    send({"type": "event", "event": "shout", "dataType": "text", "data": "hi", "ackId": 1})
    message, ack = connections.frames["c1="]
    assert (message["data"], ack["success"]) == ("HI", True)


@pytest.mark.parametrize("route", ["$default", "sendToGroup", "event"])
def test_the_frame_says_what_it_is_and_not_the_route(send: Any, connections: Any, route: str) -> None:
    send({"type": "joinGroup", "group": "room", "ackId": 1}, route)
    send({"type": "sendToGroup", "group": "room", "data": 1, "ackId": 2}, "joinGroup", roles=(JOIN,))
    joined, refused = connections.frames["c1="]
    assert joined["success"]
    assert refused["error"]["name"] == "Forbidden"


@pytest.mark.parametrize("body", ["", "junk", "[]", "[" * 30_000, '{"type":"ping"}', '{"type":"joinGroup"}', "\x00"])
def test_whatever_comes_the_answer_is_the_same(
    send: Any, connections: Any, counted: Any, logged: Any, body: str
) -> None:
    assert send(body) == DONE
    assert not connections.posts
    assert counted() == {"MessagesIn": 1, "RefusedBadRequest": 1}
    assert [line["message"] for line in logged()] == ["not a frame"]


def test_an_event_without_a_body_is_taken_for_an_empty_one(event: Any, context: Any, counted: Any) -> None:
    assert handler(event("$default"), context) == DONE
    assert counted()["RefusedBadRequest"] == 1


def test_a_body_in_base64_is_read(event: Any, context: Any, connections: Any) -> None:
    frame = base64.b64encode(b'{"type":"joinGroup","group":"r\xc3\xa9","ackId":1}').decode()
    assert handler(event("joinGroup", body=frame, roles=ROLES) | {"isBase64Encoded": True}, context) == DONE
    assert connections.frames["c1="][0]["success"]


def test_bytes_that_are_no_text_fail_quietly(event: Any, context: Any, counted: Any) -> None:
    frame = base64.b64encode(b"\xff\xfe").decode()
    assert handler(event("$default", body=frame) | {"isBase64Encoded": True}, context) == DONE
    assert counted() == {"HandlerErrors": 1}


def test_without_the_authorizers_context_nothing_happens(
    event: Any, context: Any, connections: Any, aws: Any, counted: Any
) -> None:
    made = event("joinGroup", body='{"type":"joinGroup","group":"room","ackId":1}', roles=ROLES)
    made["requestContext"].pop("authorizer")
    assert handler(made, context) == DONE
    assert (aws.items(), connections.posts, counted()) == ([], {}, {"HandlerErrors": 1})


def test_a_missing_table_is_said_in_the_ack(send: Any, aws: Any, connections: Any, counted: Any) -> None:
    boto3.client("dynamodb").delete_table(TableName=aws.table)
    assert send({"type": "joinGroup", "group": "room", "ackId": 1}) == DONE
    assert connections.frames["c1="][0]["error"]["name"] == "InternalServerError"
    assert counted() == {"MessagesIn": 1, "FrameErrors": 1, "MessagesOut": 1}


def test_a_sender_that_cannot_be_reached_fails_nothing(send: Any, connections: Any, counted: Any) -> None:
    connections.statuses["c1="] = 403
    assert send({"type": "joinGroup", "group": "room", "ackId": 1}) == DONE
    assert counted() == {"MessagesIn": 1, "DeliveryFailures": 1}


def test_no_recipient_is_posted_to_when_lambda_would_end_first(
    event: Any, context: Any, connections: Any, counted: Any
) -> None:
    body = '{"type":"joinGroup","group":"","ackId":1}'
    assert handler(event("joinGroup", body=body, roles=ROLES), replace(context, remaining=3_400)) == DONE
    assert not connections.posts
    assert counted() == {"MessagesIn": 1, "RefusedBadRequest": 1, "DeadlineMissed": 1}


def test_a_line_names_the_connection_and_shows_nothing_of_the_message(send: Any, logged: Any) -> None:
    send('{"type":"CANARY","group":"CANARY","ackId":1}', connection="c7=")
    (line,) = logged()
    assert line["correlation_id"] == "c7="
    assert "CANARY" not in json.dumps(line)
