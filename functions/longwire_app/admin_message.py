"""The message in a request of the administration, and the parameters that go with it."""

import base64
from typing import TypedDict

from pydantic import JsonValue, TypeAdapter, ValidationError

from longwire_app.delivery import MAX_FRAME
from longwire_app.errors import BadRequest, HttpRefused
from longwire_app.http_request import HttpRequest
from longwire_app.items import Sender
from longwire_app.protocol import Data, DataType

__all__ = ["Options", "message_of", "options_of"]

MAX_TTL = 300
"""Seconds, as the service has it."""

MAX_ID = 128
"""Characters of a request's id. The SDK's has 36."""

DATA_TYPES: dict[str, DataType] = {
    "application/json": "json",
    "application/octet-stream": "binary",
    "text/plain": "text",
}

JSON: TypeAdapter[JsonValue] = TypeAdapter(Data)


class Options(TypedDict):
    """Fields of a Publisher."""

    but: frozenset[str]
    sender: Sender | None
    retention: int | None


def message_of(http: HttpRequest) -> tuple[JsonValue, DataType]:
    """Data and its type. Raises HttpRefused for a type that is none of three (415) and a body too large (413)."""
    kind, _, parameters = http.headers.get("content-type", "").lower().partition(";")
    data_type = DATA_TYPES.get(kind.strip())
    charset = parameters.strip().removeprefix("charset=").strip('"')
    if data_type is None or charset not in {"", "utf-8"}:
        raise HttpRefused(415, "UnsupportedMediaType", f"takes {', '.join(DATA_TYPES)}; text is UTF-8")
    if len(http.body) > MAX_FRAME:
        raise HttpRefused(413, "PayloadTooLarge", f"a message has at most {MAX_FRAME} bytes with its envelope")
    if data_type == "binary":
        return base64.b64encode(http.body).decode(), data_type
    return (_text(http.body) if data_type == "text" else _json(http.body)), data_type


def options_of(http: HttpRequest) -> Options:
    """The parameters of a send. A repetition of the same request by the SDK has the same id, and is committed once."""
    if http.query.get("filter"):
        raise BadRequest("filter: not supported; publish to a group of those who are meant")
    request_id = http.headers.get("x-ms-client-request-id", "")
    return Options(
        but=frozenset(http.query.get("excluded", [])),
        sender=("@http", request_id) if 0 < len(request_id) <= MAX_ID else None,
        retention=http.number("messageTtlSeconds", 0, MAX_TTL) or None,
    )


def _text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise BadRequest("the body is not UTF-8") from None


def _json(body: bytes) -> JsonValue:
    try:
        return JSON.validate_json(body)
    except ValidationError:
        raise BadRequest("the body is not JSON, or has a number that is out of range") from None
