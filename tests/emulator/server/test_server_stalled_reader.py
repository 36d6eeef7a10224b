"""One client that does not read, in front of the real command: what it costs the others, and the gateway's memory."""

import re
import socket
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from websockets.frames import Opcode
from websockets.sync.client import ClientConnection, connect

from client_frames import UPGRADE, masked

MB = 1024 * 1024
ANSWER = re.compile(rb"id is (\S{16}) and")
HANDLERS = """
def echo(event, context):
    return {"body": f"id is {event['requestContext']['connectionId']} and the message {event['body']}"}
def bye(event, context):
    pass
"""


def management(url: str) -> Any:
    config = Config(retries={"total_max_attempts": 1})
    endpoint = url.replace("ws://", "http://")
    session = boto3.Session("x", "x", region_name="us-east-1")
    return session.client("apigatewaymanagementapi", endpoint_url=endpoint, config=config)


def stalled(url: str) -> tuple[socket.socket, str]:
    """A client that asks for its connection id and never reads again after it."""
    host, port = url.removeprefix("ws://").partition("/")[0].split(":")
    client = socket.create_connection((host, int(port)))
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    lines = [f"{name}: {value}" for name, value in UPGRADE.items()]
    client.sendall(("GET /dev HTTP/1.1\r\n" + "\r\n".join(lines) + "\r\n\r\n").encode())
    client.sendall(masked(Opcode.TEXT, b"id"))
    received = b""
    while not (found := ANSWER.search(received)):
        received += client.recv(4096)
    return client, found[1].decode()


def resident(process_id: int) -> int:
    """Bytes of memory that the process holds."""
    status = Path(f"/proc/{process_id}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) * 1024


def round_trips(ws: ClientConnection, between: Callable[[], None]) -> list[float]:
    taken = []
    for number in range(100):
        between()
        started = time.perf_counter()
        ws.send(f"n{number}")
        assert str(ws.recv(timeout=5)).endswith(f"n{number}")
        taken.append(time.perf_counter() - started)
    return taken


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_a_stalled_reader_costs_its_posters_a_429_and_nobody_else_anything(dev: Any, project: Path) -> None:
    """DOCUMENTED: 429 LimitExceededException when the client's buffer is full."""
    (project / "app.py").write_text(HANDLERS)
    with dev("--port", "0", "--quiet") as running, connect(running.ready["websocket_url"]) as healthy:
        client = management(running.ready["websocket_url"])
        calm = round_trips(healthy, lambda: None)
        slow, slow_id = stalled(running.ready["websocket_url"])
        before = resident(running.process.pid)
        assert fill(client, slow_id) < 20

        def refused() -> None:
            for _ in range(5):
                with pytest.raises(client.exceptions.LimitExceededException):
                    client.post_to_connection(ConnectionId=slow_id, Data=b"x" * 100_000)

        busy = round_trips(healthy, refused)
        assert resident(running.process.pid) - before < 16 * MB
        slow.close()
    assert statistics.median(busy) < 3 * statistics.median(calm) + 0.005


def fill(client: Any, connection_id: str) -> int:
    """How many MB a client takes without reading: the kernel's buffers, and ours."""
    for count in range(1000):
        try:
            client.post_to_connection(ConnectionId=connection_id, Data=b"x" * 100_000)
        except client.exceptions.LimitExceededException:
            return count // 10
    pytest.fail("the buffer of a stalled reader has no bound")
