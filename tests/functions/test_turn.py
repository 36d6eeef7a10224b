"""When an invocation must be over."""

from longwire_app.turn import Turn


def test_the_deadline_is_half_a_second_before_lambdas() -> None:
    turn = Turn.starting(10_000, wall=1_700_000_000.9, steady=50.0)
    assert turn.now == 1_700_000_000
    assert turn.deadline == 59.5
    assert not turn.counts


def test_every_turn_counts_for_itself() -> None:
    one = Turn.starting(1, wall=0, steady=0)
    one.counts["x"] += 1
    assert not Turn.starting(1, wall=0, steady=0).counts
