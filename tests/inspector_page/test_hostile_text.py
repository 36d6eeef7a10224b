"""Whatever clients and functions send stays text."""

import json

import pytest
from playwright.async_api import expect

from inspector_script import Script
from inspector_stage import Stage

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
HOSTILE = [
    "<script>window.hacked = 1; alert(1)</script>",
    "<img src=x onerror='window.hacked = 1'>",
    '"><svg onload=alert(1)>',
    "'-alert(1)-'",
    "javascript:alert(1)",
    "</span></div><iframe srcdoc='<script>parent.hacked=1</script>'></iframe>",
    "{{constructor.constructor('alert(1)')()}}",
    "${alert(1)}",
    "<style>*{display:none}</style>",
    "<a href=javascript:alert(1)>x</a>",
    "<base href=//evil.example>",
    "&lt;b&gt;",
    "\u202etxt.exe\u2066",
    "\x00\x07\x1b[31mred",
    "<details open ontoggle=alert(1)>",
    "__proto__",
    "constructor",
    "toString",
]


def say_everywhere(script: Script, text: str) -> None:
    script.open(text, principal=text, subprotocol=text)
    script.say("handshake", text, path=text, query=[(text, text)], headers=[(text, text)], source_ip=text)
    script.message(text, text, text, text)
    script.message(text, json.dumps({text: [text, {text: 1}]}), None, text)
    invocation = script.start(text, text, text, cold=True)
    script.log(text, text, invocation, text, text)
    script.finish(text, text, text, invocation, error=text, error_type=text, error_message=text)
    script.frame(text, text, text)
    script.say("management_request", text, method=text, status=200, size=1)
    script.say("connection_refused", "other", status=401, reason=text)
    script.say(text, text)


async def test_whatever_is_shown_is_text(stage: Stage) -> None:
    for text in HOSTILE:
        say_everywhere(stage.script, text)
    await stage.open()
    for text in HOSTILE:
        stage.script.close(text, 4000, text, text)
    await stage.page.set_viewport_size({"width": 1400, "height": 9000})
    await expect(stage.rows()).to_have_count(stage.script.timeline.last)
    opened = """() => [...document.querySelectorAll("#rows .row")].filter((row) => {
      row.click();
      return document.querySelector("#detail h2").checkVisibility();
    }).length"""
    assert await stage.page.evaluate(opened) == stage.script.timeline.last
    for text in HOSTILE:
        await stage.page.get_by_label("Filter", exact=True).fill(text)
    tags = "script:not([src='inspector.js']), img, iframe, base, style, a:not(.brand), details:not(#routes), [onload]"
    assert await stage.page.locator(tags).count() == 0
    assert await stage.page.evaluate("window.hacked") is None


async def test_whatever_the_panels_show_is_text(stage: Stage) -> None:
    rule = {"probability": 1, "count": None, "seed": 1, "after": 0, "for": None, "hits": 0, "state": "on"}
    for number, text in enumerate(HOSTILE):
        stage.script.open(text, principal=text, subprotocol=text)
        stage.script.connections[text] |= {"authorizer": {text: text}, "source_ip": text, "user_agent": text}
        stage.calls.faults.append({"id": number, "kind": text, text: text, "function": text, **rule})
        stage.calls.items.append({"pk": {"S": text}, text: {"M": {text: {"L": [{"S": text}]}}}})
        stage.script.say("fault_hit", text, fault=number, kind=text, effect=text, function=text)
        stage.script.say("clock_changed", change=text, seconds=0, offset=0, paused=False)
    await stage.open()
    for text in HOSTILE:
        await stage.page.evaluate("(hash) => (location.hash = hash)", text)
        opened = "(text) => [...document.querySelectorAll('#connections .card')].find((c) => c.title === text).click()"
        await stage.page.evaluate(opened, text)
        await expect(stage.detail().locator("h2")).to_contain_text("Connection")
    await stage.page.locator("#faults-toggle").click()
    await expect(stage.page.locator("#faults li")).to_have_count(len(HOSTILE))
    await stage.page.locator("#tables-toggle").click()
    await expect(stage.page.locator("#tables tbody tr")).to_have_count(len(HOSTILE) + 1)
    assert await stage.page.locator("#tables tbody th").all_text_contents() == ["session#1", *map(cell, HOSTILE)]
    stage.calls.refusal = HOSTILE[0]
    await stage.page.locator("#tables").get_by_role("button", name="New item").click()
    await stage.page.locator("#tables").get_by_role("button", name="Save").click()
    await expect(stage.page.locator("#tables").get_by_role("alert")).to_have_text(HOSTILE[0])
    tags = "script:not([src='inspector.js']), img, iframe, base, style, a:not(.brand), [onload], [onerror], [ontoggle]"
    assert await stage.page.locator(tags).count() == 0
    assert await stage.page.evaluate("window.hacked") is None
    stage.complaints.clear()  # a browser tells of every 400


def cell(text: str) -> str:
    """As a table shows it, cut and in one line."""
    return " ".join(text[:60].split("\n"))


@pytest.mark.usefixtures("sockets")
async def test_frames_in_the_console_are_text(stage: Stage) -> None:
    await stage.open()
    client = stage.client(1)
    await client.get_by_role("button", name="Connect").click()
    await expect(client.get_by_role("status")).to_have_text("open")
    for text in HOSTILE[:6]:
        await client.get_by_label("Frame to send").fill(text)
        await client.get_by_label("Frame to send").press("Enter")
    await expect(client.locator(".frame.in")).to_have_count(6)
    assert await client.locator(".frame.in .text").all_text_contents() == [f"echo {text}" for text in HOSTILE[:6]]
    assert await stage.page.evaluate("window.hacked") is None


async def test_code_cannot_be_put_into_the_page(stage: Stage) -> None:
    await stage.open()
    blocked = await stage.page.evaluate(
        """() => {
          try { document.body.innerHTML = "<b>x</b>"; return false; } catch { return true; }
        }"""
    )
    assert blocked
    await stage.page.evaluate(
        """() => {
          const script = document.createElement("script");
          try { script.textContent = "window.hacked = 1"; document.body.append(script); } catch { /* refused */ }
        }"""
    )
    assert await stage.page.evaluate("window.hacked") is None
    stage.complaints.clear()
