"""What StartSyncExecution answers, of an execution that has ended."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from longwire.services.sync_executions import described
from moto_in_virtual_time import arn

START = datetime(2026, 1, 1, tzinfo=UTC)


def execution(status: str, **more: Any) -> Any:
    return SimpleNamespace(
        **{
            "exec_arn": arn("states", "execution:work:one"),
            "state_machine_arn": arn("states", "stateMachine:work"),
            "name": "one",
            "start_date": START,
            "stop_date": START + timedelta(seconds=0.25),
            "status": status,
            "execution_input": "{}",
            "output": {"a": 1},
            "error": None,
            "cause": None,
            **more,
        }
    )


def test_a_success_has_an_output_and_what_is_billed() -> None:
    assert described(execution("SUCCEEDED")) == {
        "executionArn": arn("states", "express:work:one"),
        "stateMachineArn": arn("states", "stateMachine:work"),
        "name": "one",
        "startDate": START.timestamp(),
        "stopDate": START.timestamp() + 0.25,
        "status": "SUCCEEDED",
        "input": "{}",
        "inputDetails": {"included": True},
        "billingDetails": {"billedMemoryUsedInMB": 64, "billedDurationInMilliseconds": 300},
        "output": '{"a":1}',
        "outputDetails": {"included": True},
    }


@pytest.mark.parametrize(("ended", "status"), [("FAILED", "FAILED"), ("TIMED_OUT", "TIMED_OUT"), ("ABORTED", "FAILED")])
def test_a_failure_has_an_error_and_perhaps_a_cause(ended: str, status: str) -> None:
    found = described(execution(ended, error="Wrong"))
    assert (found["status"], found["error"]) == (status, "Wrong")
    assert not {"cause", "output"} & found.keys()
