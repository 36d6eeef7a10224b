"""SAM's settings of a project."""

from pathlib import Path

import pytest

from longwire.errors import UsageError
from longwire.project import Chosen, chosen
from longwire.samconfig import SamConfig, sam_config

CONFIG = """\
version = 0.1
[default.global.parameters]
stack_name = "chat"
region = "eu-west-1"

[default.deploy.parameters]
region = "eu-central-1"
capabilities = "CAPABILITY_IAM"
parameter_overrides = 'Greeting="good day" LogLevel=DEBUG'

[prod.deploy.parameters]
stack_name = "chat-prod"
parameter_overrides = ["Greeting=salve", "LogLevel=WARN"]
"""


def configured(folder: Path, text: str = CONFIG, name: str = "samconfig.toml") -> Path:
    (folder / name).write_text(text)
    return folder / name


def test_what_deploy_is_told_is_taken_and_wins_over_what_all_commands_are_told(tmp_path: Path) -> None:
    file = configured(tmp_path)

    parameters = {"Greeting": "good day", "LogLevel": "DEBUG"}
    assert sam_config(tmp_path) == SamConfig(file, None, None, "chat", "eu-central-1", parameters)


def test_another_environment_is_chosen_by_name(tmp_path: Path) -> None:
    file = configured(tmp_path)

    found = sam_config(tmp_path, "prod")
    assert found == SamConfig(file, None, None, "chat-prod", "", {"Greeting": "salve", "LogLevel": "WARN"})


def test_yaml_and_tables_are_taken_too(tmp_path: Path) -> None:
    configured(
        tmp_path,
        "default:\n  global:\n    parameters:\n      parameter-overrides: {Size: 3, Debug: true}\n",
        "samconfig.yaml",
    )

    assert sam_config(tmp_path).parameters == {"Size": "3", "Debug": "true"}


def test_without_a_file_or_its_default_environment_nothing_is_said(tmp_path: Path) -> None:
    assert sam_config(tmp_path) == SamConfig()
    file = configured(tmp_path, "version = 0.1\n[staging.deploy.parameters]\nregion = 'x'\n")
    assert sam_config(tmp_path) == SamConfig(file)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("version = ", "Invalid value"),
        ("[default.deploy.parameters]\nstack_name = 3\n", "stack_name takes text, not 3"),
        ("[default.deploy]\nparameters = 3\n", "[default.deploy.parameters] takes a table"),
        ("[default]\ndeploy = 3\n", "[default.deploy.parameters] takes a table"),
        ("default = 3\n", "[default.global.parameters] takes a table"),
        ("[default.deploy.parameters]\nparameter_overrides = 3\n", 'parameter_overrides takes "NAME=VALUE ..."'),
        ("[default.deploy.parameters]\nparameter_overrides = 'Greeting'\n", "'Greeting' is not NAME=VALUE"),
    ],
)
def test_what_is_wrong_is_told_with_the_file(tmp_path: Path, text: str, message: str) -> None:
    file = configured(tmp_path, text)
    with pytest.raises(UsageError) as caught:
        sam_config(tmp_path)
    assert str(caught.value).startswith(f"{file}: ")
    assert message in str(caught.value)


def test_an_environment_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"--config-env prod: there is no samconfig\.toml in"):
        sam_config(tmp_path, "prod")
    configured(tmp_path)
    with pytest.raises(UsageError, match=r"--config-env prd: .* has no such environment\. Did you mean prod\?"):
        sam_config(tmp_path, "prd")
    with pytest.raises(UsageError, match="cannot be read: No such file"):
        sam_config(tmp_path, None, tmp_path / "other.toml")


@pytest.mark.parametrize("command", ["global", "build", "deploy"])
def test_its_template_is_found_beside_it(tmp_path: Path, command: str) -> None:
    configured(tmp_path, f"[default.{command}.parameters]\ntemplate_file = 'infra/app.yaml'\n")

    assert chosen(None, tmp_path).file == tmp_path / "infra" / "app.yaml"
    (tmp_path / "template.yaml").write_text("")
    # What `sam deploy` takes may be a packaged template, whose code is in S3.
    expected = "template.yaml" if command == "deploy" else "infra/app.yaml"
    assert chosen(None, tmp_path).file == tmp_path / expected


def test_a_template_that_is_named_has_the_settings_beside_it(tmp_path: Path) -> None:
    file = configured(tmp_path)
    found = chosen(tmp_path / "other.yaml", Path("/"), "prod")

    parameters = {"Greeting": "salve", "LogLevel": "WARN"}
    expected = Chosen(tmp_path / "other.yaml", "chat-prod", parameters=parameters, config=file)
    assert found == expected
