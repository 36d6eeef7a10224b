"""What a recording holds, and what it never holds."""

import json
import stat
from pathlib import Path

import pytest

from chat_to_record import served_chat
from longwire.errors import UsageError
from longwire.harness import LongwireServer
from longwire.recording.recorder import Recorder, check_folder
from longwire.testing import Client, Target


def test_frames_events_and_invocations_are_in_it(recorded: Path) -> None:
    head, *lines = [json.loads(line) for line in recorded.read_text().splitlines()]
    assert head["longwire"] == "recording"
    events = [line["event"] for line in lines]
    assert events[0] == "handshake"
    assert {"invocation_started", "invocation_finished", "connection_closed", "connection_refused"} <= set(events)
    started = next(line for line in lines if line["event"] == "invocation_started")
    assert json.loads(started["event_payload"])["requestContext"]["eventType"] == "CONNECT"
    assert [line["t"] for line in lines] == sorted(line["t"] for line in lines)


def test_credentials_are_not_in_it(recorded: Path) -> None:
    text = recorded.read_text()
    assert "good-alice" not in text
    assert "good-bob" not in text
    assert stat.S_IMODE(recorded.stat().st_mode) == 0o600


def test_each_time_that_clients_are_connected_has_its_file(chat: LongwireServer, tmp_path: Path) -> None:
    recorder = chat.run(lambda: Recorder.of(chat.emulator, tmp_path))
    for _ in range(2):
        with Client(Target(chat.url, query={"token": "good"})), Client(Target(chat.url, query={"token": "good"})):
            pass
        chat.reset()
    recorder.close()
    assert [file.read_text().count('"handshake"') for file in sorted(tmp_path.iterdir())] == [2, 2]


def test_a_file_can_have_a_name(chat: LongwireServer, tmp_path: Path) -> None:
    recorder = chat.run(lambda: Recorder.of(chat.emulator, tmp_path))
    recorder.begin("test_one[../x]")
    for _ in range(2):
        with Client(Target(chat.url, query={"token": "good"})):
            pass
        chat.reset()
    recorder.close()
    (file,) = tmp_path.iterdir()
    assert file.name == "test_one[.._x].jsonl"
    assert file.read_text().count('"handshake"') == 2


def test_what_is_lost_is_counted_in_the_file(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path, "ws://x/dev", lambda _: "", limit=100)
    handshake = {"path": "/dev", "query": [], "headers": []}
    recorder((1, 1.0, "handshake", "a", handshake))
    for number in range(100_000):
        recorder((number, 1.0, "log", "a", {"line": "x"}))
    while recorder.rows:
        pass  # until the writer has caught up
    recorder((9, 2.0, "log", "a", {"line": "last"}))
    recorder.close()
    text = next(iter(tmp_path.iterdir())).read_text()
    assert '"event":"entries_lost","count":' in text
    assert text.rstrip().endswith('"line":"last"}')


def test_a_folder_that_cannot_be_written_to_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="--record takes a folder"):
        check_folder(tmp_path / "file")


def test_an_emulator_that_is_not_closed_leaves_a_file_that_can_be_read(tmp_path: Path) -> None:
    with served_chat(tmp_path / "app") as server:
        recorder = server.run(lambda: Recorder.of(server.emulator, tmp_path / "kept"))
        with Client(Target(server.url, query={"token": "good"})):
            pass
    recorder.close()
    (file,) = (tmp_path / "kept").iterdir()
    assert file.read_text().count("\n") >= 4
