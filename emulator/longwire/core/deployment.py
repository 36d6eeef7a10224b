"""What the parts of one gateway share: the api, its connections, their timers and the invocations under way."""

from collections.abc import Mapping
from typing import Any

from longwire.core.account import Account
from longwire.core.api import Api, Route
from longwire.core.api_keys import ApiKeys
from longwire.core.backends import Answer, Asking, Backends
from longwire.core.connection import Connection, Step
from longwire.core.events import CallHttp, CallService, CloseConnection, Effect, Invoke, Noted, SendFrame
from longwire.core.iam import AccessKey
from longwire.core.ids import Ids
from longwire.core.invocations import Invocations, Pending, Purpose
from longwire.core.monitor import Monitor
from longwire.core.outcome import Outcome, Request
from longwire.core.proxy_event import HOP_HEADERS, disconnect_event
from longwire.core.quotas import Quotas
from longwire.core.request_context import context_of
from longwire.core.request_parameters import Asked
from longwire.core.throttling import Throttles
from longwire.core.timers import TimerQueue

__all__ = ["Deployment", "Effects", "failed"]

SHOWN_BODY = 10_000  # characters of a request that the timeline keeps

HELD = 7 * 86_400.0  # seconds that a function which is debugged is waited for
Effects = list[Effect]


class Deployment:
    """A deployed Stage's state. Its verbs return the effects that they cause.

    ``access_keys`` are those that may sign, by key id. ``shortest_wait`` is seconds: no deadline that begins later
    than now comes sooner. ``account`` is shared with the other Stages, if there are any.
    """

    def __init__(
        self,
        api: Api,
        ids: Ids,
        quotas: Quotas,
        access_keys: Mapping[str, AccessKey] | None = None,
        account: Account | None = None,
    ) -> None:
        self.account = account or Account(quotas)
        self.ids = ids
        self.quotas = quotas
        self.access_keys = access_keys or {}
        self.connections: dict[str, Connection] = {}
        self.invocations = Invocations()
        self.idle = TimerQueue(quotas.idle_timeout + quotas.idle_slack)
        self.duration = TimerQueue(quotas.max_duration)
        self.monitor = Monitor(api, quotas, ids.request_id, self.account.meter)
        self.deploy(api)

    def deploy(self, api: Api) -> None:
        """Inferred: a new deployment of a Stage holds for its open connections from their next message on."""
        self.api = api
        self.backends = Backends(api)
        timeouts = [route.integration.timeout for route in api.routes.values() if route.integration is not None]
        waits = (self.idle.duration, self.duration.duration, self.quotas.integration_timeout)
        self.shortest_wait = min(*waits, *timeouts)
        self.monitor.deployed(api)
        for connection in self.connections.values():
            connection.caller.deployed(api)
        self.forget_usage()

    def forget_usage(self) -> None:
        """As after a deployment: all token buckets are full and no usage plan's quota is used."""
        self.account.forget_usage()
        self.throttles = Throttles(self.api, self.quotas, self.account.requests, self.account.new_connections)
        self.api_keys = ApiKeys(self.api, self.account.usage_of)

    def invoke(self, purpose: Purpose, connection: Connection, route: Route, payload: str, request_id: str) -> Invoke:
        """The effect alone; ``expect`` starts its integration timeout."""
        function = self.function_of(purpose, route)
        assert function is not None
        connection_id, lambda_id = connection.connection_id, self.ids.uuid()
        return Invoke(request_id, function, payload, connection_id, route.key, lambda_id)

    def function_of(self, purpose: Purpose, route: Route) -> str | None:
        if purpose is Purpose.AUTHORIZE:
            assert route.authorizer is not None
            return route.authorizer.function
        assert route.integration is not None
        return route.integration.function

    def expect(
        self, purpose: Purpose, connection: Connection, route: Route, request: Request, asking: Asking | None = None
    ) -> None:
        """Remember who waits for the answer, and until when (at most 29 s, whatever the template says)."""
        timeout = route.integration.timeout if route.integration is not None else self.quotas.integration_timeout
        timeout = min(timeout, self.quotas.integration_timeout)
        if self.api.held_functions and self.function_of(purpose, route) in self.api.held_functions:
            timeout = HELD
        now, request_id = request.received_at, request.request_id
        pending = Pending(purpose, connection, request_id, route, timeout, now, request.message_id, asking)
        self.invocations.add(request_id, pending, now)
        self.monitor.asked(pending)

    def call(
        self,
        purpose: Purpose,
        connection: Connection,
        route: Route,
        request: Request,
        payload: str = "",
        body: Any = None,
    ) -> Answer | Effects:
        """Of an integration that is no Lambda proxy: its answer if it needs no backend, else what asks the backend."""
        backend = self.backends.by_route[route.key]
        asked = self.asked(purpose, connection, request, payload, body)
        two_way = purpose is Purpose.MESSAGE and route.two_way
        found = backend.ask(asked, request, connection, two_way=two_way)
        if isinstance(found, Answer):
            return found
        self.expect(purpose, connection, route, request, Asking(backend, asked, two_way))
        return [*called(found, backend.name), found]

    def asked(self, purpose: Purpose, connection: Connection, request: Request, payload: str, body: Any) -> Asked:
        """Only $connect has headers and a query string."""
        context = context_of(self.api, connection, request, Outcome(200))
        if purpose is not Purpose.CONNECT:
            return Asked(payload, body, context)
        headers = tuple(pair for pair in connection.handshake.headers if pair[0].lower() not in HOP_HEADERS)
        return Asked(payload, body, context, headers, connection.handshake.query)

    def send(
        self,
        connection: Connection,
        payload: str,
        cause: str,
        now: float,
        route_key: str = "",
        *,
        invocation_id: str = "",
    ) -> Effects:
        """``invocation_id`` is what the message was caused by, "" when that is not known."""
        size = len(payload) if payload.isascii() else len(payload.encode("utf-8", "surrogatepass"))
        connection.sent(size, now)
        self.monitor.frame(cause, size, route_key)
        self.idle.start(connection.connection_id, now)
        shown = {"payload": payload, "size": size, "cause": cause}
        if invocation_id:
            shown["invocation_id"] = invocation_id
        return [SendFrame(connection.connection_id, payload), Noted("frame_sent", connection.connection_id, shown)]

    def close(self, connection: Connection, code: int, reason: str, by: str, now: float) -> Effects:
        """Close from our side: the closing handshake first, then what follows every end."""
        closing = CloseConnection(connection.connection_id, code, reason)
        return [closing, *self.ended(connection, code, reason, by, now)]

    def ended(self, connection: Connection, code: int, reason: str, by: str, now: float) -> Effects:
        """The connection is over: note it and invoke $disconnect, best effort and exactly once."""
        connection.step(Step.CLOSED)
        self.forget(connection)
        self.monitor.closed(connection, code, now)
        shown = {"code": code, "reason": reason, "by": by}
        noted = Noted("connection_closed", connection.connection_id, shown)
        route = self.api.routes.get("$disconnect")
        if route is None or route.integration is None:
            return [noted, *self.monitor.disconnected(connection, now)]
        request_id = self.ids.request_id()
        if self.backends.of(route) is not None:
            return [noted, *self.call_disconnect(connection, route, Request("DISCONNECT", route.key, request_id, now))]
        payload = disconnect_event(connection.caller, code, reason, request_id, now)
        self.expect(Purpose.DISCONNECT, connection, route, Request("DISCONNECT", route.key, request_id, now))
        return [noted, self.invoke(Purpose.DISCONNECT, connection, route, payload, request_id)]

    def call_disconnect(self, connection: Connection, route: Route, request: Request) -> Effects:
        found = self.call(Purpose.DISCONNECT, connection, route, request)
        if not isinstance(found, Answer):
            return found
        outcome = Outcome(found.status, found.error or None)
        return [*failed(connection, route, found), *self.monitor.handled(connection, request, outcome)]

    def forget(self, connection: Connection) -> None:
        del self.connections[connection.connection_id]
        self.idle.stop(connection.connection_id)
        self.duration.stop(connection.connection_id)


def called(call: CallHttp | CallService | Invoke, backend: str) -> Effects:
    """A note of it; what a function is invoked with the runtime notes by itself."""
    if isinstance(call, Invoke):
        return []
    body = call.body[:SHOWN_BODY].decode("utf-8", "replace")
    shown = {"integration_id": call.invocation_id, "route_key": call.route_key, "backend": backend, "body": body}
    return [Noted("integration_called", call.connection_id, shown)]


def failed(connection: Connection, route: Route, answer: Answer) -> Effects:
    """A note of what is wrong when nobody was asked."""
    if not answer.why:
        return []
    integration = route.integration
    shown = {
        "integration_id": None,
        "route_key": route.key,
        "backend": integration.type if integration is not None else None,
        "status": answer.status,
        "duration_ms": None,
        "error": answer.why,
    }
    return [Noted("integration_finished", connection.connection_id, shown)]
