"""The pump under every schedule: cuts, crashes, two pumps at once. The client must see each topic whole and in order.

The four shortcuts at the end are what fan-outs on this stack usually take; each must be caught, or the search is blind.
"""

import pytest

from pump_world import Rules, State, Violation, explore, start


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
