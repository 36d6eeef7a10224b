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
  Rooms:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: pk, AttributeType: S}]
      KeySchema: [{AttributeName: pk, KeyType: HASH}]
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


async def test_a_fault_is_injected_seen_and_cleared(page: Page) -> None:
    client = page.get_by_role("article", name="Client 1")
    await client.get_by_role("button", name="Connect").click()
    await expect(client.get_by_role("status")).to_have_text("open")
    await page.locator("#faults-toggle").click()
    faults = page.locator("#faults")
    await faults.get_by_label("What fails").select_option(label="Clients are gone: 410")
    await faults.get_by_label("times").fill("1")
    await faults.get_by_role("button", name="Inject").click()
    await expect(page.locator("#faults-toggle")).to_have_text("1 fault")
    frame = client.get_by_label("Frame to send")
    await frame.fill('{"action":"say","text":"hello"}')
    await frame.press("Enter")
    await expect(page.locator(".k-fault_hit")).to_contain_text("post_to_connection: gone")
    await expect(page.locator(".row.bad.k-invocation_finished")).to_contain_text("GoneException")
    await expect(faults.get_by_role("listitem")).to_contain_text("used up · 1 hit")
    await page.get_by_role("button", name="Clear all").click()
    await expect(page.locator("#faults-toggle")).to_have_text("Faults")
    await frame.fill('{"action":"say","text":"again"}')
    await frame.press("Enter")
    await expect(client.locator(".frame.in").last).to_contain_text("AGAIN")
    await page.locator(".row.bad.k-invocation_finished").click()
    await expect(page.locator("#detail .where")).to_contain_text("app.py:")


async def test_a_silent_connection_is_closed_when_the_clock_is_moved(page: Page) -> None:
    client = page.get_by_role("article", name="Client 1")
    await client.get_by_role("button", name="Connect").click()
    await expect(client.get_by_role("status")).to_have_text("open")
    await page.locator("#clock-toggle").click()
    await page.locator("#clock").get_by_role("button", name="+10 min").click()
    await page.locator("#clock").get_by_role("button", name="+1 min").click()
    await expect(client.get_by_role("status")).to_have_text("closed 1001")
    await expect(page.locator("#clock-toggle")).to_have_text("Clock +11 m 00 s")
    await expect(page.locator(".k-connection_closed")).to_contain_text("1001 Going away by gateway")


async def test_a_connection_is_sent_to_and_closed_and_tables_are_written(page: Page) -> None:
    client = page.get_by_role("article", name="Client 1")
    await client.get_by_role("button", name="Connect").click()
    await expect(client.get_by_role("status")).to_have_text("open")
    await page.locator("#connections .card").click()
    detail = page.locator("#detail")
    await detail.get_by_label("Message").fill("from the inspector")
    await detail.get_by_role("button", name="Send to client").click()
    await expect(client.locator(".frame.in")).to_contain_text("from the inspector")
    await detail.get_by_label("Message").fill('{"action":"say","text":"as the client"}')
    await detail.get_by_role("button", name="Receive from client").click()
    await expect(client.locator(".frame.in").last).to_contain_text("AS THE CLIENT")
    await detail.get_by_label("Close code").fill("4001")
    await detail.get_by_role("button", name="Disconnect").click()
    await expect(client.get_by_role("status")).to_have_text("closed 4001")
    await page.locator("#tables-toggle").click()
    tables = page.locator("#tables")
    await tables.get_by_role("button", name="New item").click()
    await tables.get_by_label("Item, in DynamoDB's JSON").fill('{"pk": {"S": "lobby"}, "open": {"BOOL": true}}')
    await tables.get_by_role("button", name="Save").click()
    await expect(tables.locator("tbody tr")).to_have_text("lobbytrue")
