"""From an upgrade request to 101 or a refusal: stage, throttles, authorizer, API key, $connect.

All refusals are HTTP answers to the upgrade, never a WebSocket close; the upgrade stays pending until the $connect
integration has answered (developer guide, "Manage connected users and client apps: $connect and $disconnect routes").
"""

from longwire.core.answers import phrase, refusal
from longwire.core.api import Route
from longwire.core.authorizer import judged, missing_identity_source
from longwire.core.backends import Answer
from longwire.core.connection import Connection, State, Step
from longwire.core.deployment import Deployment, Effects, failed
from longwire.core.events import AcceptHandshake, HandshakeReceived, InvocationFinished, Noted
from longwire.core.iam import INVOKE, denial, route_arn
from longwire.core.invocations import Pending, Purpose
from longwire.core.outcome import Request
from longwire.core.proxy_event import Caller, Handshake, authorizer_event, connect_event
from longwire.core.proxy_response import connect_answer
from longwire.core.sigv4 import NotSigned, Scope, signer
from longwire.core.sigv4 import Request as SignedRequest
from longwire.redaction import redacted_headers, redacted_query

__all__ = ["Handshakes"]


class Handshakes:
    """The first two states of a connection."""

    def __init__(self, deployment: Deployment) -> None:
        self.deployment = deployment
        self.quotas = deployment.quotas
        self.deployed()

    def deployed(self) -> None:
        """The deployment has another Api."""
        self.api = self.deployment.api

    def received(self, event: HandshakeReceived, now: float) -> Effects:
        given = Handshake.of(event.target, event.headers, event.source_ip)
        reached = self.api.reached_as(given.header("Host") or "", event.target.partition("?")[0])
        domain_name = reached or self.api.domain_name
        handshake = given.with_forwarding(domain_name, self.deployment.ids.trace_root(now))
        route = self.api.routes.get("$connect")
        state = State.AUTHORIZING if route is not None and route.authorizer else State.CONNECTING
        caller = Caller(self.api, handshake, event.connection_id, now, domain_name)
        connection = Connection(event.connection_id, handshake, caller, now, state)
        self.deployment.connections[event.connection_id] = connection
        refused = self.refuse(connection, event.fault, "a fault") if event.fault else []
        refused = refused or ([] if reached else self.unknown_stage(connection))
        refused = refused or self.long_url(connection, event.target)
        refused = refused or self.throttled(connection, now)
        refused = refused or self.unsigned(connection, route, event, now)
        return [self.noted(event, given), *(refused or self.authorize(connection, route, now))]

    def long_url(self, connection: Connection, target: str) -> Effects:
        if len("wss://") + len(connection.caller.domain_name) + len(target) > self.quotas.url_length:
            return self.refuse(connection, self.quotas.url_too_long_status, "the URL is too long")
        return []

    def unknown_stage(self, connection: Connection) -> Effects:
        """Inferred: execute-api answers so for a path with no deployed stage, before anything of an API is known."""
        status = self.quotas.unknown_stage
        body = self.quotas.forbidden_body if status == 403 else None
        return self.refuse(connection, status, self.api.where, body=body)

    def throttled(self, connection: Connection, now: float) -> Effects:
        """Documented: 429. Inferred: before anything is called, since throttles keep a burst away from functions."""
        why = self.deployment.throttles.handshake(now)
        return [] if why is None else self.refuse(connection, 429, why)

    def unsigned(self, connection: Connection, route: Route | None, event: HandshakeReceived, now: float) -> Effects:
        """AWS_IAM: documented 403 for MISSING_AUTHENTICATION_TOKEN, INVALID_SIGNATURE and ACCESS_DENIED."""
        if route is None or not route.iam:
            return []
        request = SignedRequest("GET", event.target, event.headers)
        try:
            key = signer(request, self.deployment.access_keys, Scope(self.api.region), now, event.clock_ahead)
        except NotSigned as exc:
            return self.refuse(connection, 403, exc.why, exc.message)
        denied = denial(key, INVOKE, route_arn(self.api, route.key))
        if denied is not None:
            return self.refuse(connection, 403, f"the policy of {key.arn} does not allow $connect", denied)
        connection.caller.signed_by(key)
        return []

    def authorize(self, connection: Connection, route: Route | None, now: float) -> Effects:
        if route is None or route.authorizer is None:
            return self.connect(connection, route, now)
        missing = missing_identity_source(route.authorizer, self.api, connection.handshake)
        if missing is not None:  # documented: 401 without calling the function
            return self.refuse(connection, 401, f"identity source {missing} is missing or empty")
        request_id = self.deployment.ids.request_id()
        payload = authorizer_event(connection.caller, connection.handshake, self.api, request_id, now)
        connection.authorizer_started = now
        return self.ask(Purpose.AUTHORIZE, connection, route, payload, request_id, now)

    def authorized(self, pending: Pending, result: InvocationFinished, now: float) -> Effects:
        connection = self.deployment.connections[pending.connection_id]
        answer = judged(result, self.api, self.quotas.authorizer_result_size)
        if answer.status != 200:
            return self.refuse(connection, answer.status, answer.why, answer.message)
        connection.step(Step.AUTHORIZED)
        connection.caller.authorize(answer.principal_id, answer.context)
        connection.usage_identifier_key = answer.usage_identifier_key
        return self.connect(connection, pending.route, now)

    def connect(self, connection: Connection, route: Route | None, now: float) -> Effects:
        """Inferred from REST's execution logs: the usage plan is verified after the authorizer has agreed."""
        missing = missing_parameters(connection.handshake, route)
        if missing:  # documented of REST APIs, with this text; inferred for $connect
            message = f"Missing required request parameters: [{', '.join(missing)}]"
            return self.refuse(connection, 400, message, message)
        keys = self.deployment.api_keys
        refused = None if route is None else keys.refusal(route, connection, now)
        if refused is not None:
            return self.refuse(connection, refused.status, refused.why, refused.message)
        key = keys.of(connection)
        if key is not None:
            connection.caller.show_api_key(key.value, key.key_id)
        return self.integrate(connection, route, now)

    def integrate(self, connection: Connection, route: Route | None, now: float) -> Effects:
        # Documented: "Setting up an integration for $connect is optional".
        if route is None or route.integration is None:
            return self.accept(connection, None, now)
        request_id = self.deployment.ids.request_id()
        if self.deployment.backends.of(route) is not None:
            return self.call(connection, route, Request("CONNECT", route.key, request_id, now))
        payload = connect_event(
            connection.caller,
            connection.handshake,
            request_id,
            now,
            authorizer_latency=connection.authorizer_latency(now),
        )
        return self.ask(Purpose.CONNECT, connection, route, payload, request_id, now)

    def call(self, connection: Connection, route: Route, request: Request) -> Effects:
        found = self.deployment.call(Purpose.CONNECT, connection, route, request)
        if not isinstance(found, Answer):
            return found
        return [*failed(connection, route, found), *self.answered(connection, found, request.received_at)]

    def answered(self, connection: Connection, answer: Answer, now: float) -> Effects:
        """By an integration that is no Lambda proxy. Inferred from Lambda's: its status is the handshake's."""
        if answer.error:
            return self.refuse(connection, answer.status, answer.why, answer.error)
        if not 200 <= answer.status < 300:
            why = answer.why or f"$connect's integration answered {answer.status}"
            return self.refuse(connection, answer.status, why)
        return self.accept(connection, answer.subprotocol, now)

    def connected(self, pending: Pending, result: InvocationFinished, now: float) -> Effects:
        connection = self.deployment.connections[pending.connection_id]
        answer = connect_answer(result, self.quotas.connect_null_return)
        if not answer.opens:
            return self.refuse(connection, answer.status, answer.why)
        return self.accept(connection, answer.subprotocol, now)

    def ask(
        self, purpose: Purpose, connection: Connection, route: Route, payload: str, request_id: str, now: float
    ) -> Effects:
        self.deployment.expect(purpose, connection, route, Request("CONNECT", route.key, request_id, now))
        return [self.deployment.invoke(purpose, connection, route, payload, request_id)]

    def accept(self, connection: Connection, subprotocol: str | None, now: float) -> Effects:
        connection.step(Step.ACCEPTED)
        connection.subprotocol = subprotocol
        connection.last_active_at = now
        self.deployment.idle.start(connection.connection_id, now)
        self.deployment.duration.start(connection.connection_id, now)
        caller = connection.caller
        shown = {"subprotocol": subprotocol, "principal_id": caller.principal_id, "source_ip": caller.source_ip}
        accepted = AcceptHandshake(connection.connection_id, subprotocol)
        logged = self.deployment.monitor.opened(connection, now)
        return [accepted, Noted("connection_opened", connection.connection_id, shown), *logged]

    def refuse(
        self, connection: Connection, status: int, why: str, message: str = "", body: str | None = None
    ) -> Effects:
        connection.step(Step.REFUSED)
        self.deployment.forget(connection)
        request_id = self.deployment.ids.request_id()
        answer = refusal(connection.connection_id, status, request_id, message, body)
        logged = self.deployment.monitor.refused(connection, status, message or phrase(status), request_id)
        shown = {"status": status, "reason": why}
        return [answer, Noted("connection_refused", connection.connection_id, shown), *logged]

    def timed_out(self, pending: Pending) -> Effects:
        connection = self.deployment.connections[pending.connection_id]
        if pending.purpose is Purpose.AUTHORIZE:
            return self.refuse(connection, 500, "the authorizer took longer than the integration timeout")
        status = self.quotas.connect_timeout
        return self.refuse(connection, status, "$connect took longer than its integration timeout")

    def abandoned(self, connection: Connection) -> Effects:
        """The client left before the upgrade was answered: nothing was open, so nothing is disconnected."""
        connection.step(Step.ABANDONED)
        self.deployment.forget(connection)
        shown = {"code": self.quotas.tcp_drop, "reason": "the client left during the handshake", "by": "client"}
        return [Noted("connection_closed", connection.connection_id, shown)]

    def noted(self, event: HandshakeReceived, given: Handshake) -> Noted:
        shown = {
            "path": event.target.partition("?")[0],
            "query": redacted_query(given.query),
            "headers": redacted_headers(event.headers),
            "source_ip": event.source_ip,
            "api_id": self.api.api_id,
            "stage": self.api.stage.name,
        }
        return Noted("handshake", event.connection_id, shown)


def missing_parameters(handshake: Handshake, route: Route | None) -> list[str]:
    """The names of those that the Route requires."""
    sent = {f"querystring.{name}" for name, _ in handshake.query}
    sent |= {f"header.{name.lower()}" for name, _ in handshake.headers}
    required = () if route is None else route.required_parameters
    return [
        name.partition(".")[2]
        for name in required
        if (name.lower() if name.startswith("header.") else name) not in sent
    ]
