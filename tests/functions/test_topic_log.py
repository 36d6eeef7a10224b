"""Logs of topics: dense, in order, once, whoever races."""

import threading
from typing import Any

import pytest

from longwire_app.errors import Duplicate
from longwire_app.stream import Entry
from longwire_app.table import Table
from longwire_app.topic_log import SLACK, TopicLog

NOW = 1_764_000_000
ROOM = "g:room"
DAY = 86_400


def say(log: TopicLog, text: str, ack_id: int | None = None, now: int = NOW, session: str = "s=") -> int:
    sender = None if ack_id is None else (session, ack_id)
    return log.append(Entry(ROOM, 0, text), DAY, now, sender)


def test_a_log_begins_at_the_clock_and_counts_on(topic_log: TopicLog) -> None:
    first = NOW * 1000
    assert [say(topic_log, text, number) for number, text in enumerate("abc")] == [first, first + 1, first + 2]
    assert [entry.frame for entry in topic_log.read(ROOM, 0, 10, NOW)] == ["a", "b", "c"]
    assert topic_log.tail(ROOM) == first + 2


def test_an_empty_log_ends_at_zero(topic_log: TopicLog) -> None:
    assert topic_log.tail(ROOM) == 0
    assert topic_log.read(ROOM, 0, 10, NOW) == []


def test_the_same_ack_id_is_committed_once(topic_log: TopicLog) -> None:
    say(topic_log, "a", 1)
    with pytest.raises(Duplicate):
        say(topic_log, "a", 1)
    say(topic_log, "b", 1, session="other=")
    assert [entry.frame for entry in topic_log.read(ROOM, 0, 10, NOW)] == ["a", "b"]


def test_without_an_ack_id_nothing_is_a_duplicate(topic_log: TopicLog) -> None:
    assert say(topic_log, "a") + 1 == say(topic_log, "a")


def test_reading_is_limited_and_goes_on_behind_an_offset(topic_log: TopicLog) -> None:
    offsets = [say(topic_log, text) for text in "abcde"]
    assert [entry.frame for entry in topic_log.read(ROOM, offsets[1], 2, NOW)] == ["c", "d"]


def test_what_is_over_is_not_read_though_it_is_still_there(topic_log: TopicLog) -> None:
    say(topic_log, "old", now=NOW)
    say(topic_log, "new", now=NOW + 60)
    first = topic_log.tail(ROOM) - 1
    assert [entry.frame for entry in topic_log.read(ROOM, first - 1, 10, NOW + DAY + 1)] == ["new"]
    assert topic_log.read(ROOM, 0, 10, NOW + 2 * DAY) == []


def test_who_joined_the_empty_log_is_told_what_is_gone_of_its_beginning(topic_log: TopicLog) -> None:
    first = say(topic_log, "old", now=NOW)
    say(topic_log, "older", now=NOW)
    say(topic_log, "new", now=NOW + 60)
    assert [entry.since for entry in topic_log.read(ROOM, 0, 10, NOW)] == [None] * 3
    loss, entry = topic_log.read(ROOM, 0, 10, NOW + DAY + 1)
    assert (loss.since, loss.offset, entry.frame) == (first, first + 1, "new")


def test_a_log_that_expired_never_gives_an_old_offset_again(topic_log: TopicLog, aws: Any, table: Table) -> None:
    before = max(say(topic_log, text) for text in "abc")
    later = NOW + DAY + SLACK + 60
    for item in table.client.scan(TableName=aws.log_table)["Items"]:
        if item["sk"] != {"N": "0"}:
            table.client.delete_item(TableName=aws.log_table, Key={"pk": item["pk"], "sk": item["sk"]})
    assert say(topic_log, "d", now=later) == later * 1000 > before


def test_the_tail_of_a_topic_that_is_quiet_for_days_is_known(topic_log: TopicLog) -> None:
    first = say(topic_log, "c", now=NOW)
    assert say(topic_log, "d", now=NOW + 5 * DAY) == first + 1


def test_many_publishers_make_one_dense_log(topic_log: TopicLog) -> None:
    gate = threading.Barrier(6)

    def publish(number: int) -> None:
        gate.wait()
        for turn in range(5):
            say(topic_log, f"{number}-{turn}", turn, now=NOW + number, session=str(number))

    threads = [threading.Thread(target=publish, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    entries = topic_log.read(ROOM, 0, 100, NOW)
    offsets = [entry.offset for entry in entries]
    assert offsets == list(range(offsets[0], offsets[0] + 30))
    for number in range(6):
        mine = [entry.frame for entry in entries if entry.frame.startswith(f"{number}-")]
        assert mine == [f"{number}-{turn}" for turn in range(5)]


def test_a_name_cannot_reach_into_another_topic(topic_log: TopicLog) -> None:
    topic_log.append(Entry("g:a#b", 0, "x"), DAY, NOW, None)
    assert topic_log.read("g:a", 0, 10, NOW) == []
    assert topic_log.read("g:a%23b", 0, 10, NOW) == []
