"""Runs sam, aws and pytest: each with a limit, its output in a log, and what to do when it fails."""

import os
import signal
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Commands", "StepFailed"]

SHOWN = 12  # lines of a failed command's output
GRACE = 20.0  # seconds that a command has to end when it is told to


class StepFailed(Exception):
    """``step`` is its name, ``advice`` what to do."""

    def __init__(self, step: str, what: str, advice: str) -> None:
        super().__init__(f"{step}: {what}\n  what to do: {advice}")
        self.step = step
        self.what = what


@dataclass(frozen=True, slots=True)
class Commands:
    """``logs`` is a folder, which is made."""

    logs: Path

    def run(  # noqa: PLR0913 - what may be said of a command
        self,
        step: str,
        command: list[str],
        *,
        limit: float,
        advice: str,
        accepted: tuple[int, ...] = (0,),
        secret: bool = False,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> str:  # fmt: skip
        """What it wrote to stdout. ``limit`` is in seconds; the output of a ``secret`` one is in no log and no error.

        Raises StepFailed, and KeyboardInterrupt after the command has ended.
        """
        process = started(step, command, env, cwd)
        try:
            out, err = process.communicate(timeout=limit)
        except subprocess.TimeoutExpired as exc:
            end(process)
            raise StepFailed(step, f"{shown(command)} took more than {limit:.0f} s", advice) from exc
        except BaseException:
            end(process)
            raise
        written = err if secret else out + err
        self.log(step, f"$ {shown(command)}\n{written}\nexit code {process.returncode}\n")
        if process.returncode not in accepted:
            last = "\n".join(f"  | {line}" for line in written.strip().splitlines()[-SHOWN:])
            raise StepFailed(step, f"{shown(command)} ended with exit code {process.returncode}\n{last}", advice)
        return out

    def log(self, step: str, text: str) -> None:
        self.logs.mkdir(parents=True, exist_ok=True)
        with (self.logs / f"{step.replace(' ', '-')}.log").open("a", encoding="utf-8") as file:
            file.write(text)


def started(
    step: str, command: list[str], env: Mapping[str, str] | None, cwd: Path | None
) -> "subprocess.Popen[str]":  # fmt: skip
    """In a session of its own: Ctrl-C is for us, who end it and then delete what it made."""
    try:
        return subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            errors="replace", start_new_session=True, cwd=cwd, env={**os.environ, **(env or {}), "AWS_PAGER": ""},
        )  # fmt: skip
    except OSError as exc:
        raise StepFailed(step, f"{command[0]} cannot be started: {exc.strerror}", "look at its installation") from exc


def end(process: "subprocess.Popen[str]") -> None:
    """The whole group: sam and pytest have children."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with suppress(subprocess.TimeoutExpired):
            process.communicate(timeout=GRACE)
            return


def shown(command: list[str]) -> str:
    return " ".join(command)
