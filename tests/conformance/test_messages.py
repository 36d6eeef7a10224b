"""Section C: which route a message goes to, what comes back, and in which order."""

import json
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import pytest

from deployed_stage import PATIENCE, DeployedStage, whoami
from emulated_stages import Emulated
from longwire.testing import Client


def said(client: Client, message: str | Mapping[str, Any]) -> str:
    """What comes back to a message."""
    client.send(message if isinstance(message, str) else json.dumps(message))
    return client.receive_text(PATIENCE)


def event_of(client: Client, message: str | Mapping[str, Any]) -> dict[str, Any]:
    """The event of a message to a route that answers with it."""
    found = json.loads(said(client, message))
    assert isinstance(found, dict)
    return found


def route_of(client: Client, message: str | Mapping[str, Any]) -> str:
    return str(event_of(client, message)["requestContext"]["routeKey"])


def frame(message: str, context: Mapping[str, Any], request_id: str) -> str:
    """AWS's own spacing."""
    return f'{{"message": "{message}", "connectionId":"{context["connectionId"]}", "requestId":"{request_id}"}}'


def failed(client: Client, message: str, text: str) -> None:
    """The message is answered with the error frame, to the byte, and the connection stays open."""
    context = whoami(client)
    answer = said(client, message)
    assert answer == frame(text, context, json.loads(answer)["requestId"])
    assert whoami(client)["connectionId"] == context["connectionId"]


# --- C1: route selection


@pytest.mark.parametrize(
    ("message", "key"),
    [
        ({"service": "chat", "items": "join"}, "chat/join"),
        ({"service": "CHAT", "items": "join"}, "CHAT/join"),
        ({"service": "chat", "items": ["a", "b"]}, "chat/[a, b]"),
        ({"service": "chat"}, "chat/"),
        ({}, "/"),
    ],
)
def test_variables_and_text_are_joined_to_a_route_key(selecting: DeployedStage, message: Any, key: str) -> None:
    """C1.1 DOCUMENTED [DG:websocket-api-develop-routes]: `${request.body.a}/${request.body.b}`; missing is empty."""
    assert said(selecting.connect(), message) == key


@pytest.mark.parametrize(
    ("message", "key"), [({"service": True, "items": 1}, "true/1"), ({"service": None, "items": None}, "/")]
)
def test_other_values_are_made_text(selecting: DeployedStage, message: Any, key: str) -> None:
    """C1.6 UNKNOWN [inferred from "stringified"]: numbers and booleans are their JSON text, null is empty."""
    assert said(selecting.connect(), message) == key


@pytest.mark.emulator_only(reason="each expression needs an api of its own")
@pytest.mark.parametrize(
    ("expression", "message", "key"),
    [
        ("$request.body['a key'].b[1].c", {"a key": {"b": [0, {"c": "fixed"}]}}, "fixed"),
        ("join-${request.body.a}", {}, "join-"),
        ("join-${request.body.a}", {"a": "${request.body.b}", "b": ""}, "Forbidden"),
        ("fixed", "not JSON", "fixed"),
    ],
)
def test_the_grammar_of_expressions(emulated: Emulated, expression: str, message: Any, key: str) -> None:
    """C1.1 DOCUMENTED [DG:apigateway-websocket-api-selection-expressions]: any JSONPath, text alone; evaluated once."""
    stage = emulated("selection", parameters={"RouteSelectionExpression": expression})
    answer = said(stage.connect(), message)
    assert answer == key or json.loads(answer)["message"] == key


@pytest.mark.parametrize("action", ["TwoWay", "twowa", "twoway ", "nosuchroute"])
def test_a_route_key_is_matched_exactly(api: DeployedStage, action: str) -> None:
    """C1.2 DOCUMENTED [DG:websocket-api-develop-routes]: an exact, case-sensitive match, else `$default`."""
    assert route_of(api.connect(), {"action": action}) == "$default"


@pytest.mark.parametrize("action", ["$connect", "$disconnect", "$default"])
def test_the_three_special_routes_are_not_reached_by_name(api: DeployedStage, action: str) -> None:
    """C1.2 INFERRED [`$` is reserved]: a message that says `$connect` or `$disconnect` goes to `$default`."""
    event = event_of(api.connect(), {"action": action})
    assert (event["requestContext"]["routeKey"], event["requestContext"]["eventType"]) == ("$default", "MESSAGE")


@pytest.mark.parametrize("message", ['{"hello":"world"}', '{"action":""}', '{"action":null}'])
def test_a_missing_key_selects_default(api: DeployedStage, message: str) -> None:
    """C1.3 OBSERVED [SLSO19]: a missing key selects `$default`, and the event says so."""
    assert route_of(api.connect(), message) == "$default"


@pytest.mark.parametrize("message", ["hello", "{", '{"action":"twoway"', "NaN", "<xml/>", "ä€😀"])
def test_what_is_no_json_goes_to_default_as_it_is(api: DeployedStage, message: str) -> None:
    """C1.4 OBSERVED [public capture]: non-JSON goes to `$default`; the body is the raw text, isBase64Encoded false."""
    event = event_of(api.connect(), message)
    assert (event["requestContext"]["routeKey"], event["body"]) == ("$default", message)
    assert event["isBase64Encoded"] is False


@pytest.mark.parametrize("message", ["[]", "1", '"twoway"', "null", '[{"action":"twoway"}]'])
def test_json_that_is_no_object_goes_to_default(api: DeployedStage, message: str) -> None:
    """C1.6 UNKNOWN [nothing is selected in it]: a top-level array or scalar goes to `$default`."""
    assert route_of(api.connect(), message) == "$default"


@pytest.mark.parametrize("message", ["", " ", "\n"])
def test_an_empty_message_goes_to_default(api: DeployedStage, message: str) -> None:
    """C1.6 DOCUMENTED [DG:apigateway-websocket-api-route-response]: an empty text reaches `$default`."""
    event = event_of(api.connect(), message)
    assert (event["requestContext"]["routeKey"], event["body"]) == ("$default", message)


# --- C2: one-way and two-way


def test_a_one_way_route_sends_nothing(api: DeployedStage) -> None:
    """C2.1 DOCUMENTED [DG:apigateway-websocket-api-routes-integrations]: one-way: the function's return is dropped."""
    client = api.connect()
    client.send(action="oneway", answer={"statusCode": 200, "body": "dropped"})
    client.send(action="oneway", sleep=0.2, answer={"statusCode": 200, "body": "dropped"})
    with pytest.raises(TimeoutError):
        client.receive_text(1)


@pytest.mark.parametrize("body", ["plain", '{"a": 1}', "ä€😀\u0000\n", " "])
def test_a_two_way_route_sends_the_body(api: DeployedStage, body: str) -> None:
    """C2.2 DOCUMENTED [DG:apigateway-websocket-api-route-response]: two-way: the function's body is the frame."""
    assert said(api.connect(), {"action": "twoway", "answer": {"statusCode": 200, "body": body}}) == body


@pytest.mark.parametrize("status", [200, 201, 301, 400, 401, 500, 501])
def test_the_status_of_an_answer_is_neither_shown_nor_acted_on(api: DeployedStage, status: int) -> None:
    """C2.3 OBSERVED [GH:yai333/serverless-websockets#2]: two-way: a non-2xx statusCode changes nothing."""
    client = api.connect()
    assert said(client, {"action": "twoway", "answer": {"statusCode": status, "body": "still"}}) == "still"
    whoami(client)


@pytest.mark.parametrize("status", [200, 201, 301, 401, 501])
def test_on_a_one_way_route_no_status_has_a_frame_or_a_close(api: DeployedStage, status: int) -> None:
    """C2.3 OBSERVED [EXP]: one-way: no statusCode gives a frame or closes."""
    client = api.connect()
    client.send(action="oneway", answer={"statusCode": status})
    assert said(client, {"action": "mock"}) == '{"from":"mock"}'
    whoami(client)


@pytest.mark.parametrize("answer", [{"statusCode": 200}, {"statusCode": 200, "body": None}, {}])
def test_a_two_way_answer_without_a_body_is_an_empty_message(api: DeployedStage, answer: Any) -> None:
    """C2.4 OBSERVED [GH:serverless/serverless#6816]: two-way without a body: the client gets an empty message."""
    assert said(api.connect(), {"action": "twoway", "answer": answer}) == ""


def test_null_from_a_one_way_route_is_no_failure(api: DeployedStage) -> None:
    """C2.5 OBSERVED [SLSO19]: a function that returns null on a one-way route causes no error frame."""
    client = api.connect()
    client.send(action="oneway", answer=None)
    with pytest.raises(TimeoutError):
        client.receive_text(0.5)


def test_null_from_a_two_way_route_is_an_empty_message(api: DeployedStage) -> None:
    """C2.5 UNKNOWN [as an answer without a body]: null on a two-way route: an empty message."""
    assert said(api.connect(), {"action": "twoway", "answer": None}) == ""


def test_connect_has_no_route_response(api: DeployedStage) -> None:
    """C2.6 INFERRED [the connection is not open]: the body of `$connect`'s answer is never a message."""
    query = {"answer": json.dumps({"statusCode": 200, "body": "never"})}
    assert said(api.connect(query=query), {"action": "mock"}) == '{"from":"mock"}'


def test_a_base64_body_is_sent_as_text(api: DeployedStage) -> None:
    """C2.6 UNKNOWN [default]: isBase64Encoded true in a two-way answer: its bytes are sent as text."""
    answer = {"statusCode": 200, "body": "aGVsbG8=", "isBase64Encoded": True}
    assert said(api.connect(), {"action": "twoway", "answer": answer}) == "hello"


def test_answers_come_in_the_order_in_which_functions_finish(api: DeployedStage) -> None:
    """C2.7 DOCUMENTED [DG:apigateway-websocket-api-route-response]: answers are not in the messages' order."""
    client = api.connect()
    warm(client, 2)
    client.send(action="twoway", sleep=1, answer={"body": "first"})
    client.send(action="twoway", answer={"body": "second"})
    assert [client.receive_text(PATIENCE), client.receive_text(PATIENCE)] == ["second", "first"]


# --- C3: failure frames


@pytest.mark.parametrize("message", ["not json", "{}", '{"action":"nosuchroute"}'])
def test_without_a_route_and_without_default_the_answer_is_forbidden(guarded: DeployedStage, message: str) -> None:
    """C3.1 OBSERVED [six captures]: no route and no `$default`: `Forbidden`, to the byte; the connection stays open."""
    failed(guarded.connect(query={"token": "t"}, headers={"X-Token": "t"}), message, "Forbidden")


@pytest.mark.parametrize("action", ["oneway", "twoway"])
@pytest.mark.parametrize("do", ["raise", "exit"])
def test_a_function_that_fails_is_an_internal_server_error(api: DeployedStage, action: str, do: str) -> None:
    """C3.2 OBSERVED [EXP, SLSO19]: a function that raises or crashes: `Internal server error`, one-way routes too."""
    failed(api.connect(), json.dumps({"action": action, "do": do}), "Internal server error")


def test_an_integration_that_is_too_slow_has_a_frame_of_its_own(api: DeployedStage) -> None:
    """C3.5, C4.1 UNKNOWN [REST's text]: after the integration timeout: `Endpoint request timed out`, and still open."""
    failed(api.connect(), '{"action":"late","sleep":2}', "Endpoint request timed out")


def test_the_frames_request_id_is_the_events(api: DeployedStage) -> None:
    """C3.8 INFERRED [same id family]: the frame's requestId is that of the event which the function received."""
    client = api.connect()
    client.send(action="oneway", do="post and raise")
    context = client.receive_json(PATIENCE)["requestContext"]
    assert client.receive_text(PATIENCE) == frame("Internal server error", context, context["requestId"])


# --- C4: concurrency, other integrations


def warm(client: Client, environments: int) -> None:
    """So many execution environments, started before the clock runs."""
    for _ in range(environments):
        client.send(action="twoway", sleep=0.3, answer={"body": "warm"})
    for _ in range(environments):
        client.receive_text(PATIENCE)


def test_messages_of_one_connection_run_side_by_side(api: DeployedStage) -> None:
    """C4.2 INFERRED [GH:aws-samples/serverless-patterns#139]: three functions of 1 s take about 1 s."""
    client = api.connect()
    warm(client, 3)
    started = time.monotonic()
    for number in range(3):
        client.send(action="twoway", sleep=1, answer={"body": str(number)})
    assert {client.receive_text(PATIENCE) for _ in range(3)} == {"0", "1", "2"}
    assert 1.0 <= time.monotonic() - started < 2.5


def test_after_the_timeout_the_function_still_runs_and_may_post(api: DeployedStage) -> None:
    """C4.3 INFERRED [Lambda's behaviour]: after the integration timeout the function runs on and can still post."""
    client = api.connect()
    assert json.loads(said(client, {"action": "late", "sleep": 1, "do": "post"}))["message"] != ""
    assert client.receive_json(PATIENCE)["requestContext"]["routeKey"] == "late"
    with suppress(TimeoutError):
        assert client.receive_text(0.3) == ""


def test_a_mock_integration_answers_without_a_function(api: DeployedStage) -> None:
    """C4.4 DOCUMENTED [DG:apigateway-websocket-api-routes-integrations]: a MOCK integration answers by its template."""
    assert said(api.connect(), {"action": "mock"}) == '{"from":"mock"}'


def test_a_stage_variable_names_the_function(api: DeployedStage) -> None:
    """C4.5 DOCUMENTED [DG:apigateway-websocket-api-integrations]: `${stageVariables.x}` in an integration's URI."""
    assert route_of(api.connect(), {"action": "staged"}) == "staged"


def test_a_route_may_answer_by_posting_back(api: DeployedStage) -> None:
    """C4.6 DOCUMENTED [DG:apigateway-how-to-call-websocket-api-connections]: a function posts to its own connection."""
    client = api.connect()
    client.send(action="oneway", do="post")
    event = client.receive_json(PATIENCE)
    assert (event["requestContext"]["routeKey"], json.loads(event["body"])["do"]) == ("oneway", "post")
