"""What faults do at one Stage's sockets: the carrier asks here while any is in force, and at no other time."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from longwire.core.connection import State
from longwire.core.events import (
    CallHttp,
    CallService,
    CloseConnection,
    ConnectionLost,
    FrameRefused,
    Input,
    Invoke,
    MessageReceived,
    PeerClosed,
    PingReceived,
    PostToConnection,
    SendFrame,
)
from longwire.core.faults import Decision, Faults
from longwire.server.delays import Held, Lane, Later
from longwire.server.half_open import HalfOpen
from longwire.server.http1 import Exchange, HttpRequest
from longwire.server.management import Management
from longwire.server.reordering import Reordering
from longwire.server.websocket import MAX_UNREAD, WebSocket

if TYPE_CHECKING:
    from longwire.server.carrier import Carrier

__all__ = ["Impairments"]

ENDS = (PeerClosed, ConnectionLost, FrameRefused)
KINDS = {"POST": "post_to_connection", "GET": "get_connection", "DELETE": "delete_connection"}
STATUSES = {"gone": 410, "limit_exceeded": 429}


class Impairments:
    """``later(seconds, call)`` starts a timer."""

    def __init__(self, carrier: "Carrier", faults: Faults, later: Later, clock: Callable[[], float]) -> None:
        self.carrier = carrier
        self.faults = faults
        self.later = later
        self.clock = clock
        self.held = Held(later)  # handshakes and @connections requests
        self.late = Held(later)  # calls of $disconnect
        self.inbound: dict[str, Lane] = {}
        self.outbound: dict[str, Lane] = {}
        self.reordering = Reordering(later, carrier.send_frame)
        self.half_open: dict[str, tuple[int, HalfOpen]] = {}
        self.slow: dict[str, int] = {}  # connections that take nothing, with the fault's id

    def decide(self, kind: str, connection_id: str, **facts: str) -> Decision | None:
        return self.faults.decide(kind, {"connection": connection_id, **facts})

    # --- handshakes

    def upgrade(self, request: HttpRequest, exchange: Exchange) -> None:
        decision = self.faults.decide("handshake", {}) or Decision()
        status = int(decision.value or 0)

        def shake() -> None:
            if not exchange.connection.transport.is_closing():
                self.carrier.shake(request, exchange, fault=status)

        self.held.add(decision.delay, shake)

    # --- from clients

    def takes(self, event: Input) -> bool:
        """Whether the event waits, or is lost; else it goes its usual way."""
        if isinstance(event, MessageReceived):
            return self.takes_message(event)
        if not isinstance(event, (PingReceived, *ENDS)):
            return False
        lane = self.inbound.get(event.connection_id)
        if lane is None or not lane.waiting:
            return False
        lane.add(partial(self.arrive, event), 0)
        return True

    def takes_message(self, event: MessageReceived) -> bool:
        connection_id = event.connection_id
        lane = self.inbound.get(connection_id)
        decision = None
        if "message" in self.faults.active:
            decision = self.decide("message", connection_id, route=self.carrier.gateway.route_key(event.payload))
        if decision is None and (lane is None or not lane.waiting):
            return False
        decision = decision or Decision()
        if decision.outcome:
            self.carrier.sockets[connection_id].drop()
            return True
        lane = lane or self.inbound.setdefault(connection_id, Lane(self.later, self.clock))
        lane.add(partial(self.arrive, event), event.size, decision.delay, decision.bandwidth)
        return True

    def arrive(self, event: MessageReceived | PingReceived | PeerClosed | ConnectionLost | FrameRefused) -> None:
        """Late; the connection may have ended meanwhile."""
        if event.connection_id in self.carrier.gateway.connections:
            self.carrier.take(event)
        if isinstance(event, ENDS):
            self.forget(event.connection_id)

    # --- to clients

    def sends(self, effect: SendFrame) -> bool:
        """Whether the frame waits, or is lost; else it goes its usual way."""
        socket = self.carrier.sockets[effect.connection_id]
        lane = self.outbound.get(effect.connection_id)
        decision = self.decide("frame", effect.connection_id) if "frame" in self.faults.active else None
        if decision is None and (lane is None or not (lane.waiting or lane.blocked)):
            return False
        decision = decision or Decision()
        if decision.outcome:
            socket.drop()
            return True
        lane = lane or self.outbound.setdefault(effect.connection_id, Lane(self.later, self.clock))
        size = len(effect.payload.encode("utf-8", "replace"))
        lane.add(partial(socket.send, effect.payload), size, decision.delay, decision.bandwidth)
        if lane.size > MAX_UNREAD:
            socket.drop()
        return True

    def closes(self, socket: WebSocket, effect: CloseConnection) -> bool:
        """Whether the close frame waits behind others."""
        lane = self.outbound.get(effect.connection_id)
        if lane is None or not lane.waiting:
            return False
        lane.add(partial(socket.close, effect.code, effect.reason), 0)
        return True

    def buffered(self, connection_id: str) -> int:
        """Bytes that wait for a client, as far as they are not on its socket."""
        lane = self.outbound.get(connection_id)
        return 0 if lane is None else lane.size

    # --- @connections

    def manage(self, event: Management, method: str) -> None:
        decision = self.decide(KINDS[method], event.connection_id) or Decision()
        self.held.add(decision.delay, partial(self.managed, event, decision))

    def managed(self, event: Management, decision: Decision) -> None:
        if decision.outcome == "reordered" and isinstance(event, PostToConnection):
            frames = self.carrier.take_but_frames(event)
            self.reordering.add(frames, decision)
        elif decision.outcome:
            status = STATUSES.get(decision.outcome) or int(decision.value)
            self.carrier.receive(replace(event, fault=status))
        else:
            self.carrier.receive(event)

    # --- $disconnect

    def disconnects(self, effect: Invoke | CallHttp | CallService) -> bool:
        """Whether the call is one of $disconnect's, and taken care of; else it goes its usual way."""
        decision = None if effect.route_key != "$disconnect" else self.decide("disconnect", effect.connection_id)
        if decision is None:
            return False
        if decision.outcome == "duplicate":
            copy = replace(effect, invocation_id=self.carrier.ids.request_id())
            self.late.add(decision.delay, partial(self.carrier.ask, copy, lambda _result: None))
        if decision.outcome != "lost" and not decision.delay:
            return False
        pending = self.carrier.gateway.withdraw(effect.invocation_id)
        if pending is not None and decision.outcome != "lost":
            self.late.add(decision.delay, partial(self.carrier.ask_again, pending, effect))
        return True

    # --- connections

    def opened(self, connection_id: str, rule_id: int | None = None) -> None:
        """Of one that has opened, or that was open when the fault began."""
        decision = self.faults.decide("connection", {"connection": connection_id}, rule_id)
        if decision is None:
            return
        socket = self.carrier.sockets[connection_id]
        if decision.outcome == "drop":
            socket.drop()
        elif decision.outcome == "slow_consumer":
            self.slow[connection_id] = decision.rule_ids[0]
            self.outbound.setdefault(connection_id, Lane(self.later, self.clock)).blocked = True
        elif (silent := socket.half_open()) is not None:
            self.half_open[connection_id] = (decision.rule_ids[0], silent)

    def began(self, rule_id: int) -> None:
        """A fault of the kind "connection": it strikes those that are open, in the order of their handshakes."""
        for connection in tuple(self.carrier.gateway.connections.values()):
            if connection.state is State.OPEN and connection.connection_id in self.carrier.sockets:
                self.opened(connection.connection_id, rule_id)

    # --- the end

    def ended(self, rule_id: int) -> None:
        """What one fault has held back is let go; without any fault nothing is held back at all."""
        for connection_id, (cause, silent) in tuple(self.half_open.items()):
            if cause == rule_id:
                del self.half_open[connection_id]
                silent.end()
        for connection_id, cause in tuple(self.slow.items()):
            if cause == rule_id:
                del self.slow[connection_id]
                self.release(connection_id)
        if not self.faults.active:
            self.flush()

    def release(self, connection_id: str) -> None:
        lane = self.outbound.get(connection_id)
        if lane is not None:
            lane.blocked = False
            lane.arm()

    def flush(self) -> None:
        self.reordering.flush()
        for lane in (*self.inbound.values(), *self.outbound.values()):
            lane.flush()
        self.held.flush()
        self.late.flush()
        self.inbound.clear()
        self.outbound.clear()

    def forget(self, connection_id: str) -> None:
        """The connection is over, and what waits for its client has nowhere to go."""
        for lanes in (self.inbound, self.outbound):
            if lane := lanes.pop(connection_id, None):
                lane.stop()
        self.slow.pop(connection_id, None)

    def stop(self) -> None:
        """What is held back is lost."""
        self.reordering.forget()
        self.held.forget()
        self.late.forget()
        for connection_id in {*self.inbound, *self.outbound}:
            self.forget(connection_id)
