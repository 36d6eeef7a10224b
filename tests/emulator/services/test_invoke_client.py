"""The Invoke API's client against scripted servers."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from longwire.server.http1 import Exchange, HttpConnection, HttpRequest, HttpResponse
from longwire.services.invoke_client import InvokeClient, Outcome

pytestmark = pytest.mark.asyncio


@dataclass
class Api:
    """Answers as told, and remembers requests and how many connections they came on."""

    answer: Callable[[HttpRequest], HttpResponse]
    requests: list[HttpRequest] = field(default_factory=list)
    connections: list[HttpConnection] = field(default_factory=list)

    def request(self, request: HttpRequest, exchange: Exchange) -> None:
        self.requests.append(request)
        exchange.respond(self.answer(request))


@asynccontextmanager
async def served(api: Api) -> AsyncIterator[InvokeClient]:
    loop = asyncio.get_running_loop()

    def accept() -> HttpConnection:
        api.connections.append(HttpConnection(api, loop))
        return api.connections[-1]

    server = await loop.create_server(accept, "127.0.0.1", 0)
    client = InvokeClient(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    yield client
    client.close()
    server.close()
    for connection in api.connections:
        connection.transport.close()
    await asyncio.sleep(0)


async def test_a_result_is_returned_and_the_connection_kept() -> None:
    api = Api(lambda request: HttpResponse(200, (), request.body))
    async with served(api) as client:
        assert await client.invoke("chat-Echo", b'{"n":1}') == Outcome(200, b'{"n":1}')
        assert await client.invoke("a b/c", b"2") == Outcome(200, b"2")
        assert len(api.connections) == 1
    assert [request.target for request in api.requests] == [
        "/2015-03-31/functions/chat-Echo/invocations",
        "/2015-03-31/functions/a%20b%2Fc/invocations",
    ]
    assert api.requests[0].header("X-Amz-Invocation-Type") == "RequestResponse"


async def test_a_functions_failure_and_a_throttle_are_told_apart() -> None:
    answers = iter((HttpResponse(200, (("X-Amz-Function-Error", "Unhandled"),), b"{}"), HttpResponse(429)))
    async with served(Api(lambda _: next(answers))) as client:
        assert await client.invoke("f", b"") == Outcome(200, b"{}", "Unhandled")
        assert (await client.invoke("f", b"")).status == 429


async def test_a_connection_that_the_server_closed_is_not_used_again() -> None:
    api = Api(lambda _: HttpResponse(200, close=True))
    async with served(api) as client:
        await client.invoke("f", b"")
        await client.invoke("f", b"")
    assert len(api.connections) == 2


async def test_a_kept_connection_that_was_closed_meanwhile_is_replaced() -> None:
    api = Api(lambda _: HttpResponse(200))
    async with served(api) as client:
        await client.invoke("f", b"")
        reader = client.idle[0][0]
        api.connections[0].transport.close()
        await asyncio.wait_for(reader.read(), 5)
        assert (await client.invoke("f", b"")).status == 200
    assert len(api.connections) == 2


async def test_nobody_to_answer_is_an_oserror() -> None:
    with pytest.raises(OSError, match=r"."):
        await InvokeClient("http://127.0.0.1:9").invoke("f", b"")


async def test_parallel_invocations_have_a_connection_each() -> None:
    api = Api(lambda request: HttpResponse(200, (), request.body))
    async with served(api) as client:
        outcomes = await asyncio.gather(*(client.invoke("f", str(n).encode()) for n in range(5)))
        assert [outcome.payload for outcome in outcomes] == [b"0", b"1", b"2", b"3", b"4"]
        assert len(client.idle) == 5
