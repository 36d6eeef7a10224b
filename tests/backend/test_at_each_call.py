"""What happens to messages and sessions when something happens just before a certain call, or nothing after it."""

from typing import Any

import pytest

from backend_world import World
from delivery_guarantees import logs_of
from world_client import Client


def people(world: World, *users: str) -> list[Client]:
    """Connected, greeted and in the room."""
    made = [Client(world, user) for user in users]
    for client in made:
        assert client.connect() == 200
        world.settle()
        client.receive()
        client.ask(type="joinGroup", group="room")
    return made


def publish(client: Client, data: Any, ack_id: int) -> bool:
    client.send(type="sendToGroup", group="room", data=data, ackId=ack_id)
    client.receive()
    return client.accepted(ack_id)


def everything(world: World, client: Client) -> list[Any]:
    """What has come, once all is posted and acknowledged."""
    for _ in range(10):
        world.settle()
        client.acknowledge()
    client.receive()
    return [data for _, data in client.shown]


def killed_at(world: World, call: int) -> None:
    first = len(world.cloud.calls) + call
    world.cloud.script = lambda number: "killed" if number == first else None


def during(world: World, call: int, act: Any) -> None:
    world.cloud.interlude = {len(world.cloud.calls) + call: act}


@pytest.mark.parametrize("call", range(5))
def test_a_publish_that_dies_at_any_call_is_repeated_and_arrives_once(world: World, call: int) -> None:
    alice, bob = people(world, "alice", "bob")
    killed_at(world, call)
    assert not publish(bob, "x", 9) or call >= 4
    world.cloud.script = None
    assert publish(bob, "x", 9)
    assert everything(world, alice) == ["x"]


@pytest.mark.parametrize("call", range(5))
def test_an_ack_id_counts_once_at_whatever_call_it_is_repeated(world: World, call: int) -> None:
    alice, bob = people(world, "alice", "bob")
    during(world, call, lambda: publish(bob, "x", 9))
    assert publish(bob, "x", 9)
    assert everything(world, alice) == ["x"]


def test_an_ack_id_counts_once_over_a_reconnect(world: World) -> None:
    alice, bob = people(world, "alice", "bob")
    assert publish(bob, "x", 9)
    bob.disconnected(bob.vanish())
    bob.acks.clear()
    assert bob.connect() == 200
    assert publish(bob, "x", 9)
    assert bob.acks[9]["error"]["name"] == "Duplicate"
    assert everything(world, alice) == ["x"]


@pytest.mark.parametrize("detached", [True, False])
@pytest.mark.parametrize("call", range(8))
def test_of_two_handshakes_for_one_session_one_wins_and_no_slot_is_lost(
    world: World, call: int, detached: bool
) -> None:
    (alice,) = people(world, "alice")
    gone = alice.vanish()
    if detached:
        alice.disconnected(gone)
    twin = Client(world, "alice", session_id=alice.session_id, token=alice.token)
    found: list[int] = []
    during(world, call, lambda: found.append(twin.connect()))
    found.append(alice.connect())
    world.settle()
    assert sorted(found) in ([200, 409], [200, 200], [200, 404])
    assert world.inconsistencies(interrupted=True) == []
    assert [line for line in world.inconsistencies(interrupted=False) if "slot" in line.lower()] == []


def test_twenty_publishers_at_once_make_one_order_for_everybody(world: World) -> None:
    """Each begins between the reads and the write of the one before."""
    readers = people(world, "alice", "bob")
    writers = [Client(world, f"w{number}") for number in range(20)]
    for writer in writers:
        assert writer.connect() == 200

    def begin(number: int) -> None:
        if number < len(writers) - 1:
            during(world, 1, lambda: begin(number + 1))
        assert publish(writers[number], number, 1)

    begin(0)
    log = logs_of(world)["room"]
    order = sorted(log, key=lambda data: log[data])
    assert sorted(log.values()) == list(range(min(log.values()), min(log.values()) + 20))
    assert [everything(world, reader) for reader in readers] == [order, order]
    assert sorted(order) == list(range(20))


@pytest.mark.parametrize("call", range(12))
def test_a_pump_that_dies_at_any_call_loses_and_repeats_nothing(world: World, call: int) -> None:
    alice, bob = people(world, "alice", "bob")
    for number in range(3):
        assert publish(bob, number, 10 + number)
    killed_at(world, call)
    world.pump()
    world.cloud.script = None
    assert publish(bob, "after", 20)
    assert everything(world, alice) == [0, 1, 2, "after"]


@pytest.mark.parametrize("call", range(12))
def test_two_pumps_at_once_post_in_order(world: World, call: int) -> None:
    """The second begins at any call of the first, with news that the first has not read."""
    alice, bob = people(world, "alice", "bob")
    for number in range(3):
        assert publish(bob, number, 10 + number)
    heard = world.cloud.queue.receive()

    def second() -> None:
        assert publish(bob, "news", 20)
        world.pump(heard)

    during(world, call, second)
    world.pump(heard)
    assert everything(world, alice) == [0, 1, 2, *(["news"] if world.cloud.interlude == {} else [])]


@pytest.mark.parametrize("call", range(6))
def test_what_is_published_at_any_call_of_a_join_arrives_if_it_came_after(world: World, call: int) -> None:
    alice, bob = people(world, "alice", "bob")
    carol = Client(world, "carol")
    carol.connect()
    world.settle()
    carol.receive()
    during(world, call, lambda: publish(bob, "during", 9))
    carol.ask(type="joinGroup", group="room")
    world.cloud.interlude.clear()
    assert publish(bob, "after", 10)
    found = everything(world, carol)
    assert found in (["after"], ["during", "after"])
    assert everything(world, alice)[-1] == "after"


@pytest.mark.parametrize("call", range(4))
def test_what_is_published_at_any_call_of_a_leave_harms_nothing(world: World, call: int) -> None:
    alice, bob = people(world, "alice", "bob")
    during(world, call, lambda: publish(bob, "during", 9))
    assert alice.accepted(alice.ask(type="leaveGroup", group="room"))
    world.cloud.interlude.clear()
    assert publish(bob, "after", 10)
    assert everything(world, alice) in ([], ["during"])
    assert world.inconsistencies(interrupted=False) == []


def test_lost_disconnects_free_their_slots_in_the_end(world: World) -> None:
    """Three are allowed; those that vanished untold count until a post finds them gone, or until they expire."""
    for _ in range(3):
        client = Client(world, "alice")
        assert client.connect() == 200
        world.settle()
        client.vanish()
    late = Client(world, "alice")
    assert late.connect() == 429
    world.clock.sleep(2 * 3_600 + 16 * 60)
    assert late.connect() == 200


def test_functions_whose_clocks_differ_keep_every_promise(world: World) -> None:
    """By five minutes, from one invocation to the next."""
    alice, bob = people(world, "alice", "bob")
    for number, skew in enumerate([0, 300, -300, 300, 0, -300, -300, 300]):
        world.clock.skew = skew
        assert publish(bob, number, 10 + number)
        world.clock.skew = -skew
        world.pump()
        alice.acknowledge()
        if number % 3 == 2:
            alice.disconnected(alice.vanish())
            assert alice.connect() == 200
    world.clock.skew = 0
    assert everything(world, alice) == list(range(8))
    assert world.inconsistencies(interrupted=True) == []
