"""The filter box: words, and key=value terms."""

import pytest
from playwright.async_api import expect

from inspector_script import ALICE, BOB, chat
from inspector_stage import Stage

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
FOUND = {
    "event=message_received": 3,
    "event=message connection=alice": 0,
    f"event=message connection={ALICE}": 2,
    "connection=L0SM9c event=message_received": 2,
    "route=joinGroup": 3,
    "function=Groups cold=true": 1,
    "hello bob": 2,
    '"hello bob"': 2,
    "HELLO event=frame": 1,
    "error=*": 1,
    "error_type=KeyError": 1,
    "is=error": 3,
    "status=401": 1,
    "status>=400": 1,
    "event=frame size>45": 2,
    "event=frame size<45": 1,
    "cause=post": 1,
    "event=frame cause!=post": 2,
    "code=1000": 0,
    "nosuchkey=1": 0,
    "no such words": 0,
}


async def test_the_filter_finds_words_and_fields(stage: Stage) -> None:
    chat(stage.script)
    await stage.open()
    await stage.page.set_viewport_size({"width": 1400, "height": 1600})
    for query, count in FOUND.items():
        await stage.page.get_by_label("Filter", exact=True).fill(query)
        await expect(stage.page.locator("#filter-count")).to_have_text(f"{count} of {stage.script.timeline.last}")
        await expect(stage.rows()).to_have_count(count)
        await expect(stage.page.get_by_text("Nothing matches.")).to_be_visible(visible=count == 0)


async def test_the_filter_holds_for_what_comes(stage: Stage) -> None:
    await stage.open()
    await stage.page.get_by_label("Filter", exact=True).fill("event=message yes")
    stage.script.message(ALICE, "no")
    stage.script.message(ALICE, "yes")
    await expect(stage.rows()).to_have_count(1)
    await expect(stage.page.locator("#filter-count")).to_have_text("1 of 2")


async def test_a_connection_and_a_route_filter_the_timeline_by_a_click(stage: Stage) -> None:
    chat(stage.script)
    await stage.open()
    await stage.card(ALICE).get_by_role("button").click()
    await expect(stage.page.locator("#filter")).to_have_value(f"connection={ALICE}")
    await expect(stage.rows().filter(has_text=BOB[:6])).to_have_count(0)
    await stage.card(ALICE).get_by_role("button").click()
    await expect(stage.page.locator("#filter")).to_have_value("")
    await stage.page.locator("#route-list button").filter(has_text="sendToGroup").click()
    await expect(stage.page.locator("#filter")).to_have_value("route=sendToGroup")
