"""Which file an entry goes to."""

import json
from pathlib import Path
from typing import Any

import pytest

from longwire.recording.sessions import Sessions

SHAKE = {"path": "/dev", "query": [["token", "***"]], "headers": []}


@pytest.fixture
def sessions(tmp_path: Path) -> Sessions:
    return Sessions(tmp_path / "made", "ws://x/dev", "longwire")


def content(sessions: Sessions) -> list[list[Any]]:
    sessions.end()
    return [[json.loads(line) for line in file.read_text().splitlines()] for file in sorted(sessions.folder.iterdir())]


def test_clients_at_the_same_time_share_a_file_and_what_follows_the_last_is_in_it(sessions: Sessions) -> None:
    sessions.add("log", "", 0.5, {"line": "before anybody came"})
    sessions.add("handshake", "a", 1.0, SHAKE)
    sessions.add("handshake", "b", 2.0, SHAKE)
    sessions.add("connection_refused", "b", 2.5, {"status": 403})
    sessions.add("connection_closed", "a", 3.0, {"code": 1000, "by": "client"})
    sessions.add("log", "a", 3.5, {"line": "its $disconnect"})
    sessions.add("handshake", "c", 1764000000.25, SHAKE)
    first, second = content(sessions)
    assert [line.get("t") for line in first] == [None, 0.0, 1.0, 1.5, 2.0, 2.5]
    assert [line.get("event") for line in second] == [None, "handshake"]
    assert second[0]["at"] == 1764000000.25


def test_a_name_holds_until_the_next(sessions: Sessions) -> None:
    sessions.begin("one")
    for at in (1.0, 2.0):
        sessions.add("handshake", "a", at, SHAKE)
        sessions.add("connection_closed", "a", at, {"code": 1000, "by": "client"})
    sessions.begin("none connects in it")
    sessions.begin("two")
    sessions.add("handshake", "a", 3.0, SHAKE)
    assert [len(lines) for lines in content(sessions)] == [5, 2]
    assert sorted(file.name for file in sessions.folder.iterdir()) == ["one.jsonl", "two.jsonl"]


def test_a_lone_surrogate_is_written_and_read(sessions: Sessions) -> None:
    sessions.add("handshake", "a", 1.0, SHAKE)
    sessions.add("message_received", "a", 1.0, {"payload": "\ud800"})
    sessions.lost(3)
    ((_, _, message, lost),) = content(sessions)
    assert message["payload"]
    assert lost == {"event": "entries_lost", "count": 3}
