"""``./dev`` in a checkout of its own, among scripted tools: nothing is downloaded, and PATH holds nothing else."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

DEV = Path(__file__).parents[2] / "dev"

# What `python -m venv` and `pip install` (or uv) leave behind, as far as ./dev looks: each tool says how it was called.
TOOLS = """
make_venv() { mkdir -p "$1/bin"; echo "version = 3" > "$1/pyvenv.cfg"; cp "$FAKES/python" "$1/bin/python"; }
make_tools() {
  for tool in longwire pytest ruff mypy; do
    { echo '#!/bin/sh'; echo "echo \\"$tool \\$*\\""; cat "$FAKES/environment"; } > "$1/bin/$tool"
    chmod +x "$1/bin/$tool"
  done
}
"""
ENVIRONMENT = """
echo "chromium=$PLAYWRIGHT_CHROMIUM" "path=$PATH" "user=$PIP_USER" "home=${HOME-unset}"
exit ${EXIT:-0}
"""
PYTHON = f"""#!/bin/sh
{TOOLS}
echo "python $*" >> "$FAKES/log"
case "$*" in
  *find_spec*) echo "${{ANSWER:-3 11 1}}" ;;
  "-m venv "*) make_venv "$3" ;;
  "-m pip install "*) echo "$PIP_SAYS"; [ -z "$PIP_SAYS" ] || exit 1; make_tools "${{0%/bin/python}}" ;;
  *) echo "python $* PYTHONPATH=$PYTHONPATH" ;;
esac
"""
UV = f"""#!/bin/sh
{TOOLS}
echo "uv $*" >> "$FAKES/log"
case "$1" in
  venv) make_venv "$5"; [ ! -p "$FAKES/gate" ] || read -r line < "$FAKES/gate" ;;
  pip) make_tools "${{4%/bin/python}}" ;;
esac
"""


class Result(NamedTuple):
    code: int
    out: str
    err: str


class Checkout:
    """A copy of ``dev`` in a folder with a space in its name, and the folder of tools that PATH names."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "my checkout"
        self.fakes = folder / "fakes"
        (self.root / "functions").mkdir(parents=True)
        self.fakes.mkdir()
        shutil.copy(DEV, self.root / "dev")
        (self.root / "pyproject.toml").write_text("[project]\n")
        (self.root / "functions" / "requirements.txt").write_text("boto3\n")
        for name in ("mkdir", "cp", "chmod", "cat"):
            (self.fakes / name).symlink_to(shutil.which(name) or name)
        (self.fakes / "environment").write_text(ENVIRONMENT)
        self.tool("python", PYTHON)
        self.tool("chromium", "#!/bin/sh\n")
        self.tool("node", "#!/bin/sh\n")

    def tool(self, name: str, script: str) -> Path:
        path = self.fakes / name
        path.write_text(script)
        path.chmod(0o755)
        return path

    def start(self, *arguments: str, cwd: Path | None = None, **variables: str) -> "subprocess.Popen[str]":
        # The interpreter is real and takes the scripted one for itself: its own path is what it is called by.
        environment = {"PATH": str(self.fakes), "FAKES": str(self.fakes), "PYTHONHOME": sys.base_prefix, **variables}
        return subprocess.Popen(
            [str(self.fakes / "python"), str(self.root / "dev"), *arguments],
            executable=sys.executable,
            cwd=cwd or self.root,
            env={name: value for name, value in environment.items() if value != "<unset>"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def dev(self, *arguments: str, cwd: Path | None = None, **variables: str) -> Result:
        process = self.start(*arguments, cwd=cwd, **variables)
        out, err = process.communicate(timeout=30)
        return Result(process.returncode, out, err)

    def calls(self) -> list[str]:
        """How the scripted tools were called since the last time, without questions for a version."""
        log = self.fakes / "log"
        lines = log.read_text().splitlines() if log.exists() else []
        log.unlink(missing_ok=True)
        return [line for line in lines if "find_spec" not in line]
