"""A runtime whose functions are one file, and the looks at processes that its tests take."""

import asyncio
import json
import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from longwire.core.api import Function
from longwire.core.events import InvocationFinished, Invoke
from longwire.runtime.lambda_environment import Endpoints, variables
from longwire.runtime.limits import RuntimeLimits
from longwire.runtime.runtime import Report, Runtime

SLOW = "import os, time\ndef handler(event, context):\n    time.sleep(event)\n    return os.getpid()"


@dataclass
class Listener:
    """Records what it is told, in order."""

    events: list[tuple[str, Any]] = field(default_factory=list)
    reports: dict[str, Report] = field(default_factory=dict)
    lines: list[tuple[str | None, str, str]] = field(default_factory=list)

    def invocation_started(self, invocation_id: str, function: str, cold: bool) -> None:
        self.events.append(("started", (invocation_id, function, cold)))

    def invocation_finished(self, report: Report) -> None:
        self.events.append(("finished", report.invocation_id))
        self.reports[report.invocation_id] = report

    def logged(self, function: str, invocation_id: str | None, stream: str, line: str) -> None:  # noqa: ARG002
        self.events.append(("line", line))
        self.lines.append((invocation_id, stream, line))

    def of(self, stream: str) -> list[str]:
        return [line for _, kind, line in self.lines if kind == stream]


@dataclass
class World:
    runtime: Runtime
    listener: Listener
    folder: Path
    functions: dict[str, Function]
    file: str = "app.py"
    answers: list[str] = field(default_factory=list)
    count: int = 0

    def write(self, source: str) -> None:
        path = self.folder / self.file
        path.write_text(textwrap.dedent(source))
        path.chmod(0o755)

    def start(self, event: Any = None, function: str = "App") -> "asyncio.Future[InvocationFinished]":
        self.count += 1
        answer: asyncio.Future[InvocationFinished] = asyncio.get_running_loop().create_future()
        invocation = Invoke(f"inv-{self.count}", function, json.dumps(event), "conn", "$default")

        def done(result: InvocationFinished) -> None:
            self.answers.append(result.invocation_id)
            answer.set_result(result)

        self.runtime.invoke(invocation, done)
        return answer

    async def finish(self, event: Any = None, function: str = "App") -> InvocationFinished:
        return await asyncio.wait_for(self.start(event, function), 20)

    async def call(self, event: Any = None, function: str = "App") -> Any:
        result = await self.finish(event, function)
        assert result.error == "", result
        return json.loads(result.payload)


Make = Callable[..., World]


def make_world(
    folder: Path,
    source: str,
    *,
    limits: RuntimeLimits | None = None,
    names: str = "App",
    file: str = "app.py",
    **settings: Any,
) -> World:
    listener = Listener()
    common = {"handler": "app.handler", "runtime": "python3.11", "code": str(folder), "timeout": 10.0, **settings}
    functions = {name: Function(name, name.lower(), **common) for name in names.split()}
    runtime = Runtime(
        functions,
        lambda function: variables(
            function, region="eu-west-1", account_id="123456789012", stage="dev", endpoints=Endpoints(9, 9)
        ),
        listener,
        limits=limits,
    )
    world = World(runtime, listener, folder, functions, file)
    world.write(source)
    return world


async def until(condition: Callable[[], bool], seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - the condition is another process's
            await asyncio.sleep(0.005)


def alive(pid: int) -> bool:
    return state(pid) not in ("gone", "Z")


def state(pid: int) -> str:
    """T for a stopped process, S for one that waits, Z for one that is dead and not yet reaped."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return "gone"
