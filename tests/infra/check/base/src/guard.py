"""Who may connect."""

import os
from typing import Any

import jwt

ORIGINS = os.environ.get("ORIGINS", "").split(",")


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    claims = jwt.decode(event["queryStringParameters"]["token"], os.environ["KEY"], algorithms=["HS256"])
    effect = "Allow" if event["headers"].get("Origin") in ORIGINS else "Deny"
    statement = {"Action": "execute-api:Invoke", "Effect": effect, "Resource": event["methodArn"]}
    return {"principalId": claims["sub"], "policyDocument": {"Version": "2012-10-17", "Statement": [statement]}}
