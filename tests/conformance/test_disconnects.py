"""Section B4: $disconnect, its headers, and the codes and reasons of every way in which a connection ends."""

import json
from typing import Any

import pytest
from websockets.frames import Opcode

from deployed_stage import DeployedStage, Observer


@pytest.fixture
def observer(api: DeployedStage) -> Observer:
    return api.observer()


def test_disconnect_has_four_stub_headers(observer: Observer) -> None:
    """B4.1 OBSERVED [DG-now:integration-requests]: Host and three empty headers, in headers and multiValueHeaders."""
    client = observer.watched(headers={"User-Agent": "conformance/1"})
    observer.received()
    client.close()
    event = observer.received()
    host = event["requestContext"]["domainName"]
    expected = [("Host", host), ("x-api-key", ""), ("X-Forwarded-For", ""), ("x-restapi", "")]
    assert list(event["headers"].items()) == expected
    assert list(event["multiValueHeaders"].items()) == [(name, [value]) for name, value in expected]


def ended(event: dict[str, Any]) -> tuple[int, str]:
    context = event["requestContext"]
    assert type(context["disconnectStatusCode"]) is int
    assert type(context["disconnectReason"]) is str
    return context["disconnectStatusCode"], context["disconnectReason"]


@pytest.mark.parametrize(
    ("code", "reason"), [(1000, ""), (1000, "done"), (3000, ""), (4001, "because ä"), (4999, "x" * 123)]
)
def test_disconnect_has_the_clients_code_and_reason(observer: Observer, code: int, reason: str) -> None:
    """B2.15, B4.7, B4.12 INFERRED [the 1001 rows]: DISCONNECT has the client's close code and reason."""
    client = observer.watched()
    observer.received()
    client.close(code, reason)
    assert ended(observer.received()) == (code, reason)


def test_a_close_without_a_status_is_1005(api: DeployedStage) -> None:
    """B4.3, B4.11 OBSERVED [six captures, DG]: a close frame without a status: 1005 in AWS's words, never -1."""
    observer = api.observer()
    client, _ = api.upgraded({"observer": observer.connection_id})
    observer.received()
    client.send(Opcode.CLOSE)
    assert ended(observer.received()) == (1005, "Client-side close frame status not set")


def test_a_closed_tab_is_1001_without_a_reason(observer: Observer) -> None:
    """B4.4 OBSERVED [GO, public captures]: a browser's 1001 has the reason `""`."""
    client = observer.watched()
    observer.received()
    client.close(1001, "")
    assert ended(observer.received()) == (1001, "")


def test_a_deleted_connection_is_1000(api: DeployedStage, observer: Observer) -> None:
    """B4.6 OBSERVED [GH:aws/chalice#2060, GH:boto/boto3#3789]: DELETE @connections: 1000 Connection Closed Normally."""
    observer.watched()
    connection_id = observer.received()["requestContext"]["connectionId"]
    api.management().delete_connection(ConnectionId=connection_id)
    assert ended(observer.received()) == (1000, "Connection Closed Normally")


def test_a_lost_connection_is_1006(observer: Observer) -> None:
    """B4.8 UNKNOWN [default]: TCP that ends without a close frame: 1006 and `""`."""
    client = observer.watched()
    observer.received()
    client.drop()
    assert ended(observer.received()) == (1006, "")


def test_disconnect_comes_exactly_once(api: DeployedStage, observer: Observer) -> None:
    """B4.2 DOCUMENTED [DG:apigateway-websocket-api-route-keys-connect-disconnect]: after the close, once."""
    client = observer.watched()
    first = observer.received()["requestContext"]["connectionId"]
    client.close(4000, "twice?")
    api.management()
    assert ended(observer.received()) == (4000, "twice?")
    observer.watched()
    assert observer.received()["requestContext"]["connectionId"] != first


def test_a_refused_client_has_no_disconnect(api: DeployedStage, observer: Observer) -> None:
    """B4.2 INFERRED [no connection was made]: a refused handshake has no DISCONNECT."""
    query = {"observer": observer.connection_id, "answer": json.dumps({"statusCode": 403})}
    api.refused(query=query)
    assert observer.received()["requestContext"]["eventType"] == "CONNECT"
    observer.watched()
    assert observer.received()["requestContext"]["eventType"] == "CONNECT"
