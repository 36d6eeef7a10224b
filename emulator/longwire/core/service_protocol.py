"""How API Gateway calls an AWS service for an integration: by action, or by path.

A JSON service gets ``X-Amz-Target``, a query service ``Action``; both from the action in the integration's URI. What
RequestParameters set goes before that. Query services answer API Gateway in JSON: the names of the elements of their
XML, with ``null`` for what is not there (observed for SNS: GH:aws-samples/serverless-patterns#3289).
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode
from xml.etree import ElementTree as ET

from longwire.core.api import ServiceAction

__all__ = ["JSON_SERVICES", "QUERY_SERVICES", "ServiceRequest", "json_of_xml", "service_request"]

Headers = tuple[tuple[str, str], ...]
# The prefix of X-Amz-Target and the version in the content type; both from the services' models.
JSON_SERVICES: Mapping[str, tuple[str, str]] = {
    "dynamodb": ("DynamoDB_20120810", "1.0"),
    "events": ("AWSEvents", "1.1"),
    "kinesis": ("Kinesis_20131202", "1.1"),
    "states": ("AWSStepFunctions", "1.0"),
}
QUERY_SERVICES: Mapping[str, str] = {"sns": "2010-03-31", "sqs": "2012-11-05"}
FORM = "application/x-www-form-urlencoded"
# Of the answers that templates read: what AWS's model has and an answer may leave out.
NULLS = {
    "PublishResult": ("MessageId", "SequenceNumber"),
    "SendMessageResult": (
        "MD5OfMessageAttributes", "MD5OfMessageBody", "MD5OfMessageSystemAttributes", "MessageId", "SequenceNumber",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ServiceRequest:
    """``target`` is path and query."""

    target: str
    headers: Headers
    body: bytes


def service_request(action: ServiceAction, headers: Headers, query: Headers, body: bytes) -> ServiceRequest:
    """``headers`` and ``query`` are those of RequestParameters."""
    if action.service in JSON_SERVICES:
        return json_request(action, headers, query, body)
    return query_request(action, headers, query, body)


def json_request(action: ServiceAction, headers: Headers, query: Headers, body: bytes) -> ServiceRequest:
    prefix, version = JSON_SERVICES[action.service]
    own = [("Content-Type", f"application/x-amz-json-{version}")]
    own += [("X-Amz-Target", f"{prefix}.{action.action}")] if action.action else []
    return ServiceRequest(target(f"/{action.path}", query), with_defaults(headers, own), body)


def query_request(action: ServiceAction, headers: Headers, query: Headers, body: bytes) -> ServiceRequest:
    """``Action`` may stand in the body (``Action=SendMessage&...``); a body that is no form is left as it is."""
    sent = with_defaults(headers, [("Content-Type", FORM)])
    form = next((value for name, value in sent if name.lower() == "content-type"), "").startswith(FORM)
    if form:
        given = dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
        more = [(name, value) for name, value in query if name not in given]
        named = {name for name, _ in more} | given.keys()
        more += [("Action", action.action)] if action.action and "Action" not in named else []
        more += [("Version", QUERY_SERVICES[action.service])] if "Version" not in named else []
        joint = b"&" if body.strip() and more else b""
        return ServiceRequest(target(f"/{action.path}", ()), sent, body + joint + urlencode(more).encode())
    return ServiceRequest(target(f"/{action.path}", query), sent, body)


def target(path: str, query: Headers) -> str:
    found = quote(path, safe="/:%@+-._~")
    return f"{found}?{urlencode(query)}" if query else found


def with_defaults(headers: Headers, defaults: Iterable[tuple[str, str]]) -> Headers:
    given = {name.lower() for name, _ in headers}
    return (*headers, *((name, value) for name, value in defaults if name.lower() not in given))


def json_of_xml(body: bytes) -> bytes:
    """A query service's XML as the JSON that API Gateway gets of it; anything else as it is."""
    if not body.lstrip().startswith(b"<"):
        return body
    try:
        root = ET.fromstring(body)  # noqa: S314 - of a service on this machine; expat bounds entities
    except ET.ParseError:
        return body
    return json.dumps({local(root): value_of(root)}, separators=(",", ":")).encode()


def local(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def value_of(element: ET.Element) -> Any:
    """Elements of one name, and all within ``member``, are a list."""
    children = list(element)
    if not children:
        return element.text
    counts = Counter(local(child) for child in children)
    if set(counts) == {"member"}:
        return [value_of(child) for child in children]
    found: dict[str, Any] = dict.fromkeys(NULLS.get(local(element), ()))
    for child in children:
        name = local(child)
        if counts[name] > 1:
            found[name] = [*(found.get(name) or []), value_of(child)]
        else:
            found[name] = value_of(child)
    return found
