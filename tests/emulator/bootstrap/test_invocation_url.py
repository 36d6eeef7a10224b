"""From the Runtime API to a container's invocation URL."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from longwire.bootstrap.invocation_url import PATH, result_of
from running_functions import make_world


@pytest.mark.parametrize(
    ("status", "body", "result"),
    [
        (200, b'{"a": 1}', ("response", b'{"a": 1}')),
        (200, b"", ("response", b"null")),
        (200, b"text", ("response", b"text")),
        (200, b'{"errorType": "E", "errorMessage": "m"}', ("error", b'{"errorType": "E", "errorMessage": "m"}')),
        (200, b'{"errorType": "E"}', ("response", b'{"errorType": "E"}')),
    ],
)
def test_what_the_container_answers_is_a_response_or_an_error(
    status: int, body: bytes, result: tuple[str, bytes]
) -> None:
    assert result_of(status, body) == result


def test_another_status_is_an_error_that_names_it() -> None:
    what, body = result_of(502, b"down")

    assert (what, json.loads(body)["errorMessage"]) == ("error", "the container answered 502: down")


@dataclass
class Container:
    """Answers as a container for Lambda does, with what it was sent."""

    url: str
    asked: list[tuple[str, bytes]] = field(default_factory=list)


@pytest.fixture
def container() -> Iterator[Container]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found.asked.append((self.path, body))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"body": "from the container"}')

        def log_message(self, *_: object) -> None:
            """Tests print nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found = Container(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield found
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.asyncio
async def test_an_invocation_reaches_the_container_and_comes_back(container: Container, tmp_path: Path) -> None:
    world = make_world(tmp_path, "", invocation_url=container.url)
    try:
        assert await world.call({"a": 1}) == {"body": "from the container"}
    finally:
        await world.runtime.close(0)
    assert container.asked == [(PATH, b'{"a": 1}')]


@pytest.mark.asyncio
async def test_a_container_that_is_not_there_is_named_in_answer_and_log(tmp_path: Path) -> None:
    world = make_world(tmp_path, "", invocation_url="http://127.0.0.1:1")
    try:
        result = await world.finish()
    finally:
        await world.runtime.close(0)
    assert result.error_type == "Runtime.ContainerUnreachable"
    assert result.error_message.startswith("http://127.0.0.1:1 cannot be reached: ")
    assert result.error_message in world.listener.of("stdout")[0]
