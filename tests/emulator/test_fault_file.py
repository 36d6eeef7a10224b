"""Scenarios of faults, and ``longwire dev --faults``."""

import json
from pathlib import Path

import pytest

from faulty_app import TEMPLATE
from longwire.errors import UsageError
from longwire.fault_file import read_faults
from longwire.template.load import load
from longwire_command import Dev, run

STACK = load(TEMPLATE)
CHAOS = """\
faults:
  - kind: post_to_connection
    gone: true
    probability: 0.1
  - {kind: frame, latency: 200ms, jitter: 100ms, after: 10s, for: 1m}
  - kind: gateway
    restart: true
    after: 2m
"""


def written(folder: Path, text: str, name: str = "chaos.yaml") -> Path:
    file = folder / name
    file.write_text(text)
    return file


def test_faults_are_read_with_their_times(tmp_path: Path) -> None:
    gone, slow, restart = read_faults(written(tmp_path, CHAOS), STACK)
    assert (gone.outcome, gone.probability) == ("gone", 0.1)
    assert (slow.effects, slow.after, slow.lasts) == ({"latency": 0.2, "jitter": 0.1}, 10, 60)
    assert (restart.outcome, restart.after) == ("restart", 120)


def test_json_and_a_list_alone_will_do(tmp_path: Path) -> None:
    rules = [{"kind": "invoke", "crash": "Echo"}]
    for text in (json.dumps(rules), json.dumps({"faults": rules})):
        assert read_faults(written(tmp_path, text, "chaos.json"), STACK)[0].outcome == "crash"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("faults:\n  - kind: frame\n    latancy: 1\n", ":3:5: latancy: there is no such field; did you mean latency?"),
        ("faults:\n  - kind: fram\n", ":2:5: kind: there is no kind fram; did you mean frame?"),
        ("- kind: frame\n  latency: 1\n  probability: 1.5\n", ":3:3: probability: 1.5 is not between 0 and 1"),
        ("fautls: []\n", ":1:1: fautls: there is no such field. Did you mean faults?"),
        ("faults: 3\n", ":1:1: a list of faults belongs here"),
        ("7\n", ":1:1: a list of faults belongs here"),
        ("", ":1:1: a list of faults belongs here"),
        ("- frame\n", ":1:3: a fault is a mapping"),
        ("- {kind: invoke, crash: Ecko}\n", "function: the template has no function Ecko; did you mean Echo?"),
        ("- {kind: frame, drop: L0SM9cOFvHcCIhw=}\n", "connection: connections have other ids in each run"),
        ("- {kind: frame, drop: true}\n- {kind: frame, drop: true}\n", ":2:17: drop: it would never strike"),
        ("- {kind: frame\n", "not YAML"),
        ("a: &a [*a]\n", "chaos.yaml:1"),
    ],
    ids=lambda text: text[:30],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, text: str, told: str) -> None:
    file = written(tmp_path, text)
    with pytest.raises(UsageError) as raised:
        read_faults(file, STACK)
    assert str(file) in str(raised.value)
    assert told in str(raised.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"there is no file of faults .*none.yaml\n  Name it: --faults"):
        read_faults(tmp_path / "none.yaml", STACK)


def test_dev_runs_a_scenario(dev: Dev, project: Path) -> None:
    written(project, "- {kind: handshake, status: 503, count: 1}\n- {kind: frame, latency: 1s, after: 1h}\n")
    with dev("--faults", "chaos.yaml") as running:
        changed = running.until("faults_changed")
        assert [each["state"] for each in changed["faults"]] == ["on", "waiting"]


def test_dev_does_not_start_with_a_scenario_that_is_wrong(project: Path, env: dict[str, str]) -> None:
    written(project, "- {kind: handshake, statsu: 503}\n")
    done = run(project, env, "dev", "--faults", "chaos.yaml")
    assert done.returncode == 1
    assert done.stderr.endswith("chaos.yaml:1:21: statsu: there is no such field; did you mean status?\n")
