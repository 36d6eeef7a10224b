"""Section B: the events, exactly as functions receive them."""

import re
import time
from base64 import urlsafe_b64decode
from datetime import UTC, datetime
from typing import Any

import pytest

from deployed_stage import PATIENCE, DeployedStage, Observer, whoami
from longwire.testing import Client

AGENT = {"User-Agent": "conformance/1"}
CONTEXT = ["stage", "connectedAt", "requestTimeEpoch", "identity", "requestId", "domainName", "connectionId", "apiId"]


@pytest.fixture
def observer(api: DeployedStage) -> Observer:
    return api.observer()


def message_event(client: Client, **fields: Any) -> dict[str, Any]:
    """The event of a message, as the function answers with it."""
    client.send(action="twoway", **fields)
    found = client.receive_json(PATIENCE)
    assert isinstance(found, dict)
    return found


def three_events(observer: Observer, **options: Any) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """CONNECT, MESSAGE and DISCONNECT of one connection."""
    client = observer.watched(**options)
    connect, message = observer.received(), message_event(client)
    client.close()
    return connect, message, observer.received()


# --- B1: which fields an event has


def fields(event: dict[str, Any]) -> list[str]:
    """In their order, but for stageVariables, of which no capture shows where it stands."""
    return [name for name in event if name != "stageVariables"]


def test_connect_has_headers_context_and_no_body(observer: Observer) -> None:
    """B1.2, B1.3, B1.6, B1.7 DOCUMENTED [DG-now:integration-requests]: CONNECT has headers, the query, no body."""
    observer.watched()
    names = ["headers", "multiValueHeaders", "queryStringParameters", "multiValueQueryStringParameters"]
    assert fields(observer.received()) == [*names, "requestContext", "isBase64Encoded"]


def test_connect_without_a_query_string_has_no_query_fields(api: DeployedStage, observer: Observer) -> None:
    """B1.3 OBSERVED [PT, SLSO19]: CONNECT has no query fields when there is no query string."""
    api.connect(headers={"X-Observer": observer.connection_id})
    assert fields(observer.received()) == ["headers", "multiValueHeaders", "requestContext", "isBase64Encoded"]


def test_message_has_context_and_body_alone(api: DeployedStage) -> None:
    """B1.2, B1.3, B1.6 OBSERVED [PT, GO]: MESSAGE has no headers and no query; its body is a string."""
    event = message_event(api.connect(query={"a": "1"}), text="hä")
    assert fields(event) == ["requestContext", "body", "isBase64Encoded"]
    assert event["body"] == '{"action": "twoway", "text": "h\\u00e4"}'
    assert event["isBase64Encoded"] is False


def test_disconnect_has_stub_headers_and_no_query_or_body(observer: Observer) -> None:
    """B1.2, B1.6, B1.7 OBSERVED [GO]: DISCONNECT has headers and multiValueHeaders, no query and no body."""
    *_, event = three_events(observer)
    assert fields(event) == ["headers", "multiValueHeaders", "requestContext", "isBase64Encoded"]
    assert event["isBase64Encoded"] is False


def test_stage_variables_are_in_every_event(observer: Observer) -> None:
    """B1.4 INFERRED [@types/aws-lambda]: the stage's variables are in CONNECT, MESSAGE and DISCONNECT."""
    assert {event["stageVariables"]["colour"] for event in three_events(observer)} == {"blue"}


def test_no_event_has_a_path_or_a_method(observer: Observer) -> None:
    """B1.8 DOCUMENTED [DG-now:integration-requests]: no event has path, httpMethod, resource or pathParameters."""
    absent = {"path", "httpMethod", "resource", "pathParameters"}
    for event in three_events(observer):
        assert not absent & set(event)
        assert not {"path", "httpMethod", "resourcePath", "resourceId"} & set(event["requestContext"])


# --- B2: requestContext


def test_the_keys_of_each_request_context_stand_in_aws_order(observer: Observer) -> None:
    """B2.16 OBSERVED [public captures]: each requestContext has its keys in AWS's order, and no others."""
    before = ["eventType", "extendedRequestId", "requestTime", "messageDirection"]
    connect, message, disconnect = (list(event["requestContext"]) for event in three_events(observer))
    assert connect == ["routeKey", *before, *CONTEXT]
    assert message == ["routeKey", "messageId", *before, *CONTEXT]
    assert disconnect == ["routeKey", "disconnectStatusCode", *before, "disconnectReason", *CONTEXT]


def test_route_keys_and_event_types(observer: Observer) -> None:
    """B2.1, B2.2 DOCUMENTED [DG:websocket-api-logging]: routeKey and eventType of the three events."""
    found = [
        (event["requestContext"]["routeKey"], event["requestContext"]["eventType"]) for event in three_events(observer)
    ]
    assert found == [("$connect", "CONNECT"), ("twoway", "MESSAGE"), ("$disconnect", "DISCONNECT")]


def test_the_types_of_the_contexts_fields(observer: Observer) -> None:
    """B2.6, B2.7, B2.9 DOCUMENTED [DG:websocket-api-logging]: times are whole milliseconds, the rest text."""
    for event in three_events(observer):
        context = event["requestContext"]
        numbers = {name for name, value in context.items() if type(value) is int}
        assert numbers - {"disconnectStatusCode"} == {"connectedAt", "requestTimeEpoch"}
        assert {name for name, value in context.items() if not isinstance(value, (int, str))} == {"identity"}


def test_the_request_id_is_the_extended_one_and_new_in_each_event(observer: Observer) -> None:
    """B2.4 OBSERVED [public captures]: requestId equals extendedRequestId and is new in each event."""
    contexts = [event["requestContext"] for event in three_events(observer)]
    assert all(context["requestId"] == context["extendedRequestId"] for context in contexts)
    assert len({context["requestId"] for context in contexts}) == 3


def test_request_time_is_the_epochs_second_in_common_log_format(api: DeployedStage) -> None:
    """B2.5 OBSERVED [public capture]: requestTime is `11/Nov/2024:11:35:24 +0000`."""
    context = whoami(api.connect())
    at = datetime.fromtimestamp(context["requestTimeEpoch"] / 1000, UTC)
    assert context["requestTime"] == at.strftime("%d/%b/%Y:%H:%M:%S +0000")
    assert abs(time.time() - context["requestTimeEpoch"] / 1000) < 60


def test_connected_at_is_the_same_in_all_events_and_never_after_the_request(observer: Observer) -> None:
    """B2.7 OBSERVED [public captures]: connectedAt is constant, and 0 to 8 ms before CONNECT's requestTimeEpoch."""
    contexts = [event["requestContext"] for event in three_events(observer)]
    assert len({context["connectedAt"] for context in contexts}) == 1
    assert 0 <= contexts[0]["requestTimeEpoch"] - contexts[0]["connectedAt"] < 100
    assert contexts[1]["requestTimeEpoch"] <= contexts[2]["requestTimeEpoch"]


def test_the_direction_is_always_in(observer: Observer) -> None:
    """B2.8 OBSERVED [public captures]: messageDirection is IN in every event."""
    assert {event["requestContext"]["messageDirection"] for event in three_events(observer)} == {"IN"}


def test_stage_domain_and_api(api: DeployedStage) -> None:
    """B2.9 DOCUMENTED [DG:websocket-api-logging]: stage, domainName and a 10-character apiId of `[a-z0-9]`."""
    context = whoami(api.connect())
    assert context["stage"] == api.stage
    assert re.fullmatch(r"[a-z0-9]{10}", context["apiId"])
    assert context["domainName"] == f"{context['apiId']}.execute-api.{api.region}.amazonaws.com"


def test_the_connection_id_is_the_same_in_all_events(observer: Observer) -> None:
    """B2.10 DOCUMENTED [DG:websocket-api-logging]: connectionId names one connection for all its life."""
    assert len({event["requestContext"]["connectionId"] for event in three_events(observer)}) == 1


def test_only_messages_have_a_message_id(observer: Observer) -> None:
    """B2.3 DOCUMENTED [DG:websocket-api-logging]: messageId is there in MESSAGE alone."""
    assert ["messageId" in event["requestContext"] for event in three_events(observer)] == [False, True, False]


def test_the_identity_has_a_user_agent_and_the_source_ip(observer: Observer) -> None:
    """B2.11 OBSERVED [GO, public captures]: identity is userAgent and sourceIp, in this order, in every event."""
    for event in three_events(observer, headers=AGENT):
        identity = event["requestContext"]["identity"]
        assert list(identity) == ["userAgent", "sourceIp"]
        assert re.fullmatch(r"[0-9a-f.:]+", identity["sourceIp"])


def test_a_client_without_a_user_agent_has_none_in_its_identity(api: DeployedStage) -> None:
    """B2.11 OBSERVED [PT]: without the client's User-Agent there is no userAgent, and no null fields."""
    observer = api.observer()
    api.upgraded({"observer": observer.connection_id})
    assert list(observer.received()["requestContext"]["identity"]) == ["sourceIp"]


def test_without_an_authorizer_there_is_no_authorizer_field(observer: Observer) -> None:
    """B2.14 OBSERVED [public captures]: `authorizer` is there only with a CUSTOM authorizer."""
    assert not any("authorizer" in event["requestContext"] for event in three_events(observer))


# --- ids


def decoded(identifier: str) -> bytes:
    assert re.fullmatch(r"[A-Za-z0-9_-]{15}=", identifier)
    return urlsafe_b64decode(identifier)


def test_ids_are_eleven_bytes_of_base64url(observer: Observer) -> None:
    """B2.17 OBSERVED [26 connection ids, 22 request ids, 6 message ids]: 11 bytes in base64url, 16 characters."""
    for event in three_events(observer):
        context = event["requestContext"]
        ids = [context[name] for name in ("connectionId", "requestId", "messageId") if name in context]
        assert {len(decoded(identifier)) for identifier in ids} == {11}


def test_a_message_id_ends_like_its_connection_id(api: DeployedStage) -> None:
    """B2.17 OBSERVED [4 of 4 pairs]: a messageId ends with the last three bytes of its connectionId, 02 or 00 first."""
    context = whoami(api.connect())
    tail = decoded(context["connectionId"])[-3:]
    assert decoded(context["messageId"])[-3:] == tail
    assert tail[0] in (0x00, 0x02)


def test_a_request_ids_last_three_bytes_begin_with_04_or_05(api: DeployedStage) -> None:
    """B2.17 OBSERVED [22 request ids]: the last three bytes of a requestId begin with 04 or 05."""
    assert decoded(whoami(api.connect())["requestId"])[-3] in (0x04, 0x05)


# --- B3: headers


def test_connects_headers_are_sorted_and_keep_the_clients_casing(observer: Observer) -> None:
    """B3.1 OBSERVED [DG, captures]: CONNECT's headers keep the client's casing, sorted without regard to case."""
    observer.watched(headers={"x-lower": "1", "X-UPPER": "2", "Accept-Language": "de"}, origin="https://page.example")
    names = list(observer.received()["headers"])
    assert {"x-lower", "X-UPPER", "Accept-Language", "Origin", "Sec-WebSocket-Key", "User-Agent"} <= set(names)
    assert names == sorted(names, key=str.lower)


def test_connects_headers_lack_the_hop_headers_and_have_forwarding_ones(observer: Observer) -> None:
    """B3.1 OBSERVED [DG, captures]: no Connection, Upgrade, content-length; X-Amzn-Trace-Id and X-Forwarded-* added."""
    observer.watched()
    event = observer.received()
    headers, context = event["headers"], event["requestContext"]
    assert not {"connection", "upgrade", "content-length"} & {name.lower() for name in headers}
    assert re.fullmatch(r"Root=1-[0-9a-f]{8}-[0-9a-f]{24}", headers["X-Amzn-Trace-Id"])
    forwarded = [headers[f"X-Forwarded-{name}"] for name in ("For", "Port", "Proto")]
    assert forwarded == [context["identity"]["sourceIp"], "443", "https"]
    assert headers["Host"] == context["domainName"]


def test_of_repeated_headers_the_last_counts_and_all_are_listed(api: DeployedStage) -> None:
    """B3.3 INFERRED [proxy convention]: headers has the last value of a name, multiValueHeaders all of them."""
    observer = api.observer()
    api.upgraded({"observer": observer.connection_id}, ("X-Twice", "1"), ("X-Twice", "2"))
    event = observer.received()
    assert (event["headers"]["X-Twice"], event["multiValueHeaders"]["X-Twice"]) == ("2", ["1", "2"])
    assert list(event["headers"]) == list(event["multiValueHeaders"])


def test_of_repeated_query_parameters_the_last_counts_and_all_are_listed(api: DeployedStage) -> None:
    """B3.3 INFERRED [proxy convention]: the same for the query string, decoded."""
    observer = api.observer()
    target = f"{api.path}?a=1&b=&a=%C3%A4+x&observer={observer.connection_id.replace('=', '%3D')}"
    assert api.raw().upgrade(target).status == 101
    event = observer.received()
    own = observer.connection_id
    assert event["queryStringParameters"] == {"a": "ä x", "b": "", "observer": own}
    assert event["multiValueQueryStringParameters"] == {"a": ["1", "ä x"], "b": [""], "observer": [own]}
