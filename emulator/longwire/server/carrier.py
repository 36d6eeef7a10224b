"""Between one gateway and its sockets: carries inputs in and effects out, by the clock. Decides nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from longwire.clock.clock import Clock, Timer
from longwire.core.api import Api
from longwire.core.events import (
    AcceptHandshake,
    CallHttp,
    CallService,
    CloseConnection,
    ConnectionLost,
    Effect,
    FrameRefused,
    HandshakeReceived,
    Input,
    IntegrationAnswered,
    InvocationFinished,
    Invoke,
    LogAccess,
    Noted,
    PeerClosed,
    PostToConnection,
    RejectHandshake,
    Respond,
    SendFrame,
)
from longwire.core.faults import Faults
from longwire.core.gateway import Gateway
from longwire.core.invocations import Pending
from longwire.inspector.timeline import Timeline
from longwire.server.http1 import Exchange, HttpRequest, HttpResponse
from longwire.server.impairments import Impairments
from longwire.server.management import connection_id_of, forbidden, management_input
from longwire.server.signatures import unsigned
from longwire.server.websocket import WebSocket

__all__ = ["Calls", "Carrier", "Invokes"]

ENDS = (PeerClosed, ConnectionLost, FrameRefused)
CLIENT_BUFFER = 1024 * 1024  # bytes that a client may leave unread before a post gets 429
Invokes = Callable[[Invoke, Callable[[InvocationFinished], None]], None]
Calls = Callable[[CallHttp | CallService, Callable[[IntegrationAnswered], None]], None]


class Answered(Protocol):
    """Who asked ``@connections``."""

    def respond(self, response: HttpResponse) -> None: ...


@dataclass(slots=True)
class Kept:
    """An answer that goes to nobody."""

    status: int | None = None

    def respond(self, response: HttpResponse) -> None:
        self.status = response.status


class Carrier:
    """One deployed Stage at our port; everything runs in one event loop. ``access_log`` takes each line."""

    def __init__(  # noqa: PLR0913 - the last is a keyword
        self,
        gateway: Gateway,
        invoke: Invokes,
        call: Calls,
        timeline: Timeline,
        clock: Clock,
        access_log: Callable[[str], None],
        *,
        faults: Faults,
    ) -> None:
        self.gateway = gateway
        self.ids = gateway.deployment.ids
        self.invoke = invoke
        self.call = call
        self.timeline = timeline
        self.clock = clock
        self.access_log = access_log
        self.sockets: dict[str, WebSocket] = {}
        self.exchanges: dict[str, Answered] = {}
        self.timer: Timer | None = None
        self.timer_at = float("inf")
        self.faults = faults
        self.impaired = Impairments(self, faults, self.clock.call_later, self.clock)
        self.performers: dict[type[Any], Callable[[Any], None]] = {
            Invoke: self.perform_invoke,
            CallHttp: self.perform_call,
            CallService: self.perform_call,
            AcceptHandshake: self.accept,
            RejectHandshake: self.reject,
            SendFrame: self.send_frame,
            CloseConnection: self.close_connection,
            Respond: self.respond,
            LogAccess: lambda effect: self.access_log(effect.line),
            Noted: self.note,
        }

    @property
    def api(self) -> Api:
        return self.gateway.api

    def upgrade(self, request: HttpRequest, exchange: Exchange) -> None:
        if "handshake" in self.faults.active:
            self.impaired.upgrade(request, exchange)
        else:
            self.shake(request, exchange)

    def shake(self, request: HttpRequest, exchange: Exchange, fault: int = 0) -> None:
        """``fault``: the status of a refusal that was asked for."""
        connection_id = self.ids.connection_id()
        socket = WebSocket(connection_id, self.receive, exchange, self.gateway.deployment.quotas)
        refused = socket.negotiate(request)
        if refused is not None:
            exchange.respond(refused)
            return
        self.sockets[connection_id] = socket
        source_ip = exchange.connection.source_ip
        ahead = self.clock.ahead
        self.receive(HandshakeReceived(connection_id, request.target, request.headers, source_ip, fault, ahead))

    def manage(self, request: HttpRequest, exchange: Exchange, *, verify: bool, invocation_id: str = "") -> None:
        """An ``@connections`` request of that invocation's, if it is known; ``verify``: one that has to be signed."""
        request_id = self.ids.uuid()
        socket = self.sockets.get(connection_id_of(request))
        buffered = 0 if socket is None else socket.buffered
        if self.faults.active:
            buffered += self.impaired.buffered(connection_id_of(request))
        event = management_input(
            request, request_id, buffered=buffered, limit=CLIENT_BUFFER, invocation_id=invocation_id
        )
        deployment = self.gateway.deployment
        if event is None:
            exchange.respond(forbidden(deployment.quotas.forbidden_body))
            return
        refused = verify and unsigned(request, self.api, deployment.access_keys, self.clock(), self.clock.ahead)
        if refused:
            exchange.respond(refused)
            return
        self.exchanges[request_id] = exchange
        if self.faults.active:
            self.impaired.manage(event, request.method)
        else:
            self.receive(event)

    # --- the gateway's inputs and effects

    def receive(self, event: Input) -> None:
        """Hand one input to the gateway, and do what it says; faults may have it wait, or lose it."""
        if not self.faults.active or not self.impaired.takes(event):
            self.take(event)

    def take(self, event: Input) -> None:
        if isinstance(event, ENDS):
            self.sockets.pop(event.connection_id, None)
        self.perform(self.gateway.receive(event, self.clock()))

    def perform(self, effects: list[Effect]) -> None:
        for effect in effects:
            self.performers[type(effect)](effect)
        self.arm()

    def post(self, connection_id: str, data: bytes) -> int | None:
        """What ``@connections`` answers to a POST of nobody's; None when the answer comes later."""
        answer = Kept()
        request_id = self.ids.uuid()
        self.exchanges[request_id] = answer
        full = self.sockets[connection_id].buffered + len(data) > CLIENT_BUFFER
        self.receive(PostToConnection(request_id, connection_id, data, full))
        return answer.status

    def disconnect(self, connection_id: str, code: int, reason: str) -> None:
        """Close one open connection."""
        self.perform(self.gateway.disconnect(connection_id, code, reason, self.clock()))

    def shut_down(self) -> None:
        """Close every connection."""
        self.perform(self.gateway.shut_down(self.clock()))

    def perform_invoke(self, effect: Invoke) -> None:
        if "disconnect" in self.faults.active and self.impaired.disconnects(effect):
            return
        self.invoke(effect, self.receive)

    def perform_call(self, effect: CallHttp | CallService) -> None:
        if "disconnect" in self.faults.active and self.impaired.disconnects(effect):
            return
        self.call(effect, self.receive)

    def accept(self, effect: AcceptHandshake) -> None:
        self.sockets[effect.connection_id].accept(effect.subprotocol)
        if "connection" in self.faults.active:
            self.impaired.opened(effect.connection_id)

    def send_frame(self, effect: SendFrame) -> None:
        if not self.faults.active or not self.impaired.sends(effect):
            self.sockets[effect.connection_id].send(effect.payload)

    def reject(self, effect: RejectHandshake) -> None:
        response = HttpResponse(effect.status, effect.headers, effect.body, close=True)
        self.sockets.pop(effect.connection_id).reject(response)

    def close_connection(self, effect: CloseConnection) -> None:
        socket = self.sockets.pop(effect.connection_id)
        if not self.faults.active or not self.impaired.closes(socket, effect):
            socket.close(effect.code, effect.reason)

    def respond(self, effect: Respond) -> None:
        self.exchanges.pop(effect.request_id).respond(HttpResponse(effect.status, effect.headers, effect.body))

    def note(self, effect: Noted) -> None:
        self.timeline.publish(effect.event, effect.connection_id, self.clock(), effect.data)

    # --- what faults ask for

    def ask(self, effect: Invoke | CallHttp | CallService, done: Callable[[Any], None]) -> None:
        """Of whoever has the answer, without a look at faults."""
        if isinstance(effect, Invoke):
            self.invoke(effect, done)
        else:
            self.call(effect, done)

    def ask_again(self, pending: Pending, effect: Invoke | CallHttp | CallService) -> None:
        """What was withdrawn from the gateway is asked after all."""
        self.gateway.ask_again(pending, effect.invocation_id, self.clock())
        self.ask(effect, self.receive)
        self.arm()

    def take_but_frames(self, event: PostToConnection) -> list[SendFrame]:
        """Do all that the gateway says but send its frames, which are returned."""
        effects = self.gateway.receive(event, self.clock())
        self.perform([effect for effect in effects if not isinstance(effect, SendFrame)])
        return [effect for effect in effects if isinstance(effect, SendFrame)]

    def restart(self) -> None:
        """Lose every connection, as API Gateway's own failure would."""
        self.impaired.held.flush()  # what was asked has an answer, and a handshake is one that is lost
        sockets, self.sockets = self.sockets, {}
        for socket in sockets.values():
            socket.vanish()
        self.impaired.stop()
        self.perform(self.gateway.restart(self.clock()))

    # --- time

    def arm(self) -> None:
        """Keep a timer at or before the gateway's next deadline; deadlines mostly move away, so it is rarely moved.

        What is started now ends no sooner than the shortest wait there is: a timer before that needs no other.
        """
        if self.timer_at <= self.clock() + self.gateway.deployment.shortest_wait:
            return
        deadline = self.gateway.next_deadline()
        if deadline is None or deadline >= self.timer_at:
            return
        if self.timer is not None:
            self.timer.cancel()
        self.timer_at = deadline
        self.timer = self.clock.call_at(deadline, self.tick)

    def tick(self) -> None:
        self.timer = None
        self.timer_at = float("inf")
        self.perform(self.gateway.tick(self.clock()))

    def stop(self) -> None:
        self.impaired.stop()
        if self.timer is not None:
            self.timer.cancel()
