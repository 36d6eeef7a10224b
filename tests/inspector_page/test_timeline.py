"""The list of entries: complete, in order, and bounded."""

import asyncio
import json
import re
from typing import Any

import pytest
from playwright.async_api import expect

from inspector_script import ALICE, BOB, chat
from inspector_stage import Stage
from longwire.inspector.timeline import Timeline

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_history_and_live_entries_are_one_list(stage: Stage) -> None:
    stage.script.message(ALICE, "before")
    await stage.open()
    await expect(stage.rows("message_received")).to_have_count(1)
    stage.script.message(ALICE, "after")
    await expect(stage.rows("message_received")).to_have_count(2)
    await expect(stage.rows("message_received").last).to_contain_text("after")


async def test_each_kind_of_entry_is_one_readable_line(stage: Stage) -> None:
    chat(stage.script)
    stage.script.close(BOB, 1001, "Going away", "gateway")
    await stage.open()
    await stage.page.set_viewport_size({"width": 1400, "height": 2000})
    for kind, text in {
        "handshake": "/dev?access_token=***",
        "connection_opened": "as alice",
        "message_received": "joinGroup",
        "log": "joined",
        "management_request": "POST @connections 200",
        "connection_closed": "Closed 1001 Going away by gateway",
        "connection_refused": "Refused 401 identity source",
    }.items():
        await expect(stage.rows(kind).filter(has_text=text).first).to_be_visible()
    await expect(stage.rows("invocation_started").filter(has_text="Groups")).to_contain_text("cold")
    await expect(stage.rows("invocation_finished").filter(has_text="Groups")).to_contain_text("12.4 ms")
    await expect(stage.rows("frame_sent").filter(has_text="Hello Bob")).to_contain_text("post")
    await expect(stage.page.locator("#rows .row")).to_have_count(stage.script.timeline.last)


async def test_a_request_to_an_http_api_and_its_answer_are_a_line_each(stage: Stage) -> None:
    request: dict[str, Any] = {"request_id": "r", "api": "Http", "method": "POST", "path": "/publish"}
    stage.script.say("http_request", **request, size=12)
    answer: dict[str, Any] = {**request, "route_key": "POST /publish", "function": "Publish", "duration_ms": 12.5}
    stage.script.say("http_response", **answer, status=202, why="")
    stage.script.say("http_response", **{**answer, "route_key": "", "status": 404}, why="no Route takes GET /x")
    await stage.open()
    await expect(stage.rows("http_request")).to_contain_text("Http POST /publish")
    await expect(stage.rows("http_response").first).to_contain_text("POST /publish 202 Publish")
    await expect(stage.rows("http_response").last).to_contain_text("no route 404 Publish no Route takes GET /x")
    await expect(stage.rows("http_response").last).to_have_class(re.compile(r"\bbad\b"))


async def test_a_reload_says_what_was_taken_and_a_failed_one_why_nothing_was(stage: Stage) -> None:
    stage.script.say("reloaded", functions=["Groups"], files=["app.py"], connections_closed=False)
    stage.script.say("reloaded", functions=[], files=["template.yaml"], connections_closed=True)
    stage.script.say("reload_failed", error_message="template.yaml:3:1: there is no Ecko", files=["template.yaml"])
    await stage.open()
    await expect(stage.rows("reloaded").first).to_contain_text("Reloaded Groups app.py")
    await expect(stage.rows("reloaded").last).to_contain_text("connections closed")
    await expect(stage.rows("reload_failed")).to_contain_text("Not reloaded template.yaml:3:1: there is no Ecko")
    await expect(stage.rows("reload_failed")).to_have_class(re.compile(r"\bbad\b"))
    await stage.rows("reload_failed").click()
    await expect(stage.detail().locator(".failure pre")).to_have_text("template.yaml:3:1: there is no Ecko")


async def test_a_structured_log_line_begins_with_its_message(stage: Stage) -> None:
    record = {"level": "ERROR", "location": "handler:7", "message": "no such group", "group": "lobby", "service": "x"}
    invocation = stage.script.start(ALICE, "Groups", "joinGroup")
    stage.script.log(ALICE, "Groups", invocation, json.dumps(record))
    stage.script.log(ALICE, "Groups", invocation, '{"no": "message"}')
    metrics = {"CloudWatchMetrics": [{"Metrics": [{"Name": "MessagesIn", "Unit": "Count"}]}]}
    stage.script.log(ALICE, "Groups", invocation, json.dumps({"_aws": metrics, "service": "x", "MessagesIn": [2.0]}))
    await stage.open()
    await expect(stage.rows("log").first.locator(".what")).to_have_text("no such group group=lobby")
    await expect(stage.rows("log").nth(1).locator(".what")).to_have_text('{"no": "message"}')
    await expect(stage.rows("log").last.locator(".what")).to_have_text("metrics MessagesIn=2")


async def test_lambdas_own_lines_are_shown_when_asked_for(stage: Stage) -> None:
    invocation = stage.script.start(ALICE, "Groups", "joinGroup")
    stage.script.log(ALICE, "Groups", invocation, "START RequestId: 1 Version: $LATEST", "platform")
    stage.script.log(ALICE, "Groups", invocation, "hello")
    await stage.open()
    await expect(stage.rows("log")).to_have_text(re.compile("hello"))
    await stage.page.locator("#help-toggle").click()
    await stage.page.get_by_label("START, END and REPORT").check()
    await expect(stage.rows("log")).to_have_count(2)
    await stage.page.reload()
    await expect(stage.rows("log")).to_have_count(2)


async def test_a_hundred_thousand_entries_leave_the_page_quick_and_bounded(stage: Stage) -> None:
    await stage.open()
    for number in range(100_000):
        line = {"function": "Load", "stream": "stdout", "line": f"line {number}"}
        stage.script.timeline.publish("log", ALICE, 1.0, line)
        if number % 2_000 == 0:
            await asyncio.sleep(0)  # the stream sends what it can, and tells of the rest
    await expect(stage.rows("log").last).to_contain_text("line 99999", timeout=60_000)
    await expect(stage.rows("gap").or_(stage.rows("log")).first).to_be_visible()
    assert await stage.page.locator("#rows .row").count() < 120
    count = await stage.page.locator("#filter-count").text_content() or ""
    assert int(count.split(" ")[0].replace(",", "")) <= 10_001
    stage.script.message(ALICE, "x" * 131_072)
    await expect(stage.rows("message_received")).to_be_visible()
    await stage.page.locator("#filter").fill("line=99998")
    await expect(stage.rows("log")).to_have_count(1)


async def test_pause_holds_what_comes_until_it_is_released(stage: Stage) -> None:
    await stage.open()
    pause = stage.page.locator("#pause")
    await pause.click()
    stage.script.message(ALICE, "one")
    stage.script.message(ALICE, "two")
    await expect(stage.page.locator("#newer")).to_have_text("2 new while paused")
    await expect(stage.rows()).to_have_count(0)
    await pause.click()
    await expect(stage.rows()).to_have_count(2)
    await expect(stage.page.locator("#newer")).to_be_hidden()


async def test_clear_empties_the_list_and_what_comes_is_shown(stage: Stage) -> None:
    chat(stage.script)
    await stage.open()
    await stage.page.locator("#clear").click()
    await expect(stage.rows()).to_have_count(0)
    await expect(stage.page.locator("#earlier")).to_be_hidden()
    stage.script.message(ALICE, "new")
    await expect(stage.rows()).to_have_count(1)
    await expect(stage.card(ALICE)).to_be_visible()


async def test_follow_keeps_the_newest_in_sight_and_scrolling_up_stops_it(stage: Stage) -> None:
    for number in range(300):
        stage.script.message(ALICE, f"message {number}")
    await stage.open()
    await expect(stage.rows().filter(has_text="message 299")).to_be_in_viewport()
    await stage.page.locator("#viewport").hover()
    await stage.page.mouse.wheel(0, -2000)
    await expect(stage.page.locator("#follow")).to_have_attribute("aria-pressed", "false")
    stage.script.message(ALICE, "the newest")
    await expect(stage.page.locator("#newer")).to_have_text("1 new below")
    await stage.page.locator("#newer").click()
    await expect(stage.rows().filter(has_text="the newest")).to_be_in_viewport()
    await expect(stage.page.locator("#follow")).to_have_attribute("aria-pressed", "true")


async def test_ten_thousand_entries_are_scrolled_with_a_handful_of_rows(stage: Stage) -> None:
    stage.script.timeline = stage.inspector.timeline = Timeline(capacity=20_000)
    for number in range(12_000):
        stage.script.message(ALICE, f"message {number}.")
    await stage.open()
    await expect(stage.page.locator("#filter-count")).to_have_text("2,000 entries")
    stage.script.message(ALICE, "live")
    await expect(stage.page.locator("#filter-count")).to_have_text("2,001 entries")
    for expected in ("4,001", "6,001", "8,001", "10,000"):
        await stage.page.locator("#earlier").dispatch_event("click")
        await expect(stage.page.locator("#filter-count")).to_have_text(f"{expected} entries")
    await stage.page.locator("#viewport").evaluate("(viewport) => { viewport.scrollTop = 0; }")
    await expect(stage.rows().filter(has_text="message 2001.")).to_be_in_viewport()
    assert await stage.rows().count() < 100
    await stage.page.get_by_label("Filter", exact=True).fill('"message 77"')
    await expect(stage.page.locator("#filter-count")).to_have_text("100 of 10,000")


async def test_a_flood_is_shown_bounded_and_in_order(stage: Stage) -> None:
    await stage.open()
    for number in range(11_000):
        stage.script.message(ALICE, f"message {number}.")
    await expect(stage.rows().filter(has_text="message 10999.")).to_be_visible(timeout=20_000)
    await expect(stage.page.locator("#filter-count")).to_have_text("10,000 entries")


async def test_what_came_too_fast_is_told(stage: Stage) -> None:
    stage.script.timeline.capacity = 10
    await stage.open()
    for number in range(30):
        stage.script.message(ALICE, f"message {number}.")
    await expect(stage.rows("gap")).to_contain_text("20 entries came too fast")
    await expect(stage.rows("message_received")).to_have_count(10)
