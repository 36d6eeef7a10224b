"""Lambda's Invoke API by unmodified boto3."""

import asyncio
import base64
import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest
import pytest_asyncio
from botocore.config import Config
from botocore.exceptions import ClientError

from longwire.core.api import Function, Stack
from longwire.core.asynchronous import Invocable
from longwire.core.events import InvocationFinished, Invoke
from longwire.server.async_invocations import AsyncInvocations
from longwire.server.lambda_api import LambdaApi

pytestmark = pytest.mark.asyncio


class Scripted:
    """Answers each invocation with the next of ``results``; keeps timers instead of waiting for them; logs a line."""

    def __init__(self, *results: dict[str, Any]) -> None:
        self.results = list(results)
        self.invocations: list[Invoke] = []
        self.timers: list[tuple[float, Callable[[], None]]] = []
        self.logs: dict[str, str] = {}

    def invoke(self, invocation: Invoke, done: Callable[[InvocationFinished], None]) -> None:
        self.invocations.append(invocation)
        done(InvocationFinished(invocation.invocation_id, **self.results.pop(0)))

    def later(self, seconds: float, call: Callable[[], None]) -> None:
        self.timers.append((seconds, call))

    def keep_log(self, invocation_id: str) -> None:
        self.logs[invocation_id] = "START\n" + "x" * 5000 + "\nEND\n"

    def kept_log(self, invocation_id: str) -> str:
        return self.logs.pop(invocation_id)


@pytest_asyncio.fixture
async def lambdas(serve: Any, routes: Any) -> Any:
    async def start(scripted: Scripted) -> Any:
        run = await serve(routes.api())
        function = Function("Worker", "stack-Worker", "app.handler", "python3.13", "/code")
        invocables = {"Worker": Invocable(("1",), {"live": "1"})}
        stack = Stack(
            "stack", "us-east-1", "123456789012", (routes.api(),), {"Worker": function}, invocables=invocables
        )
        ids = (f"id{number}" for number in range(99))
        given = (stack, scripted.invoke, lambda: next(ids))
        queue = AsyncInvocations(*given, scripted.later, lambda: 1000.0, services_port=lambda: 9)
        run.server.lambda_api = LambdaApi(*given, queue, scripted)
        return boto3.client(
            "lambda", endpoint_url=f"http://127.0.0.1:{run.port}", region_name="us-east-1", aws_access_key_id="x",
            aws_secret_access_key="x", config=Config(retries={"total_max_attempts": 1}),
        )  # fmt: skip

    return start


async def invoke(
    client: Any, name: str = "stack-Worker", payload: bytes = b'{"n":1}', kind: str = "RequestResponse", **more: Any
) -> Any:
    return await asyncio.to_thread(client.invoke, FunctionName=name, Payload=payload, InvocationType=kind, **more)


@pytest.mark.parametrize(
    "name",
    [
        "stack-Worker",
        "stack-Worker:$LATEST",
        "123456789012:function:stack-Worker",
        "arn:aws:lambda:us-east-1:123456789012:function:stack-Worker",
    ],
)
async def test_a_function_is_found_by_name_and_arn(lambdas: Any, name: str) -> None:
    scripted = Scripted({"payload": '{"ok":true}'})
    answer = await invoke(await lambdas(scripted), name)
    assert (answer["StatusCode"], json.loads(answer["Payload"].read())) == (200, {"ok": True})
    (asked,) = scripted.invocations
    assert (asked.function, asked.payload, asked.request_id) == ("Worker", '{"n":1}', "id1")
    assert answer["ResponseMetadata"]["RequestId"] == "id1"
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


@pytest.mark.parametrize(
    ("name", "more", "version"),
    [
        ("stack-Worker", {}, "$LATEST"),
        ("stack-Worker:$LATEST", {}, "$LATEST"),
        ("stack-Worker", {"Qualifier": "live"}, "1"),
        ("stack-Worker:live", {"Qualifier": "live"}, "1"),
        ("arn:aws:lambda:us-east-1:123456789012:function:stack-Worker:1", {}, "1"),
    ],
)
async def test_a_qualifier_names_the_version_that_runs(lambdas: Any, name: str, more: Any, version: str) -> None:
    scripted = Scripted({"payload": "1"})
    answer = await invoke(await lambdas(scripted), name, **more)

    assert answer["ExecutedVersion"] == version
    assert scripted.invocations[0].qualifier == (more.get("Qualifier") or name.rpartition("Worker")[2][1:])


async def test_a_qualifier_that_is_not_there_is_not_found(lambdas: Any) -> None:
    client = await lambdas(Scripted())
    asked: list[tuple[str, dict[str, Any]]] = [("stack-Worker:2", {}), ("stack-Worker", {"Qualifier": "beta"})]
    for name, more in asked:
        with pytest.raises(client.exceptions.ResourceNotFoundException, match=r"function:stack-Worker:(2|beta)$"):
            await invoke(client, name, **more)
    with pytest.raises(client.exceptions.InvalidParameterValueException, match="does not match"):
        await invoke(client, "stack-Worker:live", Qualifier="1")


async def test_a_tail_is_the_last_4_kb_of_the_log(lambdas: Any) -> None:
    client = await lambdas(Scripted({"payload": "1"}, {"payload": "1"}))
    log = base64.b64decode((await invoke(client, LogType="Tail"))["LogResult"])

    assert (len(log), log[-5:]) == (4096, b"\nEND\n")
    assert "LogResult" not in await invoke(client)


async def test_a_client_context_is_passed_on_and_has_to_be_json(lambdas: Any) -> None:
    scripted = Scripted({"payload": "1"})
    client = await lambdas(scripted)
    context = base64.b64encode(b'{"custom":{"a":"b"}}').decode()
    await invoke(client, ClientContext=context)

    assert scripted.invocations[0].client_context == context
    for wrong in ("!", base64.b64encode(b"[1]").decode(), base64.b64encode(b'{"a":"' + b"x" * 3000 + b'"}').decode()):
        with pytest.raises(client.exceptions.InvalidRequestContentException, match="Client context"):
            await invoke(client, ClientContext=wrong)


@pytest.mark.parametrize(("kind", "size"), [("RequestResponse", 6_291_456), ("Event", 1_048_576)])
async def test_a_payload_has_a_limit(lambdas: Any, kind: str, size: int) -> None:
    client = await lambdas(Scripted({"payload": "1"}))
    await invoke(client, payload=b'"' + b"x" * (size - 2) + b'"', kind=kind)
    with pytest.raises(ClientError, match=f"Request must be smaller than {size} bytes") as caught:
        await invoke(client, payload=b'"' + b"x" * (size - 1) + b'"', kind=kind)

    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 413


async def test_streaming_is_refused_by_name(lambdas: Any) -> None:
    client = await lambdas(Scripted())
    with pytest.raises(ClientError, match="InvokeWithResponseStream is not emulated"):
        await asyncio.to_thread(client.invoke_with_response_stream, FunctionName="stack-Worker")


async def test_an_event_is_the_same_request_in_every_attempt(lambdas: Any) -> None:
    scripted = Scripted({"error": "raised"}, {"payload": "1"})
    answer = await invoke(await lambdas(scripted), "stack-Worker:live", kind="Event")
    scripted.timers.pop()[1]()

    first, second = scripted.invocations
    assert answer["ResponseMetadata"]["RequestId"] == first.request_id == second.request_id
    assert (first.qualifier, first.invocation_id != second.invocation_id) == ("live", True)
