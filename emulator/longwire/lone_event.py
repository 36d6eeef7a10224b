"""An event as API Gateway would write it, without a client: for ``longwire events``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from longwire.chosen_stage import chosen_stage
from longwire.core.api import Api, Route, Stack
from longwire.core.ids import Ids, is_connection_id
from longwire.core.proxy_event import (
    Caller,
    Handshake,
    authorizer_event,
    connect_event,
    disconnect_event,
    message_event,
)
from longwire.core.routing import Router
from longwire.errors import UsageError

__all__ = ["KINDS", "Asked", "LoneEvent", "lone_event"]

KINDS = ("connect", "message", "disconnect", "authorizer")
Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the user says of it; ``context`` is the authorizer's. Without a ``connection_id`` one is made up."""

    kind: str
    body: str = ""
    route_key: str | None = None
    api: str | None = None
    stage: str | None = None
    headers: Pairs = ()
    query: Pairs = ()
    context: Mapping[str, str] = field(default_factory=dict)
    connection_id: str | None = None
    code: int = 1000
    reason: str = ""


@dataclass(frozen=True, slots=True)
class LoneEvent:
    """``function`` is the logical id of the one that gets ``payload``, JSON text."""

    function: str
    route_key: str
    connection_id: str
    payload: str


@dataclass(frozen=True, slots=True)
class Moment:
    """Where and when the event happens; ``now`` is epoch seconds."""

    api: Api
    route: Route
    caller: Caller
    handshake: Handshake
    ids: Ids
    now: float

    def written(self, asked: Asked) -> str:
        request_id = self.ids.request_id()
        if asked.kind == "authorizer":
            return authorizer_event(self.caller, self.handshake, self.api, request_id, self.now)
        if asked.kind == "connect":
            latency = 0 if self.route.authorizer is not None else None
            return connect_event(self.caller, self.handshake, request_id, self.now, authorizer_latency=latency)
        if asked.kind == "disconnect":
            return disconnect_event(self.caller, asked.code, asked.reason, request_id, self.now)
        return message_event(self.caller, self.route.key, asked.body, self.ids.message_id(), request_id, self.now)


def lone_event(stack: Stack, asked: Asked, ids: Ids, now: float) -> LoneEvent:
    """Raises UsageError for a Route, API or function that is not there."""
    api = chosen_stage(stack, asked.api, asked.stage)
    route = chosen_route(api, asked)
    function = called(route, asked.kind)
    connection_id = asked.connection_id or ids.connection_id()
    if not is_connection_id(connection_id):
        raise UsageError(f"{connection_id} is no connection id: those have 16 characters, the last of which is =")
    own = (("Host", api.domain_name), ("User-Agent", "longwire"), ("Sec-WebSocket-Version", "13"))
    given = {name.lower() for name, _ in asked.headers}
    headers = (*((name, value) for name, value in own if name.lower() not in given), *asked.headers)
    handshake = Handshake(headers, asked.query, "127.0.0.1").with_forwarding(api.domain_name, ids.trace_root(now))
    caller = Caller(api, handshake, connection_id, now)
    if asked.context and asked.kind != "authorizer":
        context = dict(asked.context)
        caller.authorize(context.pop("principalId", None), context)
    payload = Moment(api, route, caller, handshake, ids, now).written(asked)
    return LoneEvent(function, route.key, connection_id, payload)


def chosen_route(api: Api, asked: Asked) -> Route:
    """The one that is named, or that the API's route selection expression would choose."""
    key = {"connect": "$connect", "authorizer": "$connect", "disconnect": "$disconnect"}.get(asked.kind)
    if key is None and asked.route_key is None:
        route, why, _ = Router(api).route(asked.body)
        if route is None:
            raise UsageError(f"no route takes this message: {why}, and there is no $default")
        return route
    found = api.routes.get(key or asked.route_key or "")
    if found is None:
        raise UsageError(f"there is no route {key or asked.route_key}; there are {listed(list(api.routes))}")
    return found


def called(route: Route, kind: str) -> str:
    if kind == "authorizer":
        if route.authorizer is None:
            raise UsageError("$connect has no Lambda authorizer")
        return route.authorizer.function
    function = None if route.integration is None else route.integration.function
    if function is None:
        raise UsageError(f"route {route.key} invokes no function")
    return function


def listed(names: Sequence[str]) -> str:
    return ", ".join(names) or "none"
