"""`longwire record`: a client's conversation with an API that is somewhere else."""

import asyncio
import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.typing import Origin

from longwire.harness import LongwireServer
from longwire.recording.learning import given_secrets
from longwire.recording.player import Plan, Player
from longwire.recording.session_file import read_recording
from longwire.recording.transformers import transformers
from longwire.testing import Client, Refused, Target


@pytest.fixture(scope="module")
def tap(chat: LongwireServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """Its address and its folder."""
    folder = tmp_path_factory.mktemp("tapped")
    command = [sys.executable, "-m", "longwire", "record", chat.url, "--port", "0", "--folder", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip(), folder
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0


def test_what_passes_is_a_recording_that_can_be_played(tap: tuple[str, Path], chat: LongwireServer) -> None:
    url, folder = tap
    with Client(Target(url, query={"token": "good"}, subprotocols=("chat.v1", "x"))) as client:
        assert client.subprotocol == "chat.v1"
        client.send(action="hello")
        ticket = client.receive_json(timeout=20)["ticket"]
        client.send(action="redeem", ticket=ticket)
        assert client.receive_json(timeout=20)["redeemed"] is True
        client.send(action="leave")
        with pytest.raises(ConnectionClosed):
            client.socket.recv(timeout=20)
    file = max(folder.iterdir())
    recording = read_recording(file)
    assert "good" not in file.read_text()
    plan = Plan(transformers(), chat.url, 0.0, 10.0, given_secrets(["token=good"]))
    assert asyncio.run(Player(recording, plan).play()).differences == ()


def test_a_refusal_is_the_apis_own(tap: tuple[str, Path]) -> None:
    url, folder = tap
    with pytest.raises(Refused) as refused:
        Client(Target(url, query={"token": "bad"}))
    assert refused.value.status == 403
    (end,) = [line for line in read_recording(max(folder.iterdir())).lines if line.event == "connection_refused"]
    assert end.data["status"] == 403


def test_a_client_that_vanishes_is_recorded_so(tap: tuple[str, Path], chat: LongwireServer) -> None:
    url, folder = tap
    client = Client(Target(url, query={"token": "good"}))
    client.drop()
    chat.reset()
    ends: list[Any] = []
    for _ in range(200):
        ends = [line.data for line in read_recording(max(folder.iterdir())).lines if line.event == "connection_closed"]
        if ends:
            break
        asyncio.run(asyncio.sleep(0.05))
    assert (ends[0]["code"], ends[0]["by"]) in {(1006, "network"), (1001, "gateway")}


@pytest.mark.parametrize(
    ("host", "origin"), [("127.0.0.1", "https://evil.example"), ("evil.example", "http://localhost")]
)
def test_pages_of_other_sites_cannot_use_it(tap: tuple[str, Path], host: str, origin: str) -> None:
    where = urlsplit(tap[0])
    upgrade = (
        f"GET /dev?token=good HTTP/1.1\r\nHost: {host}\r\nOrigin: {origin}\r\nConnection: Upgrade\r\n"
        "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    with socket.create_connection((where.hostname, where.port), timeout=20) as client:
        client.sendall(upgrade.encode())
        assert client.recv(4096).startswith(b"HTTP/1.1 403 ")


def test_a_page_of_this_machine_can(tap: tuple[str, Path]) -> None:
    with connect(tap[0] + "?token=good", origin=Origin("http://localhost:3000")) as ws:
        ws.send(json.dumps({"action": "hello"}))
        assert "you" in json.loads(ws.recv(timeout=20))


def test_an_api_that_does_not_answer_is_told_to_the_client(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "longwire", "record", "ws://127.0.0.1:1/dev", "-p", "0", "--folder", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        with pytest.raises(Refused) as refused:
            Client(Target(process.stdout.readline().strip()))
        assert (refused.value.status, "nothing answers at" in refused.value.body) == (502, True)
        process.terminate()
