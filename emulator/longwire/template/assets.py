"""What CDK puts into its cloud assembly beside a template: code, and the templates of nested stacks.

A template names an asset by a bucket and a key that `cdk deploy` will upload it to. Where it is now stands in the
resource's Metadata (`aws:asset:path`, written when CDK's command line synthesizes) and in the `*.assets.json` beside
the template, which always are there.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

__all__ = ["asset_of", "asset_with_key"]

PATH, PROPERTY = "aws:asset:path", "aws:asset:property"


def asset_of(resource: Mapping[str, Any], prop: str, value: Any, folder: Path) -> Path | None:
    """The file or folder that ``value``, resolved, of a resource's property stands for; None when none is known.

    ``folder`` is the template's.
    """
    metadata = resource.get("Metadata")
    named = metadata.get(PATH) if isinstance(metadata, dict) and metadata.get(PROPERTY, prop) == prop else None
    if isinstance(named, str) and (folder / named).exists():
        return folder / named
    key = value.get("S3Key") if isinstance(value, dict) else None
    return asset_with_key(key, folder) if isinstance(key, str) else None


def asset_with_key(key: str, folder: Path) -> Path | None:
    """``key`` is the object's, with or without a prefix of the bucket's."""
    name = key.rpartition("/")[2]
    for manifest in sorted(folder.glob("*.assets.json")):
        for object_key, path in destinations(manifest):
            if object_key.rpartition("/")[2] == name and (folder / path).exists():
                return folder / path
    return None


def destinations(manifest: Path) -> Iterator[tuple[str, str]]:
    """Object keys with the path of their source; nothing for a file that is no asset manifest."""
    try:
        files = json.loads(manifest.read_bytes()).get("files", {}).values()
        for asset in files:
            for destination in asset["destinations"].values():
                yield str(destination["objectKey"]), str(asset["source"]["path"])
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return
