"""Which template a command means."""

import json
from pathlib import Path

import pytest

from longwire.errors import UsageError
from longwire.project import Chosen, chosen


def touch(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("Resources: {}\n")


def synthesized(folder: Path) -> None:
    folder.mkdir()
    properties = {"templateFile": "Chat.template.json", "stackName": "team-chat"}
    artifacts = {"Chat": {"type": "aws:cloudformation:stack", "properties": properties}}
    (folder / "manifest.json").write_text(json.dumps({"artifacts": artifacts}))


def test_a_file_is_what_it_is(tmp_path: Path) -> None:
    assert chosen(tmp_path / "any.json", tmp_path) == Chosen(tmp_path / "any.json")


@pytest.mark.parametrize(
    "names", [("template.yaml", "template.yml"), ("template.yml", "template.json"), ("template.json",)]
)
def test_a_folder_has_a_template_of_the_usual_names(tmp_path: Path, names: tuple[str, ...]) -> None:
    touch(tmp_path, *names)
    synthesized(tmp_path / "cdk.out")

    assert chosen(None, tmp_path).file == tmp_path / names[0]
    assert chosen(tmp_path, Path("/elsewhere")).file == tmp_path / names[0]


def test_else_that_of_cdk_with_its_stacks_name(tmp_path: Path) -> None:
    synthesized(tmp_path / "cdk.out")

    expected = Chosen(tmp_path / "cdk.out" / "Chat.template.json", "team-chat")
    assert [chosen(given, tmp_path) for given in (None, tmp_path, tmp_path / "cdk.out")] == [expected] * 3


def test_what_sam_built_is_suggested(tmp_path: Path) -> None:
    touch(tmp_path, "template.yaml", ".aws-sam/build/template.yaml")
    found = chosen(None, tmp_path)

    assert found.file == tmp_path / "template.yaml"
    assert found.note == f"to run what `sam build` made: --template {tmp_path}/.aws-sam/build/template.yaml"


def test_a_folder_without_a_template_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no template\.yaml, template\.yml, template\.json or cdk\.out in"):
        chosen(None, tmp_path)
