"""Tells the client who the authorizer says it is."""

from typing import Any


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    known = event["requestContext"]["authorizer"]
    return {"statusCode": 200, "body": f"{known['principalId']} {known['plan']}"}
