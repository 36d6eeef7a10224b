"""Both clients with this repository's backend in the emulator; the ES module as the demo page uses it."""

import asyncio
from threading import Thread
from typing import Any

import pytest
from demo_server import Tokens, served
from playwright.async_api import Page, expect

from chromium import chromium, new_page
from longwire.harness import Longwire
from longwire_client import Backoff, Client, Manners, Message, Reset
from longwire_client.errors import Refused, Stopped
from reliable_server import cable_to

QUICK = Manners(backoff=Backoff(first=0.05, tries=50), sequence_ack_interval=0.1)


def client_of(url: str) -> Client:
    async def address() -> str:
        return url

    return Client(address, QUICK)


async def until(client: Client, data: Any) -> list[Any]:
    """What comes up to and with a message of this data."""
    items = list[Any]()
    async with asyncio.timeout(30):
        async for item in client:
            items.append(item.data if isinstance(item, Message) else item)
            if items[-1] == data:
                break
    return items


def test_the_python_client_talks_to_the_backend_across_a_cut(longwire: Longwire) -> None:
    tokens = Tokens(longwire)

    async def scene() -> None:
        origin = longwire.url.removeprefix("ws://").split("/")[0]
        async with cable_to(int(origin.rpartition(":")[2])) as (address, cable):
            through = tokens.url("ada").replace(origin, address)
            async with client_of(through) as ada, client_of(tokens.url("bela")) as bela:
                await asyncio.gather(ada.join("room"), bela.join("room"))
                for number in range(5):
                    await bela.publish("room", number)
                assert await until(ada, 4) == list(range(5))
                cable.cut()
                mended = asyncio.create_task(until(ada, "mended"))
                # Not after the join is acknowledged, if the session is a new one, the message would not come.
                await ada.join("room")
                await ada.publish("room", "mended", no_echo=False)
                items = await mended
                assert [item for item in items if not isinstance(item, Reset)] == ["mended"]
                assert await until(bela, "mended") == [0, 1, 2, 3, 4, "mended"]
                with pytest.raises(Refused, match="NotFound"):
                    await bela.event("nothing", {})

    asyncio.run(scene())


def test_the_backends_refusal_of_a_token_ends_the_client(longwire: Longwire) -> None:
    async def scene() -> None:
        async with client_of(f"{longwire.url}?access_token=forged") as client:
            with pytest.raises(Stopped) as stopped:
                await anext(client)
            assert stopped.value.reason == "unauthorized"

    asyncio.run(scene())


@pytest.fixture
def demo(longwire: Longwire) -> Any:
    server = served(longwire, 0)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    server.server_close()


async def says(page: Page, text: str) -> None:
    await page.get_by_label("Message", exact=True).fill(text)
    await page.keyboard.press("Enter")


@pytest.mark.browser
def test_two_tabs_of_the_demo_see_each_other_and_one_comes_back_from_a_cut(demo: str) -> None:
    async def scene() -> None:
        complaints = list[str]()
        async with chromium() as browser, new_page(browser, complaints) as ada, new_page(browser, complaints) as bela:
            await ada.goto(f"{demo}?user=Ada")
            await bela.goto(f"{demo}?user=Bela")
            for page, other in ((ada, "Bela"), (bela, "Ada")):
                await expect(page.locator("#people")).to_contain_text(other, timeout=20_000)
                await expect(page.locator("#queued")).to_have_text("0")
            await bela.get_by_label("Message", exact=True).press("h")
            await expect(ada.locator("#typing")).to_have_text("Bela is typing")
            await says(ada, "hello")
            await expect(bela.locator("#messages")).to_contain_text("hello")
            await bela.get_by_role("button", name="Cut the network").press("Enter")
            await expect(bela.locator("#state-text")).to_contain_text("next try in")
            await says(bela, "written while cut")
            await expect(bela.locator("#queued")).to_have_text("1")
            await bela.get_by_role("button", name="Mend it").press("Enter")
            await expect(ada.locator("#messages")).to_contain_text("written while cut", timeout=20_000)
            assert await ada.locator("#messages li", has_text="written while cut").count() == 1
            assert complaints == []

    asyncio.run(scene())
