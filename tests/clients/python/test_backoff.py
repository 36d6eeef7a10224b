import pytest

from longwire_client.backoff import Backoff


@pytest.mark.parametrize(("waits", "ceiling"), [(0, 1), (1, 2), (4, 16), (5, 30), (10_000, 30)])
def test_full_jitter_lies_between_nothing_and_the_doubled_delay(waits: int, ceiling: float) -> None:
    assert (Backoff().delay(waits, 0), Backoff().delay(waits, 0.5)) == (0, ceiling / 2)


def test_small_jitter_adds_up_to_half_a_second() -> None:
    assert Backoff(jitter="small").delay(2, 0.5) == 4.25
