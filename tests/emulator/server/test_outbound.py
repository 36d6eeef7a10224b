"""Calls of integrations."""

import asyncio
from typing import Any

import pytest

from longwire.core.events import CallHttp, CallService, IntegrationAnswered
from longwire.server.outbound import Outbound


async def answer_to(outbound: Outbound, effect: CallHttp | CallService) -> IntegrationAnswered:
    done: asyncio.Future[IntegrationAnswered] = asyncio.get_running_loop().create_future()
    outbound.call(effect, done.set_result)
    found = await asyncio.wait_for(done, 10)
    await asyncio.wait_for(outbound.idle.wait(), 10)
    return found


def http(url: str) -> CallHttp:
    return CallHttp("id", "POST", url, (), b"body", "connection", "route")


async def listening(answer: bytes) -> tuple[int, list[bytes], asyncio.Server]:
    received: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        received.append(await reader.read(65536))
        writer.write(answer)
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    return server.sockets[0].getsockname()[1], received, server


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "url",
    ["http://example.com/", "https://10.0.0.1/", "http://169.254.169.254/latest/meta-data", "http://127.0.0.1.evil/"],
)
async def test_nothing_leaves_this_machine(url: str) -> None:
    found = await answer_to(Outbound(lambda: 9, ["api.example.com"]), http(url))
    assert found.status == 0
    assert "is not this machine" in found.error


@pytest.mark.asyncio
async def test_loopback_and_allowed_hosts_are_called() -> None:
    port, received, server = await listening(OK)
    for outbound, host in ((Outbound(lambda: 9), "127.0.0.1"), (Outbound(lambda: 9, ["LOCALHOST"]), "localhost")):
        found = await answer_to(outbound, http(f"http://{host}:{port}/"))
        assert (found.status, found.body, found.error) == (200, b"ok", "")
    assert len(received) == 2
    server.close()


@pytest.mark.asyncio
async def test_a_service_is_told_who_it_is() -> None:
    port, received, server = await listening(OK)
    effect = CallService("id", "sqs", "eu-west-1", "POST", "/1/q", (("A", "b"),), b"x", "connection", "route")
    assert (await answer_to(Outbound(lambda: port), effect)).body == b"ok"
    assert received[0].startswith(b"POST /1/q HTTP/1.1\r\n")
    assert b"/eu-west-1/sqs/aws4_request" in received[0]
    server.close()


@pytest.mark.asyncio
async def test_what_runs_can_be_stopped() -> None:
    port, _, server = await listening(b"")
    heard: list[Any] = []
    outbound = Outbound(lambda: port)
    outbound.call(http(f"http://127.0.0.1:{port}/"), heard.append)
    outbound.stop()
    await asyncio.wait_for(outbound.idle.wait(), 10)
    assert heard == []
    server.close()
