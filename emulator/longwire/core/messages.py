"""A message's way: route selection, the integration, and what the client gets back.

The connection stays open in every failure here (observed).
"""

from longwire.core.answers import error_frame, invalid_frame
from longwire.core.api import Route
from longwire.core.api_keys import Refusal
from longwire.core.backends import Answer
from longwire.core.connection import Connection, State
from longwire.core.deployment import Deployment, Effects, failed
from longwire.core.events import CallHttp, CallService, InvocationFinished, Invoke, MessageReceived, Noted
from longwire.core.iam import INVOKE, denial, route_arn
from longwire.core.invocations import Pending, Purpose
from longwire.core.outcome import Outcome, Request
from longwire.core.proxy_event import message_event
from longwire.core.proxy_response import two_way_answer
from longwire.core.quotas import NOTHING
from longwire.core.request_validation import RequestValidation
from longwire.core.routing import Router
from longwire.core.turns import Turns
from longwire.errors import ImpossibleInput

__all__ = ["Messages"]

FORBIDDEN = "Forbidden"  # observed: no route matches and there is no $default
SERVER_ERROR = "Internal server error"  # observed: the function failed, on one-way routes too
Turn = tuple[Route | None, str, object]  # what the message selects, its payload, its parsed body
INVALID = "Bad request body"  # documented
ASKING = (Invoke, CallHttp, CallService)  # effects whose answer comes later
BINARY = (1003, "")  # documented: a binary frame closes with 1003; the reason is unknown


class Messages:
    """Each message is invoked at once: the messages of one connection run in parallel (inferred)."""

    def __init__(self, deployment: Deployment) -> None:
        self.deployment = deployment
        self.quotas = deployment.quotas
        self.turns: Turns[Turn] | None = None if self.quotas.parallel_message_dispatch else Turns()
        self.deployed()

    def deployed(self) -> None:
        """The deployment has another Api."""
        deployment = self.deployment
        self.router = Router(deployment.api, lenient=self.quotas.lenient_json)
        self.validations = {
            route.key: RequestValidation(route, self.router.parse)
            for route in deployment.api.routes.values()
            if route.model_selection_expression is not None
        }
        # Most routes let every message through: those that need no look at key, model or signer.
        self.unguarded = {
            route.key
            for route in deployment.api.routes.values()
            if not (route.api_key_required or route.key in self.validations or self.quotas.iam_later_routes)
        }
        if self.turns is not None:
            self.turns.change(self.routed_again)

    def routed_again(self, turn: Turn) -> Turn:
        """What waits for its turn goes where the routes of now send it."""
        route, _, body = self.router.route(turn[1])
        return route, turn[1], body

    def received(self, event: MessageReceived, now: float) -> Effects:
        deployment = self.deployment
        connection = deployment.connections.get(event.connection_id)
        if connection is None:
            raise ImpossibleInput("MessageReceived", State.CLOSED, event.connection_id)
        if isinstance(event.payload, bytes):
            return deployment.close(connection, *BINARY, "gateway", now)
        connection.received(event.size, now)
        deployment.idle.start(event.connection_id, now)
        route, why, body = self.router.route(event.payload)
        key = route.key if route is not None else None
        deployment.monitor.message(key or "", event.size)
        refused = self.refused(connection, route, event.payload, now)
        why = why if refused is None else f"{why}; {refused.why}"
        shown = {"payload": event.payload, "size": event.size, "route_key": key, "why": why}
        noted = Noted("message_received", event.connection_id, shown)
        if refused is not None:
            return [noted, *self.refuse(connection, key or "", refused, now)]
        return [noted, *self.dispatch(connection, (route, event.payload, body), now)]

    def refused(self, connection: Connection, route: Route | None, payload: str, now: float) -> Refusal | None:
        """By a throttle, for want of an API key where the route requires one (inferred), or by the route's models."""
        throttled = self.deployment.throttles.message(None if route is None else route.key, now)
        if throttled is not None:
            return Refusal(429, throttled)
        if route is None or route.key in self.unguarded:
            return None
        keyless = self.denied(connection, route) or self.deployment.api_keys.refusal(route, connection, now)
        return keyless or self.invalid(route, payload)

    def denied(self, connection: Connection, route: Route) -> Refusal | None:
        """Unknown whether AWS asks the signer's policy again: the documentation says both, so not by default."""
        key = connection.caller.access_key
        if key is None or not self.quotas.iam_later_routes:
            return None
        if denial(key, INVOKE, route_arn(self.deployment.api, route.key)) is None:
            return None
        return Refusal(403, f"the policy of {key.arn} does not allow {route.key}")

    def invalid(self, route: Route, payload: str) -> Refusal | None:
        validation = self.validations.get(route.key)
        problem = None if validation is None else validation.problem(payload)
        return None if problem is None else Refusal(400, problem)

    def refuse(self, connection: Connection, route_key: str, refused: Refusal, now: float) -> Effects:
        """Nothing is invoked. The texts are unknown, but for a model's."""
        if refused.status == 400:
            message_id = self.deployment.ids.message_id()
            request = Request("MESSAGE", route_key, "", now, message_id)
            frame = invalid_frame(connection.connection_id, message_id)
            sent = self.deployment.send(connection, frame, "error", now, route_key)
            return [*sent, *self.deployment.monitor.handled(connection, request, Outcome(400, INVALID))]
        words = {403: FORBIDDEN, 429: self.quotas.throttle_frame}
        request = Request("MESSAGE", route_key, self.deployment.ids.request_id(), now)
        return self.turn_away(connection, request, refused.status, refused.message or words[refused.status])

    def turn_away(self, connection: Connection, request: Request, status: int, message: str) -> Effects:
        """No function is asked: the error frame, and what the access log says of it."""
        sent = self.fail(connection, message, request.request_id, request.received_at, request.route_key)
        return [*sent, *self.deployment.monitor.handled(connection, request, Outcome(status, message))]

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
            if effects and isinstance(effects[-1], ASKING):
                return effects
            turn = turns.following(connection.connection_id)
        return effects

    def integrate(self, connection: Connection, route: Route | None, payload: str, body: object, now: float) -> Effects:
        request_id = self.deployment.ids.request_id()
        if route is None:
            return self.turn_away(connection, Request("MESSAGE", "", request_id, now), 403, FORBIDDEN)
        if route.integration is None:
            return self.turn_away(connection, Request("MESSAGE", route.key, request_id, now), 500, SERVER_ERROR)
        message_id = self.deployment.ids.message_id()
        request = Request("MESSAGE", route.key, request_id, now, message_id)
        if self.deployment.backends.of(route) is not None:
            return self.call(connection, route, request, payload, body)
        event = message_event(connection.caller, route.key, payload, message_id, request_id, now)
        self.deployment.expect(Purpose.MESSAGE, connection, route, request)
        return [self.deployment.invoke(Purpose.MESSAGE, connection, route, event, request_id)]

    def call(self, connection: Connection, route: Route, request: Request, payload: str, body: object) -> Effects:
        """An integration that is no Lambda proxy."""
        found = self.deployment.call(Purpose.MESSAGE, connection, route, request, payload, body)
        if not isinstance(found, Answer):
            return found
        now = request.received_at
        sent = self.deliver(connection, route, found, request.request_id, now)
        outcome = Outcome(found.status, found.error or None)
        return [
            *failed(connection, route, found),
            *sent,
            *self.deployment.monitor.handled(connection, request, outcome),
        ]

    def deliver(self, connection: Connection, route: Route, answer: Answer, request_id: str, now: float) -> Effects:
        """An error frame on one-way routes too, as for functions that fail; an answer on two-way routes alone."""
        if answer.error:
            return self.fail(connection, answer.error, request_id, now, route.key)
        if not route.two_way or (not answer.text and self.quotas.two_way_without_body == NOTHING):
            return []
        assert route.integration is not None
        cause = "mock" if route.integration.type == "MOCK" else "route_response"
        return self.deployment.send(connection, answer.text, cause, now, route.key)

    def answered(self, pending: Pending, answer: Answer, now: float) -> Effects:
        """By a backend."""
        connection = self.deployment.connections.get(pending.connection_id)
        if connection is None:
            return self.left(pending)
        effects = self.deliver(connection, pending.route, answer, pending.request_id, now)
        if pending.route.two_way and not answer.error:
            self.deployment.monitor.responded(pending, now)
        return effects if self.turns is None else effects + self.next_turn(self.turns, connection, now)

    def finished(self, pending: Pending, result: InvocationFinished, now: float) -> Effects:
        connection = self.deployment.connections.get(pending.connection_id)
        if connection is None:  # closed while its function ran
            return self.left(pending)
        if result.error:
            effects = self.fail(connection, SERVER_ERROR, pending.request_id, now, pending.route.key)
        elif not pending.route.two_way:  # documented: one-way by default, the return value is dropped
            effects = []
        else:
            effects = self.route_response(connection, pending, result.payload, now)
        return effects if self.turns is None else effects + self.next_turn(self.turns, connection, now)

    def route_response(self, connection: Connection, pending: Pending, payload: str, now: float) -> Effects:
        answer = two_way_answer(payload)
        if not answer.succeeded and self.quotas.non_2xx_two_way == "error":
            return self.fail(connection, SERVER_ERROR, pending.request_id, now, pending.route.key)
        body = self.quotas.two_way_without_body if answer.body is None else answer.body
        if answer.body is None and body == NOTHING:
            return []
        self.deployment.monitor.responded(pending, now)
        cause, by = "route_response", pending.request_id
        return self.deployment.send(connection, body, cause, now, pending.route.key, invocation_id=by)

    def timed_out(self, pending: Pending, now: float) -> Effects:
        connection = self.deployment.connections.get(pending.connection_id)
        if connection is None:
            return self.left(pending)
        effects = self.fail(connection, self.quotas.timeout_frame, pending.request_id, now, pending.route.key)
        return effects if self.turns is None else effects + self.next_turn(self.turns, connection, now)

    def next_turn(self, turns: Turns[Turn], connection: Connection, now: float) -> Effects:
        return self.take_turns(turns, connection, turns.following(connection.connection_id), now)

    def left(self, pending: Pending) -> Effects:
        self.forget(pending.connection_id)
        return []

    def forget(self, connection_id: str) -> None:
        if self.turns is not None:
            self.turns.forget(connection_id)

    def fail(self, connection: Connection, message: str, request_id: str, now: float, route_key: str) -> Effects:
        frame = error_frame(message, connection.connection_id, request_id)
        return self.deployment.send(connection, frame, "error", now, route_key, invocation_id=request_id)
