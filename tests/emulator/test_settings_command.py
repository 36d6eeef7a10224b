"""`longwire settings` as it is typed; the table itself is tested with its maker."""

import json

from click.testing import CliRunner

from longwire.cli import main


def test_a_setting_that_is_given_is_in_the_list() -> None:
    done = CliRunner().invoke(main, ["settings", "--json", "--set", "idle_timeout=61"])
    (found,) = [each for each in json.loads(done.output) if each["name"] == "idle_timeout"]
    assert found["value"] == 61


def test_an_unknown_one_is_one_message() -> None:
    done = CliRunner().invoke(main, ["settings", "--set", "idle_timout=61"])
    assert done.exit_code == 2
    assert "idle_timeout" in done.output
