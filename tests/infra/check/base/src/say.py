"""What one says, everybody in the room hears."""

import os
from typing import Any

import boto3
from boto3.dynamodb.conditions import Key
from botocore.config import Config

table = boto3.resource("dynamodb").Table(os.environ["TABLE_NAME"])
patience = Config(connect_timeout=1, read_timeout=2, retries={"total_max_attempts": 2})
management = boto3.client("apigatewaymanagementapi", endpoint_url=os.environ.get("ENDPOINT"), config=patience)


def handler(event: dict[str, Any], _context: object) -> dict[str, int]:
    for item in table.query(KeyConditionExpression=Key("room").eq("all"))["Items"]:
        recipient = str(item["id"])
        try:
            management.post_to_connection(ConnectionId=recipient, Data=event["body"].encode())
        except management.exceptions.GoneException:
            table.delete_item(Key={"room": "all", "id": recipient})
    return {"statusCode": 200}
