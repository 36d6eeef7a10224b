"""A chat: who has said something is kept connected, who only listens is idle after ten minutes.

It has no $disconnect route, which is best effort on AWS: whoever turns out to be gone is forgotten then.
"""

import json
import os
from typing import Any

import boto3

Event = dict[str, Any]
table = boto3.resource("dynamodb").Table(os.environ["CONNECTIONS"])


def connect(event: Event, _context: object) -> Event:
    context = event["requestContext"]
    name = event["queryStringParameters"]["access_token"]
    url = f"https://{context['domainName']}/{context['stage']}"
    table.put_item(Item={"id": context["connectionId"], "name": name, "url": url, "spoke": False})
    return {"statusCode": 200}


def say(event: Event, _context: object) -> None:
    said, sender = json.loads(event["body"]), event["requestContext"]["connectionId"]
    rows = table.scan()["Items"]
    name = next(row["name"] for row in rows if row["id"] == sender)
    for row in rows:
        if row["id"] != sender:
            post(row, {"from": name, "text": said["text"]})
    table.update_item(Key={"id": sender}, UpdateExpression="SET spoke = :yes", ExpressionAttributeValues={":yes": True})


def keep_alive(_event: Event, _context: object) -> None:
    for row in table.scan()["Items"]:
        if row["spoke"]:
            post(row, {"keep": "alive"})


def post(row: Event, message: Event) -> None:
    client = boto3.client("apigatewaymanagementapi", endpoint_url=row["url"])
    try:
        client.post_to_connection(ConnectionId=row["id"], Data=json.dumps(message).encode())
    except client.exceptions.GoneException:
        table.delete_item(Key={"id": row["id"]})
