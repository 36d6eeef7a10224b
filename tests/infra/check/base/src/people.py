"""Who is there."""

import json
import os
import time
from typing import Any

import boto3

table = boto3.resource("dynamodb").Table(os.environ["TABLE_NAME"])


def connect(event: dict[str, Any], _context: object) -> dict[str, int]:
    key = {"room": "all", "id": event["requestContext"]["connectionId"]}
    table.put_item(Item={**key, "expires": int(time.time()) + 7200})
    count("Connected")
    return {"statusCode": 200}


def disconnect(event: dict[str, Any], _context: object) -> dict[str, int]:
    context = event["requestContext"]
    table.delete_item(Key={"room": "all", "id": context["connectionId"]})
    count(f"Closed{context['disconnectStatusCode']}")
    return {"statusCode": 200}


def count(name: str) -> None:
    metric = {"Namespace": "Chat", "Dimensions": [[]], "Metrics": [{"Name": name}]}
    line = {"_aws": {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [metric]}, name: 1}
    print(json.dumps(line))  # noqa: T201 - embedded metric format: CloudWatch takes the metric out of the log
