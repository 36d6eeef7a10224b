"""Names in keys."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from longwire_app.topics import group_topic, key_part, shard_of


@settings(deadline=None)
@given(st.text(max_size=40), st.text(max_size=40))
def test_parts_are_as_different_as_their_names(one: str, other: str) -> None:
    assert (key_part(one) == key_part(other)) == (one == other)


@settings(deadline=None)
@given(st.text(max_size=1100))
def test_a_part_holds_no_separator_and_is_short(name: str) -> None:
    part = key_part(name)
    assert "#" not in part
    assert len(part.encode()) <= 512


def test_ordinary_names_stay_readable() -> None:
    assert key_part("room-1") == "room-1"
    assert key_part("a#b%c") == "a%23b%25c"


def test_a_long_name_cannot_be_imitated_by_a_short_one() -> None:
    long = "x" * 600
    assert key_part(key_part(long)) != key_part(long)


def test_look_alikes_are_different_groups() -> None:
    assert key_part(group_topic("caf\u00e9")) != key_part(group_topic("cafe\u0301"))


def test_shards_are_stable_and_even() -> None:
    counts = Counter(shard_of(f"session-{number}", 8) for number in range(8000))
    assert set(counts) == set(range(8))
    assert min(counts.values()) > 850
    assert shard_of("c1=", 1) == 0
