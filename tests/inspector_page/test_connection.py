"""One connection: who it is, how long it may live, and what can be done to it."""

import re

import pytest
from playwright.async_api import expect

from inspector_script import ALICE, BOB, chat
from inspector_stage import Stage

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def opened(stage: Stage) -> None:
    chat(stage.script)
    stage.script.connections[ALICE]["authorizer"] = {"principalId": "alice", "role": "admin", "token": "***"}
    stage.script.now += 100
    await stage.open()
    await stage.card(ALICE).get_by_role("button").click()


async def test_it_is_shown_with_both_countdowns_its_identity_and_its_routes(stage: Stage) -> None:
    await opened(stage)
    detail = stage.detail()
    await expect(detail.locator("h2")).to_have_text("Connection L0SM9c")
    await expect(detail.locator(".meter").first).to_contain_text(re.compile(r"Idle close8:1\d"))
    await expect(detail.locator(".meter").last).to_contain_text(re.compile(r"Two-hour limit1:58:1\d"))
    for fact in (
        "open for 1 m",
        "identityalice",
        "roleadmin",
        "token***",
        "curl/8",
        "2 messages, 103 B",
        "1 message, 39 B",
    ):
        await expect(detail.locator(".facts")).to_contain_text(fact)
    await expect(detail.locator(".chip.route")).to_have_text(["joinGroup 1", "sendToGroup 1"])
    stage.script.message(ALICE, "{}", "joinGroup")
    await expect(detail.locator(".chip.route").first).to_have_text("joinGroup 2")
    await expect(detail.locator(".facts")).to_contain_text("3 messages, 105 B")
    await expect(stage.rows()).to_have_count(13)  # the timeline shows this connection alone
    await stage.card(ALICE).get_by_role("button").click()
    await expect(detail).to_be_hidden()
    await expect(stage.page.locator("#filter")).to_have_value("")


async def test_it_is_sent_to_received_from_closed_and_cut(stage: Stage) -> None:
    await opened(stage)
    detail, notice = stage.detail(), stage.page.locator("#notice")
    await detail.get_by_label("Message").fill("hello")
    await detail.get_by_role("button", name="Send to client").click()
    await expect(notice).to_have_text("Sent to the client")
    await detail.get_by_role("button", name="Receive from client").click()
    await expect(notice).to_have_text("Received, as if the client had sent it")
    await detail.get_by_label("Close code").fill("4001")
    await detail.get_by_label("Close reason").fill("bye")
    await detail.get_by_role("button", name="Disconnect").click()
    await expect(notice).to_have_text("Closed")
    await detail.get_by_role("button", name="Drop TCP").click()
    await expect(notice).to_have_text("Cut")
    await detail.get_by_role("button", name="Half-open").click()
    await expect(notice).to_have_text("Nothing passes any more")
    assert stage.calls.asked == [
        ("POST api/send", {"connection_id": ALICE, "data": "hello"}),
        ("POST api/receive", {"connection_id": ALICE, "data": "hello"}),
        ("POST api/disconnect", {"connection_id": ALICE, "code": 4001, "reason": "bye"}),
        ("POST api/drop", {"connection_id": ALICE}),
        ("POST faults", {"kind": "connection", "half_open": ALICE}),
    ]
    stage.calls.refusal = "There is no open connection."
    await detail.get_by_role("button", name="Drop TCP").click()
    await expect(notice).to_have_text("There is no open connection.")
    stage.complaints.clear()  # a browser tells of every 400


async def test_one_that_has_ended_can_be_looked_at_and_no_longer_acted_on(stage: Stage) -> None:
    await opened(stage)
    stage.script.close(ALICE, 1001, "Going away", "gateway")
    await expect(stage.detail().locator(".facts")).to_contain_text("closed 1001 Going away")
    await expect(stage.detail().get_by_role("button", name="Disconnect")).to_have_count(0)
    await expect(stage.detail().locator(".meter").first).to_contain_text("over")
    await stage.page.locator("#filter").fill("status=401")
    await stage.rows("connection_refused").click()
    await stage.detail().get_by_title("Show this connection").click()
    await expect(stage.detail().locator(".facts")).to_contain_text("refused 401 identity source")


async def test_a_broadcast_goes_to_every_open_connection(stage: Stage) -> None:
    await opened(stage)
    await stage.page.get_by_role("button", name="Broadcast").click()
    await expect(stage.page.get_by_label("Broadcast message")).to_be_focused()
    await stage.page.keyboard.type("all of you")
    await stage.page.get_by_role("button", name="Send to all").click()
    await expect(stage.page.locator("#notice")).to_have_text("Sent to 2 connections")
    assert stage.calls.asked == [("POST api/send", {"connection_id": "*", "data": "all of you"})]


async def test_every_stage_is_listed_with_its_address_and_routes(stage: Stage) -> None:
    first = stage.script.state()["stack"]
    feed = {**first, "api_id": "feed", "name": "Feed", "stage": "prod", "routes": first["routes"][:2]}
    publish = {"key": "POST /publish", "function": "Publish", "handler": "app.publish", "timeout": 3}
    http = {"logical_id": "Http", "kind": "http", "url": "http://127.0.0.1:1/Http", "routes": [publish]}
    apis = [{**first, "websocket_url": "ws://127.0.0.1:1/dev"}, {**feed, "websocket_url": "ws://127.0.0.1:1/Feed/prod"}]
    stage.script.more = {"apis": apis, "http_apis": [http]}
    await stage.open()
    routes = stage.page.locator("#route-list")
    await expect(routes.locator(".api")).to_have_text(["chat / dev", "Feed / prod", "HttpHTTP API"])
    await expect(routes.locator(".route-line")).to_have_count(9)
    await expect(routes).to_contain_text("POST /publish")
    await expect(stage.page.locator("#route-count")).to_have_text("9")
    options = stage.page.locator("#stages option")
    await expect(options).to_have_count(2)
    await stage.client(1).get_by_label("URL").fill("ws://127.0.0.1:1/Feed/prod")
    await stage.client(1).get_by_label("Token").focus()
    await expect(stage.client(1).get_by_label("Sample frame")).to_be_hidden()  # Feed has $connect and $disconnect alone


@pytest.mark.usefixtures("sockets")
async def test_a_session_is_replayed_by_a_new_client(stage: Stage) -> None:
    script = stage.script
    script.open(ALICE, "alice", "chat")
    script.message(ALICE, "one")
    script.message(ALICE, "two")
    script.close(ALICE, 1000, "")
    await stage.open()
    await stage.rows("message_received").first.click()
    await stage.detail().get_by_title("Show this connection").click()
    await stage.detail().get_by_role("button", name="Replay in a new client").click()
    client = stage.client(1)
    await expect(client.locator(".frame.in .text")).to_have_text(["echo one", "echo two"])
    await expect(client.locator(".frame.note").last).to_contain_text("Replayed")
    await expect(client.get_by_role("status")).to_have_text("open")


@pytest.mark.usefixtures("sockets")
async def test_a_message_is_received_again_or_sent_by_a_new_client_when_its_own_has_left(stage: Stage) -> None:
    stage.script.open(BOB, "bob")
    stage.script.message(BOB, "again")
    stage.script.frame(BOB, "news")
    await stage.open()
    await stage.rows("message_received").click()
    await stage.detail().get_by_role("button", name="Replay").click()
    await expect(stage.page.locator("#notice")).to_contain_text("Received again")
    await stage.rows("frame_sent").click()
    await stage.detail().get_by_role("button", name="Send again").click()
    await expect(stage.page.locator("#notice")).to_have_text("Sent again")
    assert stage.calls.asked == [
        ("POST api/receive", {"connection_id": BOB, "data": "again"}),
        ("POST api/send", {"connection_id": BOB, "data": "news"}),
    ]
    stage.script.close(BOB, 1000, "")
    await expect(stage.card(BOB)).to_contain_text("closed")
    await stage.rows("message_received").click()
    await stage.detail().get_by_role("button", name="Replay").click()
    await expect(stage.client(1).locator(".frame.in .text")).to_have_text(["echo again"])
