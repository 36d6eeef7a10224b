"""The second function tries until the connection is open."""

import json
import os
import time
from typing import Any

import boto3


def connect(event: dict[str, Any], _context: object) -> dict[str, Any]:
    context = event["requestContext"]
    payload = {"id": context["connectionId"], "endpoint": f"https://{context['domainName']}/{context['stage']}"}
    boto3.client("lambda").invoke(
        FunctionName=os.environ["GREETER"], InvocationType="Event", Payload=json.dumps(payload).encode()
    )
    return {"statusCode": 200}


def greet(event: dict[str, Any], _context: object) -> None:
    management = boto3.client("apigatewaymanagementapi", endpoint_url=event["endpoint"])
    for _ in range(50):
        try:
            management.post_to_connection(ConnectionId=event["id"], Data=json.dumps({"you": event["id"]}).encode())
        except management.exceptions.GoneException:
            time.sleep(0.05)
        else:
            return
