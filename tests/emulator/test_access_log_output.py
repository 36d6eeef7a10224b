"""Where the lines of an access log go."""

from contextlib import closing
from pathlib import Path

import pytest

from longwire.access_log_output import Style, access_log_output
from longwire.console import Console
from longwire.core.api import AccessLogSettings, Stage
from longwire.errors import UsageError

STAGE = Stage("dev", access_log=AccessLogSettings("arn", "$context.requestId"))


def written(target: str | None, stage: Stage = STAGE, style: Style = "text") -> None:
    console = Console(str)
    with closing(console), access_log_output(target, [stage], console, style) as write:
        write("a line")


def test_a_person_sees_it_on_stdout(capfd: pytest.CaptureFixture[str]) -> None:
    written(None)

    assert capfd.readouterr() == ("a line\n", "")


def test_beside_json_events_it_goes_to_stderr_with_its_name(capfd: pytest.CaptureFixture[str]) -> None:
    written(None, style="json")

    assert capfd.readouterr() == ("", "access | a line\n")


def test_quiet_silences_it_unless_it_is_asked_for(capfd: pytest.CaptureFixture[str]) -> None:
    written(None, style="quiet")
    assert capfd.readouterr() == ("", "")
    written("-", style="quiet")

    assert capfd.readouterr() == ("a line\n", "")


def test_a_file_is_added_to_line_by_line(tmp_path: Path) -> None:
    file = tmp_path / "access.log"
    file.write_text("before\n")
    console = Console(str)
    with closing(console), access_log_output(str(file), [STAGE], console, "text") as write:
        write("first \u20ac")
        assert file.read_text(encoding="utf-8") == "before\nfirst \u20ac\n"
        write("lone \ud800")

    assert file.read_text(encoding="utf-8") == "before\nfirst \u20ac\nlone ?\n"


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"--access-log .*absent.access\.log cannot be written: No such file"):
        written(str(tmp_path / "absent" / "access.log"))


def test_asking_for_the_log_of_a_stage_without_one_is_told(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    written(str(tmp_path / "access.log"), Stage("dev"))

    assert "has no AccessLogSettings" in capfd.readouterr().err
