"""What can be taken away: a test, a command, a link."""

import re
import shlex

import pytest
from playwright.async_api import expect

from inspector_script import ALICE, Script, chat
from inspector_stage import Stage

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def copied(stage: Stage, label: str) -> str:
    button = stage.detail().get_by_role("button", name=label)
    await button.click()
    await expect(button).to_have_class(re.compile(r"\bcopied\b"))
    return str(await stage.page.evaluate("navigator.clipboard.readText()"))


async def test_a_message_and_a_session_are_copied_as_a_test_and_as_a_command(stage: Stage) -> None:
    await stage.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    stage.script.open(ALICE, "alice")
    stage.script.message(ALICE, """{"say": "it's"}""")
    await stage.open()
    await stage.rows("message_received").click()
    seq = await stage.rows("message_received").get_attribute("data-seq")
    assert await copied(stage, "Copy as pytest test") == f"# seq={seq}\n"
    url = "ws://127.0.0.1:1/dev?access_token=TOKEN"
    assert shlex.split(await copied(stage, "Copy as wscat command")) == [
        *("wscat", "-c", url, "-w", "5", "-x", """{"say": "it's"}"""),
    ]
    assert await copied(stage, "Copy as websockets command") == (
        """(echo '{"say": "it'\\''s"}'; sleep 5) | websockets '""" + url + "'"
    )
    await stage.detail().get_by_title("Show this connection").click()
    assert await copied(stage, "Copy as pytest test") == "# connection_id=L0SM9cOFvHcCJhw%3D\n"
    assert await copied(stage, "Copy as wscat command") == f"wscat -c '{url}'"


async def test_a_link_leads_to_its_entry_even_behind_a_filter_and_before_what_is_loaded(stage: Stage) -> None:
    await stage.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    stage.script.message(ALICE, "the first")
    for number in range(2500):
        stage.script.message(ALICE, str(number))
    await stage.page.goto(f"{stage.url}/_longwire/#1.run-1")
    await expect(stage.detail().locator("pre.body")).to_have_text("the first")
    await expect(stage.page.locator("#rows [aria-selected=true]")).to_contain_text("the first")
    assert await copied(stage, "Copy link to this entry") == f"{stage.url}/_longwire/#1.run-1"
    await stage.page.keyboard.press("j")
    assert stage.page.url.endswith("#2.run-1")
    await stage.page.locator("#filter").fill("nothing at all")
    await stage.page.evaluate("location.hash = '#3.run-1'")
    await expect(stage.detail().locator("pre.body")).to_have_text("1")
    await expect(stage.page.locator("#filter")).to_have_value("")


@pytest.mark.parametrize(("link", "told"), [("#1.run-0", "another start"), ("#99.run-1", "has left the emulator")])
async def test_a_link_to_what_is_not_there_says_so(stage: Stage, link: str, told: str) -> None:
    chat(stage.script)
    await stage.page.goto(f"{stage.url}/_longwire/{link}")
    await expect(stage.page.locator("#notice")).to_contain_text(told)


@pytest.mark.parametrize("link", ["#", "#x", "#1", "#1.", "#-1.run-1", "#<img src=x onerror=alert(1)>", "#1e3.run-1"])
async def test_what_is_no_link_is_nothing(stage: Stage, link: str) -> None:
    script: Script = stage.script
    chat(script)
    await stage.page.goto(f"{stage.url}/_longwire/{link}")
    await expect(stage.page.locator("#status")).to_have_text("Live")
    await expect(stage.page.locator("#notice")).to_be_hidden()
    await expect(stage.detail()).to_be_hidden()


async def test_a_payload_is_shown_byte_by_byte(stage: Stage) -> None:
    stage.script.message(ALICE, '{"é": "\\u0007 and some more"}')
    await stage.open()
    await stage.rows("message_received").click()
    await stage.detail().get_by_role("button", name="Hex").click()
    body = stage.detail().locator("pre.body")
    await expect(body).to_contain_text('00000  7b 22 c3 a9 22 3a 20 22 5c 75 30 30 30 37 20 61  {"..": "\\u0007 a')
    stage.script.message(ALICE, "x" * 131_072)
    await expect(stage.rows("message_received")).to_have_count(2)
    await stage.rows("message_received").last.click()
    await expect(body).to_contain_text("1fff0  78 78")
