"""What GitHub is told to run, and what a release is held against."""

import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[1]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def workflow(name: str) -> Any:
    return yaml.safe_load((ROOT / ".github" / "workflows" / name).read_text())


def steps(name: str) -> list[dict[str, Any]]:
    return [step for job in workflow(name)["jobs"].values() for step in job["steps"]]


def pythons() -> list[str]:
    """Those that the package says it is for."""
    classifiers = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["classifiers"]
    return [found[1] for each in classifiers if (found := re.fullmatch(r".*Python :: (3\.\d+)", each))]


def test_ci_runs_what_everybody_runs_on_every_python_of_the_package() -> None:
    job = workflow("ci.yml")["jobs"]["run"]
    assert job["strategy"]["matrix"]["python"] == pythons()
    assert job["steps"][-1] == {"run": ".ci/run"}


def test_a_release_is_built_with_every_python_of_the_package() -> None:
    (setup,) = [step for step in steps("release.yml") if "setup-python" in step.get("uses", "")]
    assert sorted(setup["with"]["python-version"].split()) == pythons()
    minors = re.search(r"for minor in ([\d ]+); do", (ROOT / ".ci" / "release").read_text())
    assert minors is not None
    assert [f"3.{minor}" for minor in minors[1].split()] == pythons()


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.name)
def test_a_workflow_has_no_more_rights_than_it_needs_and_ends(file: Path) -> None:
    found = yaml.safe_load(file.read_text())
    assert found["permissions"] == {"contents": "read"}
    assert all("timeout-minutes" in job for job in found["jobs"].values())
    # GitHub puts such text into the shell's command line as it is.
    assert not re.search(r"run:.*\$\{\{", file.read_text())


@pytest.mark.parametrize(("tag", "told"), [("v9.9.9", "the tag is v9.9.9"), ("0.1.0", "the tag is 0.1.0")])
def test_a_tag_that_is_not_the_version_ends_before_anything_is_built(tag: str, told: str) -> None:
    done = subprocess.run([ROOT / ".ci" / "release", tag], capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 1
    assert told in done.stderr
