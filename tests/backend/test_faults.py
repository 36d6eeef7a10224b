"""Every AWS call of every route fails in every way: nothing raises, nobody is late, no half-written state stays.

In virtual time, through botocore's own hooks. What a client was told must be true, and when AWS works again every
message arrives, once and in order.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

from backend_world import TIMEOUTS, World
from faulty_aws import FAULTS, Faults
from world_client import Client
from world_services import administered, queued

pytestmark = pytest.mark.timeout(300)

KINDS = sorted({kind for kinds in FAULTS.values() for kind in kinds})
ONCE = ("no answer", "an answer that got lost", "conflict", "partial", "untrue", "killed")
"""For the test of each call: the others end as one of these does."""


def test_the_timeouts_are_the_templates() -> None:
    text = (Path(__file__).parents[2] / "template.yaml").read_text(encoding="utf-8")
    default = re.search(r"^Globals:.*?Timeout: (\d+)", text, re.DOTALL | re.MULTILINE)
    assert default is not None
    for name, seconds in TIMEOUTS.items():
        block = re.search(rf"Handler: longwire_app\.{name}\.handler(.*?)Policies:", text, re.DOTALL)
        assert block is not None
        own = re.search(r"Timeout: (\d+)", block[1])
        assert seconds == int((own or default)[1])


# -- every call in turn


def people(world: World) -> tuple[Client, Client]:
    """Both in the room, connected and greeted."""
    alice, bob = Client(world, "alice"), Client(world, "bob")
    for client in (alice, bob):
        client.connect()
        world.settle()
        client.ask(type="joinGroup", group="room")
        client.ask(type="joinGroup", group="volatile.cursors")
    world.settle()
    return alice, bob


def filled(client: Client, world: World) -> None:
    """Its window is full, so that an ack rings."""
    other = Client(world, "carol")
    other.connect()
    for number in range(7):
        other.ask(type="sendToGroup", group="room", data=f"filler {number}")
    world.settle()
    client.receive()


Route = Callable[[World, Client, Client], object]

PREPARED: dict[str, Route] = {
    "a resume after $disconnect": lambda _world, alice, _bob: left(alice),
    "an ack": lambda world, alice, _bob: filled(alice, world),
    "a greeting": lambda world, _alice, _bob: Client(world, "carol").connect(),
    "a delivery": lambda _world, _alice, bob: bob.ask(type="sendToGroup", group="room", data=1),
}
ROUTES: dict[str, Route] = {
    "a new session": lambda world, _alice, _bob: Client(world, "carol").connect(),
    "a resume": lambda _world, alice, _bob: (alice.vanish(), alice.connect()),
    "a resume after $disconnect": lambda _world, alice, _bob: alice.connect(),
    "$disconnect": lambda _world, alice, _bob: left(alice),
    "a join": lambda _world, alice, _bob: alice.ask(type="joinGroup", group="other"),
    "a join without an ackId": lambda _world, alice, _bob: alice.send(type="joinGroup", group="other"),
    "a leave": lambda _world, alice, _bob: alice.ask(type="leaveGroup", group="room"),
    "a leave without an ackId": lambda _world, alice, _bob: alice.send(type="leaveGroup", group="room"),
    "a publish": lambda _world, alice, _bob: alice.ask(type="sendToGroup", group="room", data=1),
    "a first publish": lambda _world, alice, _bob: alice.ask(type="sendToGroup", group="new", data=1),
    "a volatile publish": lambda _world, alice, _bob: alice.ask(type="sendToGroup", group="volatile.cursors", data=1),
    "an event": lambda _world, alice, _bob: alice.ask(type="event", event="echo", data=1),
    "an ack": lambda _world, alice, _bob: alice.acknowledge(),
    "a message by HTTP": lambda world, _alice, _bob: administered(world, "POST", "/groups/room/:send", 1),
    "a message by HTTP to a user": lambda world, _alice, _bob: administered(world, "POST", "/users/bob/:send", 1),
    "a connection closed by HTTP": lambda world, alice, _bob: administered(
        world, "DELETE", f"/connections/{alice.session_id}"
    ),
    "a question by HTTP": lambda world, _alice, _bob: administered(world, "HEAD", "/users/bob"),
    "a user taken out by HTTP": lambda world, _alice, _bob: administered(world, "DELETE", "/users/bob/groups/room"),
    "messages by queue": lambda world, _alice, _bob: queued(
        world, {"to": {"group": "room"}, "data": 1, "id": "1"}, {"to": {"user": "bob"}, "data": 2}, {"junk": True}
    ),
    "a greeting": lambda world, _alice, _bob: world.pump(),
    "a delivery": lambda world, _alice, _bob: world.pump(),
}


def left(client: Client) -> None:
    client.disconnected(client.vanish())


def ready(world: World, route: str) -> tuple[Client, Client]:
    alice, bob = people(world)
    if route in PREPARED:
        PREPARED[route](world, alice, bob)
    return alice, bob


@pytest.mark.parametrize("route", [route for route in ROUTES if "HTTP" in route])
def test_what_is_asked_for_by_http_is_done_without_faults(world: World, route: str) -> None:
    alice, bob = ready(world, route)
    status = ROUTES[route](world, alice, bob)
    assert isinstance(status, int)
    assert 200 <= status < 300


@pytest.mark.parametrize("route", ROUTES)
def test_each_call_of_a_route_fails_in_every_way(world: World, route: str) -> None:
    people_then = ready(world, route)
    before = world.snapshot()
    for kind in ONCE:
        for number in range(40):
            world.restore(before)
            if not survived(world, route, [replace(client) for client in people_then], kind, number):
                break


def survived(world: World, route: str, clients: list[Client], kind: str, number: int) -> bool:
    """Runs the route with its nth call, and botocore's repetitions of it, failing; False when it has no nth call."""
    alice, bob = reunited(world, clients)
    world.late.clear()
    world.cloud.calls.clear()
    world.cloud.script = lambda call: kind if number <= call < number + 3 else None
    ROUTES[route](world, alice, bob)
    reached = len(world.cloud.calls) > number
    world.cloud.script = None
    where = f"{kind} at call {number}, {world.cloud.calls}"
    assert world.late == [], where
    assert world.inconsistencies(interrupted=True) == [], where
    return reached


def reunited(world: World, clients: list[Client]) -> list[Client]:
    """The people of a snapshot, with its sockets."""
    for client in clients:
        client.socket = None if client.socket is None else world.sockets[client.socket.id]
    return clients


# -- many calls at once


class Crowd:
    """Does everything that can be done, over and over, with connections that come and go."""

    def __init__(self, world: World, random: Random) -> None:
        self.world = world
        self.random = random
        self.clients = [Client(world, user) for user in ("alice", "bob", "alice")]
        self.number = 0

    def step(self) -> None:
        client = self.random.choice(self.clients)
        if client.socket is None or not client.socket.open:
            client.connect()
            self.world.pump()
        else:
            self.random.choice([self.talk, self.talk, self.talk, self.leave])(client)
        self.world.pump()
        client.receive()

    def talk(self, client: Client) -> None:
        self.number += 1
        group = self.random.choice(["room", "room", "volatile.cursors"])
        frames: list[dict[str, Any]] = [
            {"type": "joinGroup", "group": group},
            {"type": "leaveGroup", "group": group},
            {"type": "sendToGroup", "group": group, "data": self.number},
            {"type": "event", "event": "announce", "data": self.number},
            {"type": "event", "event": "echo", "data": self.number},
        ]
        frame = self.random.choice([*frames, None])
        if frame is None:
            client.acknowledge()
        else:
            client.ask(**frame)

    def leave(self, client: Client) -> None:
        gone = client.vanish()
        if self.random.random() < 0.7:
            client.disconnected(gone)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("rate", "steps"), [(1.0, 12), (0.1, 30)])
def test_a_crowd_survives_each_kind_of_fault(world: World, kind: str, rate: float, steps: int) -> None:
    crowded(world, rate, steps, kind)


@pytest.mark.parametrize(("rate", "steps", "seed"), [(1.0, 30, 1), (0.1, 40, 2), (0.01, 75, 3)])
def test_a_crowd_survives_all_kinds_together(world: World, rate: float, steps: int, seed: int) -> None:
    crowded(world, rate, steps, seed=seed)


def crowded(world: World, rate: float, steps: int, *kinds: str, seed: int = 0) -> None:
    crowd = Crowd(world, Random(seed))
    for _ in range(steps // 3):
        crowd.step()
    world.cloud.faults = Faults(rate, kinds, random=Random(seed))
    for _ in range(steps):
        crowd.step()
    assert world.late == []
    assert world.inconsistencies(interrupted=True) == []
    assert world.cloud.faults.count > 0


@pytest.mark.parametrize("route", ROUTES)
def test_nobody_is_late_when_each_call_needs_all_its_tries(world: World, route: str) -> None:
    """Each answer comes just before botocore would give up: one after the other, they outlast any function."""
    alice, bob = ready(world, route)
    world.cloud.script = lambda call: "no answer" if call % 3 < 2 else None
    ROUTES[route](world, alice, bob)
    world.cloud.script = None
    assert world.late == []
    assert world.inconsistencies(interrupted=True) == []
