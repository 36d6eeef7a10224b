"""A function without proxy: it returns what the mapping template gave it, or fails with what that asks for."""

from typing import Any


def handler(event: dict[str, Any], context: object) -> Any:  # noqa: ARG001 - Lambda's signature
    if event.get("fail"):
        raise RuntimeError(event["fail"])
    return event
