"""Sequence ids: dense, bound for ever, forgotten when acknowledged."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longwire_app.stream import Entry, Run, Slot, Stream, Window

ROOM = "g:room"


def entries(*offsets: int, topic: str = ROOM) -> list[Entry]:
    return [Entry(topic, offset, "x" * 10) for offset in offsets]


def bound(stream: Stream) -> list[tuple[int, str, int]]:
    return [(slot.sequence_id, slot.topic, slot.offset) for slot in stream.unposted()]


def test_ids_follow_each_other_across_topics() -> None:
    stream = Stream().assigned("s", [*entries(1, 2), *entries(7, topic="g:b"), *entries(3)])
    assert bound(stream) == [(1, ROOM, 1), (2, ROOM, 2), (3, "g:b", 7), (4, ROOM, 3)]
    assert stream.cursors == {ROOM: 3, "g:b": 7}


def test_successive_offsets_make_one_run() -> None:
    stream = Stream().assigned("s", entries(4, 5)).assigned("s", entries(6))
    assert stream.runs == (Run(ROOM, 4, 3, 30),)


def test_ones_own_message_takes_no_id_and_is_not_looked_at_again() -> None:
    mine = Entry(ROOM, 2, "mine", but=frozenset(["s", "t"]))
    stream = Stream().assigned("s", [*entries(1), mine, *entries(3)])
    assert bound(stream) == [(1, ROOM, 1), (2, ROOM, 3)]
    assert stream.cursors == {ROOM: 3}


def test_a_loss_is_one_id_for_all_that_is_gone() -> None:
    stream = Stream().assigned("s", [Entry(ROOM, 9, since=2), *entries(10)])
    assert list(stream.unposted()) == [Slot(1, ROOM, 9, 2), Slot(2, ROOM, 10)]


@pytest.mark.parametrize("sequence_id", [0, 3, 2**64 - 1])
def test_an_ack_of_what_was_never_given_changes_nothing(sequence_id: int) -> None:
    stream = Stream().assigned("s", entries(1, 2))
    assert stream.acknowledged(sequence_id) == stream


def test_an_old_ack_changes_nothing() -> None:
    stream = Stream().assigned("s", entries(1, 2)).acknowledged(2)
    assert stream.acknowledged(1) == stream


def test_a_new_connection_gets_what_was_not_acknowledged() -> None:
    stream = Stream(posted=0).assigned("s", entries(1, 2, 3))
    assert bound(stream.acknowledged(1).rewound()) == [(2, ROOM, 2), (3, ROOM, 3)]


def test_the_window_counts_messages_and_bytes() -> None:
    stream = Stream().assigned("s", entries(1, 2, 3))
    assert stream.room(Window(5, 1_000)) == 2
    assert stream.room(Window(2, 1_000)) == 0
    assert stream.room(Window(5, 30)) == 0
    assert stream.acknowledged(2).room(Window(5, 30)) == 4


@given(st.lists(st.one_of(st.integers(1, 4), st.sampled_from(["ack", "cut"])), max_size=40))
def test_whatever_happens_an_id_keeps_its_message(actions: list[int | str]) -> None:
    stream, offset = Stream(), 0
    known: dict[int, tuple[str, int]] = {}
    for action in actions:
        if isinstance(action, int):
            stream = stream.assigned("s", entries(*range(offset + 1, offset + action + 1)))
            offset += action
        elif action == "cut":
            stream = stream.rewound()
        else:
            stream = stream.acknowledged((stream.acked + stream.next) // 2)
        for sequence_id, topic, number in bound(stream):
            assert known.setdefault(sequence_id, (topic, number)) == (topic, number)
        assert stream.next - 1 - stream.acked == sum(run.count for run in stream.runs)
