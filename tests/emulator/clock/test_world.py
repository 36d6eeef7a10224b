"""What the clock of a whole emulator moves: real functions, real sockets, real services."""

import asyncio
import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from longwire.errors import NotSettled, UsageError
from longwire.harness import Longwire, LongwireServer
from longwire.harness_async import AsyncLongwire
from served_app import served_app

TEMPLATE = """
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Globals:
  Function: {CodeUri: ., Runtime: python3.13, Timeout: 60}
Resources:
  Ws:
    Type: AWS::Serverless::WebSocketApi
    Properties:
      StageName: dev
      RouteSelectionExpression: $request.body.action
      Routes:
        $disconnect: {FunctionArn: !GetAtt Bye.Arn}
        $default: {FunctionArn: !GetAtt Talk.Arn, RouteResponseSelectionExpression: $default}
  Answer:
    Type: AWS::ApiGatewayV2::RouteResponse
    Properties: {ApiId: !Ref Ws, RouteId: !Ref WsDefaultRoute, RouteResponseKey: $default}
  Talk: {Type: AWS::Serverless::Function, Properties: {Handler: app.talk}}
  Bye: {Type: AWS::Serverless::Function, Properties: {Handler: app.bye}}
  Fails: {Type: AWS::Serverless::Function, Properties: {Handler: app.fails}}
"""
HANDLERS = """
import asyncio, json, time
from datetime import datetime, timezone

def talk(event, context):
    asked = json.loads(event["body"]) if event["body"].startswith("{") else {}
    if "sleep" in asked:
        time.sleep(asked["sleep"])
    for _ in range(asked.get("naps", 0)):
        time.sleep(0.5)
    if "spin" in asked:
        end = time.perf_counter() + asked["spin"]
        while time.perf_counter() < end:
            pass
    if "wait" in asked:
        asyncio.run(asyncio.sleep(asked["wait"]))
    if "now" in asked:
        return {"body": json.dumps([time.time(), datetime.now(timezone.utc).timestamp(), time.monotonic(),
                                    event["requestContext"]["requestTimeEpoch"] / 1000,
                                    context.get_remaining_time_in_millis() / 1000])}
    if asked:
        return {"body": "done"}
    return {"body": event["body"]}

def bye(event, context):
    print("gone", event["requestContext"]["disconnectStatusCode"])

def fails(event, context):
    raise ValueError("as always")
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LongwireServer]:
    with served_app(tmp_path_factory.mktemp("app"), TEMPLATE, HANDLERS) as made:
        yield made


@pytest.fixture
def app(server: LongwireServer) -> Iterator[Longwire]:
    made = Longwire(server)
    yield made
    made.close()


def times(app: Longwire, event: str, **fields: Any) -> list[float]:
    """When the entries of a kind were, in seconds since the first entry of the test."""
    entries = app.timeline
    chosen = [entry for entry in entries if entry["event"] == event and fields.items() <= entry.items()]
    return [round(entry["at"] - entries[0]["at"], 1) for entry in chosen]


def test_an_idle_connection_is_closed_and_disconnect_has_run_when_advance_returns(app: Longwire) -> None:
    ws = app.connect()
    app.clock.advance(minutes=11)
    assert [entry["line"] for entry in app.timeline if entry["event"] == "log" and "gone" in entry["line"]] == [
        "gone 1001"
    ]
    assert ws.wait_closed(timeout=10).code == 1001
    assert times(app, "connection_closed") == pytest.approx([600], abs=30)


def test_a_client_that_writes_stays_for_two_hours(app: Longwire) -> None:
    ws = app.connect()
    for beat in range(24):
        app.clock.advance(minutes=5)
        if beat < 23:
            ws.send("beat")
            assert ws.receive(timeout=10) == "beat"
    assert ws.wait_closed(timeout=10).code == 1001
    assert times(app, "connection_closed") == pytest.approx([7200], abs=30)


def test_what_was_sent_before_the_clock_moves_arrives_before(app: Longwire) -> None:
    ws = app.connect()
    for _ in range(3):
        ws.send("beat")
        app.clock.advance(minutes=9)
    assert times(app, "connection_closed") == []
    assert times(app, "message_received") == pytest.approx([0, 540, 1080], abs=30)


def test_handlers_have_the_time_of_the_clock(app: Longwire) -> None:
    ws = app.connect()
    app.clock.advance(minutes=9)
    app.clock.pause()
    for _ in range(2):
        ws.send(now=True)
        told, by_datetime, _, in_event, left = ws.receive(timeout=10)
        assert told == app.clock.now
        assert by_datetime == pytest.approx(told, abs=1e-5)
        assert in_event == pytest.approx(told, abs=0.001)
        assert left == 60


@pytest.mark.parametrize("wait", [{"sleep": 20}, {"wait": 20}])
def test_a_handler_that_sleeps_wakes_up_when_the_clock_is_there(app: Longwire, wait: dict[str, int]) -> None:
    app.clock.pause()
    ws = app.connect()
    ws.send(wait)
    app.clock.advance(19)
    app.clock.advance(2)
    assert ws.receive(timeout=10) == "done"
    assert times(app, "frame_sent") == pytest.approx([20], abs=0.1)
    assert app.wait_for("invocation_finished")["duration_ms"] == pytest.approx(20_000, abs=1)


def test_timeouts_of_integration_and_function_come_at_their_times(app: Longwire) -> None:
    app.clock.pause()
    ws = app.connect()
    ws.send(sleep=70)
    app.clock.advance(minutes=2)
    assert ws.receive(timeout=10)["message"] == "Endpoint request timed out"
    assert times(app, "frame_sent") == pytest.approx([29], abs=0.1)
    ended = app.wait_for("invocation_finished")
    assert (ended["error"], ended["duration_ms"]) == ("timed_out", 60_000)
    assert times(app, "invocation_finished") == pytest.approx([60], abs=0.1)


def test_a_caller_that_waits_for_a_sleeper_is_no_reason_to_wait(app: Longwire) -> None:
    """Lambda's Invoke keeps its caller waiting; the clock goes on to the moment when it is answered."""
    function, answers = app.client("lambda"), []

    def call() -> None:
        asked = json.dumps({"body": '{"sleep": 30}'}).encode()
        answers.append(function.invoke(FunctionName=app.physical_id("Talk"), Payload=asked)["Payload"].read())

    caller = threading.Thread(target=call)
    app.clock.pause()
    caller.start()
    app.wait_for("invocation_started", timeout=20)
    app.clock.advance(minutes=1)
    caller.join(20)
    assert answers == [b'{"body":"done"}']


def test_an_asynchronous_invocation_is_tried_again_at_its_times(app: Longwire) -> None:
    app.client("lambda").invoke(FunctionName=app.physical_id("Fails"), InvocationType="Event", Payload=b"{}")
    app.wait_for("invocation_finished", timeout=20)
    app.clock.advance(minutes=2)
    assert len(times(app, "invocation_finished")) == 2
    app.clock.advance(hours=1)
    assert times(app, "invocation_finished") == pytest.approx([0, 60, 180], abs=30)


def test_the_next_test_has_the_real_time_and_new_execution_environments(server: LongwireServer) -> None:
    first = Longwire(server)
    first.connect()
    first.clock.advance(days=2)
    first.clock.pause()
    first.close()

    second = Longwire(server)
    assert server.emulator.mover.state()["offset"] == 0
    ws = second.connect()
    ws.send("hi")
    assert ws.receive(timeout=10) == "hi"
    assert second.wait_for("invocation_started")["cold"] is True
    second.close()


def test_a_test_that_leaves_the_clock_alone_keeps_the_environments(server: LongwireServer) -> None:
    pids = set()
    for _ in range(2):
        longwire = Longwire(server)
        longwire.connect().send("hi")
        longwire.wait_for("frame_sent", timeout=20)
        pids.add(longwire.wait_for("invocation_started")["cold"])
        longwire.close()
    assert False in pids


def test_the_bill_counts_the_minutes(app: Longwire) -> None:
    usage = app.server.run(app.server.emulator.reports.record)
    app.connect()
    app.clock.advance(minutes=9)
    after = app.server.run(app.server.emulator.reports.record)
    assert usage.connection_minutes is not None
    assert after.connection_minutes is not None
    assert after.connection_minutes - usage.connection_minutes >= 9
    assert after.period_seconds - usage.period_seconds >= 540


def test_no_time_and_too_much_are_refused(app: Longwire) -> None:
    with pytest.raises(UsageError, match="it only goes forward"):
        app.clock.advance()
    with pytest.raises(UsageError, match="366 days"):
        app.clock.advance(days=400)
    assert json.dumps(app.timeline) == "[]"


def test_a_day_of_many_connections_passes_in_seconds(app: Longwire) -> None:
    """Each beats every five minutes and comes back after the two hours; tests/bench/day.py measures a hundred."""
    clients, closes = [app.connect() for _ in range(5)], 0
    for _ in range(24 * 12):
        for place, client in enumerate(clients):
            try:
                client.send("beat")
                assert client.receive(timeout=10) == "beat"
            except ConnectionClosed:
                closes += 1
                clients[place] = app.connect()
        app.clock.advance(minutes=5)
    assert closes == 5 * 11
    assert {entry["code"] for entry in app.timeline if entry["event"] == "connection_closed"} == {1001}


def test_a_handler_that_goes_on_by_itself_is_named(app: Longwire) -> None:
    """It neither sleeps nor ends; the clock runs on from where it was."""
    ws = app.connect()
    before, app.server.emulator.mover.patience = app.server.emulator.mover.patience, 0.2
    ws.send(spin=2)
    app.wait_for("invocation_started", timeout=20)
    try:
        with pytest.raises(NotSettled, match="Talk"):
            app.clock.advance(minutes=5)
    finally:
        app.server.emulator.mover.patience = before
    assert ws.receive(timeout=20) == "done"
    app.clock.advance(minutes=5)
    assert [entry["seconds"] for entry in app.timeline if entry["event"] == "clock_changed"] == [0, 300]


def test_many_sleeps_of_one_handler_are_walked_through(app: Longwire) -> None:
    app.clock.pause()
    ws = app.connect()
    ws.send(naps=20)
    app.clock.advance(11)
    assert ws.receive(timeout=10) == "done"
    assert times(app, "frame_sent") == pytest.approx([10], abs=0.1)


def test_the_async_clock_is_awaited_while_clients_go_on(app: Longwire) -> None:
    async def body() -> None:
        longwire = AsyncLongwire(app)
        async with longwire.connect() as ws:
            await longwire.clock.advance(minutes=9)
            await ws.send("hi")
            assert await ws.receive(timeout=10) == "hi"
            await longwire.clock.pause()
            assert longwire.clock.now == longwire.clock.now
            await longwire.clock.advance(minutes=11)
            await longwire.clock.resume()
            assert (await ws.closed(timeout=10)).code == 1001

    asyncio.run(body())
