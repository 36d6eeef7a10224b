"""Files that are no recordings, or damaged ones."""

import json
from pathlib import Path

import pytest

from longwire.errors import UsageError
from longwire.recording.session_file import first_line, read_recording

HEAD = json.dumps(first_line("ws://127.0.0.1:8765/dev", 1.5, "longwire"))
OPEN = '{"t": 0, "event": "handshake", "connection_id": "a", "path": "/dev", "query": [], "headers": []}'


def test_what_is_played_is_read_and_the_rest_passed_over(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text(f'{HEAD}\n{OPEN}\n\n{{"t": 1, "event": "log", "connection_id": "", "line": "x"}}\n')
    recording = read_recording(file)
    assert (recording.url, recording.at, recording.connections) == ("ws://127.0.0.1:8765/dev", 1.5, ["a"])
    assert len(recording.lines) == 1


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "is empty"),
        ("{}", ":1: no recording of"),
        ("hello", ":1: no JSON"),
        ("[1]", ":1: each line is a JSON object"),
        (HEAD.replace('"version": 1', '"version": 2'), ":1: version 2; this Longwire reads version 1"),
        (HEAD.replace('"url": "ws://127.0.0.1:8765/dev"', '"url": 7'), ":1: url has to be there, a str, and is 7"),
        (HEAD, "holds no connection"),
        (f"{HEAD}\n{OPEN[:40]}", ":2: no JSON: .* Was the file cut off"),
        (f"{HEAD}\n{OPEN.replace('[]', '[1]', 1)}", ":2: query is a list of pairs"),
        (
            f"{HEAD}\n{OPEN.replace(chr(34) + 't' + chr(34) + ': 0', chr(34) + 't' + chr(34) + ': true')}",
            ":2: t has to be there",
        ),
        (f'{HEAD}\n{{"t": 0, "event": "frame_sent", "connection_id": "b", "payload": ""}}', "b has no handshake"),
        (f'{HEAD}\n{OPEN}\n{{"t": 0, "event": "frame_sent", "connection_id": "a"}}', ":3: payload has to be there"),
        (f'{HEAD}\n{OPEN}\n{{"event": "entries_lost", "count": 3}}', ":3: 3 entries were lost here"),
        (f'{HEAD}\n{{"t": 0}}', ":2: event has to be there"),
    ],
)
def test_a_damaged_file_is_one_message_with_its_line(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "bad.jsonl"
    file.write_text(text)
    with pytest.raises(UsageError, match=told):
        read_recording(file)


def test_a_file_that_is_not_there_or_not_text_is_one_message(tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    for name in ("none", "binary", "."):
        with pytest.raises(UsageError, match="cannot be read"):
            read_recording(tmp_path / name)
