"""`longwire dev --record` and `longwire replay`, as processes in the folder of a small project."""

import json
from pathlib import Path

import pytest
from websockets.sync.client import connect

from longwire_command import run, running_dev


def test_what_is_recorded_is_played_against_the_next_run_of_edited_code(project: Path, env: dict[str, str]) -> None:
    with running_dev(project, env, "--port", "0", "--record", "sessions") as dev:
        with connect(dev.ready["websocket_url"] + "?api_key=s3cret") as ws:
            ws.send("hi")
            assert ws.recv(timeout=20) == "hello hi"
        dev.until("connection_closed")
    (file,) = (project / "sessions").iterdir()
    assert "s3cret" not in file.read_text()

    with running_dev(project, env, "--port", "0") as dev:
        given = (str(file), "--against", dev.ready["websocket_url"], "--speed", "0", "--secret", "api_key=x")
        again = run(project, env, "replay", *given)
        assert again.stdout.endswith("as recorded\n"), again.stderr
        assert again.returncode == 0
        app = project / "app.py"
        app.write_text(app.read_text().replace('os.environ["GREETING"]', '"good day"'))
        dev.until("reloaded")
        other = run(project, env, "replay", *given, "--json")
        assert other.returncode == 1
        (difference,) = json.loads(other.stdout)["differences"]
        assert (difference["expected"], difference["actual"]) == ("hello hi", "good day hi")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("none.jsonl",), "none.jsonl cannot be read"),
        (("template.yaml",), "template.yaml:2: no JSON"),
        (("none.jsonl", "--against", "http://x"), "--against http://x: give a ws:// or wss:// URL"),
        (("none.jsonl", "--transform", "x=["), "no regular expression"),
        (("none.jsonl", "--secret", "x"), "--secret takes NAME=VALUE"),
    ],
)
def test_a_mistake_is_one_message(project: Path, env: dict[str, str], arguments: tuple[str, ...], told: str) -> None:
    done = run(project, env, "replay", *arguments)
    assert done.returncode == 1
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_a_folder_that_is_a_file_is_told_before_anything_starts(project: Path, env: dict[str, str]) -> None:
    done = run(project, env, "dev", "--record", "template.yaml")
    assert (done.returncode, done.stdout) == (1, "")
    assert "--record takes a folder" in done.stderr
