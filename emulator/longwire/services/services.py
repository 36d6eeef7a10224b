"""The gateway's handle on the services' process: starts it, resets it, and starts it again when it crashes.

The listening socket is made here and inherited, so the port is known at once, and requests wait in its backlog
while moto is imported (0.4 s) or while a crashed process is replaced. A process that crashes after it was ready is
started again, because one bad call should not end a session of work; its contents are gone, which is said in the
log. One that fails before it was ready would only fail again: ``ready`` raises, and the port refuses connections.
"""

import asyncio
import json
import os
import random
import signal
import socket
import sys
from asyncio.subprocess import PIPE, Process
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Self

from longwire.clock.clock import Clock
from longwire.core.api import Resource, Stack
from longwire.errors import EnvironmentFailed, LongwireError, TemplateError
from longwire.services.service_endpoints import ServiceEndpoint
from longwire.services.stack_setup import stack_setup

__all__ = ["Services", "Told"]

HOST = "127.0.0.1"
BACKLOG = 1024  # connections that wait while moto is imported
MAX_LINE = 1024 * 1024  # bytes of one report or one line of stderr
LAST_LINES = 12  # of stderr, told when the process fails

# What the shell says of AWS must not reach moto: a profile that does not exist, a proxy, an endpoint.
SCRUBBED = ("AWS_", "MOTO_", "TEST_", "BOTO_")


@dataclass(frozen=True, slots=True)
class Told:
    """How many things are ``busy`` there, how many calls are ``parked`` until the clock has moved, and when the next
    thing is ``due``, in epoch seconds."""

    busy: int = 0
    parked: int = 0
    due: float | None = None


class Services:
    """Made by ``start``. ``log`` gets one line of text at a time."""

    def __init__(
        self,
        setup: dict[str, Any],
        resources: Mapping[str, Resource],
        listener: socket.socket,
        environ: Mapping[str, str],
        log: Callable[[str], None],
        clock: Clock | None = None,
    ) -> None:
        self.clock = clock
        self.setup = setup
        self.resources = resources
        self.listener = listener
        self.environ = environ
        self.log = log
        self.port: int = listener.getsockname()[1]
        self.endpoint_url = f"http://{HOST}:{self.port}"
        self.process: Process | None = None
        self.closing = False
        self.provisioned: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.wanted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.resets: deque[asyncio.Future[None]] = deque()
        self.looks: deque[asyncio.Future[Told]] = deque()
        self.faults: list[dict[str, Any]] = []
        self.told: deque[asyncio.Future[None]] = deque()  # of faults
        self.hit: Callable[[int, Mapping[str, str]], None] = lambda _fault, _facts: None
        self.last_lines: deque[str] = deque(maxlen=LAST_LINES)
        self.supervisor = asyncio.get_running_loop().create_task(self.supervise())

    @classmethod
    async def start(  # noqa: PLR0913 - keywords, all but the first
        cls,
        stack: Stack,
        *,
        invoke_url: str,
        log: Callable[[str], None],
        rng: random.Random | None = None,
        environ: Mapping[str, str] | None = None,
        endpoints: Iterable[ServiceEndpoint] = (),
        clock: Clock | None = None,
    ) -> Self:
        """Listen, and start the process; waits for nothing. Raises TemplateError for a secret that cannot be drawn.

        ``invoke_url`` is the base of the gateway's Invoke API, called by event source mappings. ``endpoints`` are those
        of services that are elsewhere. ``clock`` is a shared one.
        """
        setup = stack_setup(stack, invoke_url, rng or random.SystemRandom(), endpoints)
        listener = socket.create_server((HOST, 0), backlog=BACKLOG)
        scrubbed = clean(os.environ if environ is None else environ, stack)
        return cls(setup, stack.resources, listener, scrubbed, log, clock)

    async def ready(self) -> None:
        """Until every resource exists; raises TemplateError for one that cannot, EnvironmentFailed for the rest."""
        await asyncio.shield(self.provisioned)

    async def reset(self) -> None:
        """Everything gone, and the stack's resources created again; generated secrets stay the same."""
        await self.ready()
        if self.process is None:
            return
        assert self.process.stdin is not None
        done = asyncio.get_running_loop().create_future()
        self.resets.append(done)
        self.process.stdin.write(b'{"reset": true}\n')
        await done

    async def standing(self) -> Told:
        """Do what is due by the clock, and say what is under way; nothing while no process is needed."""
        if self.process is None or self.process.stdin is None or not self.provisioned.done():
            return Told()
        told: asyncio.Future[Told] = asyncio.get_running_loop().create_future()
        self.looks.append(told)
        self.process.stdin.write(b'{"look": true}\n')
        return await told

    def tell_faults(self, faults: list[dict[str, Any]]) -> None:
        """These are in force, soon; those that were before go on."""
        if faults != self.faults:
            self.faults = faults
            self.send_faults()

    async def set_faults(self, faults: list[dict[str, Any]]) -> None:
        """The same; returns when they are in force, and every hit of before has been told."""
        wanted = bool(self.told or self.faults or faults)
        self.faults = faults
        if wanted:
            await self.send_faults()

    def send_faults(self) -> "asyncio.Future[None]":
        done = asyncio.get_running_loop().create_future()
        if self.process is None or self.process.stdin is None:
            done.set_result(None)  # one that is started later is started with them
            return done
        self.told.append(done)
        self.process.stdin.write(json.dumps({"faults": self.faults}).encode() + b"\n")
        return done

    async def close(self) -> None:
        """End the process, and free the port."""
        self.closing = True
        self.want()
        if self.process is not None:
            with suppress(ProcessLookupError):
                self.process.kill()  # it holds nothing that is worth a farewell
        await self.supervisor

    # --- one process after the other

    async def supervise(self) -> None:
        try:
            await self.until_wanted()
            while not self.closing and await self.run_once():
                self.provisioned = asyncio.get_running_loop().create_future()
        except OSError as exc:
            self.fail(EnvironmentFailed(f"the AWS services' process cannot be started: {exc}"))
        self.fail(EnvironmentFailed("the AWS services were closed"))
        self.listener.close()

    async def until_wanted(self) -> None:
        """A stack with nothing to create needs no process, which takes 60 MB, before somebody calls a service."""
        if self.setup["resources"] or self.setup["mappings"]:
            return
        self.provisioned.set_result(None)
        loop = asyncio.get_running_loop()
        loop.add_reader(self.listener.fileno(), self.want)
        await self.wanted
        loop.remove_reader(self.listener.fileno())

    def want(self) -> None:
        if not self.wanted.done():
            self.wanted.set_result(None)

    async def run_once(self) -> bool:
        """Start the process and follow it to its end; whether to start it again."""
        clock = None if self.clock is None else self.clock.file
        inherited = (self.listener.fileno(), *(() if clock is None else (clock.fileno(),)))
        told = (str(self.listener.fileno()), "-1" if clock is None else str(clock.fileno()))
        command = (sys.executable, "-P", "-m", "longwire.services.process", *told)
        # -P: modules in the user's working directory must not be taken for ours, or for Python's.
        self.process = process = await asyncio.create_subprocess_exec(
            *command,
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
            pass_fds=inherited,
            env=self.environ,
            limit=MAX_LINE,
        )
        stdin, stdout, stderr = process.stdin, process.stdout, process.stderr
        if stdin is None or stdout is None or stderr is None:
            raise EnvironmentFailed("the AWS services' process has no pipes")
        stdin.write(json.dumps({**self.setup, "faults": self.faults}, default=str).encode() + b"\n")
        if self.closing:
            process.kill()
        await asyncio.gather(self.follow_reports(stdout), self.follow_errors(stderr))
        return self.ended(await process.wait())

    async def follow_reports(self, reports: asyncio.StreamReader) -> None:
        async for line in reports:
            found = json.loads(line)
            if "log" in found:
                self.log(found["log"])
            elif "ready" in found:
                self.tell_ready()
            elif "reset" in found:
                self.resets.popleft().set_result(None)
            elif "standing" in found:
                self.looked(Told(**found["standing"]))
            elif "hit" in found:
                self.hit(found["hit"], found["facts"])
            elif "faults" in found:
                self.told.popleft().set_result(None)
            else:
                self.fail(self.template_error(found["failed"], found["resource"]))

    def looked(self, told: Told) -> None:
        look = self.looks.popleft()
        if not look.done():  # nobody waits for it any more
            look.set_result(told)

    def tell_ready(self) -> None:
        if not self.provisioned.done():
            self.provisioned.set_result(None)

    async def follow_errors(self, lines: asyncio.StreamReader) -> None:
        async for line in lines:
            text = line.decode("utf-8", "replace").rstrip()
            self.last_lines.append(text)
            self.log(text)

    def template_error(self, message: str, logical_id: str) -> TemplateError:
        resource = self.resources[logical_id]
        return TemplateError(f"{resource.type}: {message}", location=resource.location, resource=logical_id)

    def ended(self, code: int) -> bool:
        why = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        crash = EnvironmentFailed(f"the AWS services' process ended ({why})")
        for reset in self.resets:
            reset.set_exception(crash)
        while self.looks:
            self.looked(Told())
        self.resets.clear()
        for waiting in self.told:
            waiting.set_result(None)  # the next process is started with them
        self.told.clear()
        if self.closing:
            return False
        if self.provisioned.done() and self.provisioned.exception() is None:
            self.log(f"{crash}; it is started again, with the template's resources and nothing that was in them")
            return True
        told = "\n".join(self.last_lines)
        self.fail(EnvironmentFailed(f"{crash} before it was ready:\n{told}"))
        return False

    def fail(self, error: LongwireError) -> None:
        """For whoever waits for ``ready``, now or later."""
        if not self.provisioned.done():
            self.provisioned.set_exception(error)
            self.provisioned.exception()  # looked at: nobody need wait for it


def clean(environ: Mapping[str, str], stack: Stack) -> dict[str, str]:
    """The process's environment: the shell's, without its AWS settings, and with an account of our own."""
    kept = {name: value for name, value in environ.items() if not name.startswith(SCRUBBED)}
    return {
        **kept,
        "AWS_ACCESS_KEY_ID": "longwire",
        "AWS_SECRET_ACCESS_KEY": "longwire",
        "AWS_DEFAULT_REGION": stack.region,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "MOTO_ACCOUNT_ID": stack.account_id,
        "PYTHONUNBUFFERED": "1",
    }
