"""Posting to connections, by HTTP, with every answer that API Gateway has."""

import threading
import time
from typing import Any

import pytest

from longwire_app import wiring
from longwire_app.delivery import Delivery, Outcome, each
from longwire_app.session import Peer

PEER = Peer("s=", "c=")
LATER = 1e12
FRAME = b'{"type":"pong"}'


def test_a_frame_arrives_as_it_is(delivery: Delivery, connections: Any) -> None:
    assert delivery.post(PEER, '{"type":"é😀"}'.encode(), LATER) is Outcome.DELIVERED
    assert connections.frames == {"c=": [{"type": "é😀"}]}


@pytest.mark.parametrize(
    ("answers", "outcome", "posts"),
    [
        ([410], Outcome.GONE, 1),
        ([400], Outcome.GONE, 1),
        ([403], Outcome.FAILED, 1),
        ([413], Outcome.UNPOSTABLE, 1),
        ([429, 200], Outcome.DELIVERED, 2),
        ([429, 429, 429, 200], Outcome.THROTTLED, 3),
        ([500, 503, 200], Outcome.DELIVERED, 3),
        ([500, 500, 500, 200], Outcome.FAILED, 3),
        ([500, 410], Outcome.GONE, 2),
    ],
)
def test_what_each_answer_means(
    delivery: Delivery, connections: Any, answers: list[int], outcome: Outcome, posts: int
) -> None:
    connections.scripts["c="] = answers
    assert delivery.post(PEER, FRAME, LATER) is outcome
    assert connections.posts["c="] == posts


def test_nobody_listening_is_tried_again_and_then_a_failure(aws: Any) -> None:  # noqa: ARG001 (its environment)
    pauses: list[float] = []
    client = wiring.management_client("http://127.0.0.1:1/v1", 1)
    delivery = Delivery(client, 1, sleep=pauses.append, jitter=lambda: 1.0)
    assert delivery.post(PEER, FRAME, LATER) is Outcome.FAILED
    assert pauses == [0.0, 0.4, 0.8]


def test_no_try_begins_that_could_end_after_the_deadline(connections: Any, delivery: Delivery) -> None:
    connections.statuses["c="] = 500
    assert delivery.post(PEER, FRAME, time.monotonic() + 2.9) is Outcome.LATE
    assert connections.posts["c="] == 0
    clock = iter([0.0, 0.9, 1.2]).__next__
    client = wiring.management_client(connections.url, 1)
    hurried = Delivery(client, 1, sleep=lambda _: None, steady=clock, jitter=lambda: 0.0)
    assert hurried.post(PEER, FRAME, 4.0) is Outcome.FAILED
    assert connections.posts["c="] == 2


def test_one_bad_recipient_does_not_disturb_the_others(delivery: Delivery, connections: Any) -> None:
    peers = [Peer(f"s{number}=", f"c{number}=") for number in range(40)]
    connections.statuses.update({"c3=": 410, "c7=": 429, "c9=": 500, "c11=": 403})
    outcomes = dict(zip(peers, delivery.post_all(peers, FRAME, LATER), strict=True))
    bad = {"c3=": Outcome.GONE, "c7=": Outcome.THROTTLED, "c9=": Outcome.FAILED, "c11=": Outcome.FAILED}
    for peer, outcome in outcomes.items():
        assert outcome is bad.get(peer.connection_id, Outcome.DELIVERED)
    assert len(connections.frames) == 36


def test_as_many_at_once_as_allowed_and_none_left_behind() -> None:
    gate = threading.Barrier(4)
    threads = set()

    def meet(number: int) -> int:
        threads.add(threading.current_thread())
        gate.wait(10)
        return number * 2

    assert each(4, meet, range(8)) == [number * 2 for number in range(8)]
    assert len(threads) == 4
    assert not any(thread.is_alive() for thread in threads)


def test_one_item_needs_no_thread() -> None:
    assert each(8, lambda _: threading.current_thread(), [1]) == [threading.current_thread()]
    assert each(8, lambda _: 1, []) == []


def test_what_an_action_raises_is_raised() -> None:
    with pytest.raises(ZeroDivisionError):
        each(2, lambda number: 1 // number, [1, 0, 1])
