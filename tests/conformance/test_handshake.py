"""Section A: from an upgrade request to 101 or a refusal. All refusals are HTTP answers, never a WebSocket close."""

import json
import time
from typing import Any

import pytest
from websockets.frames import Opcode
from websockets.utils import accept_key

from deployed_stage import PATIENCE, DeployedStage, whoami
from longwire.testing import Refused
from raw_client import KEY


def answering(value: Any) -> dict[str, str]:
    """The query that makes $connect return ``value``."""
    return {"answer": json.dumps(value)}


def protocol(name: str) -> dict[str, str]:
    return answering({"statusCode": 200, "headers": {"Sec-WebSocket-Protocol": name}})


# --- A1: URLs


@pytest.mark.parametrize("end", ["", "/"])
def test_the_path_is_the_stage_with_or_without_a_slash_behind_it(api: DeployedStage, end: str) -> None:
    """A1.1 DOCUMENTED [DG:apigateway-how-to-call-websocket-api-wscat]: `wss://host/{stage}`, a trailing `/` allowed."""
    assert api.raw().upgrade(api.path + end).status == 101


def test_a_url_without_a_stage_is_refused(api: DeployedStage) -> None:
    """A1.3 DOCUMENTED [DG:api-gateway-known-issues]: a stage segment is always in the URL; without one, 403."""
    assert api.raw().upgrade("/").status == 403


@pytest.mark.parametrize(("length", "status"), [(4096, 101), (4097, 414)])
def test_a_url_has_at_most_4096_characters(api: DeployedStage, length: int, status: int) -> None:
    """A1.4 DOCUMENTED [DG-now:quotas]: a URL has at most 4,096 characters; the status above, 414, is a guess."""
    host = whoami(api.connect())["domainName"]
    target = f"{api.path}?pad=".ljust(length - len(f"wss://{host}"), "x")
    assert api.raw().upgrade(target).status == status


# --- A2: what the client sees


@pytest.mark.parametrize("status", [200, 201, 204, 299])
def test_a_2xx_of_connect_opens(api: DeployedStage, status: int) -> None:
    """A2.1 OBSERVED [EXP]: any 2xx of `$connect` opens the connection."""
    client, answer = api.upgraded(answering({"statusCode": status}))
    assert answer.status == 101
    client.send(Opcode.TEXT, b'{"action":"mock"}')
    assert client.text() == '{"from":"mock"}'


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 500, 501])
def test_another_status_of_connect_is_the_clients(api: DeployedStage, status: int) -> None:
    """A2.2 OBSERVED [EXP]: any other status of `$connect` is passed through to the client."""
    assert api.refused(query=answering({"statusCode": status})).status == status


def test_a_connect_function_that_raises_refuses_with_502(api: DeployedStage) -> None:
    """A2.3 OBSERVED [EXP]: a `$connect` function that raises refuses the handshake with 502."""
    assert api.refused(query={"raise": "no"}).status == 502


def test_a_connect_function_that_is_too_slow_refuses_with_504(throttled: DeployedStage) -> None:
    """A2.4 INFERRED [DG:supported-gateway-response-types]: `$connect` slower than its integration timeout: 504."""
    assert throttled.refused(query={"sleep": "3"}).status == 504


@pytest.mark.parametrize("value", [None, "text", 200, [], {}, {"statusCode": None}, {"statusCode": "many"}])
def test_a_connect_function_that_returns_no_proxy_response_refuses_with_502(api: DeployedStage, value: Any) -> None:
    """A2.5 UNKNOWN [REST's rule]: null, no object or no statusCode from `$connect`: 502."""
    assert api.refused(query=answering(value)).status == 502


def test_without_a_connect_route_everybody_is_let_in(selecting: DeployedStage) -> None:
    """A2.7 DOCUMENTED [DG:apigateway-websocket-api-routes-about-connect]: no `$connect` route or integration: 101."""
    assert selecting.raw().upgrade(selecting.path).status == 101


@pytest.mark.parametrize("path", ["/nosuchstage", "/nosuchstage/", "/Conformance"])
def test_an_unknown_stage_is_forbidden(api: DeployedStage, path: str) -> None:
    """A2.16 INFERRED [execute-api's answer]: an unknown stage: 403 `{"message":"Forbidden"}`."""
    answer = api.raw().upgrade(path)
    assert (answer.status, answer.body) == (403, b'{"message":"Forbidden"}')


@pytest.mark.emulator_only(reason="it sends another api's Host header, which needs a host that answers to it")
def test_an_unknown_api_is_forbidden(api: DeployedStage) -> None:
    """A2.16 INFERRED [execute-api's answer]: the host of an unknown api: 403."""
    client = api.raw()
    client.parts = client.parts._replace(netloc="abcdefghij.execute-api.us-east-1.amazonaws.com")
    assert client.upgrade(api.path).status == 403


@pytest.mark.parametrize("more", ["", "/", "/x", "/x/y", "?a=1"])
def test_a_get_without_an_upgrade_is_answered_with_426(api: DeployedStage, more: str) -> None:
    """A2.17 OBSERVED [SLSO19]: a GET without Upgrade: 426, whatever follows the stage in the path."""
    assert api.raw().request("GET", api.path + more).status == 426


@pytest.mark.parametrize(("status", "text"), [(401, "Unauthorized"), (403, "Forbidden")])
def test_the_body_of_a_refusal_names_the_connection_and_the_request(api: DeployedStage, status: int, text: str) -> None:
    """A2.19 CLAIMED [MS]: a refusal has the body `{"message", "connectionId", "requestId"}` as application/json."""
    _, answer = api.upgraded(answering({"statusCode": status}))
    body = json.loads(answer.body)
    assert (answer.header("content-type"), list(body)) == ("application/json", ["message", "connectionId", "requestId"])
    assert body["message"] == text


def test_of_connects_answer_only_the_subprotocol_reaches_the_client(api: DeployedStage) -> None:
    """A2.20 OBSERVED [GH:aws/chalice#1768]: of `$connect`'s answer only Sec-WebSocket-Protocol reaches the client."""
    headers = {"X-Custom": "1", "Set-Cookie": "a=b", "Sec-WebSocket-Protocol": "chat"}
    query = answering({"statusCode": 200, "headers": headers, "body": "welcome"})
    client, answer = api.upgraded(query, ("Sec-WebSocket-Protocol", "chat"))
    assert answer.header("Sec-WebSocket-Protocol") == "chat"
    assert not answer.names & {"x-custom", "set-cookie", "content-length", "content-type"}
    client.send(Opcode.TEXT, b'{"action":"mock"}')
    assert client.text() == '{"from":"mock"}'


def test_of_a_refusals_answer_only_the_status_reaches_the_client(api: DeployedStage) -> None:
    """A2.20 OBSERVED [GH:aws/chalice#1768]: neither body nor headers of a refusing `$connect` reach the client."""
    query = answering({"statusCode": 403, "headers": {"X-Custom": "1"}, "body": "secret"})
    _, answer = api.upgraded(query)
    assert answer.status == 403
    assert b"secret" not in answer.body
    assert "x-custom" not in answer.names


# --- A3: subprotocol


def test_the_subprotocol_is_the_one_that_connect_returns(api: DeployedStage) -> None:
    """A3.1 DOCUMENTED [DG:websocket-connect-route-subprotocol]: the function's Sec-WebSocket-Protocol is sent."""
    assert api.connect(subprotocols=["first", "second"], query=protocol("second")).subprotocol == "second"


def test_without_a_header_of_connects_no_subprotocol_is_sent(api: DeployedStage) -> None:
    """A3.1 OBSERVED [GH:dherault/serverless-offline#1176]: an offered subprotocol is not chosen automatically."""
    assert api.connect(subprotocols=["first"]).subprotocol is None


@pytest.mark.parametrize("offered", ["chat1,myprotocol", "chat1, myprotocol"])
def test_the_offered_subprotocols_reach_connect_verbatim(api: DeployedStage, offered: str) -> None:
    """A3.2 INFERRED [DG:websocket-connect-route-subprotocol]: the offered subprotocols reach the function verbatim."""
    observer = api.observer()
    _, answer = api.upgraded({"observer": observer.connection_id}, ("Sec-WebSocket-Protocol", offered))
    assert answer.status == 101
    assert observer.received()["headers"]["Sec-WebSocket-Protocol"] == offered


def test_a_subprotocol_that_was_not_offered_is_passed_on(api: DeployedStage) -> None:
    """A3.3 UNKNOWN [default]: a subprotocol that the client did not offer is passed on; the client has to fail."""
    _, answer = api.upgraded(protocol("other"), ("Sec-WebSocket-Protocol", "chat"))
    assert (answer.status, answer.header("Sec-WebSocket-Protocol")) == (101, "other")


# --- A4: the 101 response


def test_the_101_has_websocket_headers_alone(api: DeployedStage) -> None:
    """A4.1 OBSERVED [GH:python-websockets/websockets#1065]: 101 has Date and WebSocket headers, no ids, no x-amzn-*."""
    _, answer = api.upgraded({}, ("Sec-WebSocket-Extensions", "permessage-deflate"))
    names = {"date", "connection", "upgrade", "sec-websocket-accept", "sec-websocket-extensions"}
    assert (answer.status, answer.names) == (101, names)
    assert answer.header("Sec-WebSocket-Accept") == accept_key(KEY)


def test_permessage_deflate_is_negotiated(api: DeployedStage) -> None:
    """A4.2 OBSERVED [GH:python-websockets/websockets#1065]: permessage-deflate is negotiated."""
    client = api.connect()
    assert [extension.name for extension in client.socket.protocol.extensions] == ["permessage-deflate"]
    client.send(action="twoway", answer={"body": "x" * 20_000})
    assert client.receive_text(PATIENCE) == "x" * 20_000


@pytest.mark.emulator_only(reason="AWS forces window bits, by a bug that is not imitated")
def test_no_window_bits_are_forced_on_the_client(api: DeployedStage) -> None:
    """A4.2 OBSERVED [GH:python-websockets/websockets#1065]: AWS forces window bits that break clients; not imitated."""
    _, answer = api.upgraded({}, ("Sec-WebSocket-Extensions", "permessage-deflate; client_max_window_bits"))
    assert answer.status == 101
    assert "server_max_window_bits" not in (answer.header("Sec-WebSocket-Extensions") or "")


def test_without_an_offer_there_is_no_extension(api: DeployedStage) -> None:
    """A4.2 OBSERVED [GH:python-websockets/websockets#1065]: without the client's offer there is no extension."""
    _, answer = api.upgraded()
    assert answer.header("Sec-WebSocket-Extensions") is None


def test_the_upgrade_is_pending_until_connect_has_returned(api: DeployedStage) -> None:
    """A4.3 DOCUMENTED [DG:apigateway-websocket-api-route-keys-connect-disconnect]: 101 waits for `$connect`."""
    api.connect()  # a warm function
    started = time.monotonic()
    _, answer = api.upgraded({"sleep": "0.5"})
    assert answer.status == 101
    assert time.monotonic() - started >= 0.5


def test_a_refused_client_gets_no_websocket(api: DeployedStage) -> None:
    """A2.2 OBSERVED [EXP]: a refusal ends the TCP connection; there is no WebSocket close."""
    client, answer = api.upgraded(answering({"statusCode": 403}))
    assert answer.header("Upgrade") is None
    assert client.stream.read() == b""
    with pytest.raises(Refused):
        api.connect(query=answering({"statusCode": 403}))
