"""Sessions over HTTP, as handlers see them: with devices on WebSockets beside them, and between the two."""

import json
import time
from collections.abc import Callable
from threading import Thread
from typing import Any

import pytest

from backend_device import Device, Stage
from backend_poller import Poller


@pytest.fixture
def ada(stage: Stage) -> Poller:
    poller = Poller(stage.now)
    assert poller.connect() == 200
    return poller


@pytest.fixture
def bob(stage: Stage) -> Device:
    device = stage.device("bob")
    device.connect("b1=")
    stage.pump()
    device.receive()
    device.ask(type="joinGroup", group="room")
    return device


def publish(device: Device, *data: Any) -> None:
    for each in data:
        assert device.ask(type="sendToGroup", group="room", data=each)["success"]


def test_frames_are_posted_and_messages_polled_for(ada: Poller, bob: Device, stage: Stage) -> None:
    [joined] = ada.send(type="joinGroup", group="room")
    assert joined == {"type": "ack", "ackId": 101, "success": True}
    publish(bob, 1, 2)
    assert ada.send(type="sendToGroup", group="room", data=3)[0]["success"]
    assert (ada.poll(), ada.poll()) == ([1, 2, 3], [])
    stage.pump()
    assert bob.receive() == [1, 2, 3]
    reply, ack = ada.send(type="event", event="shout", dataType="text", data="hi")
    assert (reply["data"], reply["from"], ack["success"]) == ("HI", "server", True)
    assert ada.send(type="sendToGroup", group="room", data=3, ackId=102)[0]["error"]["name"] == "Duplicate"
    assert ada.send(type="nonsense")[0]["error"]["name"] == "BadRequest"


def test_the_worker_binds_and_leaves_the_rest_to_the_poll(ada: Poller, bob: Device, stage: Stage) -> None:
    ada.send(type="joinGroup", group="room")
    publish(bob, 1, 2)
    stage.pump()
    assert not [each for each in stage.connections.frames if each.startswith("poll:")]
    assert ada.poll() == [1, 2]


def test_what_an_answer_that_was_lost_had_in_it_comes_again(ada: Poller, bob: Device) -> None:
    ada.send(type="joinGroup", group="room")
    publish(bob, *range(5))
    assert ada.ask("GET", ada.path, link=ada.link, after=0, wait=0)["frames"]  # and is lost
    assert ada.poll() == [0, 1, 2, 3, 4]
    assert ada.poll(after=2, ack=False) == []  # nothing that it has not seen
    publish(bob, 5)
    assert ada.poll() == [5]


def test_a_client_that_acknowledges_late_is_sent_a_window_and_no_more(
    ada: Poller, bob: Device, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    from longwire_app import fallback, wiring

    monkeypatch.setenv("WINDOW", "3")
    stage.forget()
    fallback.polls.cache_clear()
    wiring.settings.cache_clear()
    ada.send(type="joinGroup", group="room")
    publish(bob, *range(5))
    assert ada.poll(ack=False) == [0, 1, 2]
    assert ada.poll(ack=False) == []
    assert ada.poll() == [3, 4]


def test_a_session_moves_from_a_websocket_to_polls_and_back_in_the_middle_of_a_stream(
    bob: Device, stage: Stage
) -> None:
    device = stage.device("ada")
    device.connect("a1=")
    stage.pump()
    device.receive()
    device.ask(type="joinGroup", group="room")
    publish(bob, 1, 2)
    stage.pump()
    shown = device.receive()
    device.acknowledge()
    publish(bob, 3)
    stage.pump()  # posted, and lost on the way
    poller = Poller(stage.now, session_id=device.session_id, token=device.token, seen=device.seen)
    assert poller.connect(resume=True) == 200
    assert stage.connections.closed == ["a1="]
    publish(bob, 4)
    shown += poller.poll()
    publish(bob, 5, 6)
    poller.ask("GET", poller.path, link=poller.link, after=poller.seen, wait=0)  # and lost on the way
    device.token, device.seen = poller.token, poller.seen
    assert device.connect("a2=", resume=True) == 200
    stage.pump()
    publish(bob, 7)
    stage.pump()
    shown += device.receive()
    assert shown == [1, 2, 3, 4, 5, 6, 7]
    assert device.session_id == poller.session_id == "a1="
    assert poller.poll() == []
    assert poller.statuses[-1] == 410


def test_a_late_disconnect_of_the_websocket_does_no_harm(bob: Device, stage: Stage) -> None:
    device = stage.device("ada")
    device.connect("a1=")
    stage.pump()
    device.receive()
    poller = Poller(stage.now, session_id="a1=", token=device.token)
    assert poller.connect(resume=True) == 200
    device.vanish()
    poller.send(type="joinGroup", group="room")
    publish(bob, 1)
    assert poller.poll() == [1]


def waiting(poller: Poller, stage: Stage, *, seconds: int = 20) -> Callable[[], list[Any]]:
    """A poll in a thread, that has begun; returns what it brings."""

    def place() -> Any:
        return [
            item["connId"]
            for item in stage.aws.items()
            if item["pk"]["S"] == f"S#{poller.session_id}" and "connId" in item
        ]

    found: list[Any] = []
    before = place()
    thread = Thread(target=lambda: found.extend(poller.poll(seconds)), daemon=True)
    thread.start()
    deadline = time.monotonic() + 20
    while place() == before:
        assert time.monotonic() < deadline
        time.sleep(0.02)

    def end() -> list[Any]:
        thread.join(20)
        return found

    return end


def test_a_poll_waits_for_a_message(ada: Poller, bob: Device, stage: Stage) -> None:
    ada.send(type="joinGroup", group="room")
    end = waiting(ada, stage)
    publish(bob, 1)
    stage.pump()
    assert end() == [1]


def test_a_poll_that_another_supersedes_ends(ada: Poller, bob: Device, stage: Stage) -> None:
    ada.send(type="joinGroup", group="room")
    end = waiting(ada, stage)
    second = Poller(ada.now, session_id=ada.session_id, link=ada.link)
    again = waiting(second, stage)
    assert end() == []
    assert ada.statuses[-1] == 410
    publish(bob, 1)
    stage.pump()
    assert (again(), second.statuses[-1]) == ([1], 200)


def test_a_poll_ends_when_the_session_moves_or_ends(ada: Poller, stage: Stage) -> None:
    end = waiting(ada, stage)
    assert Poller(ada.now, session_id=ada.session_id, token=ada.token).connect(resume=True) == 200
    assert (end(), ada.statuses[-1]) == ([], 410)
    ada.connect(resume=True, token=ada.token)
    end = waiting(ada, stage)
    ada.ask("DELETE", ada.path, link=ada.link)
    assert (end(), sorted(ada.statuses[-2:])) == ([], [204, 410])
    assert stage.device("ada").connect("a2=") == 200


def test_a_token_is_good_until_its_successor_was_used(ada: Poller, bob: Device) -> None:
    first = ada.token
    assert ada.connect(resume=True) == 200
    second = ada.token
    assert ada.connect(resume=True, token=first) == 200  # the answer may have been lost
    assert ada.connect(resume=True, token=second) == 404
    third = ada.token
    assert ada.connect(resume=True, token=third) == 200
    ada.send(type="joinGroup", group="room")
    publish(bob, 1)
    assert (ada.poll(), ada.poll()) == ([1], [])
    assert ada.connect(resume=True, token=third) == 404


def test_nobody_else_gets_anything(ada: Poller, bob: Device) -> None:
    ada.send(type="joinGroup", group="room")
    publish(bob, 1)
    eve = Poller(ada.now, "eve", ada.session_id, ada.token, ada.link)
    assert (eve.connect(resume=True), eve.poll(), eve.send(type="leaveGroup", group="room")) == (404, [], [])
    eve.ask("DELETE", eve.path, link=eve.link)
    other = Poller(ada.now, "ada", ada.session_id, "x", "x")
    assert (other.connect(resume=True), other.poll(), other.send(type="leaveGroup", group="room")) == (404, [], [])
    none = Poller(ada.now, "ada", ada.session_id, "", "")
    assert none.poll() == []
    assert (eve.statuses, other.statuses, none.statuses) == ([404, 410, 410, 410], [404, 410, 410], [410])
    assert ada.poll() == [1]


def test_a_link_ends_after_two_hours_and_holds_its_users_place_for_two_minutes(ada: Poller, stage: Stage) -> None:
    key = {"pk": {"S": f"S#{ada.session_id}"}, "sk": {"S": "META"}}
    from longwire_app import wiring

    table = wiring.state_table()
    old = {":old": {"N": str((stage.now - 7201) * 1000)}}
    assert table.update_if("attribute_exists(pk)", old, key, "SET connectedAt = :old")
    assert (ada.poll(), ada.statuses[-1]) == ([], 410)
    assert ada.connect(resume=True) == 200
    [slot] = [item for item in stage.aws.items() if item["pk"]["S"].startswith("U#")]
    assert 100 < int(slot["exp"]["N"]) - stage.now <= 130
    stage.interrupted = True
    assert table.delete_if("attribute_exists(pk)", {}, {"pk": slot["pk"], "sk": slot["sk"]})  # it expired
    assert (ada.poll(), ada.statuses[-1]) == ([], 410)


def test_the_limit_of_connections_holds_for_links_too(ada: Poller) -> None:
    assert [Poller(ada.now).connect() for _ in range(3)] == [200, 200, 429]


def test_volatile_messages_are_for_who_is_there(ada: Poller, bob: Device, stage: Stage, counted: Any) -> None:
    for client in (ada.send, bob.ask):
        client(type="joinGroup", group="volatile.x")
    counted()
    bob.ask(type="sendToGroup", group="volatile.x", data=1)
    assert counted()["NotPolled"] == 1
    assert (ada.poll(), bob.receive()) == ([], [1])
    assert stage.device("ada").connect("a2=") == 200


def test_an_answer_that_is_full_leaves_the_rest_to_the_next(ada: Poller, bob: Device) -> None:
    ada.send(type="joinGroup", group="room")
    large = "x" * 120_000
    publish(bob, *(large for _ in range(12)))
    first = ada.poll()
    assert 8 <= len(first) < 12
    assert len(first) + len(ada.poll()) == 12


def test_no_secret_is_logged_or_stored(ada: Poller, stage: Stage, logged: Any) -> None:
    ada.poll()
    ada.send(type="event", event="none", data="secret")
    written = json.dumps(logged()) + json.dumps(stage.aws.items())
    assert [each for each in (ada.link, ada.token, "secret") if each in written] == []
