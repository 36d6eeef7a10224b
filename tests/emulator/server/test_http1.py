"""HTTP/1.1 over real sockets."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field

import pytest

from longwire.server.http1 import Exchange, HttpRequest, HttpResponse
from raw_http import Recorder, served

pytestmark = pytest.mark.asyncio


def keep(_request: HttpRequest, _exchange: Exchange) -> None:
    """Answer later."""


async def test_a_connection_is_kept_for_the_next_request() -> None:
    application = Recorder()
    async with served(application) as client:
        for target in ("/one?x=1", "/two"):
            client.send(f"GET {target} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
            status, headers, _ = await client.response()
            assert (status, headers["x-target"]) == (200, target)


async def test_a_request_keeps_its_headers_order_and_casing() -> None:
    application = Recorder()
    async with served(application) as client:
        client.send(b"GET / HTTP/1.1\r\nHost: a\r\nX-B: 1\r\nx-a: \xe9\r\n\r\n")
        await client.response()
    assert application.requests[0].headers == (("Host", "a"), ("X-B", "1"), ("x-a", "é"))


async def test_a_request_may_arrive_byte_by_byte() -> None:
    application = Recorder()
    async with served(application) as client:
        for byte in b"POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi":
            client.send(bytes((byte,)))
            await client.writer.drain()
        assert (await client.response())[2] == b"hi"


async def test_pipelined_requests_are_answered_one_at_a_time_and_in_order() -> None:
    application = Recorder(keep)
    async with served(application) as client:
        client.send(b"".join(b"GET /%d HTTP/1.1\r\nHost: a\r\n\r\n" % n for n in range(40)))
        for n in range(40):
            await application.arrived.wait()
            application.arrived.clear()
            assert [request.target for request in application.requests] == [f"/{m}" for m in range(n + 1)]
            application.exchanges[n].respond(HttpResponse(200, body=str(n).encode()))
            assert (await client.response())[2] == str(n).encode()


async def test_a_chunked_body_is_put_together() -> None:
    async with served(Recorder()) as client:
        client.send(b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
        client.send(b"3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n")
        assert (await client.response())[2] == b"abcde"


async def test_an_answer_to_head_has_the_length_and_no_body() -> None:
    def answer(_request: HttpRequest, exchange: Exchange) -> None:
        exchange.respond(HttpResponse(200, (("Content-Length", "12"),)))

    async with served(Recorder(answer)) as client:
        client.send(b"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n" * 2)
        for _ in range(2):
            status, headers = await client.head()
            assert (status, headers["content-length"]) == (200, "12")


async def test_a_body_written_for_head_is_not_sent() -> None:
    async with served(Recorder()) as client:
        client.send(b"HEAD / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc")
        assert (await client.head())[1]["content-length"] == "3"
        assert await client.rest() == b""


@pytest.mark.parametrize(
    "request_line", [b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", b"GET / HTTP/1.0\r\n\r\n"]
)
async def test_a_client_that_will_not_reuse_its_connection_gets_it_closed(request_line: bytes) -> None:
    async with served(Recorder()) as client:
        client.send(request_line)
        status, headers, _ = await client.response()
        assert (status, headers["connection"]) == (200, "close")
        assert await client.rest() == b""


async def test_the_application_can_close_after_its_answer() -> None:
    async with served(Recorder(lambda _, exchange: exchange.respond(HttpResponse(200, close=True)))) as client:
        client.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert (await client.response())[1]["connection"] == "close"
        assert await client.rest() == b""


async def test_a_client_that_waits_before_sending_its_body_is_told_to_continue() -> None:
    async with served(Recorder()) as client:
        client.send(b"PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
        assert await client.reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.send(b"hi")
        assert (await client.response())[2] == b"hi"


async def test_a_client_that_shuts_its_side_down_still_gets_its_answer() -> None:
    application = Recorder(keep)
    async with served(application) as client:
        client.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        client.writer.write_eof()
        await application.arrived.wait()
        asyncio.get_running_loop().call_later(0.02, application.exchanges[0].respond, HttpResponse(200, body=b"late"))
        assert (await client.response())[2] == b"late"
        assert await client.rest() == b""


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"NONSENSE\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
        (b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\n" + b"X-Long: 12345678901234567890\r\n" * 3_000 + b"\r\n", 431),
        (b"GET / HTTP/1.1\r\nX-Long: " + b"a" * 400_000, 431),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 20000000\r\n\r\n", 413),
        (
            b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
            + (b"400000\r\n" + b"a" * 0x400000 + b"\r\n") * 5,
            413,
        ),
    ],
    ids=["nonsense", "two lengths", "tls", "target", "headers", "unfinished", "announced", "chunks"],
)
async def test_what_cannot_be_read_is_refused_by_status_and_closed(sent: bytes, status: int) -> None:
    application = Recorder()
    async with served(application) as client:
        client.send(sent)
        assert (await client.response())[:2] == (status, {"content-length": "0", "connection": "close"})
        assert await client.rest() == b""
    assert application.requests == []


async def test_a_head_in_many_pieces_is_not_counted_twice() -> None:
    async with served(Recorder()) as client:
        client.send(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n\r\n" + b"b" * 60_000)
        assert (await client.response())[0] == 200
        client.send(b"GET / HTTP/1.1\r\nHost: a\r\n")
        for _ in range(50):
            client.send(b"X-Some: " + b"a" * 1000 + b"\r\n")
            await client.writer.drain()
            await asyncio.sleep(0)
        client.send(b"\r\n")
        assert (await client.response())[0] == 200


async def test_a_refusal_waits_for_the_answers_before_it() -> None:
    application = Recorder(keep)
    async with served(application) as client:
        client.send(b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\nNONSENSE\r\n\r\n")
        await application.arrived.wait()
        application.exchanges[0].respond(HttpResponse(200, body=b"slow"))
        assert (await client.response())[2] == b"slow"
        assert (await client.response())[0] == 400


async def test_a_request_that_takes_too_long_to_arrive_is_refused() -> None:
    async with served(Recorder(), request_timeout=0.05) as client:
        client.send(b"GET / HTTP/1.1\r\nHost: ")
        assert (await client.response())[0] == 408
        assert await client.rest() == b""


async def test_a_slow_answer_is_not_a_slow_request() -> None:
    application = Recorder(keep)
    async with served(application, request_timeout=0.02) as client:
        client.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        await application.arrived.wait()
        asyncio.get_running_loop().call_later(0.08, application.exchanges[0].respond, HttpResponse(200))
        assert (await client.response())[0] == 200


async def test_a_stream_goes_on_until_the_client_leaves() -> None:
    left = asyncio.Event()

    def answer(_request: HttpRequest, exchange: Exchange) -> None:
        exchange.stream(HttpResponse(200, (("content-type", "text/event-stream"),)), left.set)
        assert exchange.write(b"data: 1\n\n")

    application = Recorder(answer)
    async with served(application) as client:
        client.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        status, headers = await client.head()
        assert (status, "content-length" in headers) == (200, False)
        assert await client.reader.readexactly(9) == b"data: 1\n\n"
        application.exchanges[0].write(b"data: 2\n\n")
        assert await client.reader.readexactly(9) == b"data: 2\n\n"
        client.writer.close()
        await asyncio.wait_for(left.wait(), 5)
        assert not application.exchanges[0].write(b"data: 3\n\n")


async def test_a_stream_does_not_grow_for_a_client_that_does_not_read() -> None:
    def answer(_request: HttpRequest, exchange: Exchange) -> None:
        exchange.stream(HttpResponse(200), lambda: None)

    application = Recorder(answer)
    async with served(application) as client:
        client.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        await application.arrived.wait()
        sent = [application.exchanges[0].write(b"x" * 1_000_000) for _ in range(40)]
    assert sent[0]
    assert not sent[-1]


@dataclass
class Upgraded:
    """What takes a connection over: collects what it gets."""

    data: bytearray = field(default_factory=bytearray)
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    ended: list[str] = field(default_factory=list)

    def data_received(self, data: bytes) -> None:
        self.data += data
        self.changed.set()

    def eof_received(self) -> None:
        self.ended.append("eof")
        self.changed.set()

    def connection_lost(self, exc: Exception | None) -> None:
        self.ended.append(repr(exc))

    def pause_writing(self) -> None: ...
    def resume_writing(self) -> None: ...


UPGRADE = b"GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"


async def test_an_upgrade_hands_over_the_bytes_that_came_with_the_request() -> None:
    taker = Upgraded()

    def answer(request: HttpRequest, exchange: Exchange) -> None:
        assert request.upgrade
        exchange.upgrade(taker).write(b"HTTP/1.1 101 Switching Protocols\r\n\r\n")

    async with served(Recorder(answer)) as client:
        client.send(UPGRADE + b"frame 1")
        assert (await client.head())[0] == 101
        client.send(b" frame 2")
        while taker.data != b"frame 1 frame 2":
            taker.changed.clear()
            await asyncio.wait_for(taker.changed.wait(), 5)
        client.writer.write_eof()
        while taker.ended != ["eof"]:
            taker.changed.clear()
            await asyncio.wait_for(taker.changed.wait(), 5)


async def test_what_comes_before_a_late_upgrade_is_kept() -> None:
    taker = Upgraded()
    application = Recorder(keep)
    async with served(application) as client:
        client.send(UPGRADE)
        await application.arrived.wait()
        client.send(b"early")
        asyncio.get_running_loop().call_later(0.02, application.exchanges[0].upgrade, taker)
        await asyncio.wait_for(taker.changed.wait(), 5)
    assert taker.data == b"early"


async def test_too_much_before_a_late_upgrade_ends_the_connection() -> None:
    application = Recorder(keep)
    async with served(application) as client:
        client.send(UPGRADE + b"x" * 40_000)
        await application.arrived.wait()
        client.send(b"x" * 40_000)
        with suppress(ConnectionError):
            assert await asyncio.wait_for(client.rest(), 5) == b""


async def test_an_upgrade_that_is_declined_is_answered_and_closed() -> None:
    async with served(Recorder()) as client:
        client.send(UPGRADE)
        assert (await client.response())[0] == 200
        assert await client.rest() == b""


async def test_the_address_of_the_client_is_known() -> None:
    def answer(_request: HttpRequest, exchange: Exchange) -> None:
        exchange.respond(HttpResponse(200, body=exchange.connection.source_ip.encode()))

    async with served(Recorder(answer)) as client:
        client.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert (await client.response())[2] == b"127.0.0.1"
