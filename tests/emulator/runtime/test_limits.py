"""The runtime's limits."""

from longwire.runtime.limits import RuntimeLimits


def test_the_init_phase_is_limited_as_on_lambda() -> None:
    assert RuntimeLimits().init == 10


def test_at_least_two_environments_of_a_function_may_start_at_once_on_any_machine() -> None:
    assert RuntimeLimits().starting >= 2


def test_one_function_never_takes_all_environments() -> None:
    limits = RuntimeLimits()
    assert limits.max_environments_per_function < limits.max_environments
