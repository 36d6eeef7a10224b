"""Requests of the HTTP API, in the payload format 2.0, and the answers to them."""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from longwire_app.errors import BadRequest
from longwire_app.log import Answer, Event

__all__ = ["HttpRequest", "answered", "refused"]

MAX_FIELDS = 200
"""Query parameters. ``excluded`` comes once for each connection; API Gateway ends a URL at 10,240 bytes anyway."""


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """``path`` is as API Gateway shows it, decoded; ``query`` is decoded here; names of ``headers`` are lower case."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: bytes

    @classmethod
    def of(cls, event: Event) -> "HttpRequest":
        """Raises BadRequest for a query or body that cannot be decoded."""
        http = event["requestContext"]["http"]
        headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
        return cls(http["method"], event["rawPath"], _query(event), headers, _body(event))

    @property
    def bearer(self) -> str | None:
        """The token of ``Authorization: Bearer``."""
        scheme, _, value = self.headers.get("authorization", "").partition(" ")
        return value.strip() or None if scheme.lower() == "bearer" else None

    def text(self, name: str) -> str | None:
        """The parameter's one value; raises BadRequest when it comes twice."""
        values = self.query.get(name, [])
        if len(values) > 1:
            raise BadRequest(f"{name}: given {len(values)} times")
        return values[0] if values else None

    def number(self, name: str, low: int, high: int) -> int | None:
        """The same for a whole number in a range."""
        text = self.text(name)
        if text is None:
            return None
        if not text.isascii() or not text.isdecimal() or len(text) > 20 or not low <= int(text) <= high:
            raise BadRequest(f"{name}: takes a whole number from {low} to {high}")
        return int(text)


def _query(event: Event) -> Mapping[str, list[str]]:
    # Not queryStringParameters: that joins what comes twice with a comma.
    try:
        raw = event.get("rawQueryString") or ""
        return parse_qs(raw, keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS)
    except ValueError:
        raise BadRequest(f"the query is not UTF-8, or has more than {MAX_FIELDS} parameters") from None


def _body(event: Event) -> bytes:
    body = event.get("body") or ""
    if not event.get("isBase64Encoded"):
        return str(body).encode("utf-8", "surrogatepass")
    try:
        return base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError):
        raise BadRequest("the body cannot be decoded") from None


def answered(status: int, body: Any = None, headers: Mapping[str, str] | None = None) -> Answer:
    """JSON, or no body at all. Nothing of it may be kept by a cache."""
    fields = {"cache-control": "no-store", **(headers or {})}
    if body is None:
        return {"statusCode": status, "headers": fields}
    fields["content-type"] = "application/json"
    return {"statusCode": status, "headers": fields, "body": json.dumps(body, separators=(",", ":"))}


def refused(status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> Answer:
    """In the form that the service SDK shows: ``error`` with ``code`` and ``message``."""
    return answered(status, {"error": {"code": code, "message": message}}, headers)
