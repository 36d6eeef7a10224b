"""Clients in groups."""

from random import Random

import pytest

from longwire_infra.simulation.backoff import Backoff, rule
from longwire_infra.simulation.fleet import Fleet, Spread


def fleet(count: int, name: str = "fixed", life: float = 7200.0) -> Fleet:
    return Fleet(count, life, rule(name), Random(1))


def run(clients: Fleet, steps: range, quota: int) -> None:
    for step in steps:
        clients.expire(step)
        clients.connect(step, min(quota, clients.asking(step)))


def everybody(clients: Fleet) -> int:
    return clients.connected + clients.waiting + clients.gave_up


@pytest.mark.parametrize("name", ["full", "none", "fixed", "at-once", "spread"])
def test_nobody_is_lost_or_made(name: str) -> None:
    clients = fleet(1000, name, life=60.0)
    clients.cut_share(0, 0.5)
    for step in range(3000):
        clients.expire(step)
        clients.connect(step, min(step % 3, clients.asking(step)))
        assert everybody(clients) == 1000


def test_those_who_are_refused_come_back_later() -> None:
    clients = fleet(100)
    clients.cut_share(0, 1.0)
    assert (clients.connected, clients.waiting) == (0, 100)
    run(clients, range(1, 100), quota=10)
    assert clients.back.counts == {10: 10, 20: 10, 30: 10, 40: 10, 50: 10, 60: 10, 70: 10, 80: 10, 90: 10}
    assert clients.peak == 100
    assert clients.refused == clients.attempts - 90


def test_ten_tries_and_no_more() -> None:
    clients = Fleet(7, 7200.0, Backoff("x", "", lambda _attempt: (1.0, 1.0), 10), Random(1))
    clients.cut_share(0, 1.0)
    run(clients, range(1, 1000), quota=0)
    assert (clients.gave_up, clients.attempts, clients.waiting) == (7, 70, 0)


def test_each_connection_ends_after_its_time_and_they_do_not_end_together() -> None:
    clients = fleet(7200)
    ended = []
    for step in range(72_000):
        before = clients.connected
        clients.expire(step)
        ended.append(before - clients.connected)
        clients.connect(step, clients.asking(step))
    assert sum(ended) >= 7200
    assert max(ended) <= 2
    assert everybody(clients) == 7200


def test_a_share_is_cut_from_all_ages() -> None:
    clients = fleet(100_000)
    clients.cut_share(0, 0.25)
    assert 24_000 < clients.waiting < 26_000
    assert sum(clients.ends) == clients.connected


def test_the_time_of_a_share() -> None:
    spread = Spread()
    assert spread.seconds(0.5) is None
    spread.add(10, 99)
    spread.add(50)
    assert (spread.seconds(0.5), spread.seconds(0.99), spread.seconds(1.0)) == (1.0, 1.0, 5.0)
