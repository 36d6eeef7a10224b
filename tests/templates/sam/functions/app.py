"""Handlers of the sample; each answers what API Gateway expects and nothing more."""

from typing import Any


def authorize(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    statement = {"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": event["methodArn"]}
    return {"principalId": "user", "policyDocument": {"Version": "2012-10-17", "Statement": [statement]}}


def handler(_event: dict[str, Any], _context: Any) -> dict[str, Any]:
    return {"statusCode": 200, "body": "{}"}


def work(_event: dict[str, Any], _context: Any) -> dict[str, Any]:
    return {"batchItemFailures": []}
