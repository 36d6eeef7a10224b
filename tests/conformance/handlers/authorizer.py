"""The authorizer: does and returns what the query string asks for."""

import json
import time
from typing import Any

from observer import post


def handler(event: dict[str, Any], context: object) -> Any:  # noqa: ARG001 - Lambda's signature
    """Post the event to ``observer``; then ``sleep``, ``raise``, or return ``answer`` with the ARN for ``METHOD_ARN``."""
    query = event["queryStringParameters"]
    if "observer" in query:
        post(event["requestContext"], query["observer"], json.dumps(event))
    time.sleep(float(query.get("sleep", 0)))
    if "raise" in query:
        raise RuntimeError(query["raise"])  # Lambda reports the message as errorMessage
    if "answer" in query:
        return json.loads(query["answer"].replace("METHOD_ARN", event["methodArn"]))
    return allowed(event["methodArn"], query)


def allowed(arn: str, query: dict[str, str]) -> dict[str, Any]:
    """``size`` bytes of context are added, to exceed what API Gateway takes."""
    statement = {"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": arn}
    context: dict[str, Any] = {"observer": query.get("observer", ""), "number": 1, "flag": True, "text": "blue"}
    if "size" in query:
        context["padding"] = "x" * int(query["size"])
    return {
        "principalId": "somebody",
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        "context": context,
        "usageIdentifierKey": query.get("key", ""),
    }
