"""Contrast in light and dark, and the page in windows of all widths."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import expect

import longwire
from inspector_script import chat
from inspector_stage import Stage

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
CSS = Path(longwire.__file__).parent / "inspector" / "page" / "inspector.css"
TEXT_CONTRAST = """() => {
  const channels = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = channels(getComputedStyle(at).backgroundColor);
      if (colour.length < 4 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !element.checkVisibility() || element.closest(".vh, noscript")) continue;
    const [a, b] = [light(channels(getComputedStyle(element).color)), light(ground(element))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) found.push(`${walker.currentNode.data.trim()} (${element.className}): ${ratio.toFixed(2)}`);
  }
  return found;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [400, 1400])
async def test_every_text_in_sight_has_enough_contrast(stage: Stage, scheme: Any, width: int) -> None:
    await stage.page.emulate_media(color_scheme=scheme)
    await stage.page.set_viewport_size({"width": width, "height": 900})
    chat(stage.script)
    await stage.open()
    for kind in ("message_received", "invocation_finished", "connection_refused", "handshake"):
        await stage.rows(kind).last.dispatch_event("click")
        await expect(stage.detail()).to_be_visible()
        assert await stage.page.evaluate(TEXT_CONTRAST) == []
    await stage.detail().get_by_role("button", name="Close detail").click()
    for pane in ("Connections", "Console", "Timeline") if width == 400 else ():
        await stage.page.get_by_role("navigation").get_by_role("button", name=pane).click()
        assert await stage.page.evaluate(TEXT_CONTRAST) == []
    await stage.page.locator("#help-toggle").click()
    await stage.page.locator("#faults-toggle").click()
    await stage.page.get_by_role("button", name="Inject").click()
    await expect(stage.page.get_by_role("button", name="Clear all")).to_be_visible()
    assert await stage.page.evaluate(TEXT_CONTRAST) == []
    for panel in ("clock", "tables", "cost"):
        await stage.page.locator(f"#{panel}-toggle").click()
        await expect(stage.page.locator(f"#{panel}")).to_be_visible()
        if panel == "clock":
            await stage.page.get_by_role("button", name="+1 min").click()
            await expect(stage.page.locator("#clock-toggle")).to_contain_text("+1 m")
        assert await stage.page.evaluate(TEXT_CONTRAST) == []


async def test_the_colours_are_the_systems_or_those_that_were_chosen(stage: Stage) -> None:
    await stage.page.emulate_media(color_scheme="dark")
    await stage.open()
    body = stage.page.locator("body")
    await expect(body).to_have_css("background-color", "rgb(15, 18, 20)")
    await stage.page.locator("#help-toggle").click()
    await stage.page.get_by_label("Colours").select_option("light")
    await expect(body).to_have_css("background-color", "rgb(244, 245, 247)")
    await stage.page.reload()
    await expect(body).to_have_css("background-color", "rgb(244, 245, 247)")


@pytest.mark.parametrize("width", [400, 700, 900, 1400])
async def test_the_page_fits_its_window(stage: Stage, width: int) -> None:
    await stage.page.set_viewport_size({"width": width, "height": 800})
    chat(stage.script)
    await stage.open()
    await stage.rows("message_received").first.click()
    await stage.page.locator("#cost-toggle").click()
    for part in ("#cost-toggle", "#cost", "#status"):
        box = await stage.page.locator(part).bounding_box()
        assert box is not None
        assert 0 <= box["x"] <= box["x"] + box["width"] <= width
        assert box["y"] + box["height"] <= 800
    await stage.page.locator("#cost-close").click()
    for pane in ("Connections", "Console", "Timeline") if width < 760 else ("",):
        if pane:
            await stage.page.get_by_role("navigation").get_by_role("button", name=pane).click()
        sizes = await stage.page.evaluate(
            "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
        )
        assert sizes == [width, 800]
    close = await stage.detail().get_by_role("button", name="Close detail").bounding_box()
    assert close is not None
    assert close["x"] + close["width"] <= width


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance of #rrggbb."""
    channels = [int(colour[position : position + 2], 16) / 255 for position in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


CONNECTION_COLOURS = [f"c-{number}" for number in range(8)]
SURFACES = ["bg", "surface", "raised", "related", "accent-soft", "bad-soft"]
READ_ON = dict.fromkeys(("text", "muted", "accent", "good", "warn", "bad", *CONNECTION_COLOURS), SURFACES)
READ_ON |= {"on-accent": ["accent"], "on-alarm": ["alarm"]}
SEEN_ON = {"edge": ["bg", "surface", "raised"], "accent": ["line"]}


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
async def test_the_palette_has_enough_contrast(scheme: int) -> None:
    found = re.findall(r"(?:\.(c-\d) \{ )?--([a-z-]+): light-dark\((#\w{6}), (#\w{6})\);", CSS.read_text())
    palette = {number or name: (light, dark)[scheme] for number, name, light, dark in found}
    weak = [
        f"{name} on {ground}: {contrast(palette[name], palette[ground]):.2f}"
        for pairs, least in ((READ_ON, 4.5), (SEEN_ON, 3.0))
        for name, grounds in pairs.items()
        for ground in grounds
        if contrast(palette[name], palette[ground]) < least
    ]
    assert weak == []
    assert len(palette) == len(found)
