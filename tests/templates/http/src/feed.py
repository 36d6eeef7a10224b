"""A feed: whoever is connected gets what is published over HTTP."""

import base64
import json
import os
from http.client import HTTPSConnection
from typing import Any

import boto3

table = boto3.resource("dynamodb").Table(os.environ["TABLE"])


def connect(event: Any, _context: object) -> dict[str, Any]:
    where = event["requestContext"]
    # The functions cannot be told the Stage's address: the Stage needs them first.
    table.put_item(Item={"id": where["connectionId"], "stage": f"https://{where['domainName']}/{where['stage']}"})
    return {"statusCode": 200}


def disconnect(event: Any, _context: object) -> dict[str, Any]:
    table.delete_item(Key={"id": event["requestContext"]["connectionId"]})
    return {"statusCode": 200}


def guard(event: Any, _context: object) -> dict[str, Any]:
    return {"isAuthorized": event["identitySource"] == ["Bearer good"], "context": {"who": "ann"}}


def publish(event: Any, _context: object) -> dict[str, Any]:
    text = event.get("body") or ""
    if event["isBase64Encoded"]:
        text = base64.b64decode(text).decode()
    authorizer = event["requestContext"].get("authorizer") or {}
    message = {"text": text, "hub": (event.get("pathParameters") or {}).get("hub"), "who": authorizer.get("who")}
    found = table.scan()["Items"]
    for item in found:
        client = boto3.client("apigatewaymanagementapi", endpoint_url=str(item["stage"]))
        client.post_to_connection(ConnectionId=str(item["id"]), Data=json.dumps(message))
    headers = {"content-type": "application/json"}
    return {"statusCode": 202, "headers": headers, "body": json.dumps({"sent": len(found)})}


def relay(_event: Any, _context: object) -> dict[str, Any]:
    host, _, path = os.environ["PUBLISH_URL"].removeprefix("https://").partition("/")
    connection = HTTPSConnection(host, timeout=5)
    connection.request("POST", f"/{path}", b"relayed", {"content-type": "text/plain"})
    return {"statusCode": connection.getresponse().status}
