"""The JSON that Lambda functions receive: authorizer REQUEST, CONNECT, MESSAGE and DISCONNECT.

Fields, key order and casing follow the developer guide ("Input format of a Lambda function for proxy integration
for WebSocket APIs") and captures of real events. Events are rendered as text: what is the same for every event of
a connection is rendered once, at the handshake.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl

from longwire.core.api import Api
from longwire.core.iam import AccessKey, route_arn

__all__ = ["Caller", "Handshake", "authorizer_event", "connect_event", "disconnect_event", "message_event"]

Pairs = Iterable[tuple[str, str]]
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# Observed: CONNECT lacks these three, the authorizer's event keeps them.
HOP_HEADERS = frozenset({"connection", "upgrade", "content-length"})
IDENTITY = ("userArn", "userAgent", "accountId", "caller", "sourceIp", "accessKey", "user")
quoted = json.encoder.encode_basestring_ascii


def compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Handshake:
    """The upgrade request as events show it; ``query`` keeps blanks and repeats, in order."""

    headers: tuple[tuple[str, str], ...]
    query: tuple[tuple[str, str], ...]
    source_ip: str

    @classmethod
    def of(cls, target: str, headers: tuple[tuple[str, str], ...], source_ip: str) -> "Handshake":
        query = parse_qsl(target.partition("?")[2], keep_blank_values=True)
        return cls(headers, tuple(query), source_ip)

    def header(self, name: str) -> str | None:
        """The last value by case-insensitive name."""
        wanted = name.lower()
        return next((value for key, value in reversed(self.headers) if key.lower() == wanted), None)

    def with_forwarding(self, domain_name: str, trace_root: str) -> "Handshake":
        """The headers as API Gateway hands them on: its own host, a trace id and the X-Forwarded ones."""
        own = {"host", "x-amzn-trace-id", "x-forwarded-for", "x-forwarded-port", "x-forwarded-proto"}
        kept = [(name, value) for name, value in self.headers if name.lower() not in own]
        forwarded = self.header("X-Forwarded-For")
        added = [
            ("Host", domain_name),
            ("X-Amzn-Trace-Id", f"Root={trace_root}"),
            ("X-Forwarded-For", f"{forwarded}, {self.source_ip}" if forwarded else self.source_ip),
            ("X-Forwarded-Port", "443"),
            ("X-Forwarded-Proto", "https"),
        ]
        # Observed: sorted by name, ignoring case; the client's own casing kept.
        ordered = sorted(kept + added, key=lambda pair: pair[0].lower())
        return Handshake(tuple(ordered), self.query, self.source_ip)


class Caller:
    """What every event of one connection repeats, rendered once."""

    def __init__(
        self, api: Api, handshake: Handshake, connection_id: str, connected_at: float, domain_name: str = ""
    ) -> None:
        # Observed: behind a custom domain it is that one, while the stage is still the Stage's own name.
        self.domain_name = domain_name or api.domain_name
        user_agent = handshake.header("User-Agent")
        # Observed: userAgent only when the client sent one, and before sourceIp.
        identity = {"userAgent": user_agent} if user_agent is not None else {}
        self.user_agent = user_agent
        self.source_ip = handshake.source_ip
        identity["sourceIp"] = handshake.source_ip
        self.since = f'"stage":{quoted(api.stage.name)},"connectedAt":{millis(connected_at)}'
        self.identity = f'"identity":{compact(identity)}'
        self.access_key: AccessKey | None = None
        self.where = (
            f'"domainName":{quoted(self.domain_name)},"connectionId":{quoted(connection_id)}'
            f',"apiId":{quoted(api.api_id)}}}'
        )
        self.deployed(api)
        self.authorizer = ""
        self.context: dict[str, Any] = {}
        self.principal_id: str | None = None

    def deployed(self, api: Api) -> None:
        """The Stage's variables are those of its newest deployment."""
        variables = dict(api.stage.variables)
        self.stage_variables = f',"stageVariables":{compact(variables)}' if variables else ""

    def signed_by(self, key: AccessKey) -> None:
        """From now on every event says who signed the handshake, in the order of the twelve fields seen in 2020."""
        found = {**key.identity(), "sourceIp": self.source_ip}
        if self.user_agent is not None:
            found["userAgent"] = self.user_agent
        self.access_key = key
        self.identity = f'"identity":{compact({name: found[name] for name in IDENTITY if name in found})}'

    def authorize(self, principal_id: str | None, context: Mapping[str, str]) -> None:
        """From now on every event carries the authorizer's context, flattened, beside principalId."""
        self.principal_id = principal_id
        self.context = dict(context) | ({"principalId": principal_id} if principal_id is not None else {})
        self.authorizer = rendered(self.context)

    def show_api_key(self, value: str, key_id: str) -> None:
        """From now on every event's identity begins with it. Documented as $context variables, unseen in events."""
        self.identity = self.identity.replace("{", f'{{"apiKey":{quoted(value)},"apiKeyId":{quoted(key_id)},', 1)

    def request_context(self, first: str, kind: str, request_id: str, now: float, reason: str = "") -> str:
        """``first`` holds the fields before eventType; ``reason`` the one after messageDirection."""
        stamp = quoted(request_id)
        return (
            f'"requestContext":{{{first}"eventType":"{kind}","extendedRequestId":{stamp},"requestTime":"{clf(int(now))}",'
            f'"messageDirection":"IN",{reason}{self.since},"requestTimeEpoch":{millis(now)},{self.identity},'
            f'"requestId":{stamp},{self.where}'
        )


def rendered(authorizer: Mapping[str, Any]) -> str:
    return f'"authorizer":{compact(authorizer)},'


def millis(when: float) -> int:
    return int(when * 1000)


@lru_cache(maxsize=16)
def clf(second: int) -> str:
    """``11/Nov/2024:11:35:24 +0000``, in English whatever the locale."""
    at = datetime.fromtimestamp(second, UTC)
    return f"{at.day:02d}/{MONTHS[at.month - 1]}/{at.year}:{at.hour:02d}:{at.minute:02d}:{at.second:02d} +0000"


def single(pairs: Pairs) -> dict[str, str]:
    """The last value of each name (proxy convention)."""
    return dict(pairs)


def multiple(pairs: Pairs) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


def both(name: str, multi: str, pairs: Pairs) -> str:
    pairs = tuple(pairs)
    return f'"{name}":{compact(single(pairs))},"{multi}":{compact(multiple(pairs))},'


def route_field(route_key: str) -> str:
    return f'"routeKey":{quoted(route_key)},'


def connect_event(
    caller: Caller, handshake: Handshake, request_id: str, now: float, *, authorizer_latency: int | None
) -> str:
    """CONNECT; ``handshake`` is the forwarded one. ``authorizer_latency`` is milliseconds, None without authorizer."""
    headers = [pair for pair in handshake.headers if pair[0].lower() not in HOP_HEADERS]
    query = ""
    if handshake.query:  # Observed: both query keys are absent when there is no query string.
        query = both("queryStringParameters", "multiValueQueryStringParameters", handshake.query)
    authorizer = caller.authorizer
    if authorizer_latency is not None:  # Observed in CONNECT alone, not in the connection's later events.
        authorizer = rendered({**caller.context, "integrationLatency": authorizer_latency})
    context = caller.request_context(route_field("$connect") + authorizer, "CONNECT", request_id, now)
    return (
        f"{{{both('headers', 'multiValueHeaders', headers)}{query}{context}{caller.stage_variables},"
        f'"isBase64Encoded":false}}'
    )


def authorizer_event(caller: Caller, handshake: Handshake, api: Api, request_id: str, now: float) -> str:
    """REQUEST: queryStringParameters and stageVariables are always there, ``{}`` when empty."""
    # Observed: the hop headers are kept, in lower case, with a content-length of 0.
    headers = [pair for pair in handshake.headers if pair[0].lower() not in HOP_HEADERS]
    headers += [("Connection", "upgrade"), ("content-length", "0"), ("Upgrade", "websocket")]
    headers.sort(key=lambda pair: pair[0].lower())
    context = caller.request_context(route_field("$connect"), "CONNECT", request_id, now)
    return (
        f'{{"type":"REQUEST","methodArn":{quoted(method_arn(api))},{both("headers", "multiValueHeaders", headers)}'
        f"{both('queryStringParameters', 'multiValueQueryStringParameters', handshake.query)}"
        f'"stageVariables":{compact(dict(api.stage.variables))},{context}}}'
    )


def method_arn(api: Api) -> str:
    """The ARN that an authorizer's policy has to allow."""
    return route_arn(api, "$connect")


def message_event(caller: Caller, route_key: str, body: str, message_id: str, request_id: str, now: float) -> str:
    """MESSAGE: no headers, no query; observed order routeKey, authorizer, messageId."""
    first = f'{route_field(route_key)}{caller.authorizer}"messageId":{quoted(message_id)},'
    context = caller.request_context(first, "MESSAGE", request_id, now)
    return f'{{{context}{caller.stage_variables},"body":{quoted(body)},"isBase64Encoded":false}}'


def disconnect_event(caller: Caller, code: int, reason: str, request_id: str, now: float) -> str:
    """DISCONNECT, with the four stub headers that captures show."""
    stub = (("Host", caller.domain_name), ("x-api-key", ""), ("X-Forwarded-For", ""), ("x-restapi", ""))
    first = f'{route_field("$disconnect")}"disconnectStatusCode":{code},{caller.authorizer}'
    context = caller.request_context(
        first, "DISCONNECT", request_id, now, reason=f'"disconnectReason":{quoted(reason)},'
    )
    return f'{{{both("headers", "multiValueHeaders", stub)}{context}{caller.stage_variables},"isBase64Encoded":false}}'
