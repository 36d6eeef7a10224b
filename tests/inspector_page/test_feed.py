"""Where the page's facts come from, and what it does when they stop coming."""

import pytest
from playwright.async_api import expect

from inspector_script import ALICE, chat
from inspector_stage import Stage

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_an_empty_page_says_how_to_begin(stage: Stage) -> None:
    await stage.open()
    await expect(stage.page.locator("#no-connections")).to_contain_text("No connections yet.")
    await expect(stage.page.locator("#try")).to_have_text("websockets ws://127.0.0.1:1/dev")
    await expect(stage.page.locator("#no-entries")).to_contain_text("6 routes ready at stage dev")
    await expect(stage.page.locator("#stage")).to_have_text("chat / dev")
    await expect(stage.page.locator("#endpoint")).to_contain_text("ws://127.0.0.1:1/dev")


async def test_the_page_asks_for_nothing_outside_its_own_address(stage: Stage) -> None:
    asked: list[str] = []
    stage.page.on("request", lambda request: asked.append(request.url))
    chat(stage.script)
    await stage.open()
    await expect(stage.rows().first).to_be_visible()
    assert asked
    assert all(url.startswith(stage.url + "/_longwire/") for url in asked)


async def test_after_a_reload_the_page_shows_the_stack_of_now(stage: Stage) -> None:
    await stage.open()
    await expect(stage.page.locator("#endpoint")).to_contain_text("ws://127.0.0.1:1/dev")
    stage.script.websocket_url = "ws://127.0.0.1:1/prod"
    stage.script.say("reloaded", functions=[], files=["template.yaml"], connections_closed=True)
    await expect(stage.page.locator("#endpoint")).to_contain_text("ws://127.0.0.1:1/prod")


async def test_the_page_says_that_the_emulator_has_stopped_and_comes_back(stage: Stage) -> None:
    stage.script.message(ALICE, "before")
    await stage.open()
    stage.inspector.run = "run-2"
    stage.inspector.close()
    await expect(stage.page.locator("#banner")).to_contain_text("The emulator has stopped.")
    await expect(stage.page.locator("#status")).to_have_text("Live")
    await expect(stage.page.locator("#banner")).to_be_hidden()
    stage.script.message(ALICE, "after")
    await expect(stage.rows("message_received").last).to_contain_text("after")


async def test_the_page_says_that_the_emulator_does_not_answer(stage: Stage) -> None:
    await stage.open()
    await stage.page.route("**/api/**", lambda request: request.abort())
    for stream in list(stage.inspector.streams):
        stream.exchange.connection.transport.abort()
    await expect(stage.page.locator("#status")).to_have_text("Reconnecting")
    await expect(stage.page.locator("#banner")).to_contain_text("The emulator does not answer.")
    await stage.page.unroute("**/api/**")
    await expect(stage.page.locator("#status")).to_have_text("Live")
    stage.complaints[:] = [text for text in stage.complaints if "net::ERR" not in text]


async def test_nothing_is_lost_or_doubled_by_an_interruption(stage: Stage) -> None:
    stage.script.open(ALICE)
    await stage.open()
    stage.script.message(ALICE, "one")
    await expect(stage.card(ALICE)).to_contain_text("→ 1")
    for stream in list(stage.inspector.streams):
        stream.exchange.connection.transport.abort()
    stage.script.message(ALICE, "two")
    stage.script.message(ALICE, "three")
    await expect(stage.rows("message_received")).to_have_count(3)
    await expect(stage.card(ALICE)).to_contain_text("→ 3")
    stage.complaints[:] = [text for text in stage.complaints if "net::ERR" not in text]
