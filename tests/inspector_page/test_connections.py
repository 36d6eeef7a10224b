"""The open connections, those that have just ended, and the stage's routes."""

import re

import pytest
from playwright.async_api import expect

from inspector_script import ALICE, ROUTES, chat
from inspector_stage import Stage

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_the_routes_of_the_stage_are_listed(stage: Stage) -> None:
    await stage.open()
    lines = stage.page.locator("#route-list li:has(.route-line)")
    await expect(lines).to_have_count(len(ROUTES))
    await expect(lines.filter(has_text="joinGroup")).to_contain_text("Groups")
    await expect(lines.filter(has_text="ping")).to_contain_text("MOCK")
    await expect(lines.filter(has_text="$connect").first).to_contain_text("auth")


async def test_open_connections_show_who_they_are_how_old_and_what_they_said(stage: Stage) -> None:
    chat(stage.script)
    stage.script.now += 100
    await stage.open()
    await expect(stage.page.locator("#connection-count")).to_have_text("2")
    card = stage.card(ALICE)
    await expect(card).to_contain_text("alice")
    await expect(card).to_contain_text("→ 2 ← 1")
    await expect(card).to_contain_text(re.compile(r"1:58:1\d"))
    await expect(card).to_contain_text(re.compile(r"1 m 4\d s"))
    await expect(card).to_contain_text(re.compile(r"idle 8:1\d"))


async def test_counts_follow_the_timeline(stage: Stage) -> None:
    await stage.open()
    stage.script.open(ALICE, "alice")
    stage.script.message(ALICE, "one")
    stage.script.frame(ALICE, "two")
    stage.script.frame(ALICE, "three")
    await expect(stage.card(ALICE)).to_contain_text("→ 1 ← 2")


async def test_a_connection_close_to_its_idle_end_is_marked(stage: Stage) -> None:
    stage.script.open(ALICE)
    stage.script.now += 570
    await stage.open()
    await expect(stage.page.locator("#connections li.soon")).to_contain_text(re.compile(r"idle 0:(30|2\d)"))


async def test_a_closed_connection_shows_its_code_and_leaves_after_a_while(stage: Stage) -> None:
    stage.script.open(ALICE)
    await stage.page.clock.install()
    await stage.open()
    stage.script.close(ALICE, 1001, "Going away", "gateway")
    card = stage.card(ALICE)
    await expect(card).to_contain_text("closed 1001 · Going away")
    await expect(stage.page.locator("#connection-count")).to_have_text("0")
    await stage.page.clock.run_for(25_000)
    await expect(card).to_have_count(0)


async def test_a_refused_handshake_is_shown_among_the_connections(stage: Stage) -> None:
    await stage.open()
    stage.script.refuse(ALICE, 403, "$connect answered 403")
    await expect(stage.card(ALICE)).to_contain_text("refused 403")
