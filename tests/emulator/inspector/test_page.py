"""The page on a real emulator: what a client, a handler and @connections do is seen as it happens.

Each part of the page is tested on scripted timelines in tests/inspector_page.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from chromium import chromium, new_page
from longwire.emulator import Emulator, Options
from longwire.template.load import load

pytestmark = [pytest.mark.browser, pytest.mark.asyncio]

TEMPLATE = """
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Resources:
  Ws:
    Type: AWS::Serverless::WebSocketApi
    Properties:
      StageName: dev
      RouteSelectionExpression: $request.body.action
      Routes:
        $connect: {FunctionArn: !GetAtt Connect.Arn}
        say: {FunctionArn: !GetAtt Say.Arn}
  Connect:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: ., Handler: app.connect, Runtime: python3.13, Timeout: 10}
  Say:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: ., Handler: app.say, Runtime: python3.13, Timeout: 10}
"""
HANDLERS = """
import json
import boto3

def connect(event, context):
    token = (event.get("queryStringParameters") or {}).get("access_token")
    return {"statusCode": 403 if token == "bad" else 200}

def say(event, context):
    text = json.loads(event["body"])["text"]
    print("saying", text)
    management = boto3.client("apigatewaymanagementapi")
    management.post_to_connection(ConnectionId=event["requestContext"]["connectionId"], Data=text.upper())
    return {"statusCode": 200}
"""


@pytest_asyncio.fixture
async def page(tmp_path: Path) -> AsyncIterator[Page]:
    """The inspector of a running emulator, live."""
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    (tmp_path / "app.py").write_text(HANDLERS)
    emulator = await Emulator.start(load(tmp_path / "template.yaml"), Options(port=0))
    complaints: list[str] = []
    async with chromium() as browser, new_page(browser, complaints) as page:
        await page.goto(emulator.urls.named()["inspector_url"])
        await expect(page.locator("#status")).to_have_text("Live")
        yield page
    await emulator.close()
    assert [text for text in complaints if "WebSocket connection" not in text] == []


async def test_a_clients_message_is_followed_from_its_frame_to_the_answer(page: Page) -> None:
    client = page.get_by_role("article", name="Client 1")
    await client.get_by_role("button", name="Connect").click()
    await client.get_by_label("Sample frame").select_option(label="say")
    frame = client.get_by_label("Frame to send")
    await expect(frame).to_have_value('{"action":"say"}')
    await expect(client.get_by_role("status")).to_have_text("open")
    await frame.fill('{"action":"say","text":"hello"}')
    await frame.press("Enter")
    await expect(client.locator(".frame.in")).to_contain_text("HELLO")
    await expect(page.locator(".k-invocation_finished").filter(has_text="Say")).to_be_visible()
    await page.locator(".k-message_received").click()
    await expect(page.locator("#detail .why")).to_have_text("$request.body.action is 'say'  say")
    steps = ["message in", "invocation", "log line", "message out", "management request", "invocation finished"]
    found = await page.locator("#detail .step .glyph .vh").all_text_contents()
    assert sorted(found) == sorted(steps)  # a print travels another way than a post
    facts = await page.evaluate("fetch('api/timeline').then((response) => response.json())")
    by = {entry["event"]: entry.get("invocation_id") for entry in facts["entries"]}
    assert by["frame_sent"] == by["management_request"] == by["invocation_finished"]
    await expect(page.locator("#connections li")).to_contain_text("→ 1 ← 1")


async def test_what_a_client_does_is_in_the_bill(page: Page) -> None:
    client = page.get_by_role("article", name="Client 1")
    await client.get_by_role("button", name="Connect").click()
    await expect(client.get_by_role("status")).to_have_text("open")
    answer = await page.evaluate("fetch('api/cost').then((response) => response.json())")
    minutes = answer["lines"][0]
    assert (minutes["id"], minutes["quantity"], minutes["usd"]) == ("connection_minutes", "1", "0.00000025")
    await page.locator("#cost-toggle").click()
    await expect(page.locator("#cost-lines tr").first).to_contain_text("1 minutes: 1 x $0.00000025")


async def test_an_exception_and_the_error_that_the_client_gets_stand_out(page: Page) -> None:
    client = page.get_by_role("article", name="Client 1")
    await client.get_by_role("button", name="Connect").click()
    await expect(client.get_by_role("status")).to_have_text("open")
    await client.get_by_label("Frame to send").fill('{"action":"say"}')
    await client.get_by_label("Frame to send").press("Enter")
    await expect(client.locator(".frame.in")).to_contain_text("Internal server error")
    await expect(page.locator(".row.bad.k-invocation_finished")).to_contain_text("KeyError 'text'")
    await expect(page.locator(".row.bad.k-frame_sent")).to_contain_text("error")


async def test_a_refused_client_is_told_the_status_and_a_closed_one_its_code(page: Page) -> None:
    client = page.get_by_role("article", name="Client 1")
    await client.get_by_label("Token").fill("bad")
    await client.get_by_role("button", name="Connect").click()
    await expect(client.get_by_role("status")).to_have_text("refused 403")
    await client.get_by_label("Token").fill("good")
    await client.get_by_role("button", name="Connect").click()
    await expect(client.get_by_role("status")).to_have_text("open")
    await expect(page.locator(".k-handshake").last).to_contain_text("access_token=***")
    await client.get_by_role("button", name="Disconnect").click()
    await expect(page.locator("#connections li").first).to_contain_text("closed 1000")
