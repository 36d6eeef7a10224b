"""The gateway core against a plain model of the behaviour page: 500 runs of 50 steps, the same ones every time."""

import json
from collections.abc import Callable, Iterable
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from gateway_model import MESSAGE_TIMEOUT, Model, chat_api
from longwire.core.events import (
    AcceptHandshake,
    CloseConnection,
    ConnectionLost,
    DeleteConnection,
    Effect,
    FrameRefused,
    GetConnection,
    HandshakeReceived,
    Input,
    InvocationFinished,
    Invoke,
    MessageReceived,
    PeerClosed,
    PingReceived,
    PostToConnection,
    RejectHandshake,
    Respond,
    SendFrame,
)
from longwire.core.gateway import Gateway
from longwire.core.ids import Ids
from longwire.core.quotas import Quotas
from longwire.errors import ImpossibleInput

START = 1_700_000_000.0
HEADERS = (("Host", "localhost"), ("Sec-WebSocket-Version", "13"))


def policy(effect: str) -> dict[str, Any]:
    statement = {"Effect": effect, "Action": "execute-api:Invoke", "Resource": "*"}
    return {"principalId": "me", "policyDocument": {"Statement": [statement]}}


FINE = {"Authorize": policy("Allow")}
REFUSED = {"Authorize": policy("Deny"), "Connect": {"statusCode": 403}}
ANSWER = {"statusCode": 200, "body": "answer"}
WHICH = st.integers(0, 5)
OUTCOMES = st.sampled_from(["fine", "fine", "fine", "refused", "raised", "unauthorized"])
ACTIONS = st.sampled_from(["say", "say", "other", ""])
ENDS = [
    *((PeerClosed, code, reason) for code, reason in ((1000, ""), (1001, ""), (4001, "bye"))),
    *((FrameRefused, code, "") for code in (1002, 1007, 1009)),
    (MessageReceived, 1003, ""),  # binary
]
# Every deadline, a moment before it and a moment after it.
SECONDS = st.sampled_from([0.0, 0.5, MESSAGE_TIMEOUT, 28.9, 29.0, 300.0, 599.0, 600.0, 601.0, 6600.0, 7200.0])


def seen(effects: Iterable[Effect]) -> list[tuple[object, ...]]:
    """Effects in the model's words; what is only told to people is left out."""
    return [SPOKEN[type(effect)](effect) for effect in effects if type(effect) in SPOKEN]


def invoked(effect: Invoke) -> tuple[object, ...]:
    if effect.function != "Disconnect":
        return ("invoke", effect.connection_id, effect.function)
    context = json.loads(effect.payload)["requestContext"]
    ended = (context["disconnectStatusCode"], context["disconnectReason"])
    return ("invoke", effect.connection_id, effect.function, *ended)


def sent(effect: SendFrame) -> tuple[object, ...]:
    payload = effect.payload
    return ("send", effect.connection_id, json.loads(payload)["message"] if payload.startswith("{") else payload)


SPOKEN: dict[type[Any], Callable[[Any], tuple[object, ...]]] = {
    Invoke: invoked,
    SendFrame: sent,
    AcceptHandshake: lambda effect: ("accept", effect.connection_id),
    RejectHandshake: lambda effect: ("reject", effect.connection_id, effect.status),
    CloseConnection: lambda effect: ("close", effect.connection_id, effect.code, effect.reason),
    Respond: lambda effect: ("respond", effect.request_id, effect.status),
}


class GatewayMachine(RuleBasedStateMachine):
    """Hypothesis chooses the inputs and when they come; gateway and model have to agree on each."""

    def __init__(self) -> None:
        super().__init__()
        self.gateway = Gateway(chat_api(), Ids(Random(3).randbytes), Quotas())
        self.model = Model()
        self.now = START
        self.finished: list[str] = []
        self.requests = 0

    def give(self, event: Input, predicted: list[tuple[object, ...]]) -> None:
        self.agree(self.gateway.receive(event, self.now), predicted)

    def agree(self, effects: list[Effect], predicted: list[tuple[object, ...]]) -> None:
        assert seen(effects) == predicted
        for effect in effects:
            if isinstance(effect, Invoke):
                self.model.asked(effect.invocation_id, effect.function, effect.connection_id, self.now)

    # --- handshakes

    @rule(known_stage=st.sampled_from([True, True, False]))
    def shake(self, known_stage: bool) -> None:
        self.begin(known_stage=known_stage)

    def begin(self, *, known_stage: bool) -> str:
        name = self.gateway.deployment.ids.connection_id()
        event = HandshakeReceived(name, "/dev" if known_stage else "/prod", HEADERS, "192.0.2.7")
        self.give(event, self.model.shake(name, known_stage=known_stage))
        return name

    @rule()
    def open(self) -> None:
        """The whole of a handshake, so that most steps have an open connection to work on."""
        name = self.begin(known_stage=True)
        for _ in ("Authorize", "Connect"):
            (waited,) = [key for key, waited in self.model.waited.items() if waited.connection_id == name]
            self.finish(waited, "fine")

    @precondition(lambda self: self.model.waited)
    @rule(which=WHICH, outcome=OUTCOMES)
    def answer(self, which: int, outcome: str) -> None:
        """The newest first."""
        waited = list(reversed(self.model.waited))
        self.finish(waited[which % len(waited)], outcome)

    def finish(self, invocation_id: str, outcome: str) -> None:
        function = self.model.waited[invocation_id].function
        event = InvocationFinished(invocation_id, json.dumps(FINE.get(function, ANSWER)))
        if outcome == "refused":
            event = InvocationFinished(invocation_id, json.dumps(REFUSED.get(function, ANSWER)))
        elif outcome != "fine":
            event = InvocationFinished(invocation_id, "", "raised", "Unauthorized" * (outcome != "raised"))
        self.give(event, self.model.answered(invocation_id, outcome, self.now))
        self.finished.append(invocation_id)

    @precondition(lambda self: self.finished)
    @rule(which=WHICH)
    def answer_again(self, which: int) -> None:
        """Or late: a function that timed out goes on, and its answer is of no interest to anyone."""
        self.give(InvocationFinished(self.finished[which % len(self.finished)], "{}"), [])

    # --- what an open connection's client does

    @precondition(lambda self: self.model.open())
    @rule(which=WHICH, action=ACTIONS)
    def say(self, which: int, action: str) -> None:
        self.message(self.one(which), action)

    @precondition(lambda self: self.model.open())
    @rule(which=WHICH, action=ACTIONS, outcome=OUTCOMES, seconds=st.sampled_from([0.0, 4.9]))
    def converse(self, which: int, action: str, outcome: str, seconds: float) -> None:
        self.message(self.one(which), action)
        said = next(reversed(self.model.waited))
        self.wait(seconds)
        self.finish(said, outcome)

    def message(self, name: str, action: str) -> None:
        text = json.dumps({"action": action})
        self.give(MessageReceived(name, text, len(text)), self.model.said(name, action, self.now))

    @precondition(lambda self: self.model.open())
    @rule(which=WHICH)
    def ping(self, which: int) -> None:
        """Unknown on AWS; by default it is no activity."""
        self.give(PingReceived(self.one(which)), [])

    @precondition(lambda self: self.model.open())
    @rule(which=WHICH, how=st.sampled_from(ENDS))
    def end(self, which: int, how: tuple[type[Any], int, str]) -> None:
        name, (kind, code, reason) = self.one(which), how
        if kind is MessageReceived:
            self.give(MessageReceived(name, b"\0", 1), self.model.closed(name, code, reason))
        else:
            self.give(kind(name, code, reason), self.model.ended(name, code, reason))

    @precondition(lambda self: self.model.connections)
    @rule(which=WHICH)
    def drop(self, which: int) -> None:
        """In every state."""
        names = list(self.model.connections)
        name = names[which % len(names)]
        self.give(ConnectionLost(name), self.model.lost(name))

    def one(self, which: int) -> str:
        names = self.model.open()
        return names[which % len(names)]

    # --- what has no effect

    @precondition(lambda self: self.model.dead)
    @rule(which=WHICH, kind=st.integers(0, 3))
    def hear_from_the_dead(self, which: int, kind: int) -> None:
        """A bug of the edge, and said so."""
        name = self.model.dead[which % len(self.model.dead)]
        events = (PeerClosed(name, 1000, ""), ConnectionLost(name), FrameRefused(name, 1002, ""))
        with pytest.raises(ImpossibleInput):
            self.gateway.receive((*events, MessageReceived(name, "x", 1))[kind], self.now)

    # --- @connections, on connections in every state and on none

    @precondition(lambda self: self.model.connections)
    @rule(
        which=WHICH, method=st.sampled_from(["POST", "POST", "GET", "DELETE"]), large=st.booleans(), full=st.booleans()
    )
    def call(self, which: int, method: str, large: bool, full: bool) -> None:
        names = [*self.model.open(), *self.model.connections, *self.model.dead[-2:], "nonsense"]
        data = b"x" * 131_073 if large and full else b"posted"
        self.ask(method, names[which % len(names)], data, full=full)

    def ask(self, method: str, name: str, data: bytes = b"", *, full: bool = False) -> None:
        self.requests += 1
        request = f"request {self.requests}"
        event: Any = {
            "POST": PostToConnection(request, name, data, buffer_full=full),
            "GET": GetConnection(request, name),
            "DELETE": DeleteConnection(request, name),
        }[method]
        self.give(event, self.model.called(method, name, request, self.now, size=len(data), full=full))

    # --- time

    @rule(seconds=SECONDS)
    def wait(self, seconds: float) -> None:
        """As the server does: sleep until the next deadline, tick, and again."""
        end = self.now + seconds
        while (deadline := self.gateway.next_deadline()) is not None and deadline <= end:
            self.now = max(self.now, deadline)
            waited = set(self.model.waited)
            effects, predicted = self.gateway.tick(self.now), self.model.due(self.now)
            self.finished += waited - set(self.model.waited)
            assert sorted(seen(effects), key=repr) == sorted(predicted, key=repr)
            self.agree(effects, seen(effects))
            after = self.gateway.next_deadline()
            assert after is None or after > self.now
        self.now = end

    @precondition(lambda self: self.model.open())
    @rule(which=WHICH)
    def keep_busy(self, which: int) -> None:
        """Posts keep a connection open, for two hours and no longer."""
        name = self.one(which)
        while name in self.model.connections:
            self.ask("POST", name, b"posted")
            self.wait(500)

    @invariant()
    def both_know_the_same(self) -> None:
        states = {name: known.state for name, known in self.gateway.connections.items()}
        assert states == {name: known.state for name, known in self.model.connections.items()}
        assert self.gateway.next_deadline() == self.model.next_deadline()
        assert len(set(self.model.disconnected)) == len(self.model.disconnected)

    def teardown(self) -> None:
        assert seen(self.gateway.shut_down(self.now)) == self.model.shut_down()
        assert self.gateway.connections == {}


@pytest.mark.timeout(300)
def test_the_gateway_does_what_the_model_says() -> None:
    run_state_machine_as_test(
        GatewayMachine,
        settings=settings(
            max_examples=500,
            stateful_step_count=50,
            derandomize=True,
            database=None,
            deadline=None,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        ),
    )
