"""Lambda's Invoke API by unmodified boto3."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest
import pytest_asyncio
from botocore.config import Config
from botocore.exceptions import ClientError

from longwire.core.api import Function, Stack
from longwire.core.events import InvocationFinished, Invoke
from longwire.server.lambda_api import LambdaApi

pytestmark = pytest.mark.asyncio


class Scripted:
    """Answers each invocation with the next of ``results``; keeps timers instead of waiting for them."""

    def __init__(self, *results: dict[str, Any]) -> None:
        self.results = list(results)
        self.invocations: list[Invoke] = []
        self.timers: list[tuple[float, Callable[[], None]]] = []

    def invoke(self, invocation: Invoke, done: Callable[[InvocationFinished], None]) -> None:
        self.invocations.append(invocation)
        done(InvocationFinished(invocation.invocation_id, **self.results.pop(0)))

    def later(self, seconds: float, call: Callable[[], None]) -> None:
        self.timers.append((seconds, call))


@pytest_asyncio.fixture
async def lambdas(serve: Any, routes: Any) -> Any:
    async def start(scripted: Scripted) -> Any:
        run = await serve(routes.api())
        function = Function("Worker", "stack-Worker", "app.handler", "python3.13", "/code")
        stack = Stack("stack", "us-east-1", "123456789012", (run.stage.api,), {"Worker": function})
        ids = iter(f"id{number}" for number in range(99))
        run.server.lambda_api = LambdaApi(stack, scripted.invoke, lambda: next(ids), scripted.later)
        return boto3.client(
            "lambda", endpoint_url=f"http://127.0.0.1:{run.port}", region_name="us-east-1", aws_access_key_id="x",
            aws_secret_access_key="x", config=Config(retries={"total_max_attempts": 1}),
        )  # fmt: skip

    return start


async def invoke(
    client: Any, name: str = "stack-Worker", payload: bytes = b'{"n":1}', kind: str = "RequestResponse"
) -> Any:
    return await asyncio.to_thread(client.invoke, FunctionName=name, Payload=payload, InvocationType=kind)


@pytest.mark.parametrize(
    "name",
    [
        "stack-Worker",
        "stack-Worker:$LATEST",
        "123456789012:function:stack-Worker",
        "arn:aws:lambda:us-east-1:123456789012:function:stack-Worker",
        "arn:aws:lambda:us-east-1:123456789012:function:stack-Worker:1",
    ],
)
async def test_a_function_is_found_by_name_and_arn(lambdas: Any, name: str) -> None:
    scripted = Scripted({"payload": '{"ok":true}'})
    answer = await invoke(await lambdas(scripted), name)
    assert (answer["StatusCode"], json.loads(answer["Payload"].read())) == (200, {"ok": True})
    assert scripted.invocations == [Invoke("id0", "Worker", '{"n":1}', "", "")]
    assert "FunctionError" not in answer


async def test_a_failed_function_is_200_with_function_error(lambdas: Any) -> None:
    client = await lambdas(Scripted({"error": "raised", "error_message": "boom", "error_type": "ValueError"}))
    answer = await invoke(client)
    assert answer["FunctionError"] == "Unhandled"
    assert json.loads(answer["Payload"].read()) == {"errorMessage": "boom", "errorType": "ValueError"}


async def test_a_throttled_function_raises_too_many_requests(lambdas: Any) -> None:
    client = await lambdas(Scripted({"error": "throttled"}))
    with pytest.raises(client.exceptions.TooManyRequestsException):
        await invoke(client)


async def test_an_unknown_function_raises_resource_not_found(lambdas: Any) -> None:
    client = await lambdas(Scripted())
    with pytest.raises(client.exceptions.ResourceNotFoundException, match="Function not found: arn:aws:lambda"):
        await invoke(client, "other")


async def test_a_payload_that_is_no_json_is_refused(lambdas: Any) -> None:
    client = await lambdas(Scripted())
    with pytest.raises(client.exceptions.InvalidRequestContentException):
        await invoke(client, payload=b"{nope")


async def test_an_event_is_accepted_at_once_and_tried_three_times_in_all(lambdas: Any) -> None:
    """DOCUMENTED: two retries, after one minute and after two."""
    failed = {"error": "raised", "error_message": "boom"}
    scripted = Scripted(failed, failed, failed)
    answer = await invoke(await lambdas(scripted), kind="Event")
    assert answer["StatusCode"] == 202
    for seconds in (60, 120):
        (waited, retry) = scripted.timers.pop()
        assert waited == seconds
        retry()
    assert scripted.timers == []
    assert len(scripted.invocations) == 3


async def test_a_dry_run_runs_nothing(lambdas: Any) -> None:
    scripted = Scripted()
    assert (await invoke(await lambdas(scripted), kind="DryRun"))["StatusCode"] == 204
    assert scripted.invocations == []


async def test_the_rest_of_lambdas_api_is_refused_by_name(lambdas: Any) -> None:
    client = await lambdas(Scripted())
    with pytest.raises(ClientError, match=r"NotEmulated.*Invoke alone"):
        await asyncio.to_thread(client.get_function, FunctionName="stack-Worker")
