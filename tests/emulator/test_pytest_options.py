"""Options of the command line, and of the project where it is silent."""

from decimal import Decimal

import pytest

from longwire import pytest_options

pytest_plugins = ["pytester"]
PROJECT = """
[tool.longwire]
template = "own.yaml"
strict = true
max-cost = 0.5
allow-hosts = ["a.example"]
endpoints = ["dynamodb=http://127.0.0.1:8000"]
"""


def test_the_project_says_what_the_command_line_does_not(pytester: pytest.Pytester) -> None:
    (pytester.path / "pyproject.toml").write_text(PROJECT)
    config = pytester.parseconfig("--rootdir", str(pytester.path))
    assert pytest_options.given_template(config) == pytester.path / "own.yaml"
    assert pytest_options.is_strict(config)
    assert pytest_options.budget(config) == Decimal("0.5")
    assert pytest_options.allowed_hosts(config) == ("a.example",)
    assert not pytest_options.says(config, "verify-sigv4")


def test_the_command_line_has_the_last_word_and_lists_add_up(pytester: pytest.Pytester) -> None:
    (pytester.path / "pyproject.toml").write_text(PROJECT)
    options = ("--longwire-template=other.yaml", "--longwire-max-cost=2", "--longwire-allow-host=b.example")
    config = pytester.parseconfig("--rootdir", str(pytester.path), *options, "--longwire-verify-sigv4")
    assert pytest_options.given_template(config) == pytester.path / "other.yaml"
    assert pytest_options.budget(config) == Decimal(2)
    assert pytest_options.allowed_hosts(config) == ("a.example", "b.example")
    assert pytest_options.says(config, "verify-sigv4")
    assert len(pytest_options.endpoints(config)) == 1


def test_a_project_that_is_wrong_is_told(pytester: pytest.Pytester) -> None:
    (pytester.path / "pyproject.toml").write_text("[tool.longwire]\nstrict = 7\n")
    config = pytester.parseconfig("--rootdir", str(pytester.path))
    with pytest.raises(pytest.UsageError, match="strict takes true or false"):
        pytest_options.is_strict(config)


@pytest.mark.parametrize("given", ["cheap", "-1", "nan", "inf"])
def test_a_budget_is_an_amount(given: str) -> None:
    with pytest.raises(pytest.UsageError, match="give an amount in USD"):
        pytest_options.amount(given)
