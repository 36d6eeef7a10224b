"""Handlers that tell their client what AWS answered them."""

import json
import os
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

ONCE = Config(retries={"total_max_attempts": 1}, read_timeout=2)
Event = dict[str, Any]


def connect(_event: Event, _context: object) -> dict[str, int]:
    return {"statusCode": 200}


def disconnect(_event: Event, _context: object) -> None:
    """Seen on the timeline."""


def echo(event: Event, _context: object) -> dict[str, Any]:
    return {"statusCode": 200, "body": event["body"]}


def told(client: Any, event: Event, text: str) -> None:
    data = json.dumps(text).encode()
    client.post_to_connection(ConnectionId=event["requestContext"]["connectionId"], Data=data)


def management(event: Event) -> Any:
    context = event["requestContext"]
    url = f"https://{context['domainName']}/{context['stage']}"
    return boto3.client("apigatewaymanagementapi", endpoint_url=url, config=ONCE)


def post(event: Event, _context: object) -> None:
    """Posts each of ``texts`` to ``to``, for ``random`` 120,000 characters, and tells the sender how that ended."""
    asked, client = json.loads(event["body"]), management(event)
    outcome = "posted"
    try:
        for text in asked["texts"]:
            data = os.urandom(60_000).hex() if text == "random" else text
            client.post_to_connection(ConnectionId=asked["to"], Data=data.encode())
    except client.exceptions.GoneException as exc:
        outcome = f"GoneException {exc.response['ResponseMetadata']['HTTPStatusCode']}"
    except client.exceptions.LimitExceededException as exc:
        outcome = f"LimitExceededException {exc.response['ResponseMetadata']['HTTPStatusCode']}"
    except ClientError as exc:
        outcome = f"ClientError {exc.response['ResponseMetadata']['HTTPStatusCode']}"
    if asked["to"] != event["requestContext"]["connectionId"]:
        told(client, event, outcome)


def store(event: Event, _context: object) -> None:
    """One call of DynamoDB, and what it came to."""
    asked, table = json.loads(event["body"]), os.environ["TABLE"]
    client = boto3.client("dynamodb", config=ONCE)
    try:
        getattr(client, asked["operation"])(**json.loads(json.dumps(asked["arguments"]).replace("TABLE", table)))
        outcome = "stored"
    except ClientError as exc:
        reasons = [reason["Code"] for reason in exc.response.get("CancellationReasons", [])]
        outcome = " ".join([exc.response["Error"]["Code"], type(exc).__name__, *reasons])
    except BotoCoreError as exc:
        outcome = type(exc).__name__
    told(management(event), event, outcome)
