"""The files in examples/load."""

from pathlib import Path

import yaml

from longwire.load.scenario_file import read_scenario

FOLDER = Path(__file__).parents[3] / "examples" / "load"


def test_the_scenario_is_one() -> None:
    it = read_scenario(FOLDER / "chat.yaml")
    assert (it.connections, it.seconds) == (50, 25)


def test_the_scripts_for_other_tools_name_the_emulators_address() -> None:
    artillery = yaml.safe_load((FOLDER / "artillery.yml").read_text())
    assert artillery["config"]["target"] == "ws://localhost:8765/dev"
    source = (FOLDER / "locustfile.py").read_text()
    compile(source, "locustfile.py", "exec")
    assert '"ws://localhost:8765/dev"' in source
