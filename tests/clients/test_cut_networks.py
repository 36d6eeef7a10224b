"""Both clients over real sockets whose connections are cut in the middle: nothing lost, nothing twice, all in order."""

import asyncio
import json
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from chromium import chromium, new_page
from longwire_client import Backoff, Client, Manners, Message
from reliable_server import Cable, reliable_server

MESSAGES = 120
QUICK = Manners(backoff=Backoff(first=0.02, tries=50), in_flight=1, sequence_ack_interval=0.05)
JAVASCRIPT = Path(__file__).parents[2] / "clients" / "javascript"


def client_of(host: str) -> Client:
    async def address() -> str:
        return f"ws://{host}/v1?access_token=x"

    return Client(address, QUICK)


async def cut_often(cable: Cable, times: int) -> None:
    for number in range(times):
        await asyncio.sleep(0.15)
        cable.cut()
        if number == times // 2:
            cable.down = True
            await asyncio.sleep(0.3)
            cable.down = False


async def publish_all(client: Client) -> None:
    for number in range(MESSAGES):
        await client.publish("room", number)
        await asyncio.sleep(0.01)


async def all_of(client: Client) -> list[Any]:
    items = [await anext(client) for _ in range(MESSAGES)]
    return [item.data if isinstance(item, Message) else item for item in items]


def test_the_python_client_loses_and_repeats_nothing_when_its_network_is_cut() -> None:
    async def scene() -> None:
        async with reliable_server() as (host, hub, cable), client_of(host) as reader, client_of(host) as writer:
            await reader.join("room")
            async with asyncio.timeout(40), asyncio.TaskGroup() as group:
                received = group.create_task(all_of(reader))
                group.create_task(publish_all(writer))
                group.create_task(cut_often(cable, 8))
            assert received.result() == list(range(MESSAGES))
            assert (len(hub.sessions), hub.resumed >= 2, cable.cuts >= 3) == (2, True, True)

    asyncio.run(scene())


@pytest.fixture
def module_origin() -> Any:
    """An empty page beside the ES module."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), lambda *arguments: Quiet(*arguments, directory=str(JAVASCRIPT)))
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


SCRIPT = """async ([host, count]) => {
  const { LongwireClient } = await import("/longwire-client.js");
  const make = () => new LongwireClient({
    url: `ws://${host}/v1?access_token=x`, firstDelayMs: 20, maxTries: 50, sequenceAckIntervalMs: 50,
  });
  const [reader, writer] = [make(), make()];
  window.received = [];
  window.resets = 0;
  reader.on("message", ({ data }) => window.received.push(data));
  for (const client of [reader, writer]) { client.on("reset", () => { window.resets += 1; }); client.start(); }
  window.states = () => [reader.state.name, writer.state.name];
  await reader.join("room");
  window.publishing = (async () => {
    for (let i = 0; i < count; i++) {
      await writer.publish("room", i);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  })();
}"""


@pytest.mark.browser
def test_the_es_module_in_chromium_loses_and_repeats_nothing_when_its_network_is_cut(module_origin: str) -> None:
    async def scene() -> None:
        complaints = list[str]()
        async with (
            reliable_server() as (host, hub, cable),
            chromium() as browser,
            new_page(browser, complaints) as page,
        ):
            await page.goto(f"{module_origin}/package.json")
            await page.evaluate(SCRIPT, [host, MESSAGES])
            await cut_often(cable, 8)
            await page.evaluate("window.publishing")
            await page.wait_for_function(f"window.received.length >= {MESSAGES}", timeout=30_000)
            assert json.loads(await page.evaluate("JSON.stringify(window.received)")) == list(range(MESSAGES))
            assert await page.evaluate("window.resets") == 0
            assert (len(hub.sessions), hub.resumed >= 2, cable.cuts >= 3) == (2, True, True)
            # A page that goes into the back/forward cache, and comes back.
            await page.evaluate("dispatchEvent(new Event('pagehide'))")
            assert await page.evaluate("states()") == ["waiting", "waiting"]
            await page.evaluate("dispatchEvent(new Event('pageshow'))")
            await page.wait_for_function("states().every((name) => name === 'connected')")
            assert len(hub.sessions) == 2

    asyncio.run(scene())
