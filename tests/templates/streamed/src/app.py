"""Posts each word by itself, in order."""

import json
import os
from collections.abc import Iterator
from typing import Any

import boto3

management = boto3.client("apigatewaymanagementapi", endpoint_url=os.environ["ENDPOINT"])


def words(count: int) -> Iterator[str]:
    return (f"word {number}" for number in range(count))


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    connection_id = event["requestContext"]["connectionId"]
    for word in words(json.loads(event["body"])["words"]):
        management.post_to_connection(ConnectionId=connection_id, Data=json.dumps({"word": word}).encode())
    management.post_to_connection(ConnectionId=connection_id, Data=b'{"done": true}')
    return {"statusCode": 200}
