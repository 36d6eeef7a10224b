"""``longwire exec``: start the emulator, run a command beside it, stop, and end as the command ended."""

import asyncio
import os
import signal
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass

from longwire.addresses import LEADING_OUT, variables
from longwire.console import Console
from longwire.core.api import Stack
from longwire.dev import Dev, lost_text, show_line
from longwire.emulator import Emulator, Options
from longwire.errors import UsageError
from longwire.event_loop import new_event_loop
from longwire.settings_file import effective_settings

__all__ = ["Execution"]


@dataclass(frozen=True)
class Execution:
    """``dev`` says what to start, ``command`` what to run; ``verbose`` shows what happens as ``longwire dev`` does."""

    dev: Dev
    command: Sequence[str]
    verbose: bool = False

    def run(self) -> int:
        """The command's exit code, 128 and the signal's number when one ended it. Raises LongwireError."""
        stack = self.dev.stack()
        quotas = effective_settings(self.dev.template.absolute().parent, self.dev.settings)
        console = Console(lost_text)
        runner = asyncio.Runner(loop_factory=new_event_loop)
        with closing(console), runner:
            options = self.dev.options(stack, quotas, console, lambda _: None)
            return runner.run(self.beside(stack, options, console))

    async def beside(self, stack: Stack, options: Options, console: Console) -> int:
        emulator = await Emulator.start(stack, options)
        try:
            await emulator.services.ready()
            if self.verbose:
                emulator.timeline.subscribe(lambda entry: show_line(console, entry))
            return await self.child(environment(stack, emulator))
        finally:
            await emulator.close()

    async def child(self, environ: Mapping[str, str]) -> int:
        try:
            process = await asyncio.create_subprocess_exec(*self.command, env=environ)
        except OSError as exc:
            raise UsageError(f"{self.command[0]} cannot be started: {exc.strerror}") from exc
        loop = asyncio.get_running_loop()
        # A terminal sends Ctrl-C to both; the command is the one to answer it. SIGTERM comes to us alone.
        loop.add_signal_handler(signal.SIGINT, lambda: None)
        loop.add_signal_handler(signal.SIGTERM, process.terminate)
        code = await process.wait()
        return 128 - code if code < 0 else code


def environment(stack: Stack, emulator: Emulator) -> dict[str, str]:
    """Ours, with where the emulator is; and what ``Ref`` gives for each function, table and queue of the template."""
    kept = {name: value for name, value in os.environ.items() if name not in LEADING_OUT}
    refs = {name: function.name for name, function in stack.functions.items()}
    refs |= {name: resource.physical_id for name, resource in stack.resources.items()}
    named = {f"LONGWIRE_REF_{name}": value for name, value in refs.items()}
    return kept | variables(emulator.urls.named(), stack.region) | named
