"""REQUEST authorizers: what must be in the request before one is called, and what its answer means."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from longwire.core.api import Api, Authorizer
from longwire.core.events import InvocationFinished
from longwire.core.policy import PolicyError, Verdict, judge
from longwire.core.proxy_event import Handshake, method_arn

__all__ = ["Answer", "judged", "missing_identity_source"]

EXPLICIT = "User is not authorized to access this resource with an explicit deny in an identity-based policy"
IMPLICIT = (
    "User is not authorized to access this resource because no identity-based policy allows the "
    "execute-api:Invoke action"
)


@dataclass(frozen=True, slots=True)
class Answer:
    """``status`` is 200 when the handshake goes on, else what the client gets; ``why`` is for the log alone."""

    status: Literal[200, 401, 403, 500]
    message: str = ""
    why: str = ""
    principal_id: str | None = None
    usage_identifier_key: str | None = None
    context: Mapping[str, str] = field(default_factory=dict)


def missing_identity_source(authorizer: Authorizer, api: Api, handshake: Handshake) -> str | None:
    """The first identity source that is absent or empty: API Gateway then answers 401 without calling the function."""
    return next((source for source in authorizer.identity_sources if not value_of(source, api, handshake)), None)


def value_of(source: str, api: Api, handshake: Handshake) -> str | None:
    for prefix, read in READERS.items():
        if source.startswith(prefix):
            return read(source.removeprefix(prefix), api, handshake)
    return None


def query_value(name: str, _: Api, handshake: Handshake) -> str | None:
    return dict(handshake.query).get(name)


def context_value(name: str, api: Api, handshake: Handshake) -> str | None:
    known = {
        "apiId": api.api_id,
        "domainName": handshake.header("Host"),
        "eventType": "CONNECT",
        "identity.sourceIp": handshake.source_ip,
        "identity.userAgent": handshake.header("User-Agent"),
        "routeKey": "$connect",
        "stage": api.stage.name,
    }
    return known.get(name)


# Both spellings occur in templates: with "route." (documented for WebSocket APIs) and without.
READERS: dict[str, Callable[[str, Api, Handshake], str | None]] = {
    "route.request.header.": lambda name, _, handshake: handshake.header(name),
    "route.request.querystring.": query_value,
    "stageVariables.": lambda name, api, _: api.stage.variables.get(name),
    "$stageVariables.": lambda name, api, _: api.stage.variables.get(name),
    "context.": context_value,
    "$context.": context_value,
}


def judged(result: InvocationFinished, api: Api, size_limit: int) -> Answer:
    """What an authorizer function's end means for the handshake."""
    if result.error:
        return failed(result)
    if len(result.payload.encode()) > size_limit:
        return Answer(500, why=f"the authorizer's answer is larger than {size_limit} bytes")
    try:
        answer = json.loads(result.payload or "null")
        verdict = judge(answer.get("policyDocument") if isinstance(answer, dict) else None, method_arn(api))
        context = stringified(answer.get("context"))
    except (PolicyError, ValueError, RecursionError) as exc:
        return Answer(500, why=f"the authorizer's answer is not usable: {exc}")
    return ruled(verdict, answer, context)


def failed(result: InvocationFinished) -> Answer:
    # Documented: callback("Unauthorized") is the way to a 401; any other failure is AUTHORIZER_FAILURE, 500.
    if result.error == "raised" and result.error_message == "Unauthorized":
        return Answer(401, "Unauthorized", "the authorizer raised Unauthorized")
    return Answer(500, why=f"the authorizer failed: {result.error_message or result.error}")


def ruled(verdict: Verdict, answer: Mapping[str, Any], context: dict[str, str]) -> Answer:
    if verdict == "explicit_deny":
        return Answer(403, EXPLICIT, "the authorizer's policy denies $connect")
    if verdict == "implicit_deny":
        return Answer(403, IMPLICIT, "the authorizer's policy does not allow $connect")
    principal_id, key = answer.get("principalId"), answer.get("usageIdentifierKey")
    return Answer(
        200,
        principal_id=None if principal_id is None else str(principal_id),
        usage_identifier_key=None if key is None else str(key),
        context=context,
    )


def stringified(context: Any) -> dict[str, str]:
    """Documented: values are strings, numbers or booleans, and ``$context.authorizer.x`` is their text."""
    if context is None:
        return {}
    if not isinstance(context, dict):
        raise PolicyError("context is not an object")
    return {key: text(key, value) for key, value in context.items()}


def text(key: str, value: Any) -> str:
    if isinstance(value, str):
        return value
    if value is None or isinstance(value, (bool, int, float)):
        return json.dumps(value)
    raise PolicyError(f"context.{key} is not a string, number or boolean")
