"""Layers: the folders that Lambda would lay over one another at ``/opt``."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from longwire.errors import UsageError
from longwire.template.archives import unpacked
from longwire.template.assets import asset_of
from longwire.template.cache import TemplateCache
from longwire.template.places import KeyPath, did_you_mean
from longwire.template.properties import Properties, Resources
from longwire.template.source import Source

__all__ = ["LAYER", "Layers", "given_layers"]

LAYER = "AWS::Lambda::LayerVersion"
MOST = 5  # Lambda quota: "Function layers: five layers"


def given_layers(items: Iterable[str]) -> dict[str, Path]:
    """``["arn:aws:...:layer:name:1=./folder"]`` of ``--layer``; raises UsageError."""
    found: dict[str, Path] = {}
    for item in items:
        name, equals, value = item.rpartition("=")
        if not equals or not name or not value:
            raise UsageError(f"--layer {item}: is not ARN=FOLDER or ARN=FILE.zip")
        if not Path(value).exists():
            raise UsageError(f"--layer {item}: there is no {value}")
        found[name] = Path(value).absolute()
    return found


class Layers:
    """Of one template; ``given`` has the content of layers that are not in it, by ARN, with or without the version."""

    def __init__(self, resources: Resources, source: Source, cache: TemplateCache, given: Mapping[str, Path]) -> None:
        self.resources = resources
        self.source = source
        self.cache = cache
        self.given = given
        self.own = resources.by_physical_id(LAYER)
        self.folders: dict[str, str] = {}

    def of(self, function: Properties) -> tuple[str, ...]:
        """The absolute folders of a function's layers, the last one on top; raises TemplateError."""
        arns = function.listed("Layers")
        if len(arns) > MOST:
            raise function.error("Layers", f"a function has at most {MOST} layers, not {len(arns)}")
        found = [self.folder(function, index, arn) for index, arn in enumerate(arns)]
        return tuple(folder for folder in found if folder)

    def folder(self, function: Properties, index: int, arn: str) -> str:
        """Empty for one that ``--allow-unsupported`` leaves out."""
        path = (*function.path, "Layers", index)
        if arn in self.own:
            logical_id = self.own[arn]
            if logical_id not in self.folders:
                self.folders[logical_id] = self.content(self.resources.properties(logical_id))
            return self.folders[logical_id]
        content = self.given.get(arn, self.given.get(arn.rpartition(":")[0]))
        if content is not None:
            return self.opened(content, path)
        near = did_you_mean(arn, self.own)
        hint = f"Give its content, a folder or a zip file: --layer {arn}=PATH{powertools(arn)}"
        function.places.unsupported(path, f"the layer {arn} is not in this template", near or hint)
        return ""

    def content(self, layer: Properties) -> str:
        content, path = self.named_content(layer)
        folder = self.source.file.parent
        asset = asset_of(self.source.data["Resources"].get(layer.logical_id, {}), "Content", content, folder)
        if asset is not None:
            return self.opened(asset.resolve(), path)
        if not isinstance(content, str) or content.startswith("s3://"):
            hint = "Name a local folder or zip file; `sam build` writes a template that does."
            raise layer.places.error(path, "the layer's content is in S3, which is not read", hint)
        return self.opened((folder / content).resolve(), path)

    def named_content(self, layer: Properties) -> tuple[Any, KeyPath]:
        """What the user wrote: SAM was given a stand-in for ContentUri, since it takes only S3 addresses."""
        path = layer.places.origin((*layer.path, "ContentUri"))
        if path[-1] != "ContentUri":
            return layer.values.get("Content"), (*layer.path, "Content")
        return self.resources.resolver.resolve(self.source.value(path), path), path

    def opened(self, content: Path, path: KeyPath) -> str:
        if content.is_dir():
            return str(content)
        places = self.resources.places
        if not content.is_file():
            raise places.error(path, f"there is no folder and no zip file {content.name} beside the template")
        try:
            return str(unpacked(content, self.cache))
        except (OSError, UsageError) as exc:
            raise places.error(path, str(exc)) from exc


def powertools(arn: str) -> str:
    """The layer that most templates name."""
    if "AWSLambdaPowertools" not in arn:
        return ""
    return ". Or pip install aws-lambda-powertools into the Python that runs Longwire, and --allow-unsupported"
