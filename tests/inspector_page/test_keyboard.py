"""The page without a mouse."""

import pytest
from playwright.async_api import expect

from inspector_script import chat
from inspector_stage import Stage

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_everything_in_the_timeline_can_be_done_with_keys(stage: Stage) -> None:
    chat(stage.script)
    await stage.open()
    keyboard = stage.page.keyboard
    await keyboard.press("/")
    await expect(stage.page.locator("#filter")).to_be_focused()
    await keyboard.type("event=message")
    await keyboard.press("Enter")
    await expect(stage.page.locator("#viewport")).to_be_focused()
    await keyboard.press("Home")
    selected = stage.page.locator("#rows [aria-selected=true]")
    await expect(selected).to_contain_text("joinGroup")
    await keyboard.press("j")
    await expect(selected).to_contain_text("Hello Bob")
    await keyboard.press("ArrowUp")
    await expect(selected).to_contain_text("joinGroup")
    active = await stage.page.locator("#viewport").get_attribute("aria-activedescendant")
    assert active == await selected.get_attribute("id")
    await keyboard.press("Enter")
    await expect(stage.detail().get_by_role("button", name="Close detail")).to_be_focused()
    await keyboard.press("Escape")
    await expect(stage.detail()).to_be_hidden()
    await expect(stage.page.locator("#viewport")).to_be_focused()
    for key, locator in (("p", "#pause"), ("f", "#follow")):
        before = await stage.page.locator(locator).get_attribute("aria-pressed")
        await keyboard.press(key)
        await expect(stage.page.locator(locator)).not_to_have_attribute("aria-pressed", str(before))
    await keyboard.press("?")
    await expect(stage.page.locator("#help")).to_be_visible()
    await keyboard.press("c")
    await expect(stage.client(1).get_by_role("button", name="Connect")).to_be_focused()


async def test_s_and_d_lead_to_sending_and_disconnecting_and_j_and_k_work_from_anywhere(stage: Stage) -> None:
    chat(stage.script)
    await stage.open()
    keyboard = stage.page.keyboard
    await stage.page.locator("#console-toggle").focus()
    await keyboard.press("k")
    await expect(stage.page.locator("#rows [aria-selected=true]")).to_contain_text("Refused")
    await keyboard.press("s")  # that connection has never opened
    await expect(stage.client(1).get_by_role("button", name="Connect")).to_be_focused()
    await stage.page.locator("#viewport").focus()
    await keyboard.press("Home")
    await keyboard.press("d")
    await expect(stage.page.get_by_label("Close code")).to_be_focused()
    await keyboard.press("Escape")
    await expect(stage.detail()).to_be_hidden()
    await keyboard.press("Home")
    await keyboard.press("s")
    await expect(stage.page.get_by_label("Message", exact=True)).to_be_focused()
    await keyboard.type("jdsk?")
    await keyboard.press("Control+Enter")
    await expect(stage.page.locator("#notice")).to_have_text("Sent to the client")


async def test_single_keys_do_nothing_while_one_types(stage: Stage) -> None:
    await stage.open()
    await stage.page.locator("#filter").focus()
    await stage.page.keyboard.type("pfc?/")
    await expect(stage.page.locator("#filter")).to_have_value("pfc?/")
    await expect(stage.page.locator("#pause")).to_have_attribute("aria-pressed", "false")
    await expect(stage.page.locator("#help")).to_be_hidden()


async def test_the_tab_key_reaches_every_control_and_each_shows_that_it_has_the_focus(stage: Stage) -> None:
    chat(stage.script)
    await stage.open()
    await stage.rows("message_received").first.click()
    reached: list[str] = []
    unmarked: list[str] = []
    for _ in range(80):
        await stage.page.keyboard.press("Tab")
        name, outline = await stage.page.evaluate(
            """() => {
              const element = document.activeElement;
              if (element === document.body) return ["", "none"];
              const name = element.getAttribute("aria-label") || element.textContent.trim() || element.id;
              return [name, getComputedStyle(element).outlineStyle];
            }"""
        )
        reached.append(name)
        unmarked += [name] if outline == "none" and name else []
    wanted = {
        "Filter",
        "Pause",
        "Follow",
        "Clear",
        "Timeline entries",
        "Broadcast",
        "Clock",
        "Faults",
        "Tables",
        "Close detail",
        "Replay",
        "Copy as pytest test",
        "Copy link to this entry",
        "Raw",
        "Connect",
        "Console height",
    }
    assert wanted <= set(reached)
    assert unmarked == []


async def test_the_consoles_height_can_be_changed_with_keys_and_it_can_be_put_away(stage: Stage) -> None:
    await stage.open()
    console = stage.page.locator("#console")
    before = await console.evaluate("(element) => element.offsetHeight")
    await stage.page.locator("#grip").focus()
    await stage.page.keyboard.press("ArrowUp")
    await expect(console).to_have_css("height", f"{before + 24}px")
    toggle = stage.page.locator("#console-toggle")
    await toggle.click()
    await expect(console).to_be_hidden()
    await stage.page.reload()
    await expect(console).to_be_hidden()
    await toggle.click()
    await expect(console).to_have_css("height", f"{before + 24}px")
