"""The pump under every schedule: cuts, crashes, two pumps at once. The client must see each topic whole and in order.

The four shortcuts at the end are what fan-outs on this stack usually take; each must be caught, or the search is blind.
Where there are more states than a search of seconds sees, schedules at random go through them to their end;
``LONGWIRE_PUMP_STATES=5000000`` looks at as many of them all instead.
"""

import os
from random import Random

import pytest

from pump_world import Rules, State, start
from schedules import Violation, explore, wander


@pytest.mark.parametrize(
    ("state", "rules", "states"),
    [
        pytest.param(start("AA", cuts=1), Rules(), 1_000, id="a cut"),
        pytest.param(start("AB", pump_crashes=1), Rules(), 500, id="a pump that dies"),
        pytest.param(start("AA", cuts=1, pump_crashes=1), Rules(), 10_000, id="a cut and a pump that dies"),
        pytest.param(start("AB", cuts=2), Rules(), 10_000, id="two cuts"),
        pytest.param(start("AAB", cuts=1), Rules(window=1), 10_000, id="a window of one"),
        pytest.param(start("AB"), Rules(zombie=True), 1_000, id="two pumps at once"),
        pytest.param(start("AA", cuts=1), Rules(zombie=True), 20_000, id="two pumps at once and a cut"),
    ],
)
def test_each_topic_arrives_whole_and_in_order(state: State, rules: Rules, states: int) -> None:
    assert explore(state, rules, 25_000) >= states


STATES = int(os.environ.get("LONGWIRE_PUMP_STATES", "0"))

# The configurations in which the design was checked on paper.
WHOLE = [
    pytest.param(start("AAB", cuts=1, pump_crashes=1), Rules(), id="three messages, a cut, a pump that dies"),
    pytest.param(start("AAB", cuts=2), Rules(), id="three messages, two cuts"),
    pytest.param(start("AAB", cuts=1, pump_crashes=1), Rules(window=1), id="a window of one, a cut, a pump that dies"),
    pytest.param(start("AA", cuts=1), Rules(zombie=True), id="two pumps, one topic, a cut"),
    pytest.param(start("AB", cuts=1, pump_crashes=1), Rules(zombie=True), id="two pumps, two topics, a cut, a death"),
    pytest.param(start("AAABB", cuts=3, pump_crashes=3), Rules(window=2, zombie=True), id="much of everything"),
]


@pytest.mark.timeout(0 if STATES else 60)
@pytest.mark.parametrize(("state", "rules"), WHOLE)
def test_schedules_of_the_whole_design_at_random(state: State, rules: Rules) -> None:
    if STATES:
        assert explore(state, rules, STATES) > 100_000
        return
    random = Random(1)
    lengths = [wander(state, rules, random) for _ in range(100)]
    assert max(lengths) > 30


@pytest.mark.parametrize(
    "state", [start("AAB", cuts=1), start("AA", cuts=1, pump_crashes=1), start("AAA", pump_crashes=1)]
)
def test_of_a_cached_topic_the_latest_arrives_in_the_end_and_nothing_goes_back(state: State) -> None:
    assert explore(state, Rules(cached=True, zombie=True), 25_000) >= 1_000


@pytest.mark.parametrize(
    ("state", "rules"),
    [
        pytest.param(start("AB", cuts=1, pump_crashes=1), Rules(late_assign=True), id="posting before ids are stored"),
        pytest.param(start("AA", cuts=1), Rules(unfenced_mark=True), id="a mark of an earlier connection"),
        pytest.param(start("AA"), Rules(parallel_posts=True), id="posts in parallel"),
        pytest.param(start("A", publisher_crashes=1), Rules(bell_may_be_lost=True), id="an ack before the bell"),
    ],
)
def test_each_shortcut_loses_messages(state: State, rules: Rules) -> None:
    with pytest.raises(Violation):
        explore(state, rules, 300_000)


def test_schedules_at_random_find_a_shortcut_too() -> None:
    random = Random(1)

    def wander_on() -> None:
        for _ in range(2_000):
            wander(start("AAB", cuts=1, pump_crashes=1), Rules(parallel_posts=True), random)

    with pytest.raises(Violation):
        wander_on()
