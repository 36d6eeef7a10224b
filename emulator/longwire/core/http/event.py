"""The events of Lambda proxy integrations and function URLs, in payload formats 1.0 and 2.0.

Fields, types and their order are those of the developer guide's examples, "Create AWS Lambda proxy integrations for
HTTP APIs" and "Lambda proxy integrations" of REST APIs; what is absent when it is empty is as captured.
"""

import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from hashlib import sha256
from typing import Any

from longwire.core.http.api import HttpApi
from longwire.core.http.request import Incoming, forwarded, is_text, text_body
from longwire.core.http.routes import Match
from longwire.core.iam import AccessKey
from longwire.core.proxy_event import clf

__all__ = ["Granted", "event", "event_v1", "event_v2", "request_context_v1", "request_context_v2"]

# Observed of format 1.0 in HTTP APIs: these have their usual casing, whatever the client wrote; the others are in
# lower case.
TITLED = {
    name.lower(): name
    for name in ("Content-Length", "Host", "User-Agent", "X-Amzn-Trace-Id", "X-Forwarded-For", "X-Forwarded-Port",
                 "X-Forwarded-Proto")
}  # fmt: skip
IDENTITY = ("accessKey", "accountId", "caller", "cognitoAuthenticationProvider", "cognitoAuthenticationType",
            "cognitoIdentityId", "cognitoIdentityPoolId", "principalOrgId")  # fmt: skip
Pairs = tuple[tuple[str, str], ...]
Fields = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Granted:
    """Who was let in: an authorizer's ``context`` and principal, with its latency in ms, or the key that signed."""

    context: Mapping[str, Any] | None = None
    principal_id: str | None = None
    latency: int = 0
    key: AccessKey | None = None


NOBODY = Granted()


def event(api: HttpApi, match: Match, incoming: Incoming, granted: Granted = NOBODY, *, version: str = "2.0") -> str:
    """The payload of the integration's function, as JSON."""
    if api.kind == "rest":
        fields = rest_event(api, match, incoming, granted)
    elif version == "1.0":
        fields = event_v1(api, match, incoming, granted)
    else:
        fields = event_v2(api, match, incoming, granted)
    return json.dumps(fields, separators=(",", ":"), ensure_ascii=False)


# --- format 2.0


def event_v2(api: HttpApi, match: Match, incoming: Incoming, granted: Granted) -> Fields:
    """Documented: "Format 2.0 doesn't have multiValueHeaders or multiValueQueryStringParameters fields"."""
    context = request_context_v2(api, match, incoming, granted)
    body, encoded = text_body(incoming, text=is_text(incoming))
    return {
        **head_v2(api, match, incoming),
        "requestContext": context,
        **({} if body is None else {"body": body}),
        **({"pathParameters": dict(match.parameters)} if match.parameters else {}),
        "isBase64Encoded": encoded,
        **({"stageVariables": dict(api.variables)} if api.variables else {}),
    }


def head_v2(api: HttpApi, match: Match, incoming: Incoming) -> Fields:
    cookies = [part for line in values(incoming.headers, "cookie") for part in line.split("; ") if part]
    headers = combined((name.lower(), value) for name, value in forwarded(incoming, api))
    headers.pop("cookie", None)
    query = combined(incoming.query)
    return {
        "version": "2.0",
        "routeKey": match.route.key,
        "rawPath": incoming.shown_path(api),
        "rawQueryString": incoming.raw_query,
        **({"cookies": cookies} if cookies else {}),
        "headers": headers,
        **({"queryStringParameters": query} if query else {}),
    }


def request_context_v2(api: HttpApi, match: Match, incoming: Incoming, granted: Granted = NOBODY) -> Fields:
    # Documented of function URLs: accountId is that of the caller, or "anonymous".
    account = api.account_id if api.kind != "url" or granted.key is not None else "anonymous"
    return {
        "accountId": account,
        "apiId": api.api_id,
        **authorizer_v2(granted),
        "domainName": api.domain_name,
        "domainPrefix": api.api_id,
        "http": {
            "method": incoming.method,
            "path": incoming.shown_path(api),
            "protocol": incoming.protocol,
            "sourceIp": incoming.source_ip,
            "userAgent": incoming.header("user-agent") or "",
        },
        "requestId": incoming.request_id,
        "routeKey": match.route.key,
        "stage": api.stage,
        "time": clf(int(incoming.received_at)),
        "timeEpoch": int(incoming.received_at * 1000),
    }


def authorizer_v2(granted: Granted) -> Fields:
    if granted.key is not None:
        key = granted.key
        iam = {
            "accessKey": key.key_id,
            "accountId": key.account_id,
            "callerId": key.user_id,
            "cognitoIdentity": None,
            "principalOrgId": None,
            "userArn": key.arn,
            "userId": key.user_id,
        }
        return {"authorizer": {"iam": iam}}
    return {} if granted.context is None else {"authorizer": {"lambda": dict(granted.context)}}


# --- format 1.0


def event_v1(api: HttpApi, match: Match, incoming: Incoming, granted: Granted) -> Fields:
    """Of an HTTP API."""
    headers = tuple((TITLED.get(name.lower(), name.lower()), value) for name, value in forwarded(incoming, api))
    body, encoded = text_body(incoming, text=is_text(incoming))
    path = incoming.shown_path(api)
    return {
        "version": "1.0",
        "resource": match.route.path,
        "path": path,
        "httpMethod": incoming.method,
        **both(headers, incoming.query),
        "requestContext": request_context_v1(api, match, incoming, granted),
        "pathParameters": dict(match.parameters) or None,
        "stageVariables": dict(api.variables) or None,
        "body": body,
        "isBase64Encoded": encoded,
    }


def request_context_v1(api: HttpApi, match: Match, incoming: Incoming, granted: Granted = NOBODY) -> Fields:
    return {
        "accountId": api.account_id,
        "apiId": api.api_id,
        **authorizer_v1(granted),
        "domainName": api.domain_name,
        "domainPrefix": api.api_id,
        "extendedRequestId": incoming.request_id,
        "httpMethod": incoming.method,
        "identity": identity(incoming, granted),
        "path": incoming.shown_path(api),
        "protocol": incoming.protocol,
        "requestId": incoming.request_id,
        "requestTime": clf(int(incoming.received_at)),
        "requestTimeEpoch": int(incoming.received_at * 1000),
        "resourceId": match.route.key,
        "resourcePath": match.route.path,
        "stage": api.stage,
    }


def authorizer_v1(granted: Granted) -> Fields:
    if granted.context is None:
        return {}
    principal = {} if granted.principal_id is None else {"principalId": granted.principal_id}
    return {"authorizer": {**granted.context, **principal, "integrationLatency": granted.latency}}


def identity(incoming: Incoming, granted: Granted) -> Fields:
    """Documented: every field is there, and null where it does not apply."""
    known = {} if granted.key is None else granted.key.identity()
    shown = {"sourceIp": incoming.source_ip, "user": None, "userAgent": incoming.header("user-agent"), "userArn": None}
    return {**dict.fromkeys(IDENTITY), **shown, **known}


def rest_event(api: HttpApi, match: Match, incoming: Incoming, granted: Granted) -> Fields:
    """Of a REST API: no ``version``, the client's own casing, and the path without the Stage."""
    binary = is_binary(incoming.header("content-type"), api.binary_types)
    body, encoded = text_body(incoming, text=not binary)
    if encoded and not binary:
        # Observed: without a matching binaryMediaType a body is taken for UTF-8, and what is none is lost.
        body, encoded = incoming.body.decode("utf-8", "replace"), False
    return {
        "resource": match.route.path,
        "path": incoming.below(api),
        "httpMethod": incoming.method,
        **both(forwarded(incoming, api), incoming.query),
        "pathParameters": dict(match.parameters) or None,
        "stageVariables": dict(api.variables) or None,
        "requestContext": rest_context(api, match, incoming, granted),
        "body": body,
        "isBase64Encoded": encoded,
    }


def rest_context(api: HttpApi, match: Match, incoming: Incoming, granted: Granted) -> Fields:
    digest = sha256(f"{api.api_id}{match.route.path}".encode()).digest()
    extended = b64encode(sha256(incoming.request_id.encode()).digest()[:11]).decode()
    shared = request_context_v1(api, match, incoming, granted)
    order = ("resourcePath", "httpMethod", "requestTime", "path", "accountId", "protocol", "stage", "domainPrefix",
             "requestTimeEpoch", "requestId", "identity", "domainName", "apiId")  # fmt: skip
    return {
        "resourceId": digest.hex()[:6],
        "extendedRequestId": extended,
        **{name: shared[name] for name in order},
        "deploymentId": sha256(api.api_id.encode()).hexdigest()[:6],
    }


def is_binary(kind: str | None, binary_types: tuple[str, ...]) -> bool:
    """``kind`` is a Content-Type; ``*/*`` takes all, ``image/*`` a family."""
    plain = (kind or "application/json").partition(";")[0].strip().lower()
    return any(fnmatchcase(plain, pattern.lower()) for pattern in binary_types)


# --- names and values


def values(pairs: Pairs, name: str) -> list[str]:
    return [value for key, value in pairs if key.lower() == name]


def combined(pairs: Any) -> dict[str, str]:
    """Documented: "Duplicate headers are combined with commas"; so are query parameters."""
    found: dict[str, str] = {}
    for name, value in pairs:
        found[name] = f"{found[name]},{value}" if name in found else value
    return found


def both(headers: Pairs, query: Pairs) -> Fields:
    """The last value of each name, and all of them; query parameters are null when there are none."""
    return {
        "headers": dict(headers),
        "multiValueHeaders": multiple(headers),
        "queryStringParameters": dict(query) or None,
        "multiValueQueryStringParameters": multiple(query) or None,
    }


def multiple(pairs: Pairs) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found
