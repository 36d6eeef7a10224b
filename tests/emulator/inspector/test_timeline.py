"""The ring of entries: what it keeps, what it tells, what it costs."""

import timeit
from typing import Any

import pytest

from longwire.inspector.timeline import Entry, Timeline, shown


def filled(count: int, **settings: Any) -> Timeline:
    timeline = Timeline(**settings)
    for number in range(1, count + 1):
        timeline.publish("log", "c", number / 10, {"line": f"line {number}"})
    return timeline


def seqs(entries: list[Entry]) -> list[int]:
    return [shown(entry)["seq"] for entry in entries]


def test_an_entry_is_shown_with_its_number_time_kind_connection_and_the_fields_of_its_kind() -> None:
    timeline = Timeline()
    timeline.publish("connection_closed", "L0SM9cOFvHcCJhw=", 1_700_000_000.123456, {"code": 1001, "by": "gateway"})
    assert [shown(entry) for entry in timeline.since(0)] == [
        {
            "seq": 1,
            "at": 1_700_000_000.123,
            "event": "connection_closed",
            "connection_id": "L0SM9cOFvHcCJhw=",
            "code": 1001,
            "by": "gateway",
        }
    ]


def test_an_empty_timeline_has_nothing_and_misses_nothing() -> None:
    timeline = Timeline()
    assert (timeline.first, timeline.last) == (1, 0)
    assert timeline.since(0) == []
    assert timeline.missed(0) == 0


def test_the_oldest_entries_leave_when_there_are_more_than_it_holds() -> None:
    timeline = filled(25, capacity=10)
    assert (timeline.first, timeline.last) == (16, 25)
    assert seqs(timeline.since(0)) == list(range(16, 26))


def test_the_oldest_entries_leave_when_their_text_is_more_than_it_holds() -> None:
    timeline = Timeline(max_text=100)
    for _ in range(5):
        timeline.publish("message_received", "c", 1.0, {"payload": "x" * 40})
    timeline.publish("log", "c", 1.0, {"line": "y" * 60})
    assert seqs(timeline.since(0)) == [5, 6]


def test_an_entry_larger_than_all_the_text_it_holds_leaves_at_once_and_its_number_stays() -> None:
    timeline = Timeline(max_text=10)
    timeline.publish("log", "c", 1.0, {"line": "y" * 60})
    timeline.publish("log", "c", 1.0, {"line": "short"})
    assert seqs(timeline.since(0)) == [2]


@pytest.mark.parametrize(
    ("seq", "limit", "expected"),
    [
        (0, None, range(11, 21)),
        (0, 3, range(11, 14)),
        (12, 3, range(13, 16)),
        (18, None, range(19, 21)),
        (18, 100, range(19, 21)),
        (16, 1, range(17, 18)),
        (20, None, range(0)),
        (99, None, range(0)),
        (99, 5, range(0)),
        (5, 0, range(0)),
    ],
)
def test_since_gives_the_entries_after_a_number_oldest_first(seq: int, limit: int | None, expected: range) -> None:
    assert seqs(filled(20, capacity=10).since(seq, limit)) == list(expected)


def test_missed_counts_the_entries_that_left_before_they_were_read() -> None:
    timeline = filled(25, capacity=10)
    assert [timeline.missed(seq) for seq in (0, 10, 15, 20, 25, 99)] == [15, 5, 0, 0, 0, 0]


def test_subscribers_are_told_of_every_entry_until_they_leave() -> None:
    timeline = Timeline()
    heard: list[str] = []
    leave_first = timeline.subscribe(lambda entry: heard.append(f"first {entry[0]}"))
    leave_second = timeline.subscribe(lambda entry: heard.append(f"second {entry[0]}"))
    timeline.publish("log", "", 1.0)
    leave_first()
    timeline.publish("log", "", 1.0)
    leave_second()
    leave_second()
    timeline.publish("log", "", 1.0)
    assert heard == ["first 1", "second 1", "second 2"]


def test_a_subscriber_may_leave_while_it_is_told() -> None:
    timeline = Timeline()
    heard: list[int] = []

    def once(entry: Entry) -> None:
        heard.append(entry[0])
        leave()

    leave = timeline.subscribe(once)
    timeline.publish("log", "", 1.0)
    timeline.publish("log", "", 1.0)
    assert heard == [1]


def test_publishing_copies_nothing() -> None:
    timeline = Timeline()
    data = {"payload": "{}"}
    timeline.publish("frame_sent", "c", 1.0, data)
    assert timeline.since(0)[0][4] is data


def test_publishing_to_nobody_costs_about_a_microsecond() -> None:
    timeline = filled(10_000)
    data = {"payload": "x" * 100, "size": 100, "route_key": "chat", "why": "because"}
    runs = timeit.repeat(lambda: timeline.publish("message_received", "c", 1.0, data), number=5000, repeat=7)
    assert min(runs) / 5000 < 3e-6  # 0.3 us on a machine at rest
