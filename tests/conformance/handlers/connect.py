"""$connect: does and returns what the query string asks for, so that each test says it itself."""

import json
import time
from typing import Any

from observer import post, remember


def handler(event: dict[str, Any], context: object) -> Any:  # noqa: ARG001 - Lambda's signature
    """``observer``, or a header: see there. ``own``: post to this connection. Then ``sleep``, ``raise``, ``answer``."""
    query = event.get("queryStringParameters") or {}
    observer = query.get("observer") or event["headers"].get("X-Observer")
    if observer:
        remember(event, observer)
    if "own" in query:
        post_to_itself(event["requestContext"], query["observer"])
    time.sleep(float(query.get("sleep", 0)))
    if "raise" in query:
        raise RuntimeError(query["raise"])
    return json.loads(query.get("answer", '{"statusCode": 200}'))


def post_to_itself(context: dict[str, Any], observer: str) -> None:
    """$connect has not returned, so this connection does not exist yet; the error is told to the observer."""
    post(context, observer, json.dumps({"posting to itself": post(context, context["connectionId"], "too early")}))
