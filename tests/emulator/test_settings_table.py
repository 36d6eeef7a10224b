"""``longwire settings``."""

import json
from pathlib import Path

import pytest
from click import unstyle
from click.testing import CliRunner

from longwire.cli import main
from longwire.core.quotas import Quotas
from longwire.settings_table import settings_json, settings_table


def test_every_setting_is_listed_with_value_unit_source_and_meaning() -> None:
    lines = unstyle(settings_table(Quotas(idle_timeout=60.0))).splitlines()

    assert lines[0].split() == ["NAME", "VALUE", "UNIT", "VERIFIED", "SOURCE"]
    assert [line.split()[0] for line in lines[1::2]] == list(Quotas.__slots__)
    (number,) = [number for number, line in enumerate(lines) if line.startswith("idle_timeout ")]
    assert lines[number].split(maxsplit=4) == [
        "idle_timeout", "60", "seconds", "yes", "AWS documentation, WebSocket API quotas",
    ]  # fmt: skip
    assert lines[number + 1] == "    no message either way for this long closes with 1001 Going away  (default 600)"


def test_values_are_written_as_set_takes_them() -> None:
    text = settings_table(Quotas())

    assert "ping_resets_idle           false" in text
    assert 'two_way_without_body       ""' in text
    assert "minute_rounding            ceil" in text


def test_json_has_one_object_a_setting() -> None:
    rows = json.loads(settings_json(Quotas()))

    assert {row["name"] for row in rows} == set(Quotas.__slots__)
    assert set(rows[0]) == {"name", "value", "default", "unit", "meaning", "source", "verified", "choices"}


def test_the_command_shows_the_values_of_the_project_and_of_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("pyproject.toml").write_text("[tool.longwire.settings]\nidle_timeout = 60\nmax_duration = 90\n")

    result = CliRunner().invoke(main, ["settings", "--json", "--set", "idle_timeout=5"])

    values = {row["name"]: row["value"] for row in json.loads(result.output)}
    assert (values["idle_timeout"], values["max_duration"], values["tcp_drop"]) == (5.0, 90.0, 1006)


def test_a_wrong_name_is_a_usage_error_and_a_wrong_file_a_plain_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    wrong = CliRunner().invoke(main, ["settings", "--set", "idle_timout=5"])
    assert (wrong.exit_code, "there is no setting idle_timout; did you mean idle_timeout" in wrong.output) == (2, True)

    Path("pyproject.toml").write_text("[tool.longwire.settings]\nidle_timout = 60\n")
    file = CliRunner().invoke(main, ["settings"])
    assert file.exit_code == 1
    assert file.output.startswith(f"longwire: {tmp_path / 'pyproject.toml'}, [tool.longwire.settings]: there is no")
