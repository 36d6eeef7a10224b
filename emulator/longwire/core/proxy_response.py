"""What a Lambda function's return value means to API Gateway (proxy integration)."""

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Any

from longwire.core.events import InvocationFinished

__all__ = ["ConnectAnswer", "TwoWayAnswer", "connect_answer", "two_way_answer"]


@dataclass(frozen=True, slots=True)
class ConnectAnswer:
    """The verdict of $connect: 2xx opens, anything else is the client's HTTP status. ``why`` is for the log."""

    status: int
    subprotocol: str | None = None
    why: str = ""

    @property
    def opens(self) -> bool:
        return 200 <= self.status < 300


def connect_answer(result: InvocationFinished, null_status: int) -> ConnectAnswer:
    if result.error:
        # Observed: a $connect function that raises makes the handshake fail with 502.
        return ConnectAnswer(502, why=f"$connect failed: {result.error_message or result.error}")
    answer = loaded(result.payload)
    status = status_code(answer)
    if status is None:
        return ConnectAnswer(null_status, why="$connect returned no statusCode")
    if 200 <= status < 300:
        return ConnectAnswer(status, header(answer, "sec-websocket-protocol"))
    return ConnectAnswer(status, why=f"$connect returned statusCode {status}")


def loaded(payload: str) -> Any:
    try:
        return json.loads(payload or "null")
    except (ValueError, RecursionError):  # RecursionError: nested deeper than the interpreter's stack
        return None


def status_code(answer: Any) -> int | None:
    found = answer.get("statusCode") if isinstance(answer, dict) else None
    try:
        status = int(found) if isinstance(found, (int, str, float)) and not isinstance(found, bool) else 0
    except (ValueError, OverflowError):
        return None
    return status if 200 <= status <= 599 else None


def header(answer: dict[str, Any], wanted: str) -> str | None:
    """A header by case-insensitive name, from ``headers`` or ``multiValueHeaders``."""
    single = answer.get("headers")
    multi = answer.get("multiValueHeaders")
    candidates = list(single.items()) if isinstance(single, dict) else []
    if isinstance(multi, dict):
        candidates += [(name, values[-1]) for name, values in multi.items() if isinstance(values, list) and values]
    return next((str(value) for name, value in candidates if name.lower() == wanted), None)


@dataclass(frozen=True, slots=True)
class TwoWayAnswer:
    """``succeeded`` is false for a statusCode that is no 2xx; an answer without one has succeeded."""

    body: str | None
    succeeded: bool = True


def two_way_answer(payload: str) -> TwoWayAnswer:
    """The route response: documented as the function's ``body``, which is None when there is none.

    ``statusCode`` is neither shown nor acted on (observed with 500). What a base64 body becomes is unknown: its
    bytes are sent as text.
    """
    answer = loaded(payload)
    if not isinstance(answer, dict):
        return TwoWayAnswer(None)
    status = status_code(answer)
    succeeded = status is None or 200 <= status < 300
    body = answer.get("body")
    if body is None:
        return TwoWayAnswer(None, succeeded)
    body = body if isinstance(body, str) else json.dumps(body)
    return TwoWayAnswer(decoded(body) if answer.get("isBase64Encoded") is True else body, succeeded)


def decoded(body: str) -> str:
    try:
        return base64.b64decode(body, validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return body
