"""``longwire dev`` without a process of its own."""

from pathlib import Path

import click
import pytest

from longwire.dev import Dev
from longwire.errors import TemplateError, UsageError
from longwire.project import Chosen

TEMPLATE = Path(__file__).parents[1] / "bench" / "echo_app" / "template.yaml"


def dev(template: Path = TEMPLATE, *, env_vars: Path | None = None, overrides: tuple[str, ...] = ()) -> Dev:
    return Dev(Chosen(template), "127.0.0.1", 0, env_vars, overrides, "eu-central-1", as_json=True, quiet=True)


def test_the_stack_is_in_the_region_that_was_asked_for() -> None:
    stack = dev().stack()
    assert (stack.region, stack.api.region) == ("eu-central-1", "eu-central-1")


def test_variables_of_a_file_reach_the_functions_and_warnings_are_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "env.json").write_text('{"Echo": {"ADDED": "1"}}')
    stack = dev(env_vars=tmp_path / "env.json").stack()
    assert stack.functions["Echo"].environment["ADDED"] == "1"
    assert "longwire: warning: " in capsys.readouterr().err


def test_an_override_that_is_none_is_a_usage_error() -> None:
    with pytest.raises(click.UsageError, match="nonsense"):
        dev(overrides=("nonsense",)).stack()


def test_a_missing_template_and_a_bad_file_are_errors_with_their_paths(tmp_path: Path) -> None:
    with pytest.raises((TemplateError, UsageError), match=r"absent\.yaml"):
        dev(tmp_path / "absent.yaml").stack()
    (tmp_path / "env.json").write_text("{")
    with pytest.raises(UsageError, match=r"env\.json:1"):
        dev(env_vars=tmp_path / "env.json").stack()
