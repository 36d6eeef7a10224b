"""Every other route: does what the message asks for. What a test has to see is in the answer or posted back."""

import json
import os
import time
from typing import Any

from observer import post


def handler(event: dict[str, Any], context: object) -> Any:  # noqa: ARG001 - Lambda's signature
    """``sleep`` seconds, then ``do``: raise, exit, post, post and raise. Return ``answer``, without one the event."""
    asked = fields(event["body"])
    time.sleep(float(asked.get("sleep", 0)))
    match asked.get("do"):
        case "raise":
            raise RuntimeError("as the message asked")
        case "exit":
            os._exit(1)
        case "post" | "post and raise" as do:
            post(event["requestContext"], event["requestContext"]["connectionId"], json.dumps(event))
            if do != "post":
                raise RuntimeError("as the message asked")
    return asked["answer"] if "answer" in asked else {"statusCode": 200, "body": json.dumps(event)}


def fields(body: str) -> dict[str, Any]:
    """The message when it is a JSON object."""
    try:
        parsed = json.loads(body)
    except ValueError:
        return {}
    return parsed if isinstance(parsed, dict) else {}
