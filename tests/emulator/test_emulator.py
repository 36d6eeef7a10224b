"""All parts together: real handlers, unmodified boto3, one port."""

import asyncio
import http.client
import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from longwire.emulator import Emulator, Options
from longwire.harness import Longwire, LongwireServer
from longwire.template.load import load
from served_app import served_app

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
        $disconnect: {FunctionArn: !GetAtt Disconnect.Arn}
        $default: {FunctionArn: !GetAtt Message.Arn}
        post: {FunctionArn: !GetAtt Message.Arn}
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: connections
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
  Connect:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: ., Handler: app.connect, Runtime: python3.13, Timeout: 10}
  Disconnect:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: ., Handler: app.disconnect, Runtime: python3.13, Timeout: 10}
  Message:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: .
      Handler: app.message
      Runtime: python3.13
      Timeout: 10
      Environment:
        Variables: {FROM_TEMPLATE: !Sub "https://${Ws}.execute-api.${AWS::Region}.${AWS::URLSuffix}/dev"}
"""
# As users write it: each spelling of the endpoint, verbatim.
HANDLERS = """
import json, os, time
import boto3
from botocore.exceptions import ClientError

table = boto3.resource("dynamodb").Table("connections")

def connect(event, context):
    connection_id = event["requestContext"]["connectionId"]
    table.put_item(Item={"id": connection_id})
    return {"statusCode": 200}

def disconnect(event, context):
    table.delete_item(Key={"id": event["requestContext"]["connectionId"]})

def management(event, spelling):
    context = event["requestContext"]
    if spelling == "domain":
        return boto3.client("apigatewaymanagementapi", endpoint_url=f"https://{context['domainName']}/{context['stage']}")
    if spelling == "template":
        return boto3.client("apigatewaymanagementapi", endpoint_url=os.environ["FROM_TEMPLATE"])
    if spelling == "none":
        return boto3.client("apigatewaymanagementapi")
    url = "https://%s.execute-api.%s.amazonaws.com/%s" % (context["apiId"], os.environ["AWS_REGION"], context["stage"])
    return boto3.session.Session().client("apigatewaymanagementapi", endpoint_url=url)

def message(event, context):
    body = json.loads(event["body"]) if event["body"].startswith("{") else {}
    if "sleep" in body:
        time.sleep(body["sleep"])
    if body.get("action") == "post":
        client = management(event, body["spelling"])
        for item in table.scan()["Items"]:
            try:
                client.post_to_connection(ConnectionId=item["id"], Data=json.dumps({"via": body["spelling"]}))
            except client.exceptions.GoneException:
                table.delete_item(Key={"id": item["id"]})
    if body.get("action") == "outside":
        try:
            import urllib.request
            urllib.request.urlopen("http://example.com", timeout=5)
        except Exception as exc:
            reply = str(exc)
        boto3.client("apigatewaymanagementapi").post_to_connection(
            ConnectionId=event["requestContext"]["connectionId"], Data=reply)
    return {"statusCode": 200}
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LongwireServer]:
    with served_app(tmp_path_factory.mktemp("app"), TEMPLATE, HANDLERS) as made:
        yield made


@pytest.fixture
def app(server: LongwireServer) -> Iterator[Longwire]:
    made = Longwire(server)
    yield made
    made.close()


@pytest.mark.parametrize("spelling", ["domain", "template", "none", "hard-coded"])
def test_an_unmodified_handler_posts_back_whatever_endpoint_it_names(app: Longwire, spelling: str) -> None:
    alice, bob = app.connect(), app.connect()
    alice.send(action="post", spelling=spelling)
    assert bob.receive(timeout=10) == {"via": spelling}
    assert alice.receive(timeout=10) == {"via": spelling}


def test_a_stale_row_gives_the_handler_its_gone_exception(app: Longwire) -> None:
    table = app.client("dynamodb")
    table.put_item(TableName="connections", Item={"id": {"S": "L0SM9cOFvHcCIhw="}})
    alice = app.connect()
    alice.send(action="post", spelling="domain")
    assert alice.receive(timeout=10) == {"via": "domain"}
    app.wait_for("invocation_finished", function="Message")
    assert [item["id"]["S"] for item in table.scan(TableName="connections")["Items"]] == [app.connection_id(alice)]


def test_three_messages_of_one_second_each_take_about_one_second(app: Longwire) -> None:
    """Messages of one connection run in parallel."""
    ws = app.connect()
    for _ in range(3):
        ws.send(sleep=1, action="post", spelling="domain")
    started = time.monotonic()
    for _ in range(3):
        ws.receive(timeout=10)
    assert time.monotonic() - started < 2.9


def test_nothing_leaves_the_machine(app: Longwire) -> None:
    ws = app.connect()
    ws.send(action="outside")
    assert "example.com" in ws.receive_text(timeout=10)


def test_tables_are_empty_again_for_the_next_test(app: Longwire) -> None:
    assert app.client("dynamodb").scan(TableName="connections")["Items"] == []


def test_the_inspector_knows_the_open_connections(app: Longwire) -> None:
    ws = app.connect()
    host = app.endpoint_url.removeprefix("http://")
    connection = http.client.HTTPConnection(host, timeout=5)
    connection.request("GET", "/_longwire/api/state")
    state = json.loads(connection.getresponse().read())
    connection.close()
    assert [row["connection_id"] for row in state["connections"]] == [app.connection_id(ws)]


@pytest.mark.asyncio
async def test_closing_frees_the_port_and_leaves_no_process(tmp_path: Path) -> None:
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    (tmp_path / "app.py").write_text(HANDLERS)
    emulator = await Emulator.start(load(tmp_path / "template.yaml"), Options(port=0))
    port = emulator.urls.port
    await emulator.services.ready()
    await emulator.close()
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", port)
    again = await Emulator.start(load(tmp_path / "template.yaml"), Options(port=port))
    await again.close()
