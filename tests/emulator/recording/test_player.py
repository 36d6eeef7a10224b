"""A recorded conversation with a real API, played against it and against others."""

import asyncio
import json
from pathlib import Path
from typing import Any

import click
import pytest

from chat_to_record import served_chat
from longwire.errors import UsageError
from longwire.harness import LongwireServer
from longwire.recording.differences import Outcome
from longwire.recording.learning import given_secrets
from longwire.recording.player import Plan, Player
from longwire.recording.session_file import Recording, read_recording
from longwire.recording.transformers import transformers

SECRETS = given_secrets(["token=good-any", "3:token=bad"])


def play(recording: Recording, **options: Any) -> Outcome:
    given = {"rules": transformers(), "speed": 0.0, "secrets": SECRETS, "patience": 10.0, **options}
    return asyncio.run(Player(recording, Plan(**given)).play())


def test_the_same_api_does_the_same_again(recorded: Path, chat: LongwireServer) -> None:
    outcome = play(read_recording(recorded))
    assert outcome.differences == ()
    assert (outcome.connections, outcome.sent, outcome.received) == (3, 4, 3)
    assert outcome.text().endswith("as recorded")
    assert chat.url == outcome.url


def test_pauses_can_be_kept_or_shortened(recorded: Path) -> None:
    recording = read_recording(recorded)
    assert play(recording, speed=50.0).differences == ()


def test_another_version_of_the_api_differs_where_it_does(recorded: Path, tmp_path: Path) -> None:
    with served_chat(tmp_path / "new", version=2) as other:
        outcome = play(read_recording(recorded), against=other.url)
    (difference,) = outcome.differences
    assert (difference.connection, difference.kind) == (1, "changed")
    text = click.unstyle(outcome.text())
    assert '-  "version": 1' in text
    assert '+  "version": 2' in text
    assert text.endswith("1 difference")
    assert outcome.to_json()["differences"][0]["kind"] == "changed"


def test_a_field_may_be_ignored(recorded: Path, tmp_path: Path) -> None:
    with served_chat(tmp_path / "new", version=2) as other:
        rules = transformers(ignored=["version"])
        assert play(read_recording(recorded), against=other.url, rules=rules).differences == ()


def test_a_client_that_is_let_in_where_it_was_refused_is_a_difference(recorded: Path) -> None:
    outcome = play(read_recording(recorded), secrets=given_secrets(["token=good-any"]))
    assert [(each.kind, each.expected) for each in outcome.differences] == [("handshake", "refused with 403")]


def test_a_client_that_is_refused_where_it_was_let_in_is_one_difference_at_once(recorded: Path) -> None:
    secrets = given_secrets(["token=good", "2:token=bad", "3:token=bad"])
    outcome = play(read_recording(recorded), secrets=secrets, patience=1.0)
    kinds = [(each.connection, each.kind) for each in outcome.differences]
    assert kinds[0] == (2, "handshake")
    assert {"not_sent", "missing"} >= {kind for _, kind in kinds[1:]}


def edited(recorded: Path, to: Path, change: Any) -> Recording:
    lines = [json.loads(line) for line in recorded.read_text().splitlines()]
    to.write_text("\n".join(json.dumps(line) for line in change(lines)))
    return read_recording(to)


def test_a_frame_that_no_longer_comes_and_one_that_is_new_are_told(recorded: Path, tmp_path: Path) -> None:
    def without_the_last_frame(lines: list[Any]) -> list[Any]:
        last = max(number for number, line in enumerate(lines) if line.get("event") == "frame_sent")
        return lines[:last] + lines[last + 1 :]

    outcome = play(edited(recorded, tmp_path / "less.jsonl", without_the_last_frame))
    assert [each.kind for each in outcome.differences] == ["unexpected"]

    def with_another(lines: list[Any]) -> list[Any]:
        last = max(number for number, line in enumerate(lines) if line.get("event") == "frame_sent")
        return [*lines[: last + 1], {**lines[last], "payload": '{"never": 1}'}, *lines[last + 1 :]]

    outcome = play(edited(recorded, tmp_path / "more.jsonl", with_another), patience=0.5)
    assert [(each.kind, each.expected) for each in outcome.differences] == [("missing", '{"never": 1}')]


def test_a_close_that_does_not_come_is_a_difference(recorded: Path, tmp_path: Path) -> None:
    def closed_with_1001(lines: list[Any]) -> list[Any]:
        ends = [line for line in lines if line.get("event") == "connection_closed" and line["by"] != "client"]
        for line in ends:
            line["code"] = 1001
        return lines

    outcome = play(edited(recorded, tmp_path / "closed.jsonl", closed_with_1001))
    (difference,) = outcome.differences
    assert (difference.kind, difference.expected) == ("closed", "the gateway closed it with 1001")


def test_a_credential_that_nobody_gives_is_asked_for(recorded: Path) -> None:
    with pytest.raises(UsageError, match="does not hold token of connection 1: give it with --secret token="):
        play(read_recording(recorded), secrets={})


def test_where_nothing_answers_that_is_said(recorded: Path) -> None:
    with pytest.raises(UsageError, match=r"no WebSocket API answers at ws://127\.0\.0\.1:1/dev"):
        play(read_recording(recorded), against="ws://127.0.0.1:1/dev")
