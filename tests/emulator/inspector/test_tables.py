"""The template's tables, through the inspector of a real emulator."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

from http_client import Answered, fetch
from longwire.harness import Longwire, LongwireServer
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
  Connect:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: ., Handler: app.connect, Runtime: python3.13}
  Sessions:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: pk, AttributeType: S}, {AttributeName: at, AttributeType: N}]
      KeySchema: [{AttributeName: pk, KeyType: HASH}, {AttributeName: at, KeyType: RANGE}]
  Queue:
    Type: AWS::SQS::Queue
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LongwireServer]:
    with served_app(
        tmp_path_factory.mktemp("tables"), TEMPLATE, "def connect(event, context): return {'statusCode': 200}"
    ) as made:
        yield made


@pytest.fixture
def here(server: LongwireServer) -> Iterator[Longwire]:
    made = Longwire(server)
    yield made
    made.close()


def call(here: Longwire, path: str, method: str = "GET", body: Any = None) -> Answered:
    sent = None if body is None else json.dumps(body).encode()
    return fetch(f"{here.endpoint_url}/_longwire/api/{path}", method, sent, content_type="application/json")


def item(number: int, **more: str) -> dict[str, dict[str, str]]:
    return {"pk": {"S": "room"}, "at": {"N": str(number)}, **{name: {"S": value} for name, value in more.items()}}


def put(here: Longwire, *items: dict[str, dict[str, str]]) -> None:
    for each in items:
        assert call(here, "items", "PUT", {"table": "Sessions", "item": each}).status == 200


def test_tables_are_listed_with_their_keys(here: Longwire) -> None:
    put(here, item(1))
    keys = [{"name": "pk", "type": "S"}, {"name": "at", "type": "N"}]
    name = here.physical_id("Sessions")
    sessions = {"logical_id": "Sessions", "name": name, "keys": keys, "items": 1}
    assert call(here, "tables").json() == {"tables": [sessions]}


def test_what_is_put_is_what_boto3_reads_and_the_other_way_round(here: Longwire) -> None:
    put(here, item(1, who="ünï"))
    client = here.client("dynamodb")
    name = here.physical_id("Sessions")
    assert client.scan(TableName=name)["Items"] == [item(1, who="ünï")]
    client.put_item(TableName=name, Item=item(2))
    assert len(call(here, "items?table=Sessions").json()["items"]) == 2
    key = {"pk": {"S": "room"}, "at": {"N": "1"}}
    assert call(here, "items", "DELETE", {"table": "Sessions", "key": key}).json() == {}
    assert client.scan(TableName=name)["Items"] == [item(2)]


def test_items_come_in_pages(here: Longwire) -> None:
    put(here, *[item(number) for number in range(5)])
    first = call(here, "items?table=Sessions&limit=3").json()
    assert first["items"] == [item(0), item(1), item(2)]
    rest = call(here, f"items?table=Sessions&limit=3&start={quote(json.dumps(first['next']))}").json()
    assert (rest["items"], rest["next"]) == ([item(3), item(4)], None)


def test_a_filter_finds_items_by_any_of_their_text(here: Longwire) -> None:
    put(here, item(1, who="Alice"), item(2, who="bob"))
    found = call(here, "items?table=Sessions&filter=aLICE").json()
    assert (found["items"], found["looked_at"]) == ([item(1, who="Alice")], 2)
    assert call(here, "items?table=Sessions&filter=carol").json()["items"] == []


@pytest.mark.parametrize(
    ("path", "status", "message"),
    [
        ("items", 400, "table is missing: it has to be the logical id of a table."),
        ("items?table=Nothing", 404, "The template has no table 'Nothing'."),
        ("items?table=Queue", 404, "The template has no table 'Queue'."),
        ("items?table=Sessions&limit=x", 400, "limit must be a whole number of 0 or more, not 'x'."),
        ("items?table=Sessions&start=x", 400, "start has to be the JSON that was in next."),
        ("items?table=Sessions&start=[]", 400, "start has to be the JSON that was in next."),
    ],
)
def test_a_wrong_question_is_named(here: Longwire, path: str, status: int, message: str) -> None:
    answer = call(here, path)
    assert (answer.status, answer.body.decode().strip()) == (status, message)


@pytest.mark.parametrize(
    ("method", "body", "message"),
    [
        ("PUT", {"table": "Sessions"}, "item is missing: it has to be an object."),
        ("PUT", {"table": "Sessions", "item": []}, "item has to be an object, not []."),
        ("PUT", {"table": "Sessions", "item": {}}, "DynamoDB says ValidationException: "),
        ("PUT", {"table": "Sessions", "item": {"pk": "room"}}, "DynamoDB says "),
        ("DELETE", {"table": "Sessions", "key": {"pk": {"S": "x"}}}, "DynamoDB says ValidationException: "),
        ("DELETE", {"table": "Sessions", "item": {}}, "There is no field 'item'"),
    ],
)
def test_what_dynamodb_refuses_is_said_in_its_words(here: Longwire, method: str, body: Any, message: str) -> None:
    answer = call(here, "items", method, body)
    assert answer.status == 400
    assert answer.body.decode().startswith(message)
