"""How a test learns what a function received: the event is posted to a connection that the test reads.

A client that connects with ``?observer=ID``, or the header X-Observer, has its events posted to the connection ID.
$disconnect's event has no query string, so the observer is remembered: in the authorizer's context where there is
one, else in a table.
"""

import json
import os
from typing import Any

__all__ = ["forgotten", "post", "remember"]


def post(context: dict[str, Any], connection_id: str, data: str) -> str:
    """POST @connections of the api that ``context``, a requestContext, belongs to; the error's name or nothing."""
    import boto3
    from botocore.exceptions import ClientError

    # Behind a custom domain the stage's name is no path.
    path = os.environ.get("MAPPING_KEY") or context["stage"]
    client = boto3.client("apigatewaymanagementapi", endpoint_url=f"https://{context['domainName']}/{path}")
    try:
        client.post_to_connection(ConnectionId=connection_id, Data=data.encode())
    except ClientError as exc:
        return type(exc).__name__
    return ""


def remember(event: dict[str, Any], observer: str) -> None:
    """Post the event, and remember where the connection's last one goes to."""
    post(event["requestContext"], observer, json.dumps(event))
    if "TABLE_NAME" in os.environ:
        item = {"connectionId": event["requestContext"]["connectionId"], "observer": observer}
        table().put_item(Item=item)


def forgotten(context: dict[str, Any]) -> str | None:
    """The observer of a connection that has ended; None when it had none."""
    known = context.get("authorizer", {}).get("observer")
    if known or "TABLE_NAME" not in os.environ:
        return known or None
    found = table().delete_item(Key={"connectionId": context["connectionId"]}, ReturnValues="ALL_OLD")
    return str(found["Attributes"]["observer"]) if "Attributes" in found else None


def table() -> Any:
    import boto3

    return boto3.resource("dynamodb").Table(os.environ["TABLE_NAME"])
