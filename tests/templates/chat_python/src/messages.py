"""What one says, everybody hears."""

import json
import os
from typing import Any

import boto3

table = boto3.resource("dynamodb").Table(os.environ["TABLE_NAME"])


def send(event: dict[str, Any], _context: object) -> dict[str, Any]:
    context = event["requestContext"]
    management = boto3.client(
        "apigatewaymanagementapi", endpoint_url="https://" + context["domainName"] + "/" + context["stage"]
    )
    data = json.loads(event["body"])["data"].encode()
    for item in table.scan(ProjectionExpression="connectionId")["Items"]:
        connection_id = str(item["connectionId"])
        try:
            management.post_to_connection(ConnectionId=connection_id, Data=data)
        except management.exceptions.GoneException:
            table.delete_item(Key={"connectionId": connection_id})
    return {"statusCode": 200, "body": "Data sent."}
