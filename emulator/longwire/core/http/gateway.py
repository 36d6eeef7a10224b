"""One deployed HTTP entry point: requests and functions' results in, invocations and answers out.

``receive`` takes a request, ``finished`` a function's result, ``tick`` the time when ``next_deadline`` has come. No
socket, clock or process in here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from longwire.core.account import Account
from longwire.core.events import InvocationFinished, Invoke
from longwire.core.http import cors
from longwire.core.http.api import HttpApi, HttpAuthorizer, LambdaProxy, StaticAnswer
from longwire.core.http.authorizer import (
    AuthorizerCache,
    Verdict,
    authorizer_event,
    identity_values,
    route_arn,
    verdict,
)
from longwire.core.http.event import Granted, event
from longwire.core.http.request import Incoming
from longwire.core.http.response import Answer, Malformed, function_failed, message, no_route, read, too_slow
from longwire.core.http.routes import Match, Router
from longwire.core.http.signed import signed_by
from longwire.core.iam import AccessKey
from longwire.core.ids import Ids
from longwire.core.quotas import Quotas
from longwire.core.throttling import TokenBucket, bucket_of, throttled

__all__ = ["Answered", "HttpGateway"]

MAX_BODY = 10 * 1024 * 1024  # bytes; quota "Payload size: 10 MB", of HTTP APIs and REST APIs
MAX_EVENT = 6 * 1024 * 1024  # bytes; Lambda's quota for a synchronous invocation, and that of a function URL
MAX_HEADERS = 10_240  # bytes; quota "Total combined size of request line and header values"
AUTHORIZER_TIMEOUT = 30.0  # seconds; the integration's, as nothing else is said of authorizers of HTTP APIs


@dataclass(frozen=True, slots=True)
class Answered:
    """An effect: answer the request, ``seconds`` after it came.

    ``route_key`` and ``function`` are empty where there is none.
    """

    incoming: Incoming
    answer: Answer
    route_key: str
    function: str
    seconds: float


Effects = list[Invoke | Answered]


@dataclass(frozen=True, slots=True)
class Pending:
    """A request whose function, or authorizer when ``values`` are given, is running."""

    incoming: Incoming
    match: Match
    deadline: float
    started: float
    values: list[str] | None = None


class HttpGateway:
    """``access_keys`` may sign, by key id."""

    def __init__(
        self,
        api: HttpApi,
        ids: Ids,
        quotas: Quotas | None = None,
        access_keys: Mapping[str, AccessKey] | None = None,
        account: Account | None = None,
    ) -> None:
        self.api = api
        self.ids = ids
        self.access_keys = access_keys or {}
        self.router = Router(api)
        self.cache = AuthorizerCache()
        self.pending: dict[str, Pending] = {}
        waits = [each.integration.timeout for each in api.routes if isinstance(each.integration, LambdaProxy)]
        self.shortest_wait = min(*waits, AUTHORIZER_TIMEOUT) if waits else AUTHORIZER_TIMEOUT
        quotas = quotas or Quotas()
        own = (account or Account(quotas)).requests
        self.buckets: dict[str, tuple[TokenBucket, ...]] = {}
        for route in api.routes:
            limits = api.route_throttles.get(route.key, api.throttle)
            bucket = bucket_of(f"route {route.key}", limits, quotas)
            self.buckets[route.key] = (own,) if bucket is None else (bucket, own)

    # --- a request

    def receive(self, incoming: Incoming, now: float) -> Effects:
        """``incoming.target`` begins with the Stage's path."""
        refused = too_large(self.api, incoming)
        if refused is not None:
            return [self.answered(incoming, None, refused, now)]
        match = self.router.match(incoming.method, incoming.below(self.api))
        if match is None:
            return [self.unmatched(incoming, now)]
        why = None if self.api.kind == "url" else throttled(self.buckets[match.route.key], now)
        if why is not None:
            return [self.answered(incoming, match, message(429, "Too Many Requests", why), now)]
        return self.authorize(incoming, match, now)

    def unmatched(self, incoming: Incoming, now: float) -> Answered:
        if self.is_preflight(incoming):
            return self.answered(incoming, None, self.preflight(incoming), now)
        why = f"no Route takes {incoming.method} {incoming.below(self.api)}"
        return self.answered(incoming, None, no_route(self.api, why), now)

    def is_preflight(self, incoming: Incoming) -> bool:
        requested = incoming.header("access-control-request-method")
        return self.api.cors is not None and cors.is_preflight(incoming.method, incoming.header("origin"), requested)

    def preflight(self, incoming: Incoming) -> Answer:
        assert self.api.cors is not None
        # Observed: 204 of an HTTP API; documented of function URLs: 200.
        status = 204 if self.api.kind == "http" else 200
        return Answer(status, cors.preflight(self.api.cors, incoming.header("origin") or ""))

    def authorize(self, incoming: Incoming, match: Match, now: float) -> Effects:
        if self.api.kind == "url" and self.is_preflight(incoming):
            return [self.answered(incoming, match, self.preflight(incoming), now)]
        if match.route.iam:
            arn = self.api.function_arn or route_arn(self.api, incoming)
            found = signed_by(self.api, incoming, self.access_keys, arn, now)
            if isinstance(found, Answer):
                return [self.answered(incoming, match, found, now)]
            return self.integrate(incoming, match, Granted(key=found), now)
        if match.route.authorizer is not None:
            return self.ask(match.route.authorizer, incoming, match, now)
        return self.integrate(incoming, match, Granted(), now)

    def ask(self, authorizer: HttpAuthorizer, incoming: Incoming, match: Match, now: float) -> Effects:
        values = identity_values(authorizer, self.api, match, incoming)
        if values is None:
            refused = message(401, "Unauthorized", "an identity source is absent or empty")
            return [self.answered(incoming, match, refused, now)]
        kept = self.cache.get(authorizer, values, now)
        if kept is not None:
            return self.decided(incoming, match, kept, 0, now)
        payload = authorizer_event(authorizer, self.api, match, incoming, values)
        pending = Pending(incoming, match, now + AUTHORIZER_TIMEOUT, now, values)
        return [self.invoke(pending, authorizer.function, authorizer.qualifier, payload)]

    def decided(self, incoming: Incoming, match: Match, answer: Verdict, latency: int, now: float) -> Effects:
        refused = answer.at(route_arn(self.api, incoming))
        if refused is not None:
            return [self.answered(incoming, match, refused, now)]
        return self.integrate(incoming, match, Granted(answer.context, answer.principal_id, latency), now)

    def integrate(self, incoming: Incoming, match: Match, granted: Granted, now: float) -> Effects:
        integration = match.route.integration
        # Inferred from "Configuring CORS for an HTTP API with a $default route and an authorizer": a Route that takes
        # OPTIONS is authorized first; its function is not needed for a preflight request.
        if self.is_preflight(incoming):
            return [self.answered(incoming, match, self.preflight(incoming), now)]
        if isinstance(integration, StaticAnswer):
            static = Answer(integration.status, integration.headers, integration.body.encode())
            return [self.answered(incoming, match, static, now)]
        try:
            payload = event(self.api, match, incoming, granted, version=integration.payload_format)
        except RecursionError:  # an authorizer's context that could just be read cannot be written a level deeper
            failed = function_failed(self.api, "the authorizer's context is nested too deep")
            return [self.answered(incoming, match, failed, now)]
        if len(payload) > MAX_EVENT and len(payload.encode()) > MAX_EVENT:
            return [self.answered(incoming, match, entity_too_large("the event is larger than Lambda's 6 MB"), now)]
        pending = Pending(incoming, match, now + integration.timeout, now)
        return [self.invoke(pending, integration.function, integration.qualifier, payload)]

    def invoke(self, pending: Pending, function: str, qualifier: str, payload: str) -> Invoke:
        invocation_id = self.ids.uuid()
        self.pending[invocation_id] = pending
        return Invoke(invocation_id, function, payload, "", pending.match.route.key, self.ids.uuid(), qualifier)

    # --- a function's result

    def finished(self, result: InvocationFinished, now: float) -> Effects:
        """Nothing for one that came too late."""
        pending = self.pending.pop(result.invocation_id, None)
        if pending is None:
            return []
        incoming, match = pending.incoming, pending.match
        if pending.values is not None:
            assert match.route.authorizer is not None
            answer = verdict(match.route.authorizer, result)
            self.cache.put(match.route.authorizer, pending.values, answer, now)
            return self.decided(incoming, match, answer, int((now - pending.started) * 1000), now)
        return [self.answered(incoming, match, self.meant(match, incoming, result), now)]

    def meant(self, match: Match, incoming: Incoming, result: InvocationFinished) -> Answer:
        assert isinstance(match.route.integration, LambdaProxy)
        if result.error:
            why = f"the function failed: {result.error_message or result.error}"
            return function_failed(self.api, why, throttled=result.error == "throttled")
        try:
            return read(self.api, match.route.integration.payload_format, result.payload, incoming)
        except Malformed as exc:
            return function_failed(self.api, str(exc))

    # --- time

    def next_deadline(self) -> float | None:
        return min((pending.deadline for pending in self.pending.values()), default=None)

    def tick(self, now: float) -> Effects:
        """Answer the requests whose functions took too long; these run on, and nobody hears their results."""
        due = [key for key, pending in self.pending.items() if pending.deadline <= now]
        return [self.timed_out(self.pending.pop(key), now) for key in due]

    def timed_out(self, pending: Pending, now: float) -> Answered:
        if pending.values is not None:
            answer = message(500, "Internal Server Error", "the authorizer took too long")
        else:
            answer = too_slow(self.api, pending.deadline - pending.started)
        return self.answered(pending.incoming, pending.match, answer, now)

    # --- the answer

    def answered(self, incoming: Incoming, match: Match | None, answer: Answer, now: float) -> Answered:
        integration = match.route.integration if match is not None else None
        function = integration.function if isinstance(integration, LambdaProxy) else ""
        key = match.route.key if match is not None else ""
        headers = (*self.with_cors(incoming, answer), *own_headers(self.api, incoming))
        seconds = now - incoming.received_at
        return Answered(incoming, replace(answer, headers=headers), key, function, seconds)

    def with_cors(self, incoming: Incoming, answer: Answer) -> tuple[tuple[str, str], ...]:
        if self.api.cors is None or self.is_preflight(incoming):
            return answer.headers
        return (*cors.without_own(answer.headers), *cors.added(self.api.cors, incoming.header("origin")))


def own_headers(api: HttpApi, incoming: Incoming) -> tuple[tuple[str, str], ...]:
    """Observed of each kind."""
    if api.kind == "http":
        return (("apigw-requestid", incoming.request_id),)
    trace = ("x-amzn-trace-id", f"Root={incoming.root}")
    return (("x-amzn-requestid", incoming.request_id), trace)


def entity_too_large(why: str) -> Answer:
    return message(413, "Request Entity Too Large", why)


def too_large(api: HttpApi, incoming: Incoming) -> Answer | None:
    limit = MAX_EVENT if api.kind == "url" else MAX_BODY
    if len(incoming.body) > limit:
        return entity_too_large(f"the body has {len(incoming.body):,} bytes of at most {limit:,}")
    size = len(incoming.target) + sum(len(value) for _, value in incoming.headers)
    if api.kind != "url" and size > MAX_HEADERS:
        why = f"request line and headers have {size:,} bytes of at most {MAX_HEADERS:,}"
        return message(431, "Request Header Fields Too Large", why)
    return None
