"""One entry in full: why, what it held, and what it led to."""

import json

import pytest
from playwright.async_api import expect

from inspector_script import ALICE, BOB, chat
from inspector_stage import Stage

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_an_exception_stands_out(stage: Stage) -> None:
    chat(stage.script)
    await stage.open()
    failed = stage.page.locator("#rows .row.bad.k-invocation_finished")
    await expect(failed).to_contain_text("KeyError")
    await failed.click()
    await expect(stage.detail().locator(".failure b")).to_have_text("KeyError")
    await expect(stage.detail().locator(".failure .where")).to_have_text("/var/task/app.py:41 in handler")
    await stage.detail().get_by_text("Stack trace").click()
    await expect(stage.detail().locator(".failure details pre")).to_be_visible()
    await expect(stage.detail().locator(".trace")).to_contain_text("app.py")


async def test_a_click_shows_why_a_route_was_chosen_and_what_followed(stage: Stage) -> None:
    chat(stage.script)
    await stage.open()
    await stage.rows("message_received").filter(has_text="Hello Bob").click()
    detail = stage.detail()
    await expect(detail.locator(".why")).to_have_text("$request.body.type is 'sendToGroup'  sendToGroup")
    steps = detail.locator(".step .glyph .vh")
    kinds = ["message in", "invocation", "message out", "management request", "invocation finished"]
    await expect(steps).to_have_text(kinds)
    await detail.locator(".step").nth(2).click()
    await expect(detail.locator("h2")).to_have_text("Message out")


async def test_a_trace_grows_while_it_is_looked_at(stage: Stage) -> None:
    script = stage.script
    script.message(ALICE, "{}", "joinGroup")
    await stage.open()
    await stage.rows("message_received").click()
    invocation = script.start(ALICE, "Groups", "joinGroup")
    script.log(ALICE, "Groups", invocation, "working")
    await expect(stage.detail().locator(".step")).to_have_count(3)
    script.finish(ALICE, "Groups", "joinGroup", invocation)
    script.frame(ALICE, "done", "route_response")
    await expect(stage.detail().locator(".step")).to_have_count(5)


async def test_parallel_messages_of_one_route_keep_their_own_traces(stage: Stage) -> None:
    script = stage.script
    script.message(ALICE, "first", "joinGroup")
    one = script.start(ALICE, "Groups", "joinGroup")
    script.message(ALICE, "second", "joinGroup")
    two = script.start(ALICE, "Groups", "joinGroup")
    script.log(ALICE, "Groups", two, "of the second")
    script.log(ALICE, "Groups", one, "of the first")
    script.finish(ALICE, "Groups", "joinGroup", two)
    script.finish(ALICE, "Groups", "joinGroup", one)
    await stage.open()
    await stage.rows("message_received").filter(has_text="first").click()
    await expect(stage.detail().locator(".step")).to_have_count(4)
    await expect(stage.detail().locator(".trace")).to_contain_text("of the first")
    await expect(stage.detail().locator(".trace")).not_to_contain_text("of the second")


async def test_posts_and_answers_belong_to_the_invocation_that_they_name(stage: Stage) -> None:
    stage.script.message(ALICE, '{"type":"sendToGroup","data":"one"}', "sendToGroup")
    one = stage.script.start(ALICE, "Messages", "sendToGroup")
    stage.script.message(ALICE, '{"type":"sendToGroup","data":"two"}', "sendToGroup")
    two = stage.script.start(ALICE, "Messages", "sendToGroup")
    stage.script.frame(BOB, "post of one", invocation_id=one)
    stage.script.frame(BOB, "post of two", invocation_id=two)
    stage.script.finish(ALICE, "Messages", "sendToGroup", two)
    stage.script.frame(ALICE, "answer of one", "route_response", invocation_id=one)
    await stage.open()
    await stage.rows("message_received").first.click()
    trace = stage.detail().locator(".trace")
    await expect(trace.locator(".step")).to_have_count(4)
    await expect(trace).to_contain_text("post of one")
    await expect(trace).to_contain_text("answer of one")


async def test_a_payload_is_shown_pretty_as_sent_and_against_the_limits(stage: Stage) -> None:
    payload = '{"id":12345678901234567890,"a":[1.0,{}],"e":"\\u00e9","id":2}'
    stage.script.message(ALICE, payload)
    await stage.open()
    await stage.rows("message_received").click()
    body = stage.detail().locator("pre.body")
    pretty = '{\n  "id": 12345678901234567890,\n  "a": [\n    1.0,\n    {}\n  ],\n  "e": "\\u00e9",\n  "id": 2\n}'
    assert await body.text_content() == pretty
    await stage.detail().get_by_role("button", name="Raw").click()
    assert await body.text_content() == payload
    await expect(stage.detail().locator(".size")).to_contain_text("of a frame's 32.0 KB")


async def test_the_largest_message_can_be_read(stage: Stage) -> None:
    stage.script.message(ALICE, json.dumps({"data": "x" * 131_000}))
    stage.script.message(ALICE, "[" * 60_000 + "]" * 60_000)
    await stage.open()
    await stage.rows("message_received").first.click()
    await expect(stage.detail().locator(".size")).to_contain_text("more than one frame of 32.0 KB")
    assert len(await stage.detail().locator("pre.body").text_content() or "") > 131_000
    await stage.rows("message_received").nth(1).click()
    await expect(stage.detail().locator(".size")).to_contain_text("117.2 KB")


async def test_a_payload_can_be_copied(stage: Stage) -> None:
    await stage.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    stage.script.message(ALICE, '{"a": 1}')
    await stage.open()
    await stage.rows("message_received").click()
    await stage.detail().get_by_role("button", name="Copy payload").click()
    await expect(stage.detail().locator(".copied")).to_be_visible()
    assert await stage.page.evaluate("navigator.clipboard.readText()") == '{"a": 1}'
