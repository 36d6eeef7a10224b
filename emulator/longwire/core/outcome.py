"""A request that a client's connection makes of the API, and how it ended."""

import json
import re
from dataclasses import dataclass, replace

from longwire.core.events import InvocationFinished
from longwire.core.proxy_response import status_code

__all__ = ["Outcome", "Request", "status_of"]

# How nearly every answer begins, so that a long body need not be parsed for one number.
STATUS_FIRST = re.compile(r'\{"statusCode": ?([2-5]\d\d)[,}]')


@dataclass(frozen=True, slots=True)
class Request:
    """A CONNECT, MESSAGE or DISCONNECT. ``received_at`` is epoch seconds; ``message_id`` is a message's alone."""

    event_type: str
    route_key: str
    request_id: str
    received_at: float
    message_id: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """``status`` is the request's; ``error`` is what API Gateway itself said; ``latency`` the integration's, in ms.

    ``function_status`` is the statusCode that the function returned, ``failure`` Lambda's word for one that failed;
    ``integration_status`` is that of Lambda's Invoke, or of the backend.
    """

    status: int
    error: str | None = None
    latency: int | None = None
    function_status: int | None = None
    failure: str | None = None
    integration_status: int = 200

    @classmethod
    def of(cls, result: InvocationFinished, seconds: float) -> "Outcome":
        """Of a function's answer, ``seconds`` after it was asked."""
        latency, status = round(seconds * 1000), status_of(result)
        if result.error:
            return cls(status, "Internal server error", latency, None, result.error_message or result.error)
        return cls(status, None, latency, returned_status(result.payload))

    def refused(self, status: int, message: str) -> "Outcome":
        """The same for a client that got this; the words are API Gateway's unless the status is the function's."""
        return replace(self, status=status, error=None if status == self.function_status else message)


def status_of(result: InvocationFinished) -> int:
    """Of the request that it answers: 200 for a function that returned none, since most routes need none."""
    return 500 if result.error else returned_status(result.payload) or 200


def returned_status(payload: str) -> int | None:
    """The statusCode of a proxy response; None when there is none."""
    found = STATUS_FIRST.match(payload)
    if found is not None:
        return int(found[1])
    if '"statusCode"' not in payload:
        return None
    try:
        return status_code(json.loads(payload))
    except (ValueError, RecursionError):
        return None
