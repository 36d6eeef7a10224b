"""CDK's cloud assembly, the folder `cdk.out`: which template of it is meant."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from longwire.errors import UsageError

__all__ = ["CdkStack", "is_assembly", "the_stack"]

MANIFEST = "manifest.json"
API = "AWS::ApiGatewayV2::Api"


@dataclass(frozen=True, slots=True)
class CdkStack:
    """``name`` is the stack's, as `cdk deploy` would give it."""

    file: Path
    name: str


def is_assembly(folder: Path) -> bool:
    return (folder / MANIFEST).is_file()


def the_stack(folder: Path) -> CdkStack:
    """The one stack with a WebSocket API; UsageError when there is none, or more than one."""
    found = list(stacks(folder))
    if not found:
        raise UsageError(f"{folder} has no stacks. Run `cdk synth` first.")
    serving = [stack for stack in found if has_api(stack.file)] if len(found) > 1 else found
    if len(serving) == 1:
        return serving[0]
    names = "\n".join(f"  --template {stack.file}" for stack in serving or found)
    how_many = "several stacks with a WebSocket API" if serving else "no stack with a WebSocket API"
    raise UsageError(f"{folder} has {how_many}. Name one:\n{names}")


def stacks(folder: Path) -> Iterator[CdkStack]:
    """Those of the assembly and of the assemblies in it, which CDK's stages are."""
    for name, artifact in artifacts(folder).items():
        properties = artifact.get("properties") or {}
        if artifact.get("type") == "aws:cloudformation:stack":
            yield CdkStack(folder / properties["templateFile"], properties.get("stackName") or name)
        elif artifact.get("type") == "cdk:cloud-assembly":
            yield from stacks(folder / properties["directoryName"])


def artifacts(folder: Path) -> Mapping[str, Any]:
    try:
        found: Mapping[str, Any] = json.loads((folder / MANIFEST).read_bytes())["artifacts"]
    except (OSError, ValueError, TypeError, KeyError) as exc:
        raise UsageError(f"{folder / MANIFEST} is no manifest of a cloud assembly. Run `cdk synth` again.") from exc
    return found


def has_api(file: Path) -> bool:
    try:
        resources = json.loads(file.read_bytes()).get("Resources", {})
    except (OSError, ValueError, AttributeError):
        return False
    return any(
        resource.get("Type") == API and (resource.get("Properties") or {}).get("ProtocolType") == "WEBSOCKET"
        for resource in resources.values()
    )
