"""Rules of topics: the longest prefix decides."""

import pytest

from longwire_app.rules import TopicRule, rule_of
from longwire_app.session import Identity

RULES = [
    TopicRule("live.", reliable=False),
    TopicRule("live.scores.", retention=60),
    TopicRule("open.", open_to_join=True),
]


@pytest.mark.parametrize(
    ("group", "reliable", "retention"),
    [("live.x", False, 86_400), ("live.scores.a", True, 60), ("live", True, 86_400), ("Live.x", True, 86_400)],
)
def test_the_longest_prefix_decides(group: str, reliable: bool, retention: int) -> None:
    rule = rule_of(RULES, group)
    assert (rule.reliable, rule.retention) == (reliable, retention)


def test_a_rule_may_open_joining_without_opening_sending() -> None:
    rule, stranger = rule_of(RULES, "open.lobby"), Identity("eve")
    assert rule.may_join(stranger, "open.lobby")
    assert not rule.may_send(stranger, "open.lobby")


def test_without_a_rule_the_token_decides() -> None:
    member = Identity("bob", roles=frozenset({"webpubsub.joinLeaveGroup.room"}))
    assert rule_of([], "room").may_join(member, "room")
    assert not rule_of([], "room").may_join(member, "other")
