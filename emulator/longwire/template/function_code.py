"""Where a function's code is, and whether its handler is in it."""

import ast
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from longwire.errors import TemplateError, UsageError
from longwire.template.archives import unpacked
from longwire.template.assets import asset_of
from longwire.template.cache import TemplateCache
from longwire.template.intrinsics import Resolver
from longwire.template.places import KeyPath, Places, did_you_mean
from longwire.template.properties import Properties
from longwire.template.source import Source

__all__ = ["check_handler", "code_folder", "files_with", "missing"]

LISTED = 2000  # files looked at for a suggestion
MODULES = (".py", "/__init__.py")
MADE_UP = ("import *", "globals(", "__getattr__", "setattr(")
SKIPPED = ("node_modules", "__pycache__", "site-packages")


def code_folder(function: Properties, source: Source, resolver: Resolver, cache: TemplateCache) -> Path:
    """The absolute folder that holds the function's code; raises TemplateError."""
    code, path = named_code(function, source, resolver)
    if isinstance(code, dict) and isinstance(code.get("ZipFile"), str):
        file = "index.js" if function.text("Runtime").startswith("nodejs") else "index.py"
        return inline(code["ZipFile"], file, (*path, "ZipFile"), function.places, cache)
    if isinstance(code, dict) and "ImageUri" in code:
        raise function.error("PackageType", "container images are not emulated", "Use PackageType: Zip.")
    asset = asset_of(source.data["Resources"].get(function.logical_id, {}), "Code", code, source.file.parent)
    if asset is not None:
        return local(str(asset.absolute()), path, function.places, source.file.parent, cache)
    if not isinstance(code, str) or code.startswith("s3://"):
        hint = "Name a local folder; `sam build` writes a template that does: .aws-sam/build/template.yaml. That of "
        hint += "`cdk synth` stands in cdk.out, beside its assets."
        raise function.places.error(path, "the code is in S3, which is not read", hint)
    return local(code, path, function.places, source.file.parent, cache)


def named_code(function: Properties, source: Source, resolver: Resolver) -> tuple[Any, KeyPath]:
    """What the user wrote: SAM was given a stand-in for CodeUri, since it takes only S3 addresses."""
    code = function.values.get("Code")
    resource = source.data["Resources"].get(function.logical_id, {})
    if resource.get("Type") != "AWS::Serverless::Function" or (isinstance(code, dict) and "ZipFile" in code):
        return code, (*function.path, "Code")
    path = function.places.origin((*function.path, "CodeUri"))
    if path[-1] != "CodeUri":
        return code, path
    return resolver.resolve(source.value(path), path), path


def inline(code: str, file: str, path: KeyPath, places: Places, cache: TemplateCache) -> Path:
    try:
        return cache.inline_code(code, file)
    except OSError as exc:
        hint = "Set XDG_CACHE_HOME to a folder that can be written."
        message = f"inline code needs a file, and {cache.folder} cannot be written: {exc.strerror}"
        raise places.error(path, message, hint) from exc


def local(uri: str, path: KeyPath, places: Places, base: Path, cache: TemplateCache) -> Path:
    try:
        folder = (base / uri).resolve()
        is_folder, is_file = folder.is_dir(), folder.is_file()
    except (OSError, ValueError) as exc:  # too long, or with a null character
        raise places.error(path, f"{uri[:80]!r} is no path: {exc}") from exc
    if is_folder:
        return folder
    if is_file:
        return opened(folder, path, places, cache)
    beside = [item.name for item in folder.parent.iterdir() if item.is_dir()] if folder.parent.is_dir() else []
    raise places.error(path, f"there is no folder {uri} beside the template", did_you_mean(folder.name, beside))


def opened(archive: Path, path: KeyPath, places: Places, cache: TemplateCache) -> Path:
    try:
        return unpacked(archive, cache)
    except UsageError as exc:
        raise places.error(path, str(exc), "Name a zip file, or the folder with the code.") from exc
    except OSError as exc:
        raise places.error(path, f"{archive.name} cannot be unpacked: {exc.strerror}") from exc


def check_handler(function: Properties, folder: Path, handler: str, base: Path) -> None:
    """Raises TemplateError unless the module is there, or when its text does not even have the function's name.

    Whether that is a function, importing it will tell. ``base`` is the template's folder, for the message.
    """
    # Lambda's Python runtime takes what stands before the last dot as the module, with "/" for ".".
    module, dot, attribute = handler.rpartition(".")
    if not dot or not re.fullmatch(r"[\w./-]+", module) or not attribute.isidentifier():
        raise function.error("Handler", f"{handler!r} is no handler", "Handler: file.function, as in app.handler")
    path = module.replace(".", "/").strip("/")
    found = next((folder / f"{path}{end}" for end in MODULES if (folder / f"{path}{end}").is_file()), None)
    if found is not None:
        check_name(function, found, attribute, base)
    elif not compiled(folder, path):
        raise missing(function, folder, f"{path}.py", base)


def check_name(function: Properties, file: Path, name: str, base: Path) -> None:
    try:
        text = file.read_text(encoding="utf-8")
        # A name may come from another module, or be made up while the module runs.
        if not text.strip() or re.search(rf"\b{name}\b", text) or any(way in text for way in MADE_UP):
            return
        ast.parse(text)
    except (OSError, ValueError, SyntaxError, RecursionError):
        return  # importing it will tell
    defined = re.findall(r"^(?:async )?def (\w+)|^(\w+) *[:=]", text, re.MULTILINE)
    hint = did_you_mean(name, [one or other for one, other in defined])
    raise function.error("Handler", f"{os.path.relpath(file, base)} has no {name}", hint)


def compiled(folder: Path, path: str) -> bool:
    """An extension module, ``name.cpython-311-x86_64-linux-gnu.so``, is importable too."""
    parent = (folder / path).parent
    return parent.is_dir() and any(parent.glob(f"{Path(path).name}.*so"))


def missing(
    function: Properties, folder: Path, wanted: str, base: Path, suffixes: tuple[str, ...] = (".py",)
) -> TemplateError:
    files = list(files_with(folder, suffixes))
    same_name = [name for name in files if Path(name).name == Path(wanted).name]
    hint = f"There is {same_name[0]}." if same_name else did_you_mean(wanted, files)
    shown = os.path.relpath(folder, base)
    return function.error("Handler", f"CodeUri {shown} has no file {wanted}", hint)


def files_with(folder: Path, suffixes: tuple[str, ...]) -> Iterator[str]:
    """Paths relative to the folder, at most LISTED."""
    count = 0
    for parent, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in SKIPPED and not name.startswith("."))
        for name in sorted(files):
            count += 1
            if count > LISTED:
                return
            if name.endswith(suffixes):
                yield (Path(parent) / name).relative_to(folder).as_posix()
