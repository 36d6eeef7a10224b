"""The authorizer: does and returns what the query string asks for."""

import json
from typing import Any

from observer import post


def handler(event: dict[str, Any], context: object) -> Any:  # noqa: ARG001 - Lambda's signature
    """Post the event to ``observer``; then ``raise``, or return ``judgement`` with the ARN for ``METHOD_ARN``."""
    query = event["queryStringParameters"]
    observer = query.get("observer") or event["headers"].get("X-Observer")
    if observer:
        post(event["requestContext"], observer, json.dumps(event))
    if "raise" in query:
        raise RuntimeError(query["raise"])  # Lambda reports the message as errorMessage
    if "judgement" in query:
        return json.loads(query["judgement"].replace("METHOD_ARN", event["methodArn"]))
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
