"""One HTTP request on a thread of its own."""

import asyncio
import time
from collections.abc import Iterator
from threading import Event
from typing import Any

import pytest

from backend_aws import Quiet, Server
from longwire_client.errors import NotConnected
from longwire_client.request import request


class Echo(Quiet):
    """Tells what came; /refused is refused, /held is answered when the test lets it."""

    protocol_version = "HTTP/1.0"
    held = Event()

    def respond(self, body: bytes) -> tuple[int, dict[str, Any], bytes]:
        if self.path == "/held":
            self.held.wait(20)
        told = f"{self.command} {self.headers['Authorization']} {self.headers['Content-Type']} {body.decode()}"
        return (403 if self.path == "/refused" else 200), {}, told.encode()

    do_GET = Quiet.do_POST  # noqa: N815 (the base class calls it so)


@pytest.fixture
def origin() -> Iterator[str]:
    server = Server(Echo)
    server.start()
    yield server.origin
    Echo.held.set()
    server.shutdown()
    server.server_close()
    Echo.held.clear()


def test_status_and_body(origin: str) -> None:
    said = asyncio.run(request("POST", origin, "token", b"body", 20))
    assert said == (200, b"POST Bearer token text/plain; charset=utf-8 body")
    assert asyncio.run(request("GET", f"{origin}/refused", "token", None, 20)) == (403, b"")


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/?access_token=secret", "file:///etc/passwd", "ws://host/", "http://"]
)
def test_no_answer_is_told_without_the_address(url: str) -> None:
    with pytest.raises(NotConnected) as error:
        asyncio.run(request("GET", url, "secret", None, 5))
    assert "secret" not in str(error.value)


def test_nobody_waits_for_the_thread_of_a_request_that_was_given_up(origin: str) -> None:
    async def give_up() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(request("GET", f"{origin}/held", "token", None, 30), 0.1)

    began = time.monotonic()
    asyncio.run(give_up())
    assert time.monotonic() - began < 15
