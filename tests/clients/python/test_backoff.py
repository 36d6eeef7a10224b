import heapq
import random
from collections.abc import Callable

import pytest

from longwire_client.backoff import Backoff


@pytest.mark.parametrize(("waits", "ceiling"), [(0, 1), (1, 2), (4, 16), (5, 30), (10_000, 30)])
def test_full_jitter_lies_between_nothing_and_the_doubled_delay(waits: int, ceiling: float) -> None:
    assert (Backoff().delay(waits, 0), Backoff().delay(waits, 0.5)) == (0, ceiling / 2)


def test_small_jitter_adds_up_to_half_a_second() -> None:
    assert Backoff(jitter="small").delay(2, 0.5) == 4.25


def herd(delay: Callable[[int, float], float]) -> tuple[int, float]:
    """Of 5,000 clients that were dropped at once, how many come back within ten tries, and after how many seconds.

    They come to AWS's quota: 500 new connections a second, with a bucket of 500.
    """
    chance = random.Random(1)
    tries = [(delay(0, chance.random()), 0) for _ in range(5000)]
    heapq.heapify(tries)
    connected, bucket, before = 0, 500.0, 0.0
    while tries:
        now, waits = heapq.heappop(tries)
        bucket, before = min(500, bucket + 500 * (now - before)), now
        if bucket >= 1:
            bucket, connected = bucket - 1, connected + 1
        elif waits < 9:
            heapq.heappush(tries, (now + delay(waits + 1, chance.random()), waits + 1))
    return connected, before


def test_a_herd_gets_back_through_awss_quota_and_with_half_a_second_of_jitter_alone_it_does_not() -> None:
    connected, seconds = herd(Backoff().delay)
    assert (connected, 20 < seconds < 50) == (5000, True)
    connected, seconds = herd(Backoff(jitter="small").delay)
    assert (connected, 50 < seconds < 90) == (5000, True)
    connected, _ = herd(lambda _, chance: 0.5 * chance)
    assert connected < 2500
