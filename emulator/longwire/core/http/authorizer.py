"""REQUEST authorizers of HTTP APIs: what they are asked, what their answers mean, and how long these are kept.

Developer guide, "Control access to HTTP APIs with AWS Lambda authorizers".
"""

import json
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from longwire.core.events import InvocationFinished
from longwire.core.http.api import HttpApi, HttpAuthorizer
from longwire.core.http.event import combined, head_v2, request_context_v1, request_context_v2
from longwire.core.http.request import Incoming, forwarded
from longwire.core.http.response import Answer, message
from longwire.core.http.routes import Match
from longwire.core.policy import PolicyError, judge
from longwire.core.proxy_response import loaded

__all__ = ["AuthorizerCache", "Verdict", "authorizer_event", "forbidden", "identity_values", "route_arn", "verdict"]

KEPT = 1024  # answers of one entry point; the oldest leave
CONTEXT_FIELDS = (
    "path",
    "accountId",
    "resourceId",
    "stage",
    "requestId",
    "identity",
    "resourcePath",
    "httpMethod",
    "apiId",
)
Fields = dict[str, Any]


def route_arn(api: HttpApi, incoming: Incoming) -> str:
    """What a policy has to allow: ``arn:aws:execute-api:{region}:{account}:{api}/{stage}/{method}/{path}``."""
    place = f"{api.api_id}/{api.stage}/{incoming.method}{incoming.below(api)}"
    return f"arn:aws:execute-api:{api.region}:{api.account_id}:{place}"


# --- the question


def identity_values(authorizer: HttpAuthorizer, api: HttpApi, match: Match, incoming: Incoming) -> list[str] | None:
    """One for each identity source.

    None when one is absent or empty. Documented: "API Gateway returns a 401 Unauthorized response ... without invoking
    the Lambda function".
    """
    found = [source_value(source, api, match, incoming) for source in authorizer.identity_sources]
    return None if not all(found) else [value for value in found if value]


def source_value(source: str, api: HttpApi, match: Match, incoming: Incoming) -> str | None:
    kind, _, name = source.removeprefix("$").partition(".")
    if kind == "stageVariables":
        return api.variables.get(name)
    if kind == "context":
        return context_value(name, api, match, incoming)
    part, _, name = name.partition(".")
    if part == "header":
        return incoming.header(name.lower())
    return combined(incoming.query).get(name)


def context_value(name: str, api: HttpApi, match: Match, incoming: Incoming) -> str | None:
    context = request_context_v2(api, match, incoming)
    flat = {**context, **{f"identity.{key}": value for key, value in context["http"].items()}, **context["http"]}
    known = {**flat, "httpMethod": incoming.method, "requestTimeEpoch": context["timeEpoch"]}
    found = known.get(name)
    return str(found) if isinstance(found, (str, int)) else None


def authorizer_event(
    authorizer: HttpAuthorizer, api: HttpApi, match: Match, incoming: Incoming, values: list[str]
) -> str:
    """The payload of the authorizer's function, in the format that it asks for."""
    make = event_v1 if authorizer.payload_format == "1.0" else event_v2
    return json.dumps(make(api, match, incoming, values), separators=(",", ":"), ensure_ascii=False)


def event_v2(api: HttpApi, match: Match, incoming: Incoming, values: list[str]) -> Fields:
    head = head_v2(api, match, incoming)
    return {
        "version": head.pop("version"),
        "type": "REQUEST",
        "routeArn": route_arn(api, incoming),
        "identitySource": values or None,
        **head,
        "requestContext": request_context_v2(api, match, incoming),
        **({"pathParameters": dict(match.parameters)} if match.parameters else {}),
        **({"stageVariables": dict(api.variables)} if api.variables else {}),
    }


def event_v1(api: HttpApi, match: Match, incoming: Incoming, values: list[str]) -> Fields:
    context = request_context_v1(api, match, incoming)
    token = ",".join(values) or None
    return {
        "version": "1.0",
        "type": "REQUEST",
        "methodArn": route_arn(api, incoming),
        "identitySource": token,
        "authorizationToken": token,
        "resource": match.route.path,
        "path": incoming.shown_path(api),
        "httpMethod": incoming.method,
        "headers": dict(forwarded(incoming, api)),
        "queryStringParameters": combined(incoming.query),
        "pathParameters": dict(match.parameters),
        "stageVariables": dict(api.variables),
        "requestContext": {name: context[name] for name in CONTEXT_FIELDS},
    }


# --- the answer


@dataclass(frozen=True, slots=True)
class Verdict:
    """``policy`` None: a simple answer, which holds for every Route. ``refusal`` is what the client gets, or None."""

    context: Mapping[str, Any] = field(default_factory=dict)
    principal_id: str | None = None
    policy: Any = None
    refusal: Answer | None = None

    def at(self, arn: str) -> Answer | None:
        """The refusal for one Route. Documented: a kept policy is judged for each request anew."""
        if self.refusal is not None or self.policy is None:
            return self.refusal
        try:
            allowed = judge(self.policy, arn) == "allow"
        except PolicyError as exc:
            return broken(f"the authorizer's policy is not usable: {exc}")
        return None if allowed else forbidden("the authorizer's policy does not allow this Route")


def forbidden(why: str) -> Answer:
    return message(403, "Forbidden", why)


def broken(why: str) -> Answer:
    """Documented: 500 when the function fails or its answer makes no sense."""
    return message(500, "Internal Server Error", why)


def verdict(authorizer: HttpAuthorizer, result: InvocationFinished) -> Verdict:
    """What an authorizer function's end means."""
    if result.error == "raised" and result.error_message == "Unauthorized":
        # Documented of REST APIs and WebSocket APIs, inferred here.
        return Verdict(refusal=message(401, "Unauthorized", "the authorizer raised Unauthorized"))
    if result.error:
        return Verdict(refusal=broken(f"the authorizer failed: {result.error_message or result.error}"))
    answer = loaded(result.payload)
    read: Callable[[Any], Verdict] = simple if authorizer.simple else by_policy
    return read(answer)


def simple(answer: Any) -> Verdict:
    allowed = answer.get("isAuthorized") if isinstance(answer, dict) else None
    if not isinstance(allowed, bool):
        return Verdict(refusal=broken("the authorizer's answer has no isAuthorized that is true or false"))
    refusal = None if allowed else forbidden("the authorizer answered isAuthorized: false")
    return Verdict(context_of(answer), refusal=refusal)


def by_policy(answer: Any) -> Verdict:
    policy = answer.get("policyDocument") if isinstance(answer, dict) else None
    if policy is None:
        return Verdict(refusal=broken("the authorizer's answer has no policyDocument"))
    principal = answer.get("principalId")
    return Verdict(context_of(answer), None if principal is None else str(principal), policy)


def context_of(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    found = answer.get("context")
    return found if isinstance(found, dict) else {}


class AuthorizerCache:
    """Documented: the identity sources are the cache's key, for all Routes of the authorizer."""

    def __init__(self) -> None:
        self.kept: OrderedDict[tuple[str, ...], tuple[float, Verdict]] = OrderedDict()

    def get(self, authorizer: HttpAuthorizer, values: list[str], now: float) -> Verdict | None:
        until, found = self.kept.get((authorizer.name, *values), (0.0, None))
        return found if now < until else None

    def put(self, authorizer: HttpAuthorizer, values: list[str], answer: Verdict, now: float) -> None:
        """Refusals of a policy or an isAuthorized are kept as well; a function that failed is asked again."""
        failed = answer.refusal is not None and answer.refusal.status != 403
        # The guide: an authorizer without an identity source has no cache.
        if authorizer.ttl and values and not failed:
            self.kept[(authorizer.name, *values)] = (now + authorizer.ttl, answer)
            while len(self.kept) > KEPT:
                self.kept.popitem(last=False)
