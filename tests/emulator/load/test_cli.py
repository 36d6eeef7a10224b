"""The help; what the command does is in test_command."""

from pathlib import Path

from longwire.load.cli import LOAD_EXAMPLES
from longwire.load.scenario_file import read_scenario


def test_the_scenario_of_the_help_is_one(tmp_path: Path) -> None:
    _, _, shown = LOAD_EXAMPLES.partition("A scenario, chat.yaml:\n")
    file = tmp_path / "chat.yaml"
    file.write_text("\n".join(line.removeprefix("  ") for line in shown.splitlines()))
    it = read_scenario(file)
    assert (it.connections, it.double, it.churn, it.slow) == (200, 10, 0.2, 0.01)
    assert it.messages[0].every == 2
