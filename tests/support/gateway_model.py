"""What the gateway core has to do, as plainly as it can be said: the oracle of a state machine test.

It knows one API (an authorizer and a function on ``$connect``, two message routes, ``$disconnect``) and says of each
input which effects follow, as tuples without payloads. Sections A, C, D and E of the behaviour page, line by line.
"""

from dataclasses import dataclass

from longwire.core.api import Api, Authorizer, Integration, Route, Stage

__all__ = ["MESSAGE_TIMEOUT", "Model", "chat_api"]

IDLE, DURATION, TIMEOUT, MESSAGE_TIMEOUT, LARGEST = 600.0, 7200.0, 29.0, 5.0, 131_072

Predicted = list[tuple[object, ...]]


def chat_api() -> Api:
    """``say`` answers, ``$default`` does not; both have 5 s, the handshake's functions the greatest 29 s."""
    authorizer = Authorizer("Auth", "auth", "Authorize")
    routes = [
        Route("$connect", Integration("ConnectIntegration", "AWS_PROXY", "Connect", 60), authorizer),
        Route("$disconnect", Integration("DisconnectIntegration", "AWS_PROXY", "Disconnect")),
        Route("say", Integration("SayIntegration", "AWS_PROXY", "Say", MESSAGE_TIMEOUT), two_way=True),
        Route("$default", Integration("DefaultIntegration", "AWS_PROXY", "Default", MESSAGE_TIMEOUT)),
    ]
    by_key = {route.key: route for route in routes}
    return Api("Ws", "abcdefghij", "ws", "us-east-1", "123456789012", "$request.body.action", by_key, Stage("dev"))


@dataclass
class Modelled:
    """A connection that was not refused and is not closed."""

    state: str
    active_at: float = 0.0
    opened_at: float = 0.0


@dataclass
class Waited:
    """A function that was asked and has not answered."""

    function: str
    connection_id: str
    deadline: float


class Model:
    """Each verb changes the state and returns what follows. ``now`` is the time of the input."""

    def __init__(self) -> None:
        self.connections: dict[str, Modelled] = {}
        self.dead: list[str] = []
        self.waited: dict[str, Waited] = {}
        self.disconnected: list[str] = []

    def open(self) -> list[str]:
        return [name for name, known in self.connections.items() if known.state == "open"]

    def asked(self, invocation_id: str, function: str, connection_id: str, now: float) -> None:
        """An invocation got its id."""
        timeout = MESSAGE_TIMEOUT if function in {"Say", "Default"} else TIMEOUT
        self.waited[invocation_id] = Waited(function, connection_id, now + timeout)

    # --- the handshake

    def shake(self, name: str, *, known_stage: bool) -> Predicted:
        if not known_stage:
            self.dead.append(name)
            return [("reject", name, 403)]
        self.connections[name] = Modelled("authorizing")
        return [("invoke", name, "Authorize")]

    def answered(self, invocation_id: str, outcome: str, now: float) -> Predicted:
        """``outcome``: fine, refused, raised or unauthorized."""
        waited = self.waited.pop(invocation_id, None)
        if waited is None or waited.function == "Disconnect" or waited.connection_id not in self.connections:
            return []
        name = waited.connection_id
        if waited.function in {"Say", "Default"}:
            return self.message_answered(name, waited.function, outcome, now)
        if outcome != "fine":
            self.gone(name)
            statuses = {"Authorize": (403, 500, 401), "Connect": (403, 502, 502)}[waited.function]
            return [("reject", name, statuses[("refused", "raised", "unauthorized").index(outcome)])]
        if waited.function == "Authorize":
            self.connections[name].state = "connecting"
            return [("invoke", name, "Connect")]
        self.connections[name] = Modelled("open", now, now)
        return [("accept", name)]

    def gone(self, name: str) -> None:
        del self.connections[name]
        self.dead.append(name)

    # --- messages

    def said(self, name: str, action: str, now: float) -> Predicted:
        self.connections[name].active_at = now
        return [("invoke", name, "Say" if action == "say" else "Default")]

    def message_answered(self, name: str, function: str, outcome: str, now: float) -> Predicted:
        if outcome in {"raised", "unauthorized"}:
            return self.sent(name, "Internal server error", now)
        return self.sent(name, "answer", now) if function == "Say" else []

    def sent(self, name: str, what: str, now: float) -> Predicted:
        self.connections[name].active_at = now
        return [("send", name, what)]

    # --- ends

    def closed(self, name: str, code: int, reason: str) -> Predicted:
        """By the gateway."""
        return [("close", name, code, reason), *self.ended(name, code, reason)]

    def ended(self, name: str, code: int, reason: str) -> Predicted:
        self.gone(name)
        self.disconnected.append(name)
        return [("invoke", name, "Disconnect", code, reason)]

    def lost(self, name: str) -> Predicted:
        """In a handshake there is nothing to disconnect."""
        if self.connections[name].state == "open":
            return self.ended(name, 1006, "")
        self.gone(name)
        return []

    # --- @connections

    def called(
        self, method: str, name: str, request: str, now: float, *, size: int = 0, full: bool = False
    ) -> Predicted:
        known = self.connections.get(name)
        if known is None or known.state != "open":
            return [("respond", request, 400 if name == "nonsense" else 410)]
        if method == "GET":
            return [("respond", request, 200)]
        if method == "DELETE":
            return [("respond", request, 204), *self.closed(name, 1000, "Connection Closed Normally")]
        if size > LARGEST or full:
            return [("respond", request, 413 if size > LARGEST else 429)]
        return [*self.sent(name, "posted", now), ("respond", request, 200)]

    # --- time

    def next_deadline(self) -> float | None:
        opened = [known for known in self.connections.values() if known.state == "open"]
        deadlines = [min(known.active_at + IDLE, known.opened_at + DURATION) for known in opened]
        return min([*deadlines, *(waited.deadline for waited in self.waited.values())], default=None)

    def due(self, now: float) -> Predicted:
        """Integration timeouts first, since their frames are activity; then the idle, then the old."""
        effects: Predicted = []
        for key in [key for key, waited in self.waited.items() if waited.deadline <= now]:
            effects += self.timed_out(self.waited.pop(key), now)
        for name in self.open():
            known = self.connections[name]
            if known.active_at + IDLE <= now or known.opened_at + DURATION <= now:
                effects += self.closed(name, 1001, "Going away")
        return effects

    def timed_out(self, waited: Waited, now: float) -> Predicted:
        name = waited.connection_id
        if waited.function == "Disconnect" or name not in self.connections:
            return []
        if waited.function in {"Say", "Default"}:
            return self.sent(name, "Endpoint request timed out", now)
        self.gone(name)
        return [("reject", name, {"Authorize": 500, "Connect": 504}[waited.function])]

    def shut_down(self) -> Predicted:
        effects: Predicted = []
        for name, known in list(self.connections.items()):
            if known.state == "open":
                effects += self.closed(name, 1001, "Going away")
            else:
                self.gone(name)
                effects.append(("reject", name, 503))
        return effects
