"""Faults of invocations: logs, reports and frames are those that the failure has on AWS."""

import json
import re
import urllib.request

import pytest
from botocore.config import Config

from faulty_app import PATIENCE, FaultyApp

FAILED = "Internal server error"


def lines(app: FaultyApp) -> str:
    return "\n".join(entry["line"] for entry in app.seen("log", function="Echo"))


def test_a_throttled_function_is_an_error_frame_and_writes_no_log(app: FaultyApp) -> None:
    alice = app.connect()
    with app.fault("invoke", throttled="Echo"):
        assert app.echo(alice, "x") == FAILED
    finished = app.wait_for("invocation_finished", function="Echo")
    assert (finished["error"], finished["error_type"]) == ("throttled", "TooManyRequestsException")
    assert lines(app) == ""


def test_a_throttled_function_is_a_429_for_who_invokes_it(app: FaultyApp) -> None:
    client = app.client("lambda", Config(retries={"total_max_attempts": 1}))
    with app.fault("invoke", throttled="Echo"), pytest.raises(client.exceptions.TooManyRequestsException):
        client.invoke(FunctionName=app.physical_id("Echo"), Payload=b'{"body": "x"}')
    assert b"x" in client.invoke(FunctionName=app.physical_id("Echo"), Payload=b'{"body": "x"}')["Payload"].read()


def test_a_crash_ends_the_environment(app: FaultyApp) -> None:
    alice = app.connect()
    app.echo(alice, "warm")
    app.settle()
    used = app.server.emulator.runtime.pools["Echo"].idle[-1]
    with app.fault("invoke", crash="Echo"):
        assert app.echo(alice, "x") == FAILED
    assert re.search(r"RequestId: \S+ Error: Runtime exited with error: signal: killed\nRuntime.ExitError", lines(app))
    assert used.killed
    assert app.echo(alice, "y") == "y"


def test_a_handler_that_raises_keeps_its_environment(app: FaultyApp) -> None:
    alice = app.connect()
    app.echo(alice, "warm")
    with app.fault("invoke", error="ValueError: no such room", function="Echo"):
        assert app.echo(alice, "x") == FAILED
    finished = app.seen("invocation_finished", function="Echo")[-1]
    assert (finished["error"], finished["error_type"]) == ("raised", "ValueError")
    assert "[ERROR] ValueError: no such room" in lines(app)
    assert app.echo(alice, "y") == "y"
    assert app.seen("invocation_started", function="Echo")[-1]["cold"] is False


@pytest.mark.parametrize(("text", "kind"), [(True, "RuntimeError"), ("just words", "RuntimeError"), ("A: b", "A")])
def test_the_text_of_an_error_may_have_its_type(app: FaultyApp, text: object, kind: str) -> None:
    client = app.client("lambda")
    with app.fault("invoke", error=text, function="Echo"):
        answer = client.invoke(FunctionName=app.physical_id("Echo"), Payload=b"{}")
    assert answer["FunctionError"] == "Unhandled"
    assert json.loads(answer["Payload"].read())["errorType"] == kind


def test_a_function_times_out_after_its_timeout(app: FaultyApp) -> None:
    alice = app.connect()
    with app.fault("invoke", timeout="Echo"):
        alice.send(action="echo", text="x")
        assert alice.receive(PATIENCE)["message"] == FAILED
    started, finished = app.wait_for("invocation_started", function="Echo"), app.seen("invocation_finished")[-1]
    assert finished["error"] == "timed_out"
    assert finished["duration_ms"] == 1000
    assert finished["at"] - started["at"] >= 0.99
    assert "Task timed out after 1.00 seconds" in lines(app)


def test_a_cold_start_is_an_init(app: FaultyApp) -> None:
    alice = app.connect()
    app.echo(alice, "warm")
    with app.fault("invoke", cold_start="Echo", count=1):
        assert app.echo(alice, "x") == "x"
        assert app.echo(alice, "y") == "y"
    colds = [entry["cold"] for entry in app.seen("invocation_started", function="Echo")][-2:]
    assert colds == [True, False]
    assert app.seen("invocation_finished", function="Echo")[-2]["init_ms"] > 0


def test_an_invocation_can_come_twice_and_is_answered_once(app: FaultyApp) -> None:
    alice = app.connect()
    with app.fault("invoke", duplicate="Echo"):
        assert app.echo(alice, "x") == "x"
    assert len(app.seen("invocation_finished", function="Echo", connection_id=alice.connection_id)) == 2
    assert len(app.seen("frame_sent")) == 1


def test_a_slow_invocation_starts_late(app: FaultyApp) -> None:
    alice = app.connect()
    app.echo(alice, "warm")
    with app.fault("invoke", latency="250ms", route="echo"):
        assert app.echo(alice, "x") == "x"
    received = app.seen("message_received")[-1]
    assert app.seen("invocation_started", function="Echo")[-1]["at"] - received["at"] >= 0.24


def test_an_invocation_that_the_integration_does_not_wait_for_is_answered_without_it(app: FaultyApp) -> None:
    """As on AWS: the function runs all the same."""
    alice = app.connect()
    app.echo(alice, "warm")
    with app.fault("invoke", latency=25, function="Echo", connection=alice):
        alice.send(action="echo", text="late")
        app.wait_for("fault_hit", timeout=PATIENCE, kind="invoke")
    assert alice.receive(PATIENCE)["text"] == "late"  # let go at the end of the block


def test_faults_of_functions_are_counted_where_cloudwatch_counts(app: FaultyApp) -> None:
    alice = app.connect()
    with app.fault("invoke", crash="Echo"):
        app.echo(alice, "x")
    with app.fault("invoke", throttled="Echo"):
        app.echo(alice, "x")
    metrics = urllib.request.urlopen(f"{app.endpoint_url}/metrics").read().decode()  # noqa: S310 - our own address
    for name in ("integration_error", "execution_error"):
        assert re.search(rf'longwire_{name}_total\{{route="echo",stage="dev"\}} [1-9]', metrics)
