"""How many connections a user may hold: exactly as many as the limit says, whatever gets lost."""

from dataclasses import replace
from typing import Any

import pytest

from longwire_app.errors import TooManyConnections
from longwire_app.session import CONNECTION_LIFETIME
from longwire_app.store import Store
from race import race

NOW = 1_700_000_000


def test_a_user_gets_exactly_as_many_slots_as_the_limit_says(store: Store, session: Any) -> None:
    won = race(
        200,
        lambda number: store.open_session(session(f"c{number}="), [], limit=5, now=NOW),
        TooManyConnections,
    )
    assert won == 5


def test_users_and_tenants_do_not_share_slots(store: Store, session: Any) -> None:
    for number, (user, tenant) in enumerate([("a", ""), ("b", ""), ("a", "t"), ("t#a", ""), ("a", "t#")]):
        store.open_session(session(f"c{number}=", user, tenant), [], limit=1, now=NOW)
    with pytest.raises(TooManyConnections):
        store.open_session(session("c9=", "a", "t"), [], limit=1, now=NOW)


def test_a_slot_is_free_again_when_its_session_ends_or_expires(store: Store, session: Any) -> None:
    store.open_session(session("c1="), [], limit=1, now=NOW)
    store.end_session(session("c1=").peer, NOW)
    store.open_session(session("c2="), [], limit=1, now=NOW)
    with pytest.raises(TooManyConnections):
        store.open_session(session("c3="), [], limit=1, now=NOW + CONNECTION_LIFETIME - 1)
    store.open_session(session("c3="), [], limit=1, now=NOW + CONNECTION_LIFETIME)


def test_a_late_end_does_not_take_the_slot_from_its_new_holder(store: Store, session: Any) -> None:
    store.open_session(session("c1="), [], limit=1, now=NOW)
    later = NOW + CONNECTION_LIFETIME
    store.open_session(session("c2="), [], limit=1, now=later)
    store.end_session(session("c1=").peer, NOW)
    with pytest.raises(TooManyConnections):
        store.open_session(session("c3="), [], limit=1, now=later)


def test_zero_is_no_limit(store: Store, session: Any, aws: Any) -> None:
    for number in range(12):
        store.open_session(session(f"c{number}="), [], limit=0, now=NOW)
    assert [pk for pk, _ in aws.key_pairs()].count("U##alice") == 12


def test_a_limit_that_was_lowered_holds_for_who_comes_then(store: Store, session: Any) -> None:
    for number in range(4):
        store.open_session(session(f"c{number}="), [], limit=4, now=NOW)
    with pytest.raises(TooManyConnections):
        store.open_session(session("c9="), [], limit=2, now=NOW)


def test_a_slot_of_an_earlier_connection_is_not_freed(store: Store, session: Any, aws: Any) -> None:
    """A resume takes the slot for the next epoch; what comes late of the last one must leave it."""
    one = session("c1=")
    number = store.slots.take(one, 3, NOW)
    two = replace(one, epoch=2, slot=number)
    assert store.slots.take(two, 3, NOW) == number
    assert not store.slots.free(one, number)
    assert store.slots.free(two, number)
    assert aws.items() == []
