"""How the process of an execution environment is started."""

import os
import site
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from longwire.bootstrap.main import COMMAND

__all__ = ["Launch", "spawn"]


@dataclass(frozen=True, slots=True)
class Launch:
    """How the process is started: see bootstrap. ``bytecode`` is a folder, or empty."""

    interpreter: str
    arn: str
    code: str
    variables: Mapping[str, str]
    bytecode: str

    def command(self, channel: int) -> list[str]:
        root = str(Path(__file__).parents[2])
        # Lambda's locale is UTF-8 whatever this machine's is; -P keeps the working directory off sys.path until the
        # bootstrap has imported what it needs; -s: HOME is not the user's, so the folder it would give is not either.
        options = ["-X", "utf8", "-P", *([] if site.ENABLE_USER_SITE else ["-s"])]
        arguments = [str(channel), str(os.getpid()), self.arn, self.bytecode]
        return [self.interpreter, *options, "-c", COMMAND.format(root), *arguments]

    def environ(self) -> dict[str, str]:
        """boto3 may be installed for this user alone (``pip install --user``)."""
        base = {"PYTHONUSERBASE": site.getuserbase()} if site.ENABLE_USER_SITE else {}
        return base | dict(self.variables)


def spawn(launch: Launch, channel: int, printed: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        launch.command(channel),
        cwd=launch.code,
        env=launch.environ(),
        stdin=subprocess.DEVNULL,
        stdout=printed,
        stderr=printed,
        pass_fds=(channel,),
        process_group=0,
    )
