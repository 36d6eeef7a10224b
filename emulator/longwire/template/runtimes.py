"""Lambda's runtimes: which of them run here, and what each wants to find in the code."""

import os
import re
import shutil
from pathlib import Path

from longwire.template.function_code import check_handler, files_with, missing
from longwire.template.interpreters import interpreter_for, is_built, running
from longwire.template.places import did_you_mean
from longwire.template.properties import Properties

__all__ = ["RUNTIMES", "check_code", "checked_runtime", "python_of"]

PYTHON = tuple(f"python3.{minor}" for minor in range(9, 15))
NODE = tuple(f"nodejs{version}.x" for version in range(18, 26, 2))
PROVIDED = ("provided.al2", "provided.al2023")
RUNTIMES = (*PYTHON, *NODE, *PROVIDED)
# Lambda developer guide, "Deprecated runtimes": functions that exist run on, new ones cannot be created.
ENDED_PYTHON = ("python3.6", "python3.7", "python3.8")
ENDED_NODE = ("nodejs10.x", "nodejs12.x", "nodejs14.x", "nodejs16.x")
OTHERS = re.compile(r"(java|dotnet|ruby|go)[a-z0-9.]*")  # run by a program that the user gives
GIVEN = "--function {0}=COMMAND, a program that speaks the Lambda Runtime API, or --function {0}=http://..."
COMPILE = "`sam build` compiles it; then run the built template, .aws-sam/build/template.yaml."
INSTALL_NODE = "Install Node.js (apt install nodejs, dnf install nodejs, brew install node)."
NODE_HANDLER = re.compile(r"(?P<module>(?:[^.]*/)?[^./]+)\.(?P<name>.+)")


def checked_runtime(properties: Properties) -> str:
    """Raises TemplateError for a runtime that does not run here."""
    runtime = properties.text("Runtime")
    given = GIVEN.format(properties.logical_id)
    if runtime in (*ENDED_PYTHON, *ENDED_NODE):
        now = PYTHON[-1] if runtime in ENDED_PYTHON else NODE[-1]
        properties.warn(
            "Runtime", f"AWS has ended {runtime}, and creates no functions with it. {now} is the newest one"
        )
    elif runtime not in RUNTIMES:
        near = did_you_mean(runtime, RUNTIMES)
        hint = f"Give one: {given}" if OTHERS.fullmatch(runtime) else near
        supported = f"Supported: {', '.join(RUNTIMES)}. Or: {given}"
        raise properties.error("Runtime", f"the runtime {runtime or '(none)'} is not emulated", hint or supported)
    if runtime in (*NODE, *ENDED_NODE) and shutil.which("node") is None:
        message = f"{runtime} needs Node.js, and there is no program node on PATH"
        raise properties.error("Runtime", message, f"{INSTALL_NODE} Or: {given}")
    return runtime


def python_of(properties: Properties, folder: Path, runtime: str) -> str:
    """The interpreter that runs it; empty for ours."""
    if runtime not in (*PYTHON, *ENDED_PYTHON) or runtime == running():
        return ""
    found = interpreter_for(runtime, folder)
    if not found:
        built = f", and {runtime}, which its packages were built for, is not on PATH" if is_built(folder) else ""
        message = f"{runtime} is asked for; the function runs on the Python that is here, {running()[6:]}"
        properties.warn("Runtime", f"{message}{built}")
    return found


def check_code(properties: Properties, folder: Path, runtime: str, base: Path) -> None:
    """Raises TemplateError unless the code holds what the runtime starts; ``base`` is the template's folder."""
    if runtime in (*NODE, *ENDED_NODE):
        check_node(properties, folder, base)
    elif runtime in PROVIDED:
        check_bootstrap(properties, folder, base)
    else:
        check_handler(properties, folder, properties.text("Handler"), base)


def check_node(properties: Properties, folder: Path, base: Path) -> None:
    # Lambda's Node.js runtime takes what stands before the first dot of the last part as the module.
    handler = properties.text("Handler")
    found = NODE_HANDLER.fullmatch(handler)
    if found is None:
        raise properties.error("Handler", f"{handler!r} is no handler", "Handler: file.function, as in index.handler")
    module = found["module"]
    if not any((folder / f"{module}{suffix}").is_file() for suffix in (".js", ".mjs", ".cjs")):
        error = missing(properties, folder, f"{module}.js", base, (".js", ".mjs", ".cjs"))
        error.hint = uncompiled(folder, module) or error.hint
        raise error


def uncompiled(folder: Path, module: str) -> str:
    """What to do when the module is there as TypeScript."""
    name = Path(module).name
    script = next((file for file in files_with(folder, (".ts", ".tsx", ".mts")) if Path(file).stem == name), "")
    return f"There is {script}: {COMPILE}" if script else ""


def check_bootstrap(properties: Properties, folder: Path, base: Path) -> None:
    bootstrap = folder / "bootstrap"
    shown = os.path.relpath(folder, base)
    if not bootstrap.is_file():
        built = "Build it there, executable, as Lambda finds it; `sam build` does so."
        hint = f"{built} Or: {GIVEN.format(properties.logical_id)}"
        raise properties.error("Runtime", f"CodeUri {shown} has no file bootstrap, which provided runtimes start", hint)
    if not os.access(bootstrap, os.X_OK):
        hint = f"chmod +x {os.path.relpath(bootstrap, base)}"
        raise properties.error("Runtime", f"{shown}/bootstrap is not executable", hint)
