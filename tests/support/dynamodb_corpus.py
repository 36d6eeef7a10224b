"""Calls to DynamoDB, and what plain moto answers to them: ``python dynamodb_corpus.py`` prints it as JSON."""

import json
from typing import Any

import boto3
from botocore.exceptions import ClientError

KEYS = [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]
KIND = [{"AttributeName": "kind", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]
TABLE = {
    "TableName": "log",
    "KeySchema": KEYS,
    "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk", "kind")],
    "BillingMode": "PAY_PER_REQUEST",
    "GlobalSecondaryIndexes": [
        {"IndexName": "by-kind", "KeySchema": KIND, "Projection": {"ProjectionType": "KEYS_ONLY"}}
    ],
}
EVERYTHING: dict[str, Any] = {
    "text": {"S": "a"},
    "number": {"N": "3.50"},
    "bytes": {"B": b"\x00\xff"},
    "truth": {"BOOL": True},
    "nothing": {"NULL": True},
    "texts": {"SS": ["a", "b"]},
    "numbers": {"NS": ["1", "2"]},
    "parts": {"BS": [b"a", b"b"]},
    "list": {"L": [{"N": "1"}, {"M": {"a": {"S": "b"}}}]},
    "map": {"M": {"inner": {"L": [{"S": "x"}]}, "count": {"N": "1"}}},
    "kind": {"S": "message"},
}


def key(sk: str, pk: str = "p") -> dict[str, Any]:
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def put(sk: str, **attributes: Any) -> tuple[str, dict[str, Any]]:
    return "put_item", {"Item": {**key(sk), **attributes}}


def update(sk: str, expression: str, values: dict[str, Any] | None = None, **arguments: Any) -> tuple[str, Any]:
    given = {"ExpressionAttributeValues": {f":{name}": value for name, value in (values or {}).items()}}
    return "update_item", {
        "Key": key(sk),
        "UpdateExpression": expression,
        "ReturnValues": "ALL_NEW",
        **(given if values else {}),
        **arguments,
    }


def query(condition: str, values: dict[str, Any], **arguments: Any) -> tuple[str, Any]:
    named = {f":{name}": value for name, value in values.items()}
    return "query", {"KeyConditionExpression": condition, "ExpressionAttributeValues": named, **arguments}


P, ONE, NEW = {"p": {"S": "p"}}, {"one": {"N": "1"}}, {"x": {"S": "new"}}
NINE = {":n": {"N": "9"}}
MAP, LIST = {"#m": "map"}, {"#l": "list"}
CALLS: list[tuple[str, dict[str, Any]]] = [
    put("0", **EVERYTHING),
    *(put(str(n), n={"N": str(n)}, kind={"S": "even" if n % 2 == 0 else "odd"}) for n in range(1, 8)),
    ("put_item", {"Item": {"pk": {"S": "p"}}}),
    ("put_item", {"Item": {**key(""), "a": {"S": ""}}}),
    ("put_item", {"Item": key("1"), "ConditionExpression": "attribute_not_exists(pk)"}),
    ("put_item", {"Item": {**key("1"), "n": {"N": "9"}}, "ReturnValues": "ALL_OLD", "ReturnConsumedCapacity": "TOTAL"}),
    ("get_item", {"Key": key("0"), "ConsistentRead": True}),
    ("get_item", {"Key": key("0"), "ProjectionExpression": "#m.inner, number", "ExpressionAttributeNames": MAP}),
    ("get_item", {"Key": key("none")}),
    ("get_item", {"Key": {"pk": {"S": "p"}}}),
    update("1", "SET n = n + :one", ONE),
    update("1", "SET n = n - :one, a = if_not_exists(a, :one)", ONE),
    update("0", "SET #m.#c = :x REMOVE #l[0]", NEW, ExpressionAttributeNames={**MAP, "#c": "count", **LIST}),
    update("0", "SET #l = list_append(#l, :x)", {"x": {"L": [{"S": "z"}]}}, ExpressionAttributeNames=LIST),
    update("0", "ADD numbers :n, number :one DELETE texts :t", {"n": {"NS": ["7"]}, "t": {"SS": ["a"]}, **ONE}),
    update("new", "SET a = :x", NEW, ReturnValues="UPDATED_NEW"),
    update("new", "SET a = :x", {"x": {"S": "newer"}}, ReturnValues="UPDATED_OLD"),
    update("new", "REMOVE a", ReturnValues="ALL_OLD"),
    update("new", "SET pk = :x", NEW),
    update("new", "SET a = :x, a = :x", NEW),
    update("new", "SET a = b + :x", NEW),
    update("new", "SET a = :missing"),
    update("new", "SET a :x", NEW),
    update("new", "SET a = :x", NEW, ConditionExpression="attribute_exists(nope)"),
    query("pk = :p", P),
    query("pk = :p", P, Limit=3),
    query("pk = :p", P, Limit=3, ExclusiveStartKey=key("3"), ScanIndexForward=False),
    query("pk = :p AND sk BETWEEN :a AND :b", {**P, "a": {"S": "2"}, "b": {"S": "4"}}),
    query("pk = :p AND begins_with(sk, :a)", {**P, "a": {"S": "n"}}),
    query("pk = :p", {**P, **ONE}, FilterExpression="n > :one", Select="COUNT"),
    query("pk = :p", P, ProjectionExpression="sk, n"),
    query("kind = :k", {"k": {"S": "odd"}}, IndexName="by-kind"),
    query("nope = :p", P),
    ("scan", {"Limit": 4}),
    ("scan", {"FilterExpression": "contains(kind, :k)", "ExpressionAttributeValues": {":k": {"S": "ev"}}}),
    ("batch_get_item", {"RequestItems": {"log": {"Keys": [key("1"), key("2"), key("none")]}}}),
    ("batch_write_item", {"RequestItems": {"log": [{"DeleteRequest": {"Key": key("6")}}]}}),
    ("transact_write_items", {"TransactItems": [
        {"Put": {"TableName": "log", "Item": {**key("t"), "a": {"S": "1"}}}},
        {"Update": {"TableName": "log", "Key": key("1"), "UpdateExpression": "SET a = :x",
                    "ExpressionAttributeValues": {":x": {"S": "in one"}}}},
        {"Delete": {"TableName": "log", "Key": key("5")}},
    ]}),
    ("transact_write_items", {"TransactItems": [
        {"Put": {"TableName": "log", "Item": key("never")}},
        {"ConditionCheck": {"TableName": "log", "Key": key("1"), "ConditionExpression": "attribute_exists(nope)"}},
    ]}),
    ("transact_get_items", {"TransactItems": [{"Get": {"TableName": "log", "Key": key("t")}}]}),
    ("delete_item", {"Key": key("2"), "ReturnValues": "ALL_OLD"}),
    ("delete_item", {"Key": key("2")}),
    ("delete_item", {"Key": key("3"), "ConditionExpression": "n > :n", "ExpressionAttributeValues": NINE}),
    ("get_item", {"TableName": "nowhere", "Key": key("1")}),
    ("scan", {}),
]  # fmt: skip
TABLELESS = {"batch_get_item", "batch_write_item", "transact_write_items", "transact_get_items"}


def answers(client: Any) -> list[Any]:
    """What the calls are answered with, as JSON has it."""
    client.create_table(**TABLE)
    return [json.loads(json.dumps(answer(client, *call), default=repr)) for call in CALLS]


def answer(client: Any, operation: str, arguments: dict[str, Any]) -> Any:
    table = {} if operation in TABLELESS else {"TableName": "log"}
    try:
        found = getattr(client, operation)(**{**table, **arguments})
    except ClientError as exc:
        found = exc.response
    status = found.pop("ResponseMetadata")["HTTPStatusCode"]
    return {"call": operation, "status": status, **found}


def main() -> None:
    from moto import mock_aws

    with mock_aws():
        print(json.dumps(answers(boto3.client("dynamodb", region_name="eu-west-1"))))  # noqa: T201 - read by the test


if __name__ == "__main__":
    main()
