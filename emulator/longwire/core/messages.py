"""A message's way: route selection, the integration, and what the client gets back.

The connection stays open in every failure here (observed).
"""

from longwire.core.answers import error_frame
from longwire.core.api import Route
from longwire.core.connection import Connection
from longwire.core.deployment import Deployment, Effects
from longwire.core.events import InvocationFinished, Invoke, MessageReceived, Noted
from longwire.core.invocations import Pending, Purpose
from longwire.core.mapping import MockIntegration
from longwire.core.proxy_event import message_event
from longwire.core.proxy_response import two_way_answer
from longwire.core.quotas import NOTHING
from longwire.core.routing import Router
from longwire.core.turns import Turns

__all__ = ["Messages"]

FORBIDDEN = "Forbidden"  # observed: no route matches and there is no $default
SERVER_ERROR = "Internal server error"  # observed: the function failed, on one-way routes too
Turn = tuple[Route | None, str, object]  # what the message selects, its payload, its parsed body
BINARY = (1003, "")  # documented: a binary frame closes with 1003; the reason is unknown


class Messages:
    """Each message is invoked at once: the messages of one connection run in parallel (inferred)."""

    def __init__(self, deployment: Deployment) -> None:
        self.deployment = deployment
        self.quotas = deployment.quotas
        self.turns: Turns[Turn] | None = None if self.quotas.parallel_message_dispatch else Turns()
        self.router = Router(deployment.api)
        self.mocks = {
            route.key: MockIntegration(route.integration)
            for route in deployment.api.routes.values()
            if route.integration is not None and route.integration.type == "MOCK"
        }

    def received(self, event: MessageReceived, now: float) -> Effects:
        deployment = self.deployment
        connection = deployment.connections[event.connection_id]
        if isinstance(event.payload, bytes):
            return deployment.close(connection, *BINARY, "gateway", now)
        connection.received(event.size, now)
        deployment.idle.start(event.connection_id, now)
        route, why, body = self.router.route(event.payload)
        key = route.key if route is not None else None
        shown = {"payload": event.payload, "size": event.size, "route_key": key, "why": why}
        noted = Noted("message_received", event.connection_id, shown)
        return [noted, *self.dispatch(connection, (route, event.payload, body), now)]

    def dispatch(self, connection: Connection, turn: Turn, now: float) -> Effects:
        if self.turns is None:
            return self.integrate(connection, *turn, now)
        if not self.turns.begin(connection.connection_id, turn):
            return []
        return self.take_turns(self.turns, connection, turn, now)

    def take_turns(self, turns: Turns[Turn], connection: Connection, turn: Turn | None, now: float) -> Effects:
        """Messages until one has to wait for its function."""
        effects: Effects = []
        while turn is not None:
            effects += self.integrate(connection, *turn, now)
            if effects and isinstance(effects[-1], Invoke):
                return effects
            turn = turns.following(connection.connection_id)
        return effects

    def integrate(self, connection: Connection, route: Route | None, payload: str, body: object, now: float) -> Effects:
        request_id = self.deployment.ids.request_id()
        if route is None:
            return self.fail(connection, FORBIDDEN, request_id, now)
        if route.key in self.mocks:
            return self.mock(connection, route, body, request_id, now)
        if route.integration is None:
            return self.fail(connection, SERVER_ERROR, request_id, now)
        event = message_event(connection.caller, route.key, payload, self.deployment.ids.message_id(), request_id, now)
        self.deployment.expect(Purpose.MESSAGE, connection, route, request_id, now)
        return [self.deployment.invoke(Purpose.MESSAGE, connection, route, event, request_id)]

    def mock(self, connection: Connection, route: Route, body: object, request_id: str, now: float) -> Effects:
        answer = self.mocks[route.key].answer(body)
        if answer is None:
            return self.fail(connection, SERVER_ERROR, request_id, now)
        return self.deployment.send(connection, answer, "mock", now) if route.two_way else []

    def finished(self, pending: Pending, result: InvocationFinished, now: float) -> Effects:
        connection = self.deployment.connections.get(pending.connection_id)
        if connection is None:  # closed while its function ran
            return self.left(pending)
        if result.error:
            effects = self.fail(connection, SERVER_ERROR, pending.request_id, now)
        elif not pending.route.two_way:  # documented: one-way by default, the return value is dropped
            effects = []
        else:
            effects = self.route_response(connection, pending, result.payload, now)
        return effects if self.turns is None else effects + self.next_turn(self.turns, connection, now)

    def route_response(self, connection: Connection, pending: Pending, payload: str, now: float) -> Effects:
        answer = two_way_answer(payload)
        if not answer.succeeded and self.quotas.non_2xx_two_way == "error":
            return self.fail(connection, SERVER_ERROR, pending.request_id, now)
        body = self.quotas.two_way_without_body if answer.body is None else answer.body
        if answer.body is None and body == NOTHING:
            return []
        return self.deployment.send(connection, body, "route_response", now)

    def timed_out(self, pending: Pending, now: float) -> Effects:
        connection = self.deployment.connections.get(pending.connection_id)
        if connection is None:
            return self.left(pending)
        effects = self.fail(connection, self.quotas.timeout_frame, pending.request_id, now)
        return effects if self.turns is None else effects + self.next_turn(self.turns, connection, now)

    def next_turn(self, turns: Turns[Turn], connection: Connection, now: float) -> Effects:
        return self.take_turns(turns, connection, turns.following(connection.connection_id), now)

    def left(self, pending: Pending) -> Effects:
        if self.turns is not None:
            self.turns.forget(pending.connection_id)
        return []

    def fail(self, connection: Connection, message: str, request_id: str, now: float) -> Effects:
        frame = error_frame(message, connection.connection_id, request_id)
        return self.deployment.send(connection, frame, "error", now)
