"""The Lambda Runtime API over a real socket."""

import asyncio
import http.client
import json
from base64 import b64encode
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
import pytest_asyncio

from longwire.runtime.outcome import Outcome
from longwire.runtime.runtime_api import Invocation, RuntimeApi
from longwire.server.http1 import HttpConnection
from running_functions import until

pytestmark = pytest.mark.asyncio
BASE = "/2018-06-01/runtime"
INVOCATION = Invocation("req-1", 1_700_000_000_000, "Root=1", '{"a":1}')


@dataclass
class Recorder:
    """A Told that writes down what it hears."""

    heard: list[Any] = field(default_factory=list)

    def asked_for_next(self) -> None:
        self.heard.append("next")

    def init_error(self, outcome: Outcome) -> None:
        self.heard.append(outcome)

    def result(self, outcome: Outcome) -> None:
        self.heard.append(outcome)


@dataclass
class Side:
    api: RuntimeApi
    heard: list[Any]
    port: int

    async def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, dict[str, str], bytes]:
        return await asyncio.to_thread(self.asked, method, path, body, headers)

    def asked(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request(method, BASE + path, body, {name.replace("_", "-"): text for name, text in headers.items()})
        answer = connection.getresponse()
        found = answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        connection.close()
        return found


@pytest_asyncio.fixture
async def side() -> AsyncIterator[Side]:
    recorder = Recorder()
    api = RuntimeApi("arn:of:it", recorder)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: HttpConnection(api, loop), "127.0.0.1", 0)
    yield Side(api, recorder.heard, server.sockets[0].getsockname()[1])
    server.close()


async def test_next_waits_for_an_invocation_and_has_the_documented_headers(side: Side) -> None:
    asking = asyncio.create_task(side.ask("GET", "/invocation/next"))
    await until(lambda: side.heard == ["next"])
    side.api.deliver(INVOCATION)
    status, headers, body = await asking

    assert (status, body) == (200, b'{"a":1}')
    assert headers["content-type"] == "application/json"
    assert {name: value for name, value in headers.items() if name.startswith("lambda-runtime")} == {
        "lambda-runtime-aws-request-id": "req-1",
        "lambda-runtime-deadline-ms": "1700000000000",
        "lambda-runtime-invoked-function-arn": "arn:of:it",
        "lambda-runtime-trace-id": "Root=1",
    }


async def test_a_qualifier_and_a_client_context_are_headers(side: Side) -> None:
    context = b64encode('{"custom":{"é":1}}'.encode()).decode()
    side.api.deliver(replace(INVOCATION, qualifier="live", client_context=context))
    _, headers, _ = await side.ask("GET", "/invocation/next")

    assert headers["lambda-runtime-invoked-function-arn"] == "arn:of:it:live"
    assert json.loads(headers["lambda-runtime-client-context"]) == {"custom": {"é": 1}}


async def test_a_response_is_told_as_it_is(side: Side) -> None:
    side.api.deliver(INVOCATION)
    await side.ask("GET", "/invocation/next")
    status, _, body = await side.ask("POST", "/invocation/req-1/response", b"[1]")

    assert (status, json.loads(body)) == (202, {"status": "OK"})
    assert side.heard == ["next", Outcome("[1]")]


async def test_an_error_is_told_with_its_type_message_and_trace(side: Side) -> None:
    side.api.deliver(INVOCATION)
    await side.ask("GET", "/invocation/next")
    error = {"errorType": "E", "errorMessage": "m", "stackTrace": ["a", "b\n"]}
    await side.ask("POST", "/invocation/req-1/error", json.dumps(error).encode())

    assert side.heard[1] == Outcome("", "raised", "E", "m", ("a\n", "b\n"), logged=True)


@pytest.mark.parametrize("body", [b"", b"no json", b"[1]"])
async def test_an_init_error_without_a_documented_body_has_the_headers_type(side: Side, body: bytes) -> None:
    status, _, _ = await side.ask("POST", "/init/error", body, Lambda_Runtime_Function_Error_Type="Runtime.Bad")

    assert status == 202
    assert (side.heard[0].error, side.heard[0].error_type) == ("init_failed", "Runtime.Bad")
    assert side.heard[0].error_message == body.decode()


async def test_a_response_to_another_request_or_to_none_is_refused(side: Side) -> None:
    assert (await side.ask("POST", "/invocation/req-1/response"))[0] == 400
    side.api.deliver(INVOCATION)
    await side.ask("GET", "/invocation/next")
    status, _, body = await side.ask("POST", "/invocation/req-2/error")

    assert (status, json.loads(body)["errorType"]) == (400, "InvalidRequestID")
    assert side.heard == ["next"]


async def test_next_before_the_answer_is_refused(side: Side) -> None:
    side.api.deliver(INVOCATION)
    await side.ask("GET", "/invocation/next")
    status, _, body = await side.ask("GET", "/invocation/next")

    assert (status, json.loads(body)["errorType"]) == (403, "InvalidStateTransition")


async def test_a_response_over_6_mb_is_refused_and_is_the_functions_error(side: Side) -> None:
    side.api.deliver(INVOCATION)
    await side.ask("GET", "/invocation/next")
    status, _, _ = await side.ask("POST", "/invocation/req-1/response", b"x" * 6_291_557)

    assert status == 413
    assert side.heard[1].error_type == "Function.ResponseSizeTooLarge"


async def test_what_is_no_part_of_it_is_not_found(side: Side) -> None:
    assert (await side.ask("GET", "/restore/next"))[0] == 404
    assert (await side.ask("POST", "/invocation/next"))[0] == 404
