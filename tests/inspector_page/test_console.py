"""Clients in the page, against a WebSocket server."""

import re

import pytest
from playwright.async_api import expect

from inspector_script import Script
from inspector_stage import Stage

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_a_client_connects_sends_receives_and_sees_the_close(stage: Stage, sockets: Script) -> None:
    await stage.open()
    client = stage.client(1)
    await expect(client.get_by_label("URL")).to_have_value(sockets.websocket_url)
    await client.get_by_role("button", name="Connect").click()
    await expect(client.get_by_role("status")).to_have_text("open")
    frame = client.get_by_label("Frame to send")
    await expect(frame).to_be_focused()
    await frame.fill("hello")
    await frame.press("Enter")
    await expect(client.locator(".frame.out")).to_contain_text("hello")
    await expect(client.locator(".frame.in")).to_contain_text("echo hello")
    await frame.fill("close")
    await client.get_by_role("button", name="Send").click()
    await expect(client.locator(".frame.note").last).to_contain_text("Closed 4001 as you wish")
    await expect(client.get_by_role("button", name="Connect")).to_be_visible()


async def test_a_client_sends_its_token_and_subprotocol(stage: Stage, sockets: Script) -> None:
    await stage.open()
    client = stage.client(1)
    await client.get_by_label("Token").fill("good")
    await client.get_by_label("Subprotocol").fill("json.v1, other")
    await client.get_by_label("Subprotocol").press("Enter")
    await expect(client.locator(".frame.note").first).to_contain_text("subprotocol json.v1")
    await expect(stage.rows("handshake")).to_contain_text("/dev?access_token=***")
    await client.get_by_role("button", name="Disconnect").click()
    await expect(client.get_by_role("status")).to_have_text("closed 1000")
    await stage.page.reload()
    await expect(client.get_by_label("Token")).to_have_value("good")
    await expect(client.get_by_label("Subprotocol")).to_have_value("json.v1, other")
    assert sockets.timeline.last > 0


@pytest.mark.usefixtures("sockets")
async def test_a_refused_client_learns_why_from_the_timeline(stage: Stage) -> None:
    await stage.open()
    client = stage.client(1)
    await client.get_by_label("Token").fill("bad")
    await client.get_by_role("button", name="Connect").click()
    await expect(client.locator(".frame.note").last).to_contain_text("Refused with 401: the token has expired")
    await expect(client.get_by_role("status")).to_have_text("refused 401")
    stage.complaints[:] = [text for text in stage.complaints if "WebSocket connection" not in text]


async def test_a_refusal_that_is_known_before_the_socket_ends_stays(stage: Stage, sockets: Script) -> None:
    await stage.open()
    client = stage.client(1)
    await client.get_by_label("Token").fill("late")
    await client.get_by_role("button", name="Connect").click()
    await expect(client.get_by_role("status")).to_have_text("refused 401")
    sockets.late.set()
    await expect(client.get_by_role("button", name="Connect")).to_be_visible()
    await expect(client.get_by_role("status")).to_have_text("refused 401")
    await expect(client.locator(".frame.note")).to_have_count(1)
    stage.complaints[:] = [text for text in stage.complaints if "WebSocket connection" not in text]


@pytest.mark.parametrize(("url", "reason"), [("", "Invalid URL"), ("not a url", "Invalid URL"), ("ftp://x", "scheme")])
async def test_a_url_that_is_none_is_said_so(stage: Stage, url: str, reason: str) -> None:
    await stage.open()
    await stage.client(1).get_by_label("URL").fill(url)
    await stage.client(1).get_by_role("button", name="Connect").click()
    await expect(stage.client(1).locator(".frame.note")).to_contain_text(reason)


@pytest.mark.usefixtures("sockets")
async def test_two_clients_talk_side_by_side_each_with_its_connection(stage: Stage) -> None:
    await stage.open()
    await stage.page.get_by_role("button", name="Client", exact=True).click()
    for number in (1, 2):
        client = stage.client(number)
        await client.get_by_role("button", name="Connect").click()
        await expect(client.locator(".client-head .id")).to_have_text(re.compile("^sock"))
        await client.get_by_label("Frame to send").fill(f"from {number}")
        await client.get_by_label("Frame to send").press("Enter")
        await expect(client.locator(".frame.in")).to_have_count(1)
        await expect(client.locator(".frame.in")).to_contain_text(f"echo from {number}")
    ids = [await stage.client(number).locator(".client-head .id").text_content() for number in (1, 2)]
    assert ids[0] != ids[1]
    await stage.client(2).locator(".client-head .id").click()
    await expect(stage.page.locator("#filter")).to_have_value(re.compile(f"connection={ids[1]}"))
    await stage.page.get_by_role("button", name="Remove client 1").click()
    await expect(stage.client(1)).to_have_count(0)
    await expect(stage.client(2).get_by_role("status")).to_have_text("open")


@pytest.mark.usefixtures("sockets")
async def test_sent_frames_come_back_with_the_arrow_keys(stage: Stage) -> None:
    await stage.open()
    client = stage.client(1)
    await client.get_by_role("button", name="Connect").click()
    frame = client.get_by_label("Frame to send")
    await expect(frame).to_be_focused()
    for text in ("one", "two"):
        await frame.fill(text)
        await frame.press("Enter")
    await frame.fill("draft")
    await frame.press("ArrowUp")
    await expect(frame).to_have_value("two")
    await frame.press("ArrowUp")
    await expect(frame).to_have_value("one")
    await frame.press("ArrowDown")
    await frame.press("ArrowDown")
    await expect(frame).to_have_value("draft")
    await frame.press("Shift+Enter")
    await frame.press("x")
    await expect(frame).to_have_value("draft\nx")


@pytest.mark.parametrize(
    ("expression", "sample"),
    [
        ("$request.body.type", '{"type":"joinGroup"}'),
        ("${request.body.a.b}", '{"a":{"b":"joinGroup"}}'),
        ("$default", None),
        ("${request.body.a}/${request.body.b}", None),
    ],
)
async def test_sample_frames_are_made_from_the_route_selection_expression(
    stage: Stage, expression: str, sample: str | None
) -> None:
    stage.script.expression = expression
    await stage.open()
    choice = stage.client(1).get_by_label("Sample frame")
    if sample is None:
        await expect(choice).to_be_hidden()
        return
    await choice.select_option(label="joinGroup")
    await expect(stage.client(1).get_by_label("Frame to send")).to_have_value(sample)
