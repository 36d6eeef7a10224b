"""The file that ``--usage-out`` names."""

import json
import os
from decimal import Decimal
from pathlib import Path

import pytest

from longwire.errors import UsageError
from longwire.usage_file import check_usage_file, write_usage_file
from longwire_infra.usage import Usage

USAGE = Usage(period_seconds=Decimal(60), websocket_messages=Decimal(3))


def test_a_record_is_written_that_can_be_read_back(tmp_path: Path) -> None:
    write_usage_file(tmp_path / "usage.json", USAGE)

    assert Usage.from_json(json.loads((tmp_path / "usage.json").read_text())) == USAGE
    assert [path.name for path in tmp_path.iterdir()] == ["usage.json"]


def test_an_older_record_is_replaced_not_mixed_with(tmp_path: Path) -> None:
    file = tmp_path / "usage.json"
    file.write_text("x" * 10_000)
    write_usage_file(file, USAGE)

    assert json.loads(file.read_text())["websocket_messages"] == "3"


def test_a_folder_that_is_not_there_is_told_before_anything_runs(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"--usage-out .*absent.u\.json: there is no folder .*absent"):
        check_usage_file(tmp_path / "absent" / "u.json")
    with pytest.raises(UsageError, match="this is a folder"):
        check_usage_file(tmp_path)


def test_a_name_alone_is_a_file_in_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    check_usage_file(Path("usage.json"))
    write_usage_file(Path("usage.json"), USAGE)

    assert (tmp_path / "usage.json").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written_to_is_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)

    with pytest.raises(UsageError, match="cannot be written to"):
        check_usage_file(tmp_path / "usage.json")


def test_a_file_that_became_impossible_is_an_error_and_leaves_nothing(tmp_path: Path) -> None:
    file = tmp_path / "usage.json"
    file.mkdir()

    with pytest.raises(UsageError, match=r"usage\.json cannot be written"):
        write_usage_file(file, USAGE)
    assert [path.name for path in tmp_path.iterdir()] == ["usage.json"]
