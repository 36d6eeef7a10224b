import random

from longwire.load.backoff import Backoff


def test_delays_double_up_to_the_limit_and_end_after_so_many_tries() -> None:
    backoff = Backoff(first=1, limit=30, jitter=0, tries=7)
    chance = random.Random(1)
    assert [backoff.delay(attempt, chance) for attempt in range(1, 9)] == [1, 2, 4, 8, 16, 30, 30, None]


def test_full_jitter_is_any_time_up_to_the_delay() -> None:
    chance = random.Random(1)
    delays = [Backoff().delay(3, chance) or 0.0 for _ in range(500)]
    assert 0 <= min(delays) < 0.2
    assert 3.8 < max(delays) <= 4


def test_a_jitter_in_seconds_is_added() -> None:
    chance = random.Random(1)
    delays = [Backoff(jitter=0.5).delay(1, chance) or 0.0 for _ in range(500)]
    assert 1 <= min(delays) < 1.05
    assert 1.45 < max(delays) <= 1.5
