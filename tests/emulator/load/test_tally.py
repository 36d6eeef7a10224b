import json

from longwire.load.tally import Tally


def test_what_two_processes_tell_is_added() -> None:
    total = Tally()
    for _ in range(2):
        one = Tally()
        one.counts.update(attempts=3, expected=2)
        one.refused["429"] += 1
        one.closed["1006"] += 1
        one.sent["say"] += 2
        one.latency.add(0.5)
        one.open = 4
        total.take(json.loads(json.dumps(one.tell())))
    assert (total.counts["attempts"], total.refused["429"], total.sent["say"], total.open) == (6, 2, 4, 8)
    assert (total.errors, total.unanswered, len(total.latency)) == (4, 2, 2)


def test_more_answers_than_expected_are_no_debt() -> None:
    tally = Tally()
    tally.latency.add(0.1)
    assert tally.unanswered == 0
