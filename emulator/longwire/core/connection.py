"""One connection: its states, what may happen in each, and its deadlines.

The transition table is the whole truth: an event that it does not list for a state raises ImpossibleInput.
"""

from enum import StrEnum

from longwire.core.outcome import Outcome
from longwire.core.proxy_event import Caller, Handshake
from longwire.errors import ImpossibleInput

__all__ = ["TRANSITIONS", "Connection", "State", "Step"]


class State(StrEnum):
    """A connection can be posted to in OPEN alone; before and after, ``@connections`` answers 410."""

    AUTHORIZING = "authorizing"  # the authorizer's function runs; the upgrade is unanswered
    CONNECTING = "connecting"  # the $connect integration runs; the upgrade is unanswered
    OPEN = "open"
    CLOSED = "closed"


class Step(StrEnum):
    """What happens to a connection."""

    AUTHORIZED = "authorized"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    ABANDONED = "abandoned"  # the client left before the upgrade was answered
    MESSAGE = "message"
    ACTIVITY = "activity"  # a ping, a post, a route response
    CLOSED = "closed"  # by either side, for whatever reason


TRANSITIONS: dict[tuple[State, Step], State] = {
    (State.AUTHORIZING, Step.AUTHORIZED): State.CONNECTING,
    (State.AUTHORIZING, Step.REFUSED): State.CLOSED,
    (State.AUTHORIZING, Step.ABANDONED): State.CLOSED,
    (State.CONNECTING, Step.ACCEPTED): State.OPEN,
    (State.CONNECTING, Step.REFUSED): State.CLOSED,
    (State.CONNECTING, Step.ABANDONED): State.CLOSED,
    (State.OPEN, Step.MESSAGE): State.OPEN,
    (State.OPEN, Step.ACTIVITY): State.OPEN,
    (State.OPEN, Step.CLOSED): State.CLOSED,
}


class Connection:
    """Mutable bookkeeping of one connection; the gateway owns it. Times are epoch seconds."""

    __slots__ = (
        "answer",
        "authorization",
        "authorizer_started",
        "bytes_in",
        "bytes_out",
        "caller",
        "connect_request_id",
        "connected_at",
        "connection_id",
        "handshake",
        "last_active_at",
        "messages_in",
        "messages_out",
        "state",
        "subprotocol",
        "usage_identifier_key",
    )

    def __init__(self, connection_id: str, handshake: Handshake, caller: Caller, now: float, state: State) -> None:
        self.connection_id = connection_id
        self.handshake = handshake
        self.caller = caller
        self.connected_at = now
        self.last_active_at = now
        self.authorizer_started: float | None = None
        self.state = state
        self.subprotocol: str | None = None
        self.usage_identifier_key: str | None = None
        self.messages_in = self.messages_out = self.bytes_in = self.bytes_out = 0
        # Of the handshake, for the access log: what the authorizer and $connect answered, and the latter's request.
        self.authorization: dict[str, object] | None = None
        self.connect_request_id = ""
        self.answer: Outcome | None = None

    def step(self, step: Step) -> None:
        """Follow the table, or raise ImpossibleInput."""
        following = TRANSITIONS.get((self.state, step))
        if following is None:
            raise ImpossibleInput(step, self.state, self.connection_id)
        self.state = following

    def received(self, size: int, now: float) -> None:
        self.step(Step.MESSAGE)
        self.last_active_at = now
        self.messages_in += 1
        self.bytes_in += size

    def sent(self, size: int, now: float) -> None:
        """A message to the client; Hotsock's posts every 9.5 minutes keep connections open, so it is activity."""
        self.step(Step.ACTIVITY)
        self.last_active_at = now
        self.messages_out += 1
        self.bytes_out += size

    def active(self, now: float) -> None:
        self.step(Step.ACTIVITY)
        self.last_active_at = now

    def authorizer_latency(self, now: float) -> int | None:
        """Milliseconds since the authorizer was called; None when there is none."""
        return None if self.authorizer_started is None else int((now - self.authorizer_started) * 1000)
