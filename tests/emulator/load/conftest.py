"""A WebSocket server that is not ours, in a thread; and scenarios as files."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from websockets.sync.server import ServerConnection, serve

Write = Callable[[str], Path]
SHORT = """
connections: 4
ramp: 200ms
hold: 700ms
reconnect: {first: 50ms}
messages:
  - name: say
    every: 50ms
    send: {id: "{id}"}
"""


def echo(ws: ServerConnection) -> None:
    for message in ws:
        ws.send(message)


@pytest.fixture(scope="package")
def echo_url() -> Iterator[str]:
    with serve(echo, "127.0.0.1", 0) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"ws://127.0.0.1:{server.socket.getsockname()[1]}/dev"
        server.shutdown()
        thread.join()


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(text: str = SHORT) -> Path:
        file = tmp_path / "load.yaml"
        file.write_text(text)
        return file

    return written
