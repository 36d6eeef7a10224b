"""The net around each handler: what it answers, logs and counts."""

import json
import time
from collections import Counter
from typing import Any

import pytest

from longwire_app.log import Event, guarded, logger, publish
from longwire_app.turn import Turn

pytestmark = pytest.mark.usefixtures("backend")

FAILED = {"statusCode": 500}


def test_what_the_handler_answers_is_answered(event: Any, context: Any, counted: Any, logged: Any) -> None:
    handler = guarded(FAILED)(lambda event, _: {"route": event["requestContext"]["routeKey"]})
    assert handler(event("$default"), context) == {"route": "$default"}
    assert (counted(), logged()) == ({}, [])


def test_a_turn_ends_half_a_second_before_lambda_does(event: Any, context: Any) -> None:
    turns = []

    @guarded(FAILED)
    def handler(_: Event, turn: Turn) -> dict[str, Any]:
        turns.append(turn)
        return {}

    began = time.monotonic()
    handler(event("$default"), context)
    assert began + 19.5 <= turns[0].deadline <= time.monotonic() + 19.5


def test_an_error_is_logged_once_with_its_traceback_and_answered(
    event: Any, context: Any, counted: Any, logged: Any
) -> None:
    @guarded(FAILED)
    def handler(_: Event, turn: Turn) -> dict[str, Any]:
        turn.counts["Before"] += 2
        raise ZeroDivisionError("CANARY\nsecond line")

    assert handler(event("$default"), context) == FAILED
    (line,) = logged()
    assert (line["level"], line["exception_name"]) == ("ERROR", "ZeroDivisionError")
    assert json.dumps(line).count("Traceback") == 1
    assert "stack_trace" not in line
    assert counted() == {"Before": 2, "HandlerErrors": 1}


def test_an_event_source_that_retries_sees_the_error(context: Any, counted: Any) -> None:
    @guarded(None)
    def handler(_: Event, __: Turn) -> dict[str, Any]:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        handler({"Records": []}, context)
    assert counted() == {"HandlerErrors": 1}


def test_lines_of_an_invocation_carry_its_connection_and_nothing_of_the_one_before(
    event: Any, context: Any, logged: Any
) -> None:
    @guarded(FAILED)
    def handler(event: Event, _: Turn) -> dict[str, Any]:
        logger.info("line")
        logger.append_keys(extra=event["body"])
        return {}

    for connection in ("c1=", "c2="):
        handler(event("$default", connection=connection, body=connection), context)
    handler({"body": ""}, context)
    assert [line.get("correlation_id") for line in logged()] == ["c1=", "c2=", None]
    assert not any("extra" in line for line in logged())


def test_text_of_a_client_cannot_begin_a_line_of_its_own(event: Any, context: Any, logged: Any) -> None:
    @guarded(FAILED)
    def handler(_: Event, __: Turn) -> dict[str, Any]:
        logger.info("line", reason='\r\n{"level":"ERROR","message":"forged"}\x1b[31m\u2028\ud800')
        return {}

    handler(event("$default"), context)
    assert [line["level"] for line in logged()] == ["INFO"]


def test_counters_become_one_metric_line(counted: Any, capsys: pytest.CaptureFixture[str]) -> None:
    publish(Counter({"MessagesIn": 1, "MessagesOut": 40, "SessionsEnded": 0}))
    (line,) = capsys.readouterr().out.splitlines()
    metrics = json.loads(line)
    (directive,) = metrics["_aws"]["CloudWatchMetrics"]
    assert (directive["Namespace"], directive["Dimensions"]) == ("Longwire", [["service"]])
    assert {metric["Unit"] for metric in directive["Metrics"]} == {"Count"}
    assert (metrics["service"], metrics["MessagesOut"]) == ("test", [40])
    publish(Counter({"MessagesIn": 1}))
    assert counted() == {"MessagesIn": 1}


def test_datadog_has_lines_of_its_own(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("METRICS", "datadog")
    publish(Counter({"MessagesIn": 2}), [17])
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(line["m"], line["v"], line["t"]) for line in lines] == [
        ("Longwire.DeliveryLatency", 17, ["service:test"]),
        ("Longwire.MessagesIn", 2, ["service:test"]),
    ]


def test_nothing_counted_is_nothing_written(capsys: pytest.CaptureFixture[str]) -> None:
    publish(Counter())
    assert capsys.readouterr().out == ""


def test_more_counters_than_one_line_may_hold_are_all_written(counted: Any) -> None:
    # CloudWatch takes 100 metrics in one document.
    publish(Counter({f"M{number}": 1 for number in range(101)}))
    assert len(counted()) == 101


def test_latencies_are_one_metric_with_many_values(capsys: pytest.CaptureFixture[str], backend: None) -> None:  # noqa: ARG001 (its namespace)
    publish(Counter({"MessagesOut": 150}), range(150))
    found = json.loads(capsys.readouterr().out)
    assert found["DeliveryLatency"] == [float(value) for value in range(99)]
    assert {"Name": "DeliveryLatency", "Unit": "Milliseconds"} in found["_aws"]["CloudWatchMetrics"][0]["Metrics"]
