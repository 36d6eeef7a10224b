"""Completion by a real shell."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from longwire_command import run


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_has_its_script(tmp_path: Path, shell: str) -> None:
    done = run(tmp_path, dict(os.environ), "completion", shell)
    assert done.returncode == 0, done.stderr
    assert "_LONGWIRE_COMPLETE" in done.stdout


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash here")
def test_bash_takes_it_and_completes_commands_and_options(tmp_path: Path) -> None:
    script = run(tmp_path, dict(os.environ), "completion", "bash").stdout
    (tmp_path / "completion.sh").write_text(script)
    asked = (
        "source ./completion.sh; COMP_WORDS=(longwire {}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); "
        '_longwire_completion longwire; printf "%s\\n" "${{COMPREPLY[@]}}"'
    )
    environ = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}

    def completed(words: str) -> list[str]:
        done = subprocess.run(
            ["bash", "-c", asked.format(words)], cwd=tmp_path, env=environ, capture_output=True, text=True, check=False
        )
        return done.stdout.split()

    assert "replay" in completed("re")
    assert "--template" in completed("dev --tem")


def test_another_shell_is_refused(tmp_path: Path) -> None:
    done = run(tmp_path, dict(os.environ), "completion", "csh")
    assert done.returncode == 2
    assert "'csh' is not one of" in done.stderr
