"""Keys that ``longwire dev`` answers to on a terminal."""

import asyncio
import os
import signal
import sys
import termios
import tty
import webbrowser
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager, suppress

import click

from longwire.console import STDOUT, Console
from longwire.emulator import Emulator
from longwire.errors import LongwireError

__all__ = ["HINT", "Hotkeys", "answering", "is_ours"]

STDIN = 0
HINT = "  ? lists the keys, o opens the inspector, q or Ctrl-C stops it."
CLEAR = "\x1b[2J\x1b[3J\x1b[H"
STEP = 600.0  # seconds: API Gateway's idle timeout


class Hotkeys:
    """``stop`` ends the command. What a key does is said with ``console``."""

    def __init__(self, emulator: Emulator, console: Console, stop: Callable[[], None]) -> None:
        self.emulator = emulator
        self.console = console
        self.stop = stop
        self.running: set[asyncio.Task[None]] = set()
        self.keys: Mapping[str, tuple[str, Callable[[], Awaitable[None]]]] = {
            "o": ("open the inspector", self.open),
            "c": ("clear the screen", self.clear),
            "r": ("start every function anew", self.reload),
            "f": ("10 minutes forward, as `longwire ctl clock advance 10m`", self.forward),
            "d": ("disconnect every client", self.disconnect),
            "q": ("stop", self.quit),
            "?": ("list the keys", self.help),
        }

    def pressed(self, keys: str) -> None:
        for key in keys:
            known = self.keys.get(key.lower())
            if known is not None:
                task = asyncio.ensure_future(self.answer(known[1]))
                self.running.add(task)
                task.add_done_callback(self.running.discard)

    async def answer(self, action: Callable[[], Awaitable[None]]) -> None:
        try:
            await action()
        except LongwireError as exc:
            self.console.err(f"longwire: {exc}")

    async def open(self) -> None:
        url = self.emulator.urls.named()["inspector_url"]
        opened = await asyncio.to_thread(webbrowser.open, url)
        self.console.err(f"longwire: {'opened' if opened else 'no browser was found for'} {url}")

    async def clear(self) -> None:
        self.console.out(CLEAR)

    async def reload(self) -> None:
        deployed = await self.emulator.deploy(self.emulator.stack, self.emulator.stack.functions)
        self.console.err(f"longwire: new execution environments for {', '.join(deployed.functions) or 'no function'}")

    async def forward(self) -> None:
        await self.emulator.mover.advance(STEP)
        self.console.err("longwire: 10 minutes later")

    async def disconnect(self) -> None:
        self.emulator.server.end_connections()
        self.console.err("longwire: every connection is closed with 1001")

    async def quit(self) -> None:
        self.stop()

    async def help(self) -> None:
        self.console.err("\n".join(f"  {click.style(key, bold=True)}  {what}" for key, (what, _) in self.keys.items()))


def is_ours() -> bool:
    """Whether a person types to this process: a terminal on both sides, and not in the background of a shell."""
    with suppress(OSError):
        return os.isatty(STDIN) and os.isatty(STDOUT) and os.tcgetpgrp(STDIN) == os.getpgrp()
    return False


@contextmanager
def answering(pressed: Callable[[str], None]) -> Iterator[None]:
    """Call ``pressed`` with what is typed, key by key, without an echo; the terminal is as before at the end."""
    loop = asyncio.get_running_loop()
    before = termios.tcgetattr(STDIN)

    def read() -> None:
        typed = os.read(STDIN, 64).decode("utf-8", "ignore")
        if typed:
            pressed(typed)
        else:  # the terminal is gone
            loop.remove_reader(STDIN)

    sys.stdout.flush()
    tty.setcbreak(STDIN, termios.TCSADRAIN)
    loop.add_reader(STDIN, read)
    # A shell that had stopped us (Ctrl-Z) has set the terminal as it was.
    loop.add_signal_handler(signal.SIGCONT, lambda: tty.setcbreak(STDIN, termios.TCSADRAIN))
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGCONT)
        loop.remove_reader(STDIN)
        with suppress(termios.error):
            termios.tcsetattr(STDIN, termios.TCSADRAIN, before)
