"""``longwire dev``: load a template, run it until it is told to stop, and show what happens."""

import asyncio
import json
import signal
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import click

from longwire.access_keys import read_keys
from longwire.access_log_output import Style, access_log_output
from longwire.console import STDOUT, Console
from longwire.core.api import Stack
from longwire.core.fault import Fault
from longwire.core.quotas import Quotas
from longwire.debugging import launch_json, with_debugger, with_profiles
from longwire.emulator import DEFAULT_PORT, Emulator, Options
from longwire.errors import UsageError
from longwire.event_loop import new_event_loop
from longwire.fault_file import read_faults
from longwire.inspector.timeline import Entry, shown
from longwire.project import Chosen
from longwire.recording.recorder import Recorder, check_folder
from longwire.screen import first_screen, line
from longwire.server.hosts import ORIGIN, is_loopback
from longwire.services.service_endpoints import service_endpoints
from longwire.settings_file import effective_settings
from longwire.template.layers import given_layers
from longwire.template.load import load
from longwire.template.parameter_overrides import parse
from longwire.template.programs import programs
from longwire.tls import TlsOptions
from longwire.usage_file import check_usage_file, write_usage_file

__all__ = ["Dev"]

RELOADS = ("reloaded", "reload_failed")


def say(text: str) -> None:
    click.echo(f"longwire: {text}", err=True)


@dataclass(frozen=True)
class Dev:
    """One run of the command; ``run`` returns its exit code. Raises LongwireError for what the user can mend."""

    chosen: Chosen
    host: str
    port: int | None
    env_vars: Path | None
    overrides: tuple[str, ...]
    region: str
    as_json: bool
    quiet: bool
    allow_unsupported: bool = False
    settings: tuple[str, ...] = ()
    verify_sigv4: bool = False
    access_keys: Path | None = None
    usage_out: Path | None = None
    access_log: str | None = None
    programs: tuple[str, ...] = ()
    allow_hosts: tuple[str, ...] = ()
    allow_origins: tuple[str, ...] = ()
    layers: tuple[str, ...] = ()
    debug_port: int | None = None
    debug_function: str | None = None
    profile_functions: bool = False
    endpoints: tuple[str, ...] = ()
    faults: Path | None = None
    record: Path | None = None
    reload: bool = True
    tls: TlsOptions = field(default_factory=TlsOptions)
    started: float = field(default_factory=time.perf_counter)

    def run(self) -> int:
        quotas = effective_settings(self.template.absolute().parent, self.settings)
        if self.usage_out is not None:
            check_usage_file(self.usage_out)
        if self.record is not None:
            check_folder(self.record)
        stack = self.stack()
        faults = [] if self.faults is None else read_faults(self.faults, stack)
        if self.chosen.note and not self.quiet:
            say(self.chosen.note)
        if not is_loopback(self.host):
            say(f"warning: --host {self.host}: anybody who reaches this address can run your handlers.")
            say("The inspector is for whoever has its token: it is in the address below.")
        console = Console(lost_lines, STDOUT) if self.as_json else Console(lost_text)
        output = access_log_output(self.access_log, [api.stage for api in stack.apis], console, self.style)
        runner = asyncio.Runner(loop_factory=new_event_loop)
        with closing(console), output as write, runner:
            return runner.run(self.serve(stack, self.options(stack, quotas, console, write), console, faults))

    @property
    def template(self) -> Path:
        return self.chosen.file

    @property
    def style(self) -> Style:
        return "quiet" if self.quiet else "json" if self.as_json else "text"

    def options(self, stack: Stack, quotas: Quotas, console: Console, access_log: Callable[[str], None]) -> Options:
        keys = () if self.access_keys is None else read_keys(self.access_keys, stack.account_id)
        return Options(
            self.host,
            self.port,
            quotas,
            log=lambda text: console.err(f"longwire: {text}"),
            verify_sigv4=self.verify_sigv4,
            access_keys=keys,
            access_log=access_log,
            endpoints=service_endpoints(self.endpoints),
            allow_hosts=self.allow_hosts,
            allow_origins=tuple(map(origin, self.allow_origins)),
            tls=self.tls.tls(self.host),
        )

    def stack(self) -> Stack:
        try:
            parameters = parse(self.overrides)
        except UsageError as exc:
            raise click.UsageError(str(exc)) from exc
        stack = load(
            self.template,
            parameters=parameters,
            defaults=self.chosen.parameters,
            region=self.region,
            stack_name=self.chosen.stack_name or None,
            allow_unsupported=self.allow_unsupported,
            programs=programs(self.programs),
            layers=given_layers(self.layers),
            allow_hosts=self.allow_hosts,
        )
        if self.env_vars is not None:
            from longwire.template.env_vars import apply

            stack = apply(stack, self.env_vars)
        for warning in stack.warnings:
            say(f"warning: {warning}")
        return self.looked_into(stack)

    def looked_into(self, stack: Stack) -> Stack:
        if self.profile_functions:
            stack = with_profiles(stack)
        if self.debug_port is None and self.debug_function is not None:
            raise click.UsageError("--debug-function needs --debug-port, where the debugger attaches")
        return stack if self.debug_port is None else with_debugger(stack, self.debug_function, self.debug_port)

    async def serve(self, stack: Stack, options: Options, console: Console, faults: list[Fault]) -> int:
        stopped = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stopped.set)
        emulator = await Emulator.start(stack, options)
        recorder = None if self.record is None else Recorder.of(emulator, self.record)
        try:
            self.announce(stack, emulator, console)
            self.announce_debugger(stack, console)
            show = {"quiet": show_failure, "json": show_json, "text": show_line}[self.style]
            emulator.timeline.subscribe(partial(show, console))
            if faults:
                emulator.fault_control.admit(faults)
            with self.keys(emulator, console, stopped):
                await self.until(stopped, emulator)
        finally:
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(number)
            await self.end(emulator, recorder)
        return 0

    def keys(self, emulator: Emulator, console: Console, stopped: asyncio.Event) -> AbstractContextManager[None]:
        if self.style != "text":
            return nullcontext()
        try:
            from longwire.hotkeys import HINT, Hotkeys, answering, is_ours
        except ImportError:  # a system without terminals of POSIX
            return nullcontext()
        if not is_ours():
            return nullcontext()
        console.out(HINT)
        return answering(Hotkeys(emulator, console, stopped.set).pressed)

    def announce_debugger(self, stack: Stack, console: Console) -> None:
        for function in stack.functions.values():
            if function.debug_port is not None:
                where = f"127.0.0.1:{function.debug_port}"
                console.err(f"longwire: {function.logical_id} waits for a debugger at {where}: {launch_json(function)}")

    async def end(self, emulator: Emulator, recorder: Recorder | None) -> None:
        """What the last $disconnect functions do is in usage and recording; a second Ctrl-C does not lose it."""
        try:
            await emulator.close()
        finally:
            if recorder is not None:
                recorder.close()
            if self.usage_out is not None:
                write_usage_file(self.usage_out, emulator.reports.record())

    async def until(self, stopped: asyncio.Event, emulator: Emulator) -> None:
        """Until a signal, or until a table, queue or secret of the template turns out to be impossible."""
        stopping = asyncio.ensure_future(stopped.wait())
        waiting: set[asyncio.Future[Any]] = {stopping, asyncio.ensure_future(emulator.services.ready())}
        if self.reload:
            waiting.add(asyncio.ensure_future(self.follow_edits(emulator)))
        while not stopping.done():
            done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for each in done:
                each.result()
        for each in waiting:
            each.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)

    async def follow_edits(self, emulator: Emulator) -> None:
        from longwire.reload import Reload  # when clients can connect already

        files = [file for file in (self.template, self.env_vars) if file is not None]
        since = time.time() - (time.perf_counter() - self.started)
        await Reload(emulator, self.stack, files, since).run()

    def announce(self, stack: Stack, emulator: Emulator, console: Console) -> None:
        if self.port is None and emulator.urls.port != DEFAULT_PORT:
            console.err(f"longwire: port {DEFAULT_PORT} is in use, so this one listens on {emulator.urls.port}")
        if self.as_json:
            keys = {key.logical_id: key.value for key in stack.api.api_keys if key.generated}
            urls = emulator.urls
            entries = {"http_apis": urls.http_apis(stack), "function_urls": urls.function_urls(stack)}
            addresses = {**urls.named(), "apis": urls.apis(stack), **entries}
            console.out(as_line({"event": "ready", **addresses, **({"api_keys": keys} if keys else {})}))
        else:
            seconds = time.perf_counter() - self.started
            console.out(first_screen(stack, self.template.name, emulator.urls, seconds))


def origin(given: str) -> str:
    """As browsers send it. Raises UsageError for what is no origin."""
    found = given.rstrip("/").lower()
    if ORIGIN.fullmatch(found) is None:
        raise click.UsageError(f"--allow-origin {given}: an origin is a scheme and a host, as https://app.example.com")
    return found


def show_json(console: Console, entry: Entry) -> None:
    facts = shown(entry)
    console.out(as_line(facts))
    if facts["event"] == "log":
        console.err(f"{facts['function']} | {facts['line']}")
    elif facts["event"] in RELOADS:
        show_line(console, entry)


def show_line(console: Console, entry: Entry) -> None:
    text = line(shown(entry))
    if text is not None:
        console.err(text)


def show_failure(console: Console, entry: Entry) -> None:
    if entry[2] == "reload_failed":
        show_line(console, entry)


def as_line(facts: dict[str, object]) -> str:
    return json.dumps(facts, separators=(",", ":"), default=str)


def lost_lines(count: int) -> str:
    return as_line({"event": "output_lost", "lines": count})


def lost_text(count: int) -> str:
    return f"longwire: {count} lines were not read in time and are lost"
