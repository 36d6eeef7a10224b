"""The process that writes a recording."""

import marshal
import subprocess
import sys
from pathlib import Path

from longwire.recording.writer import BEGIN, LENGTH

SHAKE = ("handshake", "a", 1.0, {"path": "/dev", "query": [], "headers": []})


def written(folder: Path, *parts: bytes) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "longwire.recording.writer", str(folder), "ws://x/dev", "longwire"]
    return subprocess.run(command, input=b"".join(parts), capture_output=True, timeout=30, check=False)


def packed(*rows: object) -> bytes:
    text = marshal.dumps(list(rows))
    return LENGTH.pack(len(text)) + text


def test_what_arrived_is_in_the_file_though_the_sender_died_in_the_middle(tmp_path: Path) -> None:
    half = packed(("log", "a", 2.0, {"line": "lost"}))[:3]
    done = written(tmp_path, packed((BEGIN, "", 0.0, {"name": "one"}), SHAKE), half)
    assert (done.returncode, done.stderr) == (0, b"")
    assert (tmp_path / "one.jsonl").read_text().count("\n") == 2


def test_a_folder_that_goes_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = written(tmp_path / "file", packed(SHAKE))
    assert done.returncode == 1
    assert done.stderr.startswith(b"longwire: the recording ends here: ")
    assert done.stderr.count(b"\n") == 1
