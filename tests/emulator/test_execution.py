"""How signals reach the command that ``longwire exec`` runs."""

import signal
import subprocess
import sys
from pathlib import Path

CHILD = """
import signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: sys.exit(3))
print("up", flush=True)
time.sleep(60)
"""


def test_sigterm_is_passed_on_and_the_emulator_ends_after_the_command(project: Path, env: dict[str, str]) -> None:
    command = [sys.executable, "-m", "longwire", "exec", "--", sys.executable, "-c", CHILD]
    with subprocess.Popen(command, cwd=project, env=env, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "up\n"
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 3
