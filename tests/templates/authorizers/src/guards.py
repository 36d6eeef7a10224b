"""One token is good, one is known and not allowed, all others are nobody's."""

from typing import Any

USERS = {"good": "ann", "banned": "bob"}


def by_header(event: dict[str, Any], _context: object) -> dict[str, Any]:
    headers = {name.lower(): value for name, value in event["headers"].items()}
    return verdict(headers["authorization"].removeprefix("Bearer "), event["methodArn"])


def by_query(event: dict[str, Any], _context: object) -> dict[str, Any]:
    return verdict(event["queryStringParameters"]["token"], event["methodArn"])


def verdict(token: str, arn: str) -> dict[str, Any]:
    if token not in USERS:
        raise RuntimeError("Unauthorized")
    effect = "Deny" if token == "banned" else "Allow"
    statement = {"Action": "execute-api:Invoke", "Effect": effect, "Resource": arn}
    return {
        "principalId": USERS[token],
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        "context": {"plan": "free"},
    }
