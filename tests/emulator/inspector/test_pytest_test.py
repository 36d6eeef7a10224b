"""Tests that are written from a timeline: their source, and that they pass against the emulator that it was of."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from http_client import fetch
from inspector_script import ALICE, BOB, Script, chat
from longwire.harness import Longwire, LongwireServer
from longwire.inspector.causes import session
from longwire.inspector.pytest_test import pytest_test
from longwire.inspector.timeline import shown
from longwire.testing import Refused
from served_app import served_app

TEMPLATE = """
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Resources:
  Ws:
    Type: AWS::Serverless::WebSocketApi
    Properties:
      StageName: dev
      RouteSelectionExpression: $request.body.action
      Routes:
        $connect: {FunctionArn: !GetAtt Say.Arn}
        say: {FunctionArn: !GetAtt Say.Arn}
        who: {FunctionArn: !GetAtt Say.Arn}
  Say:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: ., Handler: app.say, Runtime: python3.13, Timeout: 10}
"""
HANDLER = """
import json
import time
import boto3

def say(event, context):
    context = event["requestContext"]
    if context["eventType"] == "CONNECT":
        return {"statusCode": 403 if (event.get("queryStringParameters") or {}).get("name") == "mallory" else 200}
    body = json.loads(event["body"])
    answer = {"from": context["connectionId"], "at": time.time(), "request": context["requestId"], **body}
    management = boto3.client("apigatewaymanagementapi")
    to = body.get("to", context["connectionId"])
    management.post_to_connection(ConnectionId=to, Data=json.dumps(answer))
    return {"statusCode": 200}
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LongwireServer]:
    with served_app(tmp_path_factory.mktemp("say"), TEMPLATE, HANDLER) as made:
        yield made


@pytest.fixture
def longwire_here(server: LongwireServer) -> Iterator[Longwire]:
    made = Longwire(server)
    yield made
    made.close()


def test_of(source: str) -> Callable[[Longwire], None]:
    names: dict[str, Any] = {}
    exec(compile(source, "copied.py", "exec"), names)  # noqa: S102 - the source under test
    (found,) = [value for name, value in names.items() if name.startswith("test_")]
    return found  # type: ignore[no-any-return]


test_of.__test__ = False  # type: ignore[attr-defined]


def written(longwire: Longwire, query: str) -> str:
    return fetch(f"{longwire.endpoint_url}/_longwire/api/test?{query}").body.decode()


def test_a_copied_session_passes_and_notices_another_answer(server: LongwireServer, longwire_here: Longwire) -> None:
    alice, bob = longwire_here.connect(query={"name": "alice"}), longwire_here.connect(subprotocols=["chat"])
    alice_id, bob_id = longwire_here.connection_id(alice), longwire_here.connection_id(bob)
    alice.send(action="say", to=bob_id, text="hello")
    assert bob.receive(timeout=10)["text"] == "hello"
    bob.send(action="who")
    assert bob.receive(timeout=10)["from"] == bob_id
    alice.close(4001, "bye")
    with pytest.raises(Refused):
        longwire_here.connect(query={"name": "mallory"})
    longwire_here.wait_for("connection_closed", connection_id=alice_id)
    source = written(longwire_here, f"connection_id={alice_id}")
    assert "client_2 = longwire.connect(subprotocols=['chat'])" in source
    assert "client.close(4001, 'bye')" in source
    assert "'from': client_id" in source
    assert "'at': ANY, 'request': ANY" in source
    longwire_here.close()
    test_of(source)(Longwire(server))
    with pytest.raises(AssertionError):
        test_of(source.replace("'text': 'hello'", "'text': 'other'"))(Longwire(server))


def test_a_copied_refusal_passes(server: LongwireServer, longwire_here: Longwire) -> None:
    with pytest.raises(Refused):
        longwire_here.connect(query={"name": "mallory"})
    refused = longwire_here.wait_for("connection_refused")["connection_id"]
    source = written(longwire_here, f"connection_id={refused}")
    assert "longwire.connect(query={'name': 'mallory'})" in source
    test_of(source)(Longwire(server))


def test_a_copied_idle_close_takes_no_ten_minutes(server: LongwireServer, longwire_here: Longwire) -> None:
    alice = longwire_here.connect()
    alice_id = longwire_here.connection_id(alice)
    longwire_here.clock.advance(minutes=11)
    assert alice.closed.code == 1001
    source = written(longwire_here, f"connection_id={alice_id}")
    assert "longwire.clock.advance(seconds=60" in source
    longwire_here.close()
    again = Longwire(server)
    test_of(source)(again)
    again.close()


def test_a_post_of_nobodys_is_made_by_the_test(server: LongwireServer, longwire_here: Longwire) -> None:
    alice = longwire_here.connect()
    alice_id = longwire_here.connection_id(alice)
    management = longwire_here.client("apigatewaymanagementapi")
    management.post_to_connection(ConnectionId=alice_id, Data=b"news")
    assert alice.receive() == "news"
    source = written(longwire_here, f"connection_id={alice_id}")
    assert ".post_to_connection(ConnectionId=client_id, Data='news')" in source
    test_of(source)(Longwire(server))


@pytest.mark.parametrize(
    ("query", "status", "message"),
    [
        ("", 400, "One of connection_id and seq is needed."),
        ("seq=1&connection_id=x", 400, "One of connection_id and seq is needed."),
        ("seq=x", 400, "seq must be a whole number of 0 or more, not 'x'."),
        ("seq=99999", 404, "The timeline has no entry 99999 of a connection."),
        ("connection_id=x", 404, "The timeline has nothing of the connection 'x'."),
    ],
)
def test_what_there_is_no_test_of_is_said(longwire_here: Longwire, query: str, status: int, message: str) -> None:
    answer = fetch(f"{longwire_here.endpoint_url}/_longwire/api/test?{query}")
    assert (answer.status, answer.body.decode().strip()) == (status, message)


# --- the source alone


def source_of(script: Script, connection_id: str, stages: dict[str, str] | None = None) -> str:
    entries = [shown(entry) for entry in script.timeline.since(0)]
    source = pytest_test(session(entries, connection_id), stages or {})
    compile(source, "copied.py", "exec")
    return source


def test_clients_are_named_after_whom_the_authorizer_found_and_secrets_are_to_be_put_in() -> None:
    script = Script()
    chat(script)
    source = source_of(script, ALICE)
    assert source.startswith("TOKEN = ")
    assert "alice = longwire.connect(token=TOKEN, headers={'Authorization': TOKEN})" in source
    assert "assert bob.receive(timeout=10) == " in source
    assert "def test_default(longwire):" in source


@pytest.mark.parametrize(
    "who", ["class", "longwire", "pytest", "ünïcode", "a b/c", "1st", '"); import os #', "\n", "ANY"]
)
def test_whoever_a_client_is_its_variable_is_a_name(who: str) -> None:
    script = Script()
    script.open(ALICE, principal=who)
    script.open(BOB, principal=who)
    script.message(ALICE, who, who)
    script.frame(BOB, who)
    script.close(ALICE, 1001, who, who)
    source_of(script, ALICE)
    source_of(script, BOB)


def test_another_stage_is_named_and_ends_from_each_side_are_told_apart() -> None:
    script = Script()
    script.open(ALICE)
    script.close(ALICE, 1001, "Going away", "gateway")
    script.open(BOB)
    script.close(BOB, 1006, "", "network")
    feed = {"/dev": "api='Feed', stage='dev'"}
    assert "longwire.connect(api='Feed', stage='dev', token=TOKEN" in source_of(script, ALICE, feed)
    assert "assert client.wait_closed(timeout=10).code == 1001  # by the gateway" in source_of(script, ALICE)
    assert "client.drop()" in source_of(script, BOB)


def test_a_connection_whose_handshake_is_forgotten_connects_all_the_same() -> None:
    script = Script()
    script.message(ALICE, "hi")
    start = "client = longwire.connect()  # its handshake has left the timeline\n    client.send('hi')"
    assert start in source_of(script, ALICE)


def test_a_test_has_an_end() -> None:
    script = Script()
    script.open(ALICE)
    for number in range(1500):
        script.message(ALICE, str(number))
    source = source_of(script, ALICE)
    assert source.count("client.send(") == 999
    assert "# 501 more steps are left out" in source
