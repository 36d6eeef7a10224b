"""Both clients where WebSockets are blocked, with this repository's backend in the emulator: over HTTP, and back."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from demo_server import Tokens

from backend_aws import Quiet, Server
from chromium import chromium, new_page
from cut_network import Network
from longwire.harness import Longwire
from longwire_client import Backoff, Client, Manners, Message, Reset

pytestmark = pytest.mark.timeout(240)

QUICK = Manners(backoff=Backoff(first=0.05, tries=100), sequence_ack_interval=0.1, upgrade_after=0.5)


@pytest.fixture
def network(longwire: Longwire) -> Iterator[Network]:
    """What WebSockets go through; HTTP goes another way."""
    port = urlsplit(longwire.url).port
    assert port is not None
    with Network(port) as relay:
        yield relay


@pytest.fixture
def addresses(longwire: Longwire, network: Network) -> Callable[[str], tuple[str, str]]:
    """A user's WebSocket and HTTP address."""

    def make(user: str) -> tuple[str, str]:
        direct = Tokens(longwire).url(user)
        port = urlsplit(longwire.url).port
        return direct.replace(
            f":{port}/", f":{network.port}/"
        ), f"{longwire.http_url('HttpApi')}?{direct.partition('?')[2]}"

    return make


@asynccontextmanager
async def client_of(addresses: tuple[str, str | None]) -> AsyncIterator[Client]:
    async def web_socket() -> str:
        return addresses[0]

    async def http() -> str:
        assert addresses[1] is not None
        return addresses[1]

    async with Client(web_socket, QUICK, None, None if addresses[1] is None else http) as client:
        yield client


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(80):
        while not holds():  # noqa: ASYNC110 (the client tells states, and this asks for more than one of them)
            await asyncio.sleep(0.02)


def polls(client: Client) -> bool:
    return client.state.name == "connected" and client._dialer.over_http


async def take(client: Client, last: Any) -> list[Any]:
    items: list[Any] = []
    async with asyncio.timeout(80):
        async for item in client:
            items.append(item.data if isinstance(item, Message) else item)
            if items[-1] == last:
                return items
    return items


def test_the_python_client_goes_from_websocket_to_polls_and_back_and_shows_each_message_once(
    longwire: Longwire, network: Network, addresses: Callable[[str], tuple[str, str]]
) -> None:
    async def scene() -> None:
        async with client_of(addresses("ada")) as ada, client_of((Tokens(longwire).url("bob"), None)) as bob:
            await ada.join("room")
            numbers = count()

            async def publish(count: int) -> None:
                for _ in range(count):
                    await bob.publish("room", next(numbers))

            async def moving(change: Callable[[], None], holds: Callable[[], bool]) -> None:
                """Messages are published before, while and after it changes."""
                await publish(3)
                change()
                done = asyncio.create_task(until(holds))
                while not done.done():
                    await publish(1)
                    await asyncio.sleep(0.2)
                await done
                await publish(2)

            shown: list[Any] = []
            taking = asyncio.create_task(keep(ada, shown))
            await until(lambda: ada.state.name == "connected")
            await moving(lambda: network.pull(for_now=False), lambda: polls(ada))
            await ada.publish("room", "over HTTP")

            def plug() -> None:
                network.plugged = True

            await moving(plug, lambda: ada.state.name == "connected" and not polls(ada))
            await moving(network.pull, lambda: ada.state.name == "connected")
            await bob.publish("room", "end")
            await until(lambda: "end" in shown)
            taking.cancel()
            assert not any(isinstance(item, Reset) for item in shown)
            assert [item for item in shown if isinstance(item, int)] == list(range(next(numbers)))
            assert shown.count("over HTTP") == 1

    asyncio.run(scene())


async def keep(client: Client, shown: list[Any]) -> None:
    async for item in client:
        shown.append(item.data if isinstance(item, Message) else item)  # noqa: PERF401 (it is looked at meanwhile)


def test_a_python_client_that_never_gets_a_websocket_talks_over_http(
    longwire: Longwire, network: Network, addresses: Callable[[str], tuple[str, str]]
) -> None:
    network.pull(for_now=False)

    async def scene() -> None:
        async with client_of(addresses("ada")) as ada, client_of((Tokens(longwire).url("bob"), None)) as bob:
            await asyncio.gather(ada.join("room"), bob.join("room"))
            for number in range(3):
                await ada.publish("room", number)
            assert await take(ada, 2) == [0, 1, 2]
            assert await take(bob, 2) == [0, 1, 2]
            assert polls(ada)

    asyncio.run(scene())


PAGE = """
<!doctype html><script type="module">
import { LongwireClient } from "./longwire-client.js";
window.start = (url, httpUrl) => {
  const options = { firstDelayMs: 50, maxTries: 100, upgradeAfterMs: 500, sequenceAckIntervalMs: 100 };
  window.client = new LongwireClient({ url, httpUrl, ...options });
  window.shown = [];
  window.resets = 0;
  client.on("message", ({ data }) => shown.push(data));
  client.on("reset", () => { resets += 1; });
  client.start();
  return client.join("room").then(() => client.publish("room", "mine"));
};
</script>
"""
MODULE = Path(__file__).parents[2] / "clients" / "javascript" / "longwire-client.js"


class Pages(Quiet):
    """From a real port: what Chromium is handed otherwise may not ask this machine."""

    protocol_version = "HTTP/1.0"  # no connection outlives its answer

    def do_GET(self) -> None:  # noqa: N802 (the base class calls it so)
        if self.path.endswith(".js"):
            self.answer(200, {"Content-Type": "text/javascript"}, MODULE.read_bytes())
        else:
            self.answer(200, {"Content-Type": "text/html"}, PAGE.encode())


@pytest.fixture
def pages() -> Iterator[str]:
    server = Server(Pages)
    server.start()
    yield server.origin
    server.shutdown()
    server.server_close()


@pytest.mark.browser
def test_a_page_goes_from_websocket_to_polls_and_back_and_shows_each_message_once(
    longwire: Longwire, network: Network, addresses: Callable[[str], tuple[str, str]], pages: str
) -> None:
    async def scene() -> None:
        complaints = list[str]()
        async with (
            chromium() as browser,
            new_page(browser, complaints) as page,
            client_of((Tokens(longwire).url("bob"), None)) as bob,
        ):
            await page.goto(pages)
            await page.evaluate("addresses => start(...addresses)", list(addresses("ada")))
            numbers = count()

            async def on(transport: str) -> None:
                """Publishes until the page is there, and once more."""
                there = f"client.state.name === 'connected' && client.state.transport === '{transport}'"
                async with asyncio.timeout(80):
                    while not await page.evaluate(there):
                        await bob.publish("room", next(numbers))
                        await asyncio.sleep(0.2)
                await bob.publish("room", next(numbers))

            await on("websocket")
            network.pull(for_now=False)
            await on("long-poll")
            await page.evaluate("client.publish('room', 'over HTTP')")
            network.plugged = True
            await on("websocket")
            network.pull()
            await on("websocket")
            await bob.publish("room", "end")
            await page.wait_for_function("shown.includes('end')", timeout=80_000)
            shown = await page.evaluate("shown")
            assert [item for item in shown if isinstance(item, int)] == list(range(next(numbers)))
            assert sorted(item for item in shown if isinstance(item, str)) == ["end", "mine", "over HTTP"]
            assert await page.evaluate("resets") == 0
            # What a browser itself says of a connection that it could not make, and of a link that has ended.
            assert [each for each in complaints if "WebSocket connection" not in each and "410" not in each] == []

    asyncio.run(scene())
