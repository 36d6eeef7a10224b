"""A token bucket."""

from longwire_infra.simulation.bucket import Bucket


def test_it_is_full_at_first_and_never_fuller_than_its_burst() -> None:
    bucket = Bucket(rate=10, burst=5)
    assert bucket.take(8) == 5
    assert bucket.take(1) == 0
    bucket.pass_time(0.25)
    assert bucket.take(8) == 2.5
    bucket.pass_time(100)
    assert bucket.take(8) == 5
