import json

import pytest

from longwire.runtime.lambda_log import (
    Report,
    end_line,
    error_entry,
    error_text,
    exit_message,
    init_report_line,
    report_entry,
    report_line,
    start_entry,
    start_line,
    timed_out_message,
    timestamp,
)

NOW = 1_795_508_380.1234


def report(**given: object) -> Report:
    known: dict[str, object] = {
        "invocation_id": "i",
        "request_id": "r",
        "function": "App",
        "duration_ms": 1.2345,
        "init_ms": None,
        "max_memory_mb": 40,
        "memory_mb": 128,
    }
    return Report(**{**known, **given})  # type: ignore[arg-type]  # a test's shorthand


def test_a_warm_report_has_four_figures_and_ends_with_a_tab() -> None:
    assert report_line(report()) == (
        "REPORT RequestId: r\tDuration: 1.23 ms\tBilled Duration: 2 ms\tMemory Size: 128 MB\tMax Memory Used: 40 MB\t"
    )


def test_a_cold_report_adds_the_init_and_bills_it() -> None:
    line = report_line(report(init_ms=120.111))
    assert line.endswith("\tMax Memory Used: 40 MB\tInit Duration: 120.11 ms\t")
    assert "\tBilled Duration: 122 ms\t" in line


@pytest.mark.parametrize(
    ("error", "end"),
    [
        ("raised", "\tMax Memory Used: 40 MB\t"),
        ("timed_out", "\tStatus: timeout\t"),
        ("crashed", "\tStatus: error\tError Type: Runtime.ExitError\t"),
        ("init_failed", "\tStatus: error\tError Type: Runtime.ExitError\t"),
    ],
)
def test_a_report_says_how_it_ended_unless_the_handler_raised(error: str, end: str) -> None:
    assert report_line(report(error=error, error_type="Runtime.ExitError")).endswith(end)


def test_start_and_end_name_the_request() -> None:
    assert start_line("r") == "START RequestId: r Version: $LATEST"
    assert end_line("r") == "END RequestId: r"


def test_an_init_report_says_what_was_wrong() -> None:
    assert (
        init_report_line(1236.04, "init", "") == "INIT_REPORT Init Duration: 1236.04 ms\tPhase: init\tStatus: timeout"
    )
    assert init_report_line(5, "init", "Runtime.ExitError").endswith("\tStatus: error\tError Type: Runtime.ExitError")


def test_an_error_is_one_entry_with_its_traceback() -> None:
    assert error_text("ValueError", "no", ["  File a\n", "  File b\n"]) == (
        "[ERROR] ValueError: no\nTraceback (most recent call last):\n  File a\n  File b"
    )
    assert error_text("ValueError", "", []) == "[ERROR] ValueError"


def test_json_entries_have_the_same_facts() -> None:
    assert json.loads(start_entry("r", NOW)) == {
        "time": "2026-11-24T08:19:40.123Z",
        "type": "platform.start",
        "record": {"requestId": "r", "version": "$LATEST"},
    }
    assert json.loads(report_entry(report(init_ms=2.5), NOW))["record"] == {
        "requestId": "r",
        "metrics": {
            "durationMs": 1.234,
            "billedDurationMs": 4,
            "memorySizeMB": 128,
            "maxMemoryUsedMB": 40,
            "initDurationMs": 2.5,
        },
        "status": "success",
    }
    failed = json.loads(report_entry(report(error="timed_out", error_type="Sandbox.Timedout"), NOW))["record"]
    assert (failed["status"], failed["errorType"]) == ("timeout", "Sandbox.Timedout")
    assert json.loads(error_entry("ValueError", "no", ["  File a\n"], "r", NOW))["stackTrace"] == ["  File a\n"]


def test_messages_are_lambdas() -> None:
    assert timed_out_message("r", 3) == "r Task timed out after 3.00 seconds"
    assert exit_message("r", "signal: killed") == "RequestId: r Error: Runtime exited with error: signal: killed"
    assert exit_message("r", "") == "RequestId: r Error: Runtime exited without providing a reason"
    assert timestamp(NOW) == "2026-11-24T08:19:40.123Z"
