"""Requests that never end, in time, in size or in number: each has a bound."""

import asyncio
from contextlib import suppress

import pytest

from longwire.server.http1 import Exchange, HttpRequest, HttpResponse
from raw_http import Client, Recorder, served

pytestmark = pytest.mark.asyncio

UPGRADE = b"GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
TRICKLE = b"GET /dev HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nX-Long: " + b"a" * 60_000


def keep(_request: HttpRequest, _exchange: Exchange) -> None:
    """Answer later."""


async def trickle(client: Client) -> None:
    """One byte at a time, for as long as it takes."""
    with suppress(ConnectionError):
        for byte in TRICKLE:
            client.send(bytes((byte,)))
            await client.writer.drain()
            await asyncio.sleep(0)


async def flood(client: Client) -> None:
    """Some 100 MB, more than all the buffers between the two take."""
    for _ in range(400):
        client.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n" * 10_000)
        await client.writer.drain()


async def test_a_handshake_that_arrives_byte_by_byte_has_the_same_time_as_any() -> None:
    async with served(Recorder(), request_timeout=0.2) as client:
        slow = asyncio.create_task(trickle(client))
        assert (await asyncio.wait_for(client.response(), 5))[0] == 408
        assert await asyncio.wait_for(client.rest(), 5) == b""
        slow.cancel()


async def test_a_client_that_connects_and_says_nothing_does_not_stay() -> None:
    async with served(Recorder(), request_timeout=0.05) as client:
        assert (await asyncio.wait_for(client.response(), 5))[0] == 408
        assert await client.rest() == b""


async def test_the_clock_of_a_request_starts_where_it_begins_behind_another() -> None:
    async with served(Recorder(), request_timeout=0.05) as client:
        client.send(b"GET /one HTTP/1.1\r\nHost: a\r\n\r\nGET /two HT")
        assert (await client.response())[0] == 200
        assert (await asyncio.wait_for(client.response(), 5))[0] == 408


async def test_a_flood_of_small_headers_is_refused_by_their_number() -> None:
    async with served(Recorder()) as client:
        client.send(b"GET / HTTP/1.1\r\nHost: a\r\n" + b"a:\r\n" * 2000)
        assert (await client.response())[0] == 431
        assert await client.rest() == b""


async def test_a_thousand_headers_are_read() -> None:
    application = Recorder()
    async with served(application) as client:
        client.send(b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X-A: b\r\n" * 999 + b"\r\n")
        assert (await client.response())[0] == 200
    assert len(application.requests[0].headers) == 1000


@pytest.mark.parametrize("endless", [b"X-Some: 0123456789\r\n", b"a", b"X-Folded: a\r\n b\r\n", b"X-Colon::::\r\n"])
async def test_a_head_without_end_is_refused_however_it_is_made(endless: bytes) -> None:
    async with served(Recorder()) as client:
        client.send(b"GET / HTTP/1.1\r\nHost: a\r\n")
        with suppress(ConnectionError):
            for _ in range(200):
                client.send(endless * (2048 // len(endless)))
                await client.writer.drain()
        assert (await asyncio.wait_for(client.response(), 5))[0] in {400, 431}


async def test_a_chunked_body_without_end_is_refused() -> None:
    async with served(Recorder()) as client:
        client.send(b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
        with suppress(ConnectionError):
            for _ in range(40):
                client.send(b"80000\r\n" + b"x" * 0x80000 + b"\r\n")
                await client.writer.drain()
        assert (await asyncio.wait_for(client.response(), 5))[0] == 413


async def test_trailers_without_end_are_refused() -> None:
    """Trailers follow the body and are headers all the same."""
    async with served(Recorder()) as client:
        client.send(b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n")
        with suppress(ConnectionError):
            for _ in range(200):
                client.send(b"X-Some: 0123456789\r\n" * 100)
                await client.writer.drain()
        assert (await asyncio.wait_for(client.response(), 5))[0] == 431


async def test_an_upgrade_behind_another_request_is_answered_after_it() -> None:
    def answer(request: HttpRequest, exchange: Exchange) -> None:
        exchange.respond(HttpResponse(200, body=request.target.encode()))

    async with served(Recorder(answer)) as client:
        client.send(b"GET /one HTTP/1.1\r\nHost: a\r\n\r\n" + UPGRADE)
        assert (await client.response())[2] == b"/one"
        assert (await client.response())[2] == b"/chat"


async def test_requests_without_answers_stop_being_read() -> None:
    """16 wait at most; the rest stays with the client."""
    application = Recorder(keep)
    async with served(application) as client:
        client.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n" * 17)
        await application.arrived.wait()
        flooding = asyncio.create_task(flood(client))
        assert await asyncio.wait({flooding}, timeout=0.5) == (set(), {flooding})
        flooding.cancel()
    assert len(application.requests) == 1
