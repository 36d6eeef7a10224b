"""What to do about a module that a function imports and that is not there."""

import re
from pathlib import Path

from longwire.core.api import Function

__all__ = ["advice"]

PYTHON = re.compile(r"No module named '([\w.]+)'")
NODE = re.compile(r"Cannot find (?:module|package) '([^'./][^']*)'")
BUNDLED = ("aws-sdk", "@aws-sdk/")  # Lambda brings version 2 up to nodejs16.x and version 3 from nodejs18.x on
BUILD = "`sam build` puts it beside the code; then run the built template, .aws-sam/build/template.yaml"


def advice(function: Function, message: str) -> str:
    """Empty when the message speaks of no missing module. Longwire installs nothing by itself."""
    if function.runtime.startswith("python") and (found := PYTHON.search(message)):
        return of_python(found[1].partition(".")[0], Path(function.code))
    if function.runtime.startswith("nodejs") and (found := NODE.search(message)):
        return of_node(package_of(found[1]), function.code)
    return ""


def of_python(module: str, code: Path) -> str:
    listed = code / "requirements.txt"
    if (code / module).is_dir() or (code / f"{module}.py").is_file():
        return ""
    where = "in the Python that runs Longwire, or in CodeUri"
    command = f"pip install -r {listed}" if listed.is_file() else f"pip install the package that has {module}"
    return f"{module} is not installed {where}. Either {command}, or {BUILD}."


def of_node(package: str, code: str) -> str:
    brought = " Lambda's runtime brings it, and here it is taken from the project." * package.startswith(BUNDLED)
    return f"{package} is not in {code}/node_modules nor above it.{brought} npm install --prefix {code} {package}"


def package_of(name: str) -> str:
    """``@scope/name/file`` and ``name/file`` are files of packages."""
    return "/".join(name.split("/")[: 2 if name.startswith("@") else 1])
