"""How the process of an execution environment is started."""

import os
import shutil
import site
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from longwire.bootstrap.main import COMMAND
from longwire.core.api import Function
from longwire.runtime.lambda_environment import CLOCK, DOMAINS, GATEWAY, HOSTS, SERVICES

__all__ = ["ApiLaunch", "Launch", "runtime_command", "spawn", "spawn_runtime"]

BOOTSTRAP = Path(__file__).parents[1] / "bootstrap"
# PR_SET_PDEATHSIG holds on over execve. A parent that is gone already is seen by its number.
DIES_WITH_PARENT = """
import ctypes, os, sys
ctypes.CDLL(None).prctl(1, 9)
if os.getppid() != int(sys.argv[1]):
    sys.exit(1)
try:
    os.execvp(sys.argv[2], sys.argv[2:])
except OSError as error:
    sys.exit(f"{sys.argv[2]}: {error.strerror}")
"""
NODE_GUARD = str(BOOTSTRAP / "network.cjs")  # --require, unlike --import, reaches every worker thread


@dataclass(frozen=True, slots=True)
class Launch:
    """How the process is started: see bootstrap. ``bytecode`` is a folder, or empty. ``clock`` is the descriptor of a
    clock_page, or -1."""

    interpreter: str
    arn: str
    code: str
    variables: Mapping[str, str]
    bytecode: str
    debugged: bool = False
    profiled: bool = False
    clock: int = -1

    def command(self, channel: int, calls: int) -> list[str]:
        root = str(Path(__file__).parents[2])
        # Lambda's locale is UTF-8 whatever this machine's is; -P keeps the working directory off sys.path until the
        # bootstrap has imported what it needs; -s: HOME is not the user's, so the folder it would give is not either.
        options = ["-X", "utf8", "-P", *([] if site.ENABLE_USER_SITE else ["-s"])]
        # "It seems that frozen modules are being used, which may make the debugger miss breakpoints", debugpy says.
        options += ["-X", "frozen_modules=off"] * self.debugged + ["-X", "importtime"] * self.profiled
        arguments = [str(channel), str(calls), str(os.getpid()), self.arn, self.bytecode]
        return [self.interpreter, *options, "-c", COMMAND.format(root), *arguments]

    def environ(self) -> dict[str, str]:
        """boto3 may be installed for this user alone (``pip install --user``)."""
        base = {"PYTHONUSERBASE": site.getuserbase()} if site.ENABLE_USER_SITE else {}
        return base | dict(self.variables) | clock_variable(self.clock)


def clock_variable(clock: int) -> dict[str, str]:
    return {} if clock < 0 else {CLOCK: str(clock)}


def spawn(launch: Launch, channel: int, printed: int, calls: int = -1) -> subprocess.Popen[bytes]:
    """``calls`` is the descriptor of the calls' packets; without one they come as frames of the channel."""
    return subprocess.Popen(
        launch.command(channel, calls),
        cwd=launch.code,
        env=launch.environ(),
        stdin=subprocess.DEVNULL,
        stdout=printed,
        stderr=printed,
        pass_fds=tuple(fd for fd in (channel, calls, launch.clock) if fd >= 0),
        process_group=0,
    )


@dataclass(frozen=True, slots=True)
class ApiLaunch:
    """A program that speaks the Lambda Runtime API."""

    command: tuple[str, ...]
    arn: str
    code: str
    variables: Mapping[str, str]
    debug_port: int | None = None
    clock: int = -1

    @property
    def is_node(self) -> bool:
        return Path(self.command[0]).name == "node"

    def argv(self) -> list[str]:
        first, *others = self.command
        waiting = [f"--inspect-brk=127.0.0.1:{self.debug_port}"] if self.debug_port else []
        return [first, *waiting, "--require", NODE_GUARD, *others] if self.is_node else [first, *others]

    def environ(self, port: int) -> dict[str, str]:
        path = f"{Path(self.command[0]).parent}:{self.variables.get('PATH', '')}"
        own = {"AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{port}", "PATH": path}
        if self.is_node:
            # Its guard takes our own variables out of them.
            return {**self.variables, **own, **clock_variable(self.clock)}
        ours = (GATEWAY, SERVICES, DOMAINS, HOSTS)
        given = {name: value for name, value in self.variables.items() if name not in ours}
        return self.kept_inside() | given | own | node_options(given)

    def kept_inside(self) -> dict[str, str]:
        """Clients that look for a proxy find the gateway, which refuses by name what is not emulated."""
        gateway, allowed = f"http://{self.variables.get(GATEWAY, '')}", self.variables.get(HOSTS, "")
        local = ",".join(filter(None, ("localhost,127.0.0.1,::1", allowed)))
        proxies = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), gateway)
        return proxies | {"NO_PROXY": local, "no_proxy": local}


def node_options(given: Mapping[str, str]) -> dict[str, str]:
    """The program may be a script that starts Node.js."""
    return {"NODE_OPTIONS": f'{given.get("NODE_OPTIONS", "")} --require "{NODE_GUARD}"'.strip()}


def runtime_command(function: Function) -> tuple[str, ...]:
    """What runs the function over the Runtime API; empty for Python, which has a faster way."""
    if function.invocation_url:
        return sys.executable, "-I", str(BOOTSTRAP / "invocation_url.py"), function.invocation_url
    if function.command:
        return function.command
    if function.runtime.startswith("nodejs"):
        return shutil.which("node") or "node", str(BOOTSTRAP / "bootstrap.mjs")
    if function.runtime.startswith("provided"):
        return (str(Path(function.code) / "bootstrap"),)
    return ()


def dying_with_us(argv: list[str]) -> list[str]:
    """The command, killed by the kernel when this process is gone, however busy it is; on Linux alone."""
    if sys.platform != "linux":
        return argv
    return [sys.executable, "-I", "-S", "-c", DIES_WITH_PARENT, str(os.getpid()), *argv]


def spawn_runtime(launch: ApiLaunch, port: int, printed: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        dying_with_us(launch.argv()),
        cwd=launch.code,
        env=launch.environ(port),
        stdin=subprocess.DEVNULL,
        stdout=printed,
        stderr=printed,
        pass_fds=(launch.clock,) if launch.clock >= 0 and launch.is_node else (),
        process_group=0,
    )
