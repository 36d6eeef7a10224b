"""The whole backend against its promises: 500 runs of 50 steps with ``LONGWIRE_MACHINE_RUNS=500``, a few by default.

Invocations are lost, repeated, late and out of order; their AWS calls fail or are never made; clients vanish with and
without ``$disconnect``. Whatever happened, the tables agree, and what clients were promised they get.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from backend_world import Socket, World
from delivery_guarantees import Member, broken_promises, logs_of
from faulty_aws import FAULTS
from fifo_queue import Queued
from wire_tap import strangers

RUNS = int(os.environ.get("LONGWIRE_MACHINE_RUNS", "12"))

KINDS = sorted({*FAULTS["dynamodb"], *FAULTS["sqs"], *FAULTS["apigatewaymanagementapi"]} | {"killed"})
WHO = st.integers(0, 2)
GROUPS = st.sampled_from(["room", "hall"])
MEANWHILE = st.sampled_from(["pump", "publish", "come", "acknowledge"])
TROUBLE = st.one_of(st.none(), st.none(), st.tuples(st.sampled_from(KINDS), st.integers(0, 12)))


class Backend(RuleBasedStateMachine):
    world: ClassVar[World]

    def __init__(self) -> None:
        super().__init__()
        self.world.reset()
        self.members = [Member(self.world, user) for user in ("ada", "bela", "cyd")]
        self.gone: list[tuple[Member, Socket, str]] = []
        self.heard: list[Queued] = []
        self.steps = 0
        for member in self.members[:2]:
            member.come()
            self.world.settle()
            member.receive()
            member.join("room")

    # -- clients

    @rule(who=WHO, trouble=TROUBLE)
    def come(self, who: int, trouble: Any) -> None:
        """Also while the earlier connection is still there: the client knows before the gateway does."""
        with self.troubled(trouble):
            self.members[who].come()

    @rule(who=WHO, told=st.booleans(), trouble=TROUBLE)
    def vanish(self, who: int, told: bool, trouble: Any) -> None:
        member = self.members[who]
        if member.socket is not None:
            member.receive()
            self.gone.append((member, member.vanish(), member.session_id))
            if told:
                self.told(-1, trouble)

    @rule(which=st.integers(0, 9), trouble=TROUBLE)
    def told(self, which: int, trouble: Any) -> None:
        """``$disconnect``: late, repeated, or never."""
        if self.gone:
            member, socket, session_id = self.gone[which % len(self.gone)]
            with self.troubled(trouble):
                member.disconnected(socket, session_id)

    @rule(who=WHO, group=GROUPS, echo=st.booleans(), trouble=TROUBLE)
    def publish(self, who: int, group: str, echo: bool, trouble: Any) -> None:
        self.during(who, trouble, lambda member: member.publish(group, echo=echo))

    @rule(who=WHO, trouble=TROUBLE)
    def retry(self, who: int, trouble: Any) -> None:
        self.during(who, trouble, Member.retry)

    @rule(who=WHO, group=GROUPS, trouble=TROUBLE)
    def join(self, who: int, group: str, trouble: Any) -> None:
        self.during(who, trouble, lambda member: member.join(group))

    @rule(who=WHO, group=GROUPS, trouble=TROUBLE)
    def leave(self, who: int, group: str, trouble: Any) -> None:
        self.during(who, trouble, lambda member: member.leave(group))

    @rule(who=WHO, trouble=TROUBLE)
    def acknowledge(self, who: int, trouble: Any) -> None:
        self.during(who, trouble, Member.acknowledge)

    @rule(which=st.integers(0, 9), sequence_id=st.integers(0, 9))
    def late_acknowledgement(self, which: int, sequence_id: int) -> None:
        """Of a connection that is over, for what it had."""
        if self.gone:
            member, socket, session_id = self.gone[which % len(self.gone)]
            if session_id == member.session_id:
                member.send(socket, type="sequenceAck", sequenceId=min(sequence_id, member.seen))

    @rule(who=WHO, slow=st.booleans())
    def slow(self, who: int, slow: bool) -> None:
        socket = self.members[who].socket
        if socket is not None:
            socket.slow = slow

    # -- bells

    @rule(trouble=TROUBLE)
    def pump(self, trouble: Any) -> None:
        heard = self.world.cloud.queue.receive()
        self.heard = [*self.heard, *heard][-20:]
        with self.troubled(trouble):
            self.world.pump(heard)

    @rule(which=st.integers(0, 19), trouble=TROUBLE)
    def hear_again(self, which: int, trouble: Any) -> None:
        """A bell that was heard already, perhaps long ago: SQS delivers at least once."""
        if self.heard:
            with self.troubled(trouble):
                self.world.pump([self.heard[which % len(self.heard)]])

    @rule(who=WHO, group=GROUPS, call=st.integers(0, 12), what=MEANWHILE)
    def two_at_once(self, who: int, group: str, call: int, what: str) -> None:
        """Something happens between two calls of a pump, or of a publish."""
        number = len(self.world.cloud.calls) + call
        self.world.cloud.interlude = {number: lambda: self.meanwhile(self.members[who], group, what)}
        if what == "publish" and self.members[0].socket is not None:
            self.members[0].publish(group, echo=True)
        self.world.pump()
        self.world.cloud.interlude.clear()

    def meanwhile(self, member: Member, group: str, what: str) -> None:
        if what == "come":
            member.come()
        elif what == "pump":
            self.world.pump(self.heard[-1:])
        elif member.socket is not None and what == "publish":
            member.publish(group, echo=True)
        elif member.socket is not None:
            member.acknowledge()

    @rule(seconds=st.sampled_from([1, 60, 400, 3_000, 9_000]))
    def wait(self, seconds: int) -> None:
        self.world.clock.sleep(seconds)

    # -- promises

    @contextmanager
    def troubled(self, trouble: tuple[str, int] | None) -> Iterator[None]:
        if trouble is not None:
            kind, first = trouble[0], len(self.world.cloud.calls) + trouble[1]
            self.world.cloud.script = lambda number: kind if first <= number < first + 3 else None
        yield
        self.world.cloud.script = None

    def during(self, who: int, trouble: Any, act: Callable[[Member], None]) -> None:
        member = self.members[who]
        if member.socket is not None:
            with self.troubled(trouble):
                act(member)

    @invariant()
    def promises(self) -> None:
        self.steps += 1
        if self.steps % 5 == 0:
            self.holds(None)

    def holds(self, accepted_only: bool | None) -> None:
        for member in self.members:
            member.receive()
        assert self.world.late == []
        assert self.world.inconsistencies(interrupted=True) == []
        assert list(broken_promises(self.members, logs_of(self.world), accepted_only=accepted_only)) == []

    def teardown(self) -> None:
        for socket in self.world.sockets.values():
            socket.slow = False
        for member in self.members:
            if member.socket is None or not member.socket.open:
                self.back(member)
        self.rest()
        self.holds(accepted_only=True)
        # What nobody was told of arrives with the next reason to look.
        for member in self.members:
            member.vanish()
            self.back(member)
        self.rest()
        self.holds(accepted_only=False)
        assert strangers(frame for socket in self.world.sockets.values() for frame in socket.frames) == []

    def back(self, member: Member) -> None:
        """Nothing fails any more; a slot that a dead handshake took may have to expire."""
        for _ in range(4):
            if member.come() == 200:
                return
            self.world.clock.sleep(9_000)
        pytest.fail(f"{member.user} cannot connect")

    def rest(self) -> None:
        """Until all is acknowledged and nothing more comes."""
        for _ in range(60):
            self.world.settle()
            before = [member.seen for member in self.members]
            for member in self.members:
                member.acknowledge()
            self.world.settle()
            for member in self.members:
                member.receive()
            if before == [member.seen for member in self.members]:
                return
        pytest.fail("messages that never end")


@pytest.mark.timeout(0 if RUNS >= 500 else 600)
def test_whatever_happens_every_promise_is_kept(virtual: World) -> None:
    Backend.world = virtual
    run_state_machine_as_test(
        Backend,
        settings=settings(
            max_examples=RUNS,
            stateful_step_count=50,
            deadline=None,
            derandomize=RUNS < 500,
            database=None,
            phases=[Phase.generate, *([Phase.shrink] if RUNS >= 500 else [])],
            suppress_health_check=list(HealthCheck),
        ),
    )
