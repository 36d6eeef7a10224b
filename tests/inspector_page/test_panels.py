"""The panels over the page: clock, faults and tables."""

import re

import pytest
from playwright.async_api import expect

from inspector_script import ALICE, BOB, chat
from inspector_stage import Stage

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_the_clock_is_moved_stopped_and_let_go_and_is_in_sight_when_it_is_not_real(stage: Stage) -> None:
    stage.script.open(ALICE)
    await stage.open()
    toggle, panel = stage.page.locator("#clock-toggle"), stage.page.locator("#clock")
    await expect(toggle).to_have_text("Clock")
    await toggle.click()
    await expect(panel.get_by_role("status")).to_contain_text("real time")
    await panel.get_by_role("button", name="+1 min").click()
    await expect(toggle).to_have_text("Clock +1 m 00 s")
    await panel.get_by_role("button", name="+10 min").click()
    await panel.get_by_role("button", name="+2 h").click()
    await expect(toggle).to_have_text("Clock +2 h 11 m")
    await expect(stage.card(ALICE)).to_contain_text("idle 0:00")
    await panel.get_by_role("button", name="Pause").click()
    await expect(toggle).to_have_text("Clock +2 h 11 m, paused")
    await expect(panel.get_by_role("status")).to_contain_text("+2 h 11 m, paused")
    await panel.get_by_role("button", name="Resume").click()
    await panel.get_by_label("Minutes").fill("0.5")
    await panel.get_by_role("button", name="Advance").click()
    await expect(toggle).to_have_text("Clock +2 h 11 m")
    orders = [{"advance": 60}, {"advance": 600}, {"advance": 7200}, {"pause": True}, {"resume": True}, {"advance": 30}]
    assert stage.calls.asked == [("POST clock", order) for order in orders]
    await expect(stage.rows("clock_changed").nth(2)).to_contain_text("Clock advanced by 2 h 00 m 2 h 11 m ahead")


async def test_a_clock_that_somebody_else_moves_is_seen_and_a_refusal_is_read(stage: Stage) -> None:
    await stage.open()
    stage.script.say("clock_changed", change="paused", seconds=0, offset=0, paused=True)
    await expect(stage.page.locator("#clock-toggle")).to_have_text("Clock paused")
    stage.calls.refusal = "the clock is being advanced already"
    await stage.page.locator("#clock-toggle").click()
    await stage.page.locator("#clock").get_by_role("button", name="+1 min").click()
    await expect(stage.page.locator("#clock").get_by_role("alert")).to_have_text("the clock is being advanced already")
    stage.complaints.clear()  # a browser tells of every 400


async def test_faults_are_injected_counted_and_cleared(stage: Stage) -> None:
    chat(stage.script)
    await stage.open()
    toggle, panel = stage.page.locator("#faults-toggle"), stage.page.locator("#faults")
    clear = stage.page.get_by_role("button", name="Clear all")
    await expect(toggle).to_have_text("Faults")
    await expect(clear).to_be_hidden()
    await toggle.click()
    await expect(panel).to_contain_text("None in force.")
    await panel.get_by_label("What fails").select_option(label="Clients are gone: 410")
    await panel.get_by_label("connection").select_option(BOB)
    await panel.get_by_label("chance, %").fill("50")
    await panel.get_by_label("times").fill("3")
    await panel.get_by_role("button", name="Inject").click()
    await expect(toggle).to_have_text("1 fault")
    await expect(toggle).to_have_class(re.compile("alarm"))
    asked = {"kind": "post_to_connection", "gone": True, "connection": BOB, "count": 3, "probability": 0.5}
    assert stage.calls.asked == [("POST faults", asked)]
    line = panel.get_by_role("listitem")
    await expect(line).to_contain_text("gone · connection Qx7pTd · 50 % · 3 times")
    stage.script.say("fault_hit", BOB, fault=1, kind="post_to_connection", effect="gone")
    await expect(line).to_contain_text("1 hit")
    await expect(stage.rows("fault_hit")).to_contain_text("Fault post_to_connection: gone")
    await clear.click()
    await expect(toggle).to_have_text("Faults")
    await expect(stage.rows("faults_changed").last).to_contain_text("No faults in force")


async def test_every_effect_of_the_emulators_table_is_offered_with_its_own_field(stage: Stage) -> None:
    chat(stage.script)
    await stage.open()
    await stage.page.locator("#faults-toggle").click()
    panel = stage.page.locator("#faults")
    what = panel.get_by_label("What fails")
    await what.select_option(label="post_to_connection: latency")
    await panel.get_by_label("seconds", exact=True).fill("0.25")
    await panel.get_by_role("button", name="Inject").click()
    await what.select_option(label="invoke: error")
    await panel.get_by_label("function").select_option("Groups")
    await panel.get_by_label("text").fill("boom")
    await panel.get_by_role("button", name="Inject").click()
    await what.select_option(label="DynamoDB throttles")
    await expect(panel.get_by_label("service")).to_have_value("dynamodb")
    await panel.get_by_role("button", name="Inject").click()
    await expect(stage.page.locator("#faults-toggle")).to_have_text("3 faults")
    assert [body for _, body in stage.calls.asked] == [
        {"kind": "post_to_connection", "latency": 0.25, "probability": 1},
        {"kind": "invoke", "error": "boom", "function": "Groups", "probability": 1},
        {"kind": "service", "throttling": True, "service": "dynamodb", "probability": 1},
    ]
    await panel.get_by_role("button", name="Remove fault 2").click()
    await expect(stage.page.locator("#faults-toggle")).to_have_text("2 faults")
    stage.calls.refusal = "probability: it has to be 0 to 1"
    await panel.get_by_role("button", name="Inject").click()
    await expect(panel.get_by_role("alert")).to_have_text("probability: it has to be 0 to 1")
    stage.complaints.clear()  # a browser tells of every 400


async def test_faults_that_were_there_before_the_page_are_seen(stage: Stage) -> None:
    rule = {"probability": 1, "count": None, "seed": 1, "after": 0, "for": None}
    stage.calls.faults = [{"id": 7, "kind": "invoke", "error": True, **rule, "hits": 2, "state": "on"}]
    await stage.open()
    await expect(stage.page.locator("#faults-toggle")).to_have_text("1 fault")


async def test_tables_are_read_filtered_paged_and_changed(stage: Stage) -> None:
    stage.calls.items += [{"pk": {"S": f"room#{number:02d}"}, "sk": {"S": "meta"}} for number in range(60)]
    await stage.open()
    await stage.page.locator("#tables-toggle").click()
    panel = stage.page.locator("#tables")
    await expect(panel.get_by_role("status")).to_have_text("50 items so far")
    await expect(panel.locator("tbody tr").first).to_have_text('session#1metaalice["1"]')
    await panel.get_by_role("button", name="More").click()
    await expect(panel.locator("tbody tr")).to_have_count(61)
    await panel.get_by_label("Filter items").fill("room#07")
    await panel.get_by_label("Filter items").press("Enter")
    await expect(panel.locator("tbody tr")).to_have_count(1)
    await panel.get_by_role("button", name="room#07").click()
    text = panel.get_by_label("Item, in DynamoDB's JSON")
    await text.fill('{"pk": {"S": "room#07"}, "sk": {"S": "meta"}, "topic": {"S": "tea"}}')
    await panel.get_by_role("button", name="Save").click()
    await expect(text).to_be_hidden()
    await panel.get_by_role("button", name="room#07").click()
    await panel.get_by_role("button", name="Delete").click()
    await expect(text).to_be_hidden()
    key = {"pk": {"S": "room#07"}, "sk": {"S": "meta"}}
    item = {**key, "topic": {"S": "tea"}}
    assert stage.calls.asked == [
        ("PUT api/items", {"table": "LogTable", "item": item}),
        ("DELETE api/items", {"table": "LogTable", "key": key}),
    ]
    await panel.get_by_role("button", name="New item").click()
    await expect(text).to_have_value(re.compile(r'"pk": \{\s+"S": ""'))
    await text.fill("{")
    await panel.get_by_role("button", name="Save").click()
    await expect(panel.get_by_role("alert")).to_contain_text("JSON")


async def test_one_panel_is_open_at_a_time_and_escape_closes_it(stage: Stage) -> None:
    await stage.open()
    for name in ("clock", "faults", "tables"):
        await stage.page.locator(f"#{name}-toggle").click()
        await expect(stage.page.locator(".over:visible")).to_have_count(1)
        await expect(stage.page.locator(f"#{name}-close")).to_be_focused()
    await stage.page.keyboard.press("Escape")
    await expect(stage.page.locator(".over:visible")).to_have_count(0)
    await expect(stage.page.locator("#tables-toggle")).to_be_focused()
