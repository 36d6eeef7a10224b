"""[tool.longwire] of a project."""

from pathlib import Path

import pytest

from longwire.errors import UsageError
from longwire.project import chosen
from longwire.project_options import ProjectOptions, project_options


def project(folder: Path, text: str) -> Path:
    (folder / "pyproject.toml").write_text(f"[tool.longwire]\n{text}\n")
    return folder


def test_what_a_project_says_holds_below_it(tmp_path: Path) -> None:
    said = 'template = "infra/t.yaml"\nstrict = true\nmax-cost = 0.5\nverify-sigv4 = true\nallow-unsupported = true'
    lists = 'allow-hosts = ["a.example"]\nendpoints = ["dynamodb=http://127.0.0.1:8000"]'
    below = project(tmp_path, f"{said}\n{lists}\n[tool.longwire.settings]\nidle_timeout = 60") / "a"
    below.mkdir()
    template, hosts, services = tmp_path / "infra/t.yaml", ("a.example",), ("dynamodb=http://127.0.0.1:8000",)
    assert project_options(below) == ProjectOptions(template, True, "0.5", True, True, hosts, services)


def test_without_a_word_there_are_defaults(tmp_path: Path) -> None:
    assert project_options(project(tmp_path, "")) == ProjectOptions()
    (tmp_path / "pyproject.toml").unlink()
    assert project_options(tmp_path) == ProjectOptions()


def test_names_may_have_underscores(tmp_path: Path) -> None:
    assert project_options(project(tmp_path, "max_cost = 1")).max_cost == "1"


def test_every_command_takes_the_projects_template(tmp_path: Path) -> None:
    (tmp_path / "infra").mkdir()
    (tmp_path / "infra" / "t.yaml").write_text("Resources: {}")
    project(tmp_path, 'template = "infra/t.yaml"')
    assert chosen(None, tmp_path).file == tmp_path / "infra" / "t.yaml"
    assert chosen(tmp_path / "other.yaml", tmp_path).file == tmp_path / "other.yaml"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("strikt = true", "[tool.longwire] has no strikt; Did you mean strict?"),
        ("strict = 1", "[tool.longwire]: strict takes true or false, not 1"),
        ("template = 7", "template takes a path, not 7"),
        ('template = ""', "template takes a path, not ''"),
        ("max-cost = -1", "max-cost takes an amount in USD, not -1"),
        ('max-cost = "cheap"', "max-cost takes an amount in USD, not 'cheap'"),
        ("max-cost = nan", "max-cost takes an amount in USD"),
        ('allow-hosts = "a"', "allow-hosts takes a list of texts, not 'a'"),
        ("endpoints = [7]", "endpoints takes a list of texts, not [7]"),
    ],
)
def test_a_mistake_names_file_and_option(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(UsageError) as raised:
        project_options(project(tmp_path, text))
    assert str(tmp_path / "pyproject.toml") in str(raised.value)
    assert told in str(raised.value)
