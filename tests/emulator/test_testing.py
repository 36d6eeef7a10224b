"""The clients that tests use."""

import asyncio
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from longwire.testing import AsyncClient, Client, Close, Refused, Target

pytestmark = pytest.mark.asyncio


def echo(event: Any) -> Any:
    return {"body": event["body"]}


@pytest.fixture
def echo_api(routes: Any) -> Any:
    return routes.api(routes.aws_proxy("$connect"), routes.aws_proxy("$default", two_way=True))


def accepted(event: Any) -> Any:
    return {
        "statusCode": 200,
        "headers": {"Sec-WebSocket-Protocol": event["headers"].get("Sec-WebSocket-Protocol", "")},
    }


async def test_text_mappings_and_keywords_can_be_sent(serve: Any, echo_api: Any) -> None:
    run = await serve(echo_api, {"Connect": lambda _: {"statusCode": 200}, "Default": echo})

    def talk() -> list[Any]:
        with Client(Target(run.url)) as ws:
            ws.send("plain")
            first = ws.receive_text()
            ws.send({"a": 1}, b=2)
            second = ws.receive()
            ws.send_json([1])
            third = ws.receive_json()
            ws.send("not json")
            return [first, second, third, ws.receive()]

    assert await asyncio.to_thread(talk) == ["plain", {"a": 1, "b": 2}, [1], "not json"]


async def test_a_token_query_headers_and_origin_reach_the_function(serve: Any, echo_api: Any) -> None:
    seen: list[Any] = []

    def connect(event: Any) -> Any:
        seen.append(event)
        return accepted(event)

    run = await serve(echo_api, {"Connect": connect})
    target = Target(run.url, "t&t", {"room": "a b"}, {"X-Own": "1"}, ("chat",), "https://app.example")

    def talk() -> str | None:
        with Client(target) as ws:
            return ws.subprotocol

    assert await asyncio.to_thread(talk) == "chat"
    assert seen[0]["queryStringParameters"] == {"access_token": "t&t", "room": "a b"}
    assert (seen[0]["headers"]["X-Own"], seen[0]["headers"]["Origin"]) == ("1", "https://app.example")


async def test_a_refusal_says_status_and_body(serve: Any, echo_api: Any) -> None:
    run = await serve(echo_api, {"Connect": lambda _: {"statusCode": 401}})
    with pytest.raises(Refused, match=r"refused with 401.*Unauthorized") as refused:
        await asyncio.to_thread(Client, Target(run.url))
    assert refused.value.status == 401
    with pytest.raises(Refused, match="401"):
        async with AsyncClient(Target(run.url)):
            pass


async def test_a_wait_ends_after_its_timeout(serve: Any, routes: Any) -> None:
    run = await serve(routes.api())

    def wait() -> None:
        with Client(Target(run.url)) as ws, pytest.raises(TimeoutError, match=r"no message within 0\.05 s"):
            ws.receive(timeout=0.05)

    await asyncio.to_thread(wait)


async def test_the_end_of_a_connection_has_its_code_and_reason(serve: Any, echo_api: Any) -> None:
    run = await serve(echo_api, {"Connect": lambda _: {"statusCode": 200}, "Default": echo})

    def binary() -> Close:
        with Client(Target(run.url)) as ws:
            ws.send("left over")
            ws.send_bytes(b"\x00")
            return ws.closed

    def dropped() -> Close:
        ws = Client(Target(run.url))
        ws.drop()
        return ws.closed

    assert await asyncio.to_thread(binary) == Close(1003, "")
    assert await asyncio.to_thread(dropped) == Close(1006, "")


async def test_the_async_client_does_the_same(serve: Any, echo_api: Any) -> None:
    run = await serve(echo_api, {"Connect": accepted, "Default": echo})
    async with AsyncClient(Target(run.url, subprotocols=("chat",))) as ws:
        assert ws.subprotocol == "chat"
        await ws.send(text="hi")
        assert await ws.receive() == {"text": "hi"}
        await ws.send_json([2])
        assert await ws.receive_json() == [2]
        with pytest.raises(TimeoutError, match="no message within"):
            await ws.receive(timeout=0.01)
        await ws.socket.send(b"\x00")
        assert (await ws.closed()).code == 1003
        with pytest.raises(ConnectionClosed):
            await ws.send("late")


async def test_an_async_client_outside_its_block_says_how_to_use_it(serve: Any, routes: Any) -> None:
    run = await serve(routes.api())
    with pytest.raises(RuntimeError, match="async with"):
        await AsyncClient(Target(run.url)).send("x")
