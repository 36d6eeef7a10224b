"""Which template of a cloud assembly is meant."""

import json
from pathlib import Path
from typing import Any

import pytest

from longwire.errors import UsageError
from longwire.template.cloud_assembly import is_assembly, the_stack

WEBSOCKET = {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"ProtocolType": "WEBSOCKET"}}
HTTP = {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"ProtocolType": "HTTP"}}


def assembly(folder: Path, stacks: dict[str, Any], **others: Any) -> Path:
    """Each stack with its one resource."""
    folder.mkdir(exist_ok=True)
    artifacts = dict(others)
    for name, resource in stacks.items():
        (folder / f"{name}.template.json").write_text(json.dumps({"Resources": {"It": resource}}))
        properties = {"templateFile": f"{name}.template.json"}
        artifacts[name] = {"type": "aws:cloudformation:stack", "properties": properties}
    (folder / "manifest.json").write_text(json.dumps({"artifacts": artifacts}))
    return folder


def test_of_several_stacks_the_one_with_a_websocket_api_is_meant(tmp_path: Path) -> None:
    folder = assembly(tmp_path, {"Data": {"Type": "AWS::S3::Bucket"}, "Rest": HTTP, "Chat": WEBSOCKET})
    stack = the_stack(folder)

    assert is_assembly(folder)
    assert (stack.file, stack.name) == (folder / "Chat.template.json", "Chat")


def test_a_stack_alone_is_meant_whatever_it_holds(tmp_path: Path) -> None:
    assert the_stack(assembly(tmp_path, {"Data": {"Type": "AWS::S3::Bucket"}})).name == "Data"


def test_stacks_of_cdks_stages_lie_in_assemblies_of_their_own(tmp_path: Path) -> None:
    prod = {"type": "cdk:cloud-assembly", "properties": {"directoryName": "assembly-Prod"}}
    folder = assembly(tmp_path, {}, **{"assembly-Prod": prod})
    inner = assembly(tmp_path / "assembly-Prod", {"ProdChat": WEBSOCKET})

    assert the_stack(folder).file == inner / "ProdChat.template.json"


@pytest.mark.parametrize(
    ("stacks", "message"),
    [
        (
            {"A": WEBSOCKET, "B": WEBSOCKET},
            "several stacks with a WebSocket API. Name one:\n  --template {0}/A.template.json",
        ),
        ({"A": HTTP, "B": HTTP}, "no stack with a WebSocket API. Name one:\n  --template {0}/A.template.json"),
        ({}, "has no stacks. Run `cdk synth` first."),
    ],
)
def test_what_cannot_be_chosen_is_listed(tmp_path: Path, stacks: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError) as caught:
        the_stack(assembly(tmp_path, stacks))
    assert message.format(tmp_path) in str(caught.value)


@pytest.mark.parametrize("manifest", ["", "[]", "{}", '{"artifacts": '])
def test_a_manifest_that_is_none_is_told(tmp_path: Path, manifest: str) -> None:
    (tmp_path / "manifest.json").write_text(manifest)
    with pytest.raises(UsageError, match="is no manifest of a cloud assembly"):
        the_stack(tmp_path)
