"""When one more execution environment is started."""

import pytest

from longwire.runtime.growth import Growth


def test_without_any_answer_one_more_is_started() -> None:
    assert Growth(2).helps(0.001, 1)


def test_while_calls_are_being_answered_the_others_wait_a_little() -> None:
    growth = Growth(2)
    growth.answered(30)
    assert not growth.helps(0.003, 1)
    assert growth.helps(0.003, 1)  # nothing was answered since the last question
    growth.answered(30)
    assert growth.helps(0.02, 1)


@pytest.mark.parametrize(("typical_ms", "enough"), [(3.0, 4), (0.3, 2)])
def test_short_calls_get_one_or_two_environments_a_processor_and_then_patience(typical_ms: float, enough: int) -> None:
    growth = Growth(2)
    growth.answered(typical_ms)
    assert growth.helps(0.02, enough - 1)
    assert not growth.helps(0.2, enough)
    assert growth.helps(0.25, enough)


def test_calls_that_become_long_are_no_longer_held_back() -> None:
    growth = Growth(2)
    growth.answered(0.3)
    for _ in range(2):
        growth.answered(1000)
    assert growth.helps(0.02, 4)


def test_one_slow_call_among_many_short_ones_does_not_make_them_long() -> None:
    growth = Growth(2)
    for _ in range(50):
        growth.answered(0.3)
    growth.answered(20)
    assert not growth.helps(0.02, 4)
