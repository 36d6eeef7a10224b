"""The handler of the sample: it decides who may connect, and accepts the connection."""

from typing import Any


def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    if event.get("type") == "REQUEST":
        return allowed(event["methodArn"])
    return {"statusCode": 200}


def allowed(arn: str) -> dict[str, Any]:
    statement = {"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": arn}
    return {"principalId": "user", "policyDocument": {"Version": "2012-10-17", "Statement": [statement]}}
