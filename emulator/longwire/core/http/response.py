"""What a function's answer means as an HTTP response.

Developer guide: "Lambda function response for format 1.0" and "for format 2.0" of HTTP APIs, "Output format of a Lambda
function for proxy integration" of REST APIs, "Response payload format" of function URLs.
"""

import json
import re
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from longwire.core.http.api import HttpApi
from longwire.core.http.event import is_binary
from longwire.core.http.request import Incoming
from longwire.core.proxy_response import loaded

__all__ = ["Answer", "Malformed", "function_failed", "message", "no_route", "read", "too_slow"]

Pairs = tuple[tuple[str, str], ...]
# RFC 9110: of one connection only, or counted again here.
CONNECTION = frozenset({"connection", "content-length", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"})
# Documented as remapped for REST APIs: "x-amzn-Remapped-HEADER".
REMAPPED = frozenset({"authorization", "connection", "content-length", "date", "host", "server", "www-authenticate"})
# Observed of REST APIs: another one makes a "Malformed Lambda proxy response".
FIELDS = frozenset({"body", "headers", "isBase64Encoded", "multiValueHeaders", "statusCode"})
STATUS = re.compile("[2-5][0-9][0-9]")
# RFC 9110, 15.3.5 and 15.4.5: these have no content, and what came after their head would be taken for a next answer.
EMPTY = (204, 304)
JSON_TYPE = ("content-type", "application/json")


class Malformed(ValueError):
    """An answer that the gateway does not understand; the text says why, for people."""


@dataclass(frozen=True, slots=True)
class Answer:
    """``why`` is for the timeline: what the client is not told."""

    status: int
    headers: Pairs = ()
    body: bytes = b""
    why: str = ""


def read(api: HttpApi, version: str, payload: str, incoming: Incoming) -> Answer:
    """The answer in ``payload``, a function's result as JSON; raises Malformed."""
    answer = loaded(payload)
    if version == "2.0" and not (isinstance(answer, dict) and "statusCode" in answer):
        # Documented: without a statusCode API Gateway assumes 200, application/json and the result as the body.
        text_or_json = answer if isinstance(answer, str) else payload
        return Answer(200, (JSON_TYPE,), text_or_json.encode("utf-8", "replace"))
    if not isinstance(answer, dict):
        raise Malformed("the function's answer is no object with a statusCode")
    if api.kind == "rest" and not answer.keys() <= FIELDS:
        raise Malformed(
            f"the function's answer has fields that a REST API refuses: {', '.join(answer.keys() - FIELDS)}"
        )
    body = body_of(answer, decodes(api, incoming))
    headers = headers_of(answer, api, version)
    if not any(name.lower() == "content-type" for name, _ in headers) and (body or api.kind == "rest"):
        headers = (*headers, ("content-type", default_type(api)))
    status = status_of(answer)
    return Answer(status, headers, b"" if status in EMPTY else body)


def default_type(api: HttpApi) -> str:
    """Observed of HTTP APIs; documented of REST APIs and function URLs."""
    return "text/plain;charset=utf-8" if api.kind == "http" else "application/json"


def status_of(answer: Mapping[str, Any]) -> int:
    found = answer.get("statusCode")
    text = str(found)
    if not STATUS.fullmatch(text):
        raise Malformed(f"the function's statusCode is {found!r}, not 200 to 599")
    return int(text)


def body_of(answer: Mapping[str, Any], decode: bool) -> bytes:
    body = answer.get("body")
    if body is None:
        return b""
    if not isinstance(body, str):
        raise Malformed(f"the function's body is no text but {type(body).__name__}: json.dumps it")
    if answer.get("isBase64Encoded") is not True or not decode:
        return body.encode("utf-8", "replace")
    try:
        return b64decode(body, validate=True)
    except ValueError as exc:
        raise Malformed("the function's body is no base64, and isBase64Encoded is true") from exc


def decodes(api: HttpApi, incoming: Incoming) -> bool:
    """Documented of REST APIs: the first media type of Accept has to be one of binaryMediaTypes."""
    if api.kind != "rest":
        return True
    accept = (incoming.header("accept") or "").partition(",")[0]
    return is_binary(accept, api.binary_types)


def headers_of(answer: Mapping[str, Any], api: HttpApi, version: str) -> Pairs:
    found = [(str(name), text(value)) for name, value in mapping(answer, "headers") if value is not None]
    if version == "1.0":
        # Documented: multiValueHeaders are merged in, and a pair that is in both counts once.
        more = [
            (str(name), text(value)) for name, listed in mapping(answer, "multiValueHeaders") for value in items(listed)
        ]
        found = [pair for pair in found if pair not in more] + more
    else:
        found += [("set-cookie", text(cookie)) for cookie in items(answer.get("cookies"))]
    return tuple(pair for pair in (passed(api, *pair) for pair in found) if pair is not None)


def mapping(answer: Mapping[str, Any], name: str) -> list[tuple[Any, Any]]:
    found = answer.get(name)
    if found is None:
        return []
    if not isinstance(found, dict):
        raise Malformed(f"the function's {name} is no object")
    return list(found.items())


def items(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def text(value: Any) -> str:
    if isinstance(value, (dict, list)):
        raise Malformed(f"a header of the function's answer is no text but {type(value).__name__}")
    return value if isinstance(value, str) else json.dumps(value)


def passed(api: HttpApi, name: str, value: str) -> tuple[str, str] | None:
    """The header as the client gets it; None for what belongs to one connection. Names that are none are refused."""
    if not name or not name.isascii() or any(ord(letter) <= 32 or letter in '"(),/:;<=>?@[\\]{}' for letter in name):
        raise Malformed(f"{name!r} is no name for a header")
    low = name.lower()
    if api.kind == "rest" and low in REMAPPED:
        return f"x-amzn-Remapped-{name}", value
    return None if low in CONNECTION else (name, value)


# --- what the gateway says by itself


def message(status: int, said: str, why: str = "", *, key: str = "message") -> Answer:
    """``{"message":"Not Found"}``"""
    return Answer(status, (JSON_TYPE,), json.dumps({key: said}, separators=(",", ":")).encode(), why)


def no_route(api: HttpApi, why: str) -> Answer:
    """Observed of both. A REST API takes an unknown resource for one that needs a signature."""
    if api.kind == "rest":
        return message(403, "Missing Authentication Token", why)
    return message(404, "Not Found", why)


def function_failed(api: HttpApi, why: str, *, throttled: bool = False) -> Answer:
    """The function raised, crashed, timed out by itself, or its answer makes no sense.

    Documented of REST APIs, "Handling Lambda errors": 502 for a function's failure, 500 when Lambda does not take the
    call; of function URLs, "Monitoring": 502, and 429 when throttled. Observed of HTTP APIs: 500, 503 when throttled.
    """
    if api.kind == "http":
        return message(503, "Service Unavailable", why) if throttled else message(500, "Internal Server Error", why)
    if api.kind == "rest":
        return message(500 if throttled else 502, "Internal server error", why)
    if throttled:
        return message(429, "Rate Exceeded.", why, key="Reason")
    return Answer(502, (("content-type", "text/plain"),), b"Internal Server Error", why)


def too_slow(api: HttpApi, seconds: float) -> Answer:
    """Observed: 503 of HTTP APIs; documented: INTEGRATION_TIMEOUT, 504, of REST APIs."""
    why = f"no answer within the integration's {seconds:g} s"
    if api.kind == "rest":
        return message(504, "Endpoint request timed out", why)
    return message(503, "Service Unavailable", why)
