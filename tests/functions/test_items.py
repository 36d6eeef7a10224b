"""Keys of the state table: no two things share one, and all fit."""

from itertools import combinations
from typing import Any

import pytest

from longwire_app import items
from longwire_app.session import Peer
from longwire_app.topics import group_topic

NASTY = [
    "a",
    "a#0",
    "a%230",
    "a%25230",
    "#",
    "##",
    "%",
    "%h",
    "",
    "META",
    "g:a",
    "a" * 1024,
    "a" * 1023 + "b",
    "é" * 1024,
]


def test_different_topics_have_different_keys() -> None:
    for one, other in combinations([group_topic(name) for name in NASTY], 2):
        assert items.topic_pk(one, 0) != items.topic_pk(other, 0)
        assert items.subscription_keys("s", one)[0] != items.subscription_keys("s", other)[0]


def test_different_tenants_and_users_have_different_slots() -> None:
    pairs = [(tenant, user) for tenant in NASTY for user in NASTY]
    assert len({items.slot_pk(tenant, user) for tenant, user in pairs}) == len(pairs)


@pytest.mark.parametrize("name", [*NASTY, "😀" * 1024])
def test_keys_fit_into_dynamodbs_limits(name: str) -> None:
    for key in items.subscription_keys("c" * 16, group_topic(name)):
        assert len(key["pk"]["S"].encode()) <= 2048
        assert len(key["sk"]["S"].encode()) <= 1024
    assert len(items.slot_pk(name[:256], name[:256]).encode()) <= 2048


def test_a_session_survives_the_table(session: Any) -> None:
    opened = session("c1=", "zoë", "acme")
    assert items.session_of("c1=", items.session_item(opened, None, 9)) == opened
    with_slot = items.session_of("c1=", items.session_item(opened, 4, 9))
    assert with_slot.slot == 4


def test_a_greeting_counts_only_for_the_connection_that_got_it(session: Any) -> None:
    item = items.session_item(session("c2="), None, 9)
    assert items.session_of("c2=", item | {"greeted": {"S": "c2="}}).greeted
    assert not items.session_of("c2=", item | {"greeted": {"S": "c1="}}).greeted


def test_the_index_names_session_and_connection() -> None:
    _, index = items.subscription_items(Peer("s=", "c="), group_topic("room"), 9)
    assert items.peer_of(index) == Peer("s=", "c=")
    assert index["pk"] == {"S": "T#g:room#0"}
