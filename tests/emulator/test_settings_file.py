"""Settings in pyproject.toml."""

from pathlib import Path

import pytest

from longwire.core.quotas import Quotas
from longwire.errors import UsageError
from longwire.settings_file import project_settings


def project(folder: Path, text: str) -> Path:
    (folder / "pyproject.toml").write_text(text)
    return folder


def test_the_nearest_file_at_or_above_the_folder_counts(tmp_path: Path) -> None:
    below = project(tmp_path, "[tool.longwire.settings]\nidle_timeout = 60\nping_resets_idle = true\n") / "a" / "b"
    below.mkdir(parents=True)

    found = project_settings(below)
    assert (found.idle_timeout, found.ping_resets_idle) == (60.0, True)

    project(below, "[project]\nname = 'x'\n")
    assert project_settings(below) == Quotas()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[tool.longwire.settings]\nidle_timout = 60", "pyproject.toml, [tool.longwire.settings]: there is no setting"),
        ("[tool.longwire.settings]\nidle_timeout = 'x'", "idle_timeout takes a number, not 'x'"),
        ("[tool.longwire]\nidle_timeout = 60", "[tool.longwire] has no idle_timeout; settings go into"),
        ("[tool.longwire]\nsettings = 60", "write the settings as a table"),
        ("[tool]\nlongwire = 60", "write the settings as a table"),
        ("[tool.longwire.settings", "pyproject.toml: "),
    ],
)
def test_a_mistake_names_the_file_and_what_to_do(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        project_settings(project(tmp_path, text))
    assert message in str(caught.value)
