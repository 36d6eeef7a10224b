"""Rules of topics: the longest prefix decides."""

import re
from typing import Any

import pytest

from longwire_app.rules import TopicRule, rule_of, rule_of_topic
from longwire_app.session import Identity
from longwire_app.topics import EVERYBODY, session_topic, user_topic

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


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"prefix": "x" * 1025}, "no group's name is longer than 1024 characters"),
        ({"retention": 0}, "retention is 0; it takes 1 to 31536000 seconds"),
        ({"retention": 31_536_001}, "retention is 31536001"),
        ({"history": -1}, "history is -1"),
        ({"recovery": "latest"}, "recovery is 'latest'; it takes 'stream' or 'cache'"),
        ({"rewind": -1}, "rewind is -1; it takes 0 to 1000 messages"),
        ({"rewind": 1001}, "rewind is 1001"),
        ({"rewind": 5, "history": 4}, "rewind is 5, of a history of 4"),
        ({"rewind": 2, "recovery": "cache"}, "only the latest message is delivered"),
        ({"reliable": False, "retention": 60}, "with reliable=False nothing is kept"),
        ({"reliable": False, "history": 1}, "with reliable=False nothing is kept"),
        ({"reliable": False, "recovery": "cache"}, "with reliable=False nothing is kept"),
        ({"reliable": False, "rewind": 1}, "with reliable=False nothing is kept"),
    ],
)
def test_a_rule_that_contradicts_itself_is_refused_where_it_is_written(fields: Any, says: str) -> None:
    with pytest.raises(ValueError, match=f"^the rule for topics that begin with '.*': .*{re.escape(says)}"):
        TopicRule(**{"prefix": "x.", **fields})


def test_topics_that_are_no_groups_are_reliable_whatever_the_rules() -> None:
    rules = [TopicRule("", reliable=False)]
    assert not rule_of_topic(rules, "g:u:alice").reliable
    for topic in (user_topic("", "alice"), session_topic("s="), EVERYBODY):
        assert rule_of_topic(rules, topic).reliable
