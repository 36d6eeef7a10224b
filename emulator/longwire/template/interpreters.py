"""Which Python runs a function whose runtime names another version than the one that is here.

What `sam build` has put beside the code was built for the runtime that the template names: a compiled package does not
load in another one. Such a folder is run by that Python, where PATH has it. Code as it is written is run by the Python
that runs Longwire, where what it needs is installed.
"""

import shutil
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

__all__ = ["interpreter_for", "is_built", "running"]

OLDEST = (3, 11)  # the first with -P, which keeps a working directory off its path
PATIENCE = 10.0  # seconds for an interpreter to say its version
VERSION = "import sys; print('python%d.%d' % sys.version_info[:2])"


def running() -> str:
    return f"python3.{sys.version_info.minor}"


def interpreter_for(runtime: str, folder: Path) -> str:
    """The absolute path of the Python that the code was built for; empty for the one that is here."""
    if runtime == running() or not is_built(folder) or not runs_here(runtime):
        return ""
    return on_path(runtime)


def is_built(folder: Path) -> bool:
    """Whether pip has put packages there."""
    return any(folder.glob("*.dist-info"))


def runs_here(runtime: str) -> bool:
    version = tuple(int(part) for part in runtime.removeprefix("python").split("."))
    return version >= OLDEST


@lru_cache
def on_path(name: str) -> str:
    """Empty where there is none, or only a name that starts nothing, as version managers leave it on PATH."""
    found = shutil.which(name)
    if found is None:
        return ""
    try:
        done = subprocess.run(
            [found, "-I", "-c", VERSION], capture_output=True, text=True, timeout=PATIENCE, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return str(Path(found).absolute()) if done.stdout.strip() == name else ""
