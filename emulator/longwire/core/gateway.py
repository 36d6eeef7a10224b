"""One deployed Stage of a WebSocket API: inputs in, effects out.

``receive`` takes what happened; ``tick`` takes the time when ``next_deadline`` has come; ``disconnect`` ends one
connection and ``shut_down`` everything. Each returns effects for the edges to carry out, in order. No socket, clock or
process in here.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from longwire.core.account import Account
from longwire.core.api import Api
from longwire.core.backends import Asking, as_answer
from longwire.core.callbacks import Callbacks
from longwire.core.connection import Connection, State, Step
from longwire.core.deployment import Deployment, Effects
from longwire.core.events import (
    ConnectionLost,
    DeleteConnection,
    FrameRefused,
    GetConnection,
    HandshakeReceived,
    Input,
    IntegrationAnswered,
    InvocationFinished,
    MessageReceived,
    Noted,
    PeerClosed,
    PingReceived,
    PostToConnection,
)
from longwire.core.handshakes import Handshakes
from longwire.core.iam import AccessKey
from longwire.core.ids import Ids
from longwire.core.invocations import Invocations, Pending, Purpose
from longwire.core.messages import Messages
from longwire.core.quotas import Quotas
from longwire.errors import ImpossibleInput

__all__ = ["Gateway"]

GOING_AWAY = "Going away"  # observed: the reason of an idle close
NO_STATUS = "Client-side close frame status not set"  # observed: the reason beside 1005


class Gateway:
    """Raises ImpossibleInput for an input about a connection that is not there: a bug of the edge that sent it."""

    def __init__(
        self,
        api: Api,
        ids: Ids,
        quotas: Quotas | None = None,
        access_keys: Mapping[str, AccessKey] | None = None,
        account: Account | None = None,
    ) -> None:
        self.deployment = deployment = Deployment(api, ids, quotas or Quotas(), access_keys, account)
        self.handshakes = handshakes = Handshakes(deployment)
        self.messages = messages = Messages(deployment)
        callbacks = Callbacks(deployment)
        self.receivers: dict[type[Any], Callable[[Any, float], Effects]] = {
            HandshakeReceived: handshakes.received,
            MessageReceived: messages.received,
            InvocationFinished: self.finished,
            IntegrationAnswered: self.integrated,
            PingReceived: self.ping,
            PeerClosed: self.peer_closed,
            ConnectionLost: self.lost,
            FrameRefused: self.frame_refused,
            PostToConnection: callbacks.received,
            GetConnection: callbacks.received,
            DeleteConnection: callbacks.received,
        }

    @property
    def api(self) -> Api:
        return self.deployment.api

    @property
    def connections(self) -> dict[str, Connection]:
        """By connection id, in the order of their handshakes; for looking at, not for changing."""
        return self.deployment.connections

    def receive(self, event: Input, now: float) -> Effects:
        """Take one input; ``now`` is epoch seconds and never goes back."""
        return self.receivers[type(event)](event, now)

    def deploy(self, api: Api) -> None:
        """Serve ``api`` from now on, which is the same Stage of the same Api with other routes and settings.

        Connections and undecided handshakes stay; what was asked for before is answered as it would have been.
        """
        self.deployment.deploy(api)
        self.handshakes.deployed()
        self.messages.deployed()

    def next_deadline(self) -> float | None:
        """When ``tick`` has to be called at the latest, if nothing is received before."""
        deployment = self.deployment
        deadline = deployment.idle.next_deadline()
        if deadline is None:  # idle and duration start with the same connections
            return deployment.invocations.next_deadline()
        for other in (deployment.duration.next_deadline(), deployment.invocations.next_deadline()):
            if other is not None and other < deadline:
                deadline = other
        return deadline

    def tick(self, now: float) -> Effects:
        """Do what is due: integration timeouts, then idle and two-hour closes."""
        deployment = self.deployment
        effects: Effects = []
        for pending in deployment.invocations.expire(now):
            logged = deployment.monitor.unanswered(pending, now)
            effects += [*self.timed_out(pending, now), *logged]
        for connection_id in deployment.idle.expire(now):
            effects += deployment.close(self.connections[connection_id], 1001, GOING_AWAY, "gateway", now)
        for connection_id in deployment.duration.expire(now):
            code = deployment.quotas.max_duration_code
            effects += deployment.close(self.connections[connection_id], code, GOING_AWAY, "gateway", now)
        return effects

    def disconnect(self, connection_id: str, code: int, reason: str, now: float) -> Effects:
        """Close one open connection, as a person at the inspector asks."""
        return self.deployment.close(self.connections[connection_id], code, reason, "emulator", now)

    def shut_down(self, now: float) -> Effects:
        """Close every open connection with 1001, refuse every undecided handshake, and forget what was used."""
        effects: Effects = []
        for connection in list(self.connections.values()):
            if connection.state is State.OPEN:
                effects += self.deployment.close(connection, 1001, GOING_AWAY, "emulator", now)
            else:
                effects += self.handshakes.refuse(connection, 503, "the emulator is shutting down")
        self.deployment.forget_usage()
        return effects

    # --- what faults do

    def route_key(self, payload: str | bytes) -> str:
        """Of the Route that a message would take; empty when there is none."""
        route = None if isinstance(payload, bytes) else self.messages.router.route(payload)[0]
        return "" if route is None else route.key

    def withdraw(self, invocation_id: str) -> Pending | None:
        """An invocation that was asked for is not made; None when it is not waited for any more."""
        pending = self.deployment.invocations.finish(invocation_id)
        if pending is not None:
            self.deployment.monitor.withdrawn(pending)
        return pending

    def ask_again(self, pending: Pending, invocation_id: str, now: float) -> None:
        """What was withdrawn is made after all: its integration timeout starts now."""
        made = replace(pending, started=now)
        self.deployment.invocations.add(invocation_id, made, now)
        self.deployment.monitor.asked(made)

    def restart(self, now: float) -> Effects:
        """As after a failure of API Gateway's own: no connection is left, no $disconnect is called, and nothing that
        was asked for is waited for. The sockets are the caller's to cut."""
        deployment = self.deployment
        effects = [effect for each in list(self.connections.values()) for effect in self.vanished(each, now)]
        deployment.invocations = Invocations()
        deployment.forget_usage()
        return effects

    def vanished(self, connection: Connection, now: float) -> Effects:
        if connection.state is not State.OPEN:
            return self.handshakes.abandoned(connection)
        code = self.deployment.quotas.tcp_drop
        connection.step(Step.CLOSED)
        self.deployment.forget(connection)
        self.deployment.monitor.closed(connection, code, now)
        self.messages.forget(connection.connection_id)
        shown = {"code": code, "reason": "", "by": "network"}
        return [Noted("connection_closed", connection.connection_id, shown)]

    # --- answers

    def finished(self, event: InvocationFinished, now: float) -> Effects:
        pending = self.deployment.invocations.finish(event.invocation_id)
        if pending is None:
            return []
        if pending.asking is not None:
            return self.mapped(pending, pending.asking, as_answer(event), now)
        logged = self.deployment.monitor.answered(pending, event, now)
        return self.meant(pending, event, now) + logged

    def integrated(self, event: IntegrationAnswered, now: float) -> Effects:
        pending = self.deployment.invocations.finish(event.invocation_id)
        if pending is None:
            return []
        assert pending.asking is not None
        return self.mapped(pending, pending.asking, event, now)

    def mapped(self, pending: Pending, asking: Asking, result: IntegrationAnswered, now: float) -> Effects:
        """A backend's answer, and what it means to whoever waits for it."""
        answer = asking.answered(result)
        logged = self.deployment.monitor.mapped(pending, result, answer, now)
        shown = {
            "integration_id": result.invocation_id,
            "route_key": pending.route.key,
            "backend": asking.backend.name,
            "status": result.status,
            "duration_ms": (now - pending.started) * 1000,
            "error": answer.why,
        }
        noted = Noted("integration_finished", pending.connection_id, shown)
        if pending.purpose is Purpose.MESSAGE:
            effects = self.messages.answered(pending, answer, now)
        elif pending.purpose is Purpose.DISCONNECT or pending.connection_id not in self.connections:
            effects = []
        else:
            effects = self.handshakes.answered(pending.connection, answer, now)
        return [noted, *effects, *logged]

    def meant(self, pending: Pending, event: InvocationFinished, now: float) -> Effects:
        """What the answer means to whoever waits for it."""
        if pending.purpose is Purpose.MESSAGE:
            return self.messages.finished(pending, event, now)
        if pending.purpose is Purpose.DISCONNECT or pending.connection_id not in self.connections:
            return []
        if pending.purpose is Purpose.AUTHORIZE:
            return self.handshakes.authorized(pending, event, now)
        return self.handshakes.connected(pending, event, now)

    def timed_out(self, pending: Pending, now: float) -> Effects:
        if pending.purpose is Purpose.MESSAGE:
            return self.messages.timed_out(pending, now)
        if pending.purpose is Purpose.DISCONNECT or pending.connection_id not in self.connections:
            return []
        return self.handshakes.timed_out(pending)

    def ping(self, event: PingReceived, now: float) -> Effects:
        if self.deployment.quotas.ping_resets_idle:
            self.known(event).active(now)
            self.deployment.idle.start(event.connection_id, now)
        return []

    def peer_closed(self, event: PeerClosed, now: float) -> Effects:
        reason = event.reason or (NO_STATUS if event.code == 1005 else "")
        return self.deployment.ended(self.known(event), event.code, reason, "client", now)

    def frame_refused(self, event: FrameRefused, now: float) -> Effects:
        return self.deployment.ended(self.known(event), event.code, event.reason, "gateway", now)

    def lost(self, event: ConnectionLost, now: float) -> Effects:
        connection = self.known(event)
        if connection.state is not State.OPEN:
            return self.handshakes.abandoned(connection)
        return self.deployment.ended(connection, self.deployment.quotas.tcp_drop, "", "network", now)

    def known(self, event: PingReceived | PeerClosed | FrameRefused | ConnectionLost) -> Connection:
        connection = self.connections.get(event.connection_id)
        if connection is None:
            raise ImpossibleInput(type(event).__name__, State.CLOSED, event.connection_id)
        return connection
