from pathlib import Path

import pytest

from workloads import cost, cost_json

FILE = "connections: 10\nsources: [{name: chat, per_day: 1, bytes: 1}]\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "chat.yaml"
    made.write_text(FILE)
    return made


def test_flags_change_a_file(file: Path) -> None:
    bill = cost_json(file, "--connections", 20, "--region", "eu-central-1", "--assume", "minute_rounding=exact")

    assert (bill["region"], bill["connects"]) == ("eu-central-1", "7200")
    assert bill["assumptions"]["minute_rounding"] == "exact"


def test_sources_are_in_the_file_or_in_flags(file: Path) -> None:
    result = cost(file, "--messages-per-second", 1, "--message-bytes", 5)

    assert result.exit_code == 2
    assert f"--messages-per-second: the sources are in {file}:2; change them there" in result.stderr


def test_replies_need_something_to_reply_to() -> None:
    options = ("--outbound-messages-per-second", 1, "--message-bytes", 5, "--replies-per-message", 1)

    assert "needs --messages-per-second" in cost("--connections", 1, *options).stderr
