"""`longwire simulate` as it is typed."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from longwire.cli import main

EXAMPLES = Path(__file__).parents[3] / "examples" / "cost"


def simulate(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["simulate", *arguments])


def test_flags_are_a_workload_and_every_rule_is_compared() -> None:
    done = simulate("--connections", "2000", "--heartbeat-seconds", "30", "--herd", "30s=50%", "--minutes", "2")
    assert done.exit_code == 0, done.output
    for name in ("full", "half-second", "fixed", "spread"):
        assert f" {name} " in done.output


def test_json_has_the_paper_and_each_outcome() -> None:
    done = simulate("--connections", "1000", "--herd", "5", "--backoff", "none", "--minutes", "1", "--json")
    facts = json.loads(done.output)
    assert [each["rule"] for each in facts["outcomes"]] == ["none"]
    assert facts["stage"].startswith("fits an account")
    assert facts["paper"][0]["question"] == "all connect at once"


@pytest.mark.parametrize("file", sorted(EXAMPLES.glob("*.yaml")), ids=lambda file: file.stem)
def test_the_workloads_of_the_examples_can_be_simulated(file: Path) -> None:
    done = simulate(str(file), "--minutes", "1")
    assert done.exit_code == 0, done.output


def test_the_quotas_are_listed_with_their_sources() -> None:
    done = simulate("--limits", "--limit", "requests_rate=20000")
    assert "requests_rate               20,000 requests/s" in done.output
    assert "guess: " in done.output


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--connections", "10", "--herd", "soon"), "5m cuts everybody off"),
        (("--connections", "10", "--herd", "5m=0%"), "5m cuts everybody off"),
        (("--connections", "10", "--backoff", "fulll"), "did you mean full"),
        (("--connections", "10", "--limit", "x=1"), "there is no limit x"),
        (("none.yaml",), "none.yaml"),
        ((), "connections"),
        (("--connections", "-5"), "connections"),
        (("--connections", "10", "--minutes", "0"), "--minutes"),
    ],
)
def test_a_mistake_is_one_message_and_exit_code_2(arguments: tuple[str, ...], told: str) -> None:
    done = simulate(*arguments)
    assert done.exit_code == 2
    assert told in done.output
    assert "Traceback" not in done.output
