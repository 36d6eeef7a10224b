"""State machines run: unmodified boto3 on one side, scripted functions and APIs on the other."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from longwire.core.api import Resource
from moto_in_virtual_time import arn, function_arn, queue, table
from scripted_lambda import Invocation, Lambda, scripted_lambda

ROLE = "arn:aws:iam::123456789012:role/machine"


def machine(name: str, states: dict[str, Any], kind: str = "EXPRESS") -> Resource:
    definition = json.dumps({"StartAt": next(iter(states)), "States": states})
    properties = {"DefinitionString": definition, "RoleArn": ROLE, "StateMachineType": kind}
    return Resource(name, "AWS::StepFunctions::StateMachine", properties, arn("states", f"stateMachine:{name}"))


def task(resource: str, parameters: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    given = {"Parameters": parameters} if parameters else {}
    return {"Type": "Task", "Resource": f"arn:aws:states:::{resource}", **given, **(more or {"End": True})}


DIRECT = {"Type": "Task", "Resource": function_arn("worker"), "End": True}
PUT = {"TableName": "Jobs", "Item": {"pk": {"S.$": "$.id"}}}
MACHINES = (
    machine("direct", {"Call": DIRECT}),
    machine(
        "retried",
        {"Call": {**DIRECT, "Retry": [{"ErrorEquals": ["Flaky"], "MaxAttempts": 2, "IntervalSeconds": 1}]}},
    ),
    machine(
        "caught",
        {
            "Call": {**DIRECT, "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Say"}]},
            "Say": {"Type": "Pass", "Parameters": {"caught.$": "$.error.Error"}, "End": True},
        },
    ),
    machine(
        "flow",
        {
            "Each": {
                "Type": "Map",
                "ItemsPath": "$.items",
                "ItemProcessor": {
                    "StartAt": "Double",
                    "States": {
                        "Double": {
                            "Type": "Pass",
                            "Parameters": {"n.$": "States.MathAdd($, $)"},
                            "OutputPath": "$.n",
                            "End": True,
                        }
                    },
                },
                "ResultPath": "$.doubled",
                "Next": "Which",
            },
            "Which": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.doubled[0]", "NumericGreaterThan": 5, "Next": "Large"}],
                "Default": "Small",
            },
            "Large": {"Type": "Pass", "Result": "large", "End": True},
            "Small": {"Type": "Fail", "Error": "TooSmall", "Cause": "not more than 5"},
        },
    ),
    machine(
        "services",
        {
            "Put": task("dynamodb:putItem", PUT, Next="Send", ResultPath=None),
            "Send": task("sqs:sendMessage", {"QueueUrl": queue("done").physical_id, "MessageBody.$": "$"}),
        },
    ),
    machine(
        "posting",
        {
            "Post": task(
                "apigateway:invoke",
                {"ApiEndpoint": "abc.execute-api.eu-west-1.amazonaws.com", "Method": "POST", "Path": "/x"},
            )
        },
    ),
    machine(
        "asking",
        {
            "Ask": task(
                "lambda:invoke.waitForTaskToken",
                {"FunctionName": function_arn("worker"), "Payload": {"token.$": "$$.Task.Token"}},
            )
        },
        "STANDARD",
    ),
    machine("waiting", {"Wait": {"Type": "Wait", "Seconds": 600, "End": True}}, "STANDARD"),
)  # fmt: skip


@pytest.fixture(scope="module")
def api() -> Iterator[Lambda]:
    with scripted_lambda() as found:
        yield found


@pytest.fixture(scope="module")
def running(run_services: Any, api: Lambda) -> Any:
    return run_services(*MACHINES, table("Jobs"), queue("done"), invoke_url=api.url)


@pytest.fixture
def states(running: Any, api: Lambda) -> Iterator[Any]:
    running.logged.clear()
    yield running.client("stepfunctions", inject_host_prefix=False)
    api.scripts.clear()
    while not api.invocations.empty():
        api.invocations.get()


def run(states: Any, name: str, given: Any = None) -> tuple[str, Any]:
    """Status, and the output, or error and cause."""
    found = states.start_sync_execution(
        stateMachineArn=arn("states", f"stateMachine:{name}"), input=json.dumps(given or {})
    )
    if "output" in found:
        return found["status"], json.loads(found["output"])
    return found["status"], (found.get("error"), found.get("cause"))


def until(states: Any, execution: str) -> Any:
    deadline = time.monotonic() + 10
    while (found := states.describe_execution(executionArn=execution))["status"] == "RUNNING":
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return found


def test_a_task_calls_the_function_and_has_its_result(states: Any, api: Lambda) -> None:
    api.scripts["worker"] = lambda invocation: (200, {}, {"got": invocation.event})
    assert run(states, "direct", {"n": 1}) == ("SUCCEEDED", {"got": {"n": 1}})


def failing(times: int) -> Any:
    calls: list[Invocation] = []

    def answer(invocation: Invocation) -> Any:
        calls.append(invocation)
        if len(calls) <= times:
            error = {"errorType": "Flaky", "errorMessage": "again"}
            return 200, {"X-Amz-Function-Error": "Unhandled"}, error
        return 200, {}, "well"

    return answer


def test_a_task_that_fails_is_tried_again_or_caught_or_ends_the_execution(
    running: Any, states: Any, api: Lambda
) -> None:
    api.scripts["worker"] = failing(1)
    assert run(states, "retried") == ("SUCCEEDED", "well")
    api.scripts["worker"] = failing(1)
    assert run(states, "caught", {}) == ("SUCCEEDED", {"caught": "Flaky"})
    api.scripts["worker"] = failing(1)
    status, (error, cause) = run(states, "direct")
    assert (status, error, json.loads(cause)["errorMessage"]) == ("FAILED", "Flaky", "again")
    assert running.says(r"direct: an execution ended as FAILED: Flaky: ")
    assert not any("FailureEventException" in line for line in running.logged)


def test_maps_choices_and_failures(states: Any) -> None:
    assert run(states, "flow", {"items": [3, 4]}) == ("SUCCEEDED", "large")
    assert run(states, "flow", {"items": [1]}) == ("FAILED", ("TooSmall", "not more than 5"))


def test_tasks_call_the_services_as_handlers_do(running: Any, states: Any) -> None:
    status, _ = run(states, "services", {"id": "7"})
    assert status == "SUCCEEDED"
    assert running.client("dynamodb").scan(TableName="Jobs")["Items"] == [{"pk": {"S": "7"}}]
    (message,) = running.client("sqs").receive_message(QueueUrl=queue("done").physical_id)["Messages"]
    assert json.loads(message["Body"]) == {"id": "7"}


def test_an_api_that_refuses_is_an_error_by_its_status(states: Any) -> None:
    status, (error, _) = run(states, "posting")
    assert (status, error.startswith("ApiGateway.")) == ("FAILED", True)


def test_a_standard_execution_returns_at_once_and_is_described(states: Any, api: Lambda) -> None:
    started = states.start_execution(stateMachineArn=arn("states", "stateMachine:asking"))
    assert len(started["executionArn"].rpartition(":")[2]) == 36
    token = api.next("worker").event["token"]
    states.send_task_success(taskToken=token, output='{"well": true}')
    found = until(states, started["executionArn"])
    assert (found["status"], json.loads(found["output"])) == ("SUCCEEDED", {"well": True})


def test_a_standard_machine_is_not_run_synchronously(states: Any) -> None:
    with pytest.raises(ClientError, match="StateMachineTypeNotSupported"):
        run(states, "waiting")


def test_a_machine_that_does_not_exist_is_told(states: Any) -> None:
    with pytest.raises(ClientError, match="StateMachineDoesNotExist"):
        run(states, "nothing")


def test_a_reset_ends_what_runs(running: Any, states: Any) -> None:
    states.start_execution(stateMachineArn=arn("states", "stateMachine:waiting"))
    running.reset()
    assert states.list_executions(stateMachineArn=arn("states", "stateMachine:waiting"))["executions"] == []
    assert running.says("waiting: an execution ended as ABORTED")
