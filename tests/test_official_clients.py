"""The official clients of the protocol, unmodified, against the emulator and a network that can be cut.

They prove what tests/functions cannot: that clients of others understand us, and recover from a lost connection.
"""

import asyncio
import json
import logging
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from cut_network import Network
from longwire.harness import Longwire
from longwire_app.session import JOIN, SEND, Identity
from longwire_app.tokens import Rules, issue
from node import required_node

azure = pytest.importorskip("azure.messaging.webpubsubclient")

SCRIPT = Path(__file__).parent / "support" / "official_client.mjs"

pytestmark = [
    pytest.mark.timeout(180),
    # What the clients themselves leave behind when a socket is cut under them.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]


@pytest.fixture
def network(longwire: Longwire) -> Iterator[Network]:
    port = urlsplit(longwire.url).port
    assert port is not None
    with Network(port) as relay:
        yield relay


@pytest.fixture
def address(longwire: Longwire, network: Network) -> Callable[[str], str]:
    """A client access URL through the network."""
    secret = longwire.client("secretsmanager").get_secret_value(SecretId=longwire.physical_id("TokenSecret"))

    def make(user: str) -> str:
        identity = Identity(user, "", frozenset((JOIN, SEND)), ())
        key, kid = secret["SecretString"].encode(), secret["VersionId"]
        token = issue(identity, key, now=int(time.time()), lifetime=3600, rules=Rules(None, None), kid=kid)
        return f"ws://127.0.0.1:{network.port}/v1?access_token={token}"

    return make


def eventually(holds: Callable[[], bool], what: str, seconds: float = 45) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


def publisher(address: Callable[[str], str], longwire: Longwire) -> Callable[[int], None]:
    """Publishes numbers to the room from elsewhere, whatever becomes of the network."""
    token = address("bob").partition("=")[2]
    ws = longwire.connect(token=token, subprotocols=["json.webpubsub.azure.v1"])
    assert ws.receive_json(timeout=20)["event"] == "connected"

    def publish(number: int) -> None:
        ws.send(type="sendToGroup", group="room", data=number, ackId=number + 1)
        assert ws.receive_json(timeout=20)["success"]

    return publish


def test_the_python_client_gets_every_message_once_over_cuts(
    longwire: Longwire, network: Network, address: Callable[[str], str]
) -> None:
    client = azure.WebPubSubClient(address("alice"), message_retry_total=0)
    got: list[int] = []
    greetings: list[Any] = []
    client.subscribe("connected", greetings.append)
    client.subscribe("group-message", lambda event: got.append(event.data))
    publish = publisher(address, longwire)
    with client:
        eventually(lambda: bool(greetings), "no greeting")
        client.join_group("room")
        client.send_to_group("room", -1, "json")
        publish(0)
        for number in (1, 2, 3):
            eventually(lambda number=number: len(got) == 3 * number - 1, f"before cut {number}: {got}")  # type: ignore[misc]
            network.pull()
            for step in range(3 * number - 2, 3 * number + 1):
                publish(step)
        eventually(lambda: len(got) == 11, f"after the cuts: {got}")
    assert got == [-1, *range(10)]
    assert network.accepted >= 4
    assert len(greetings) == 1


def test_the_asyncio_client_gets_every_message_once_over_a_cut(
    longwire: Longwire, network: Network, address: Callable[[str], str]
) -> None:
    from azure.messaging.webpubsubclient.aio import WebPubSubClient

    publish, got, greetings = publisher(address, longwire), [], []

    async def note(event: Any) -> None:
        got.append(event.data)

    async def greeted(event: Any) -> None:
        greetings.append(event)

    async def until(count: int) -> None:
        for _ in range(2_000):
            if len(got) >= count:
                return
            await asyncio.sleep(0.02)

    async def main() -> None:
        client = WebPubSubClient(address("alice"), message_retry_total=0)
        await client.subscribe("connected", greeted)
        await client.subscribe("group-message", note)
        async with client:
            await client.join_group("room")
            await client.send_to_group("room", -1, "json")
            await until(1)
            network.pull()
            for number in range(5):
                await asyncio.to_thread(publish, number)
            await until(6)

    asyncio.run(main())
    assert got == [-1, *range(5)]
    assert len(greetings) == 1


def test_a_session_that_is_gone_becomes_a_new_one(
    longwire: Longwire, network: Network, address: Callable[[str], str], caplog: pytest.LogCaptureFixture
) -> None:
    """The client asks for half a minute, is refused each time, and connects anew: no loop, no silence."""
    caplog.set_level(logging.CRITICAL)
    client = azure.WebPubSubClient(address("alice"), message_retry_total=0)
    greetings: list[Any] = []
    lost: list[Any] = []
    client.subscribe("connected", greetings.append)
    client.subscribe("disconnected", lost.append)
    with client:
        eventually(lambda: bool(greetings), "no greeting")
        table = longwire.physical_id("StateTable")
        key = {"pk": {"S": f"S#{greetings[0].connection_id}"}, "sk": {"S": "META"}}
        longwire.client("dynamodb").delete_item(TableName=table, Key=key)
        network.pull()
        eventually(lambda: len(greetings) == 2, "no second greeting", 90)
    assert len(lost) >= 1
    assert greetings[0].connection_id != greetings[1].connection_id


@pytest.mark.npm
@pytest.mark.node
@pytest.mark.skipif(shutil.which("npm") is None, reason="needs npm, which Debian packs apart from Node.js")
def test_the_javascript_client_gets_every_message_once_over_cuts(
    longwire: Longwire, network: Network, address: Callable[[str], str], tmp_path: Path
) -> None:
    install = ["npm", "install", "--no-audit", "--no-fund", "--silent", "@azure/web-pubsub-client@1"]
    subprocess.run(install, cwd=tmp_path, check=True, timeout=120)
    script = tmp_path / SCRIPT.name
    script.write_text(SCRIPT.read_text(encoding="utf-8"), encoding="utf-8")
    publish = publisher(address, longwire)
    with subprocess.Popen(
        [required_node(), script, address("alice")], stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True
    ) as node:
        assert node.stdout is not None
        assert node.stdin is not None
        assert node.stdout.readline() == "ready\n"
        for number in range(12):
            publish(number)
            if number in {3, 7}:
                network.pull()
        found = json.loads(node.stdout.readline())
        node.stdin.close()
    assert found == {"data": ["mine", *range(12)], "connected": 1}
    assert network.accepted >= 3
