"""One function, invoked with one event, in an emulator of its own or in one that runs."""

import asyncio
import base64
import json
import urllib.error
import urllib.parse
from contextlib import closing
from dataclasses import dataclass

import click

from longwire.console import Console
from longwire.core.api import Function, Stack
from longwire.core.events import InvocationFinished, Invoke
from longwire.dev import Dev, lost_text, show_line
from longwire.emulator import Emulator
from longwire.errors import UsageError
from longwire.event_loop import new_event_loop
from longwire.lone_event import LoneEvent
from longwire.settings_file import effective_settings
from longwire.status import START, opened

__all__ = ["Answered", "invoke_at", "invoke_here"]

LONGEST = 900.0 + 30  # seconds: Lambda's longest Timeout, and a cold start


@dataclass(frozen=True, slots=True)
class Answered:
    """``payload`` is the function's JSON, or the error's as Lambda writes it; ``failed`` says which."""

    payload: str
    failed: bool


def invoke_here(dev: Dev, stack: Stack, event: LoneEvent) -> Answered:
    """Starts the emulator for it; what happens is shown on stderr. Raises LongwireError."""
    quotas = effective_settings(dev.template.absolute().parent, dev.settings)
    console = Console(lost_text)
    runner = asyncio.Runner(loop_factory=new_event_loop)

    async def run() -> Answered:
        emulator = await Emulator.start(stack, dev.options(stack, quotas, console, lambda _: None))
        try:
            await emulator.services.ready()
            emulator.timeline.subscribe(lambda entry: show_line(console, entry))
            done: asyncio.Future[InvocationFinished] = asyncio.get_running_loop().create_future()
            ids = emulator.ids
            invocation = Invoke(ids.uuid(), event.function, event.payload, event.connection_id, event.route_key)
            emulator.activity.invoke(invocation, done.set_result)
            result = await done
            await emulator.drained(1.0)
            return answered(result)
        finally:
            await emulator.close()

    with closing(console), runner:
        return runner.run(run())


def answered(result: InvocationFinished) -> Answered:
    if not result.error:
        return Answered(result.payload, failed=False)
    failure = {"errorMessage": result.error_message, "errorType": result.error_type or result.error}
    return Answered(json.dumps(failure | {"stackTrace": list(result.stack_trace)}), failed=True)


def invoke_at(url: str, function: Function, event: LoneEvent) -> Answered:
    """By Lambda's Invoke at a running emulator, whose log is shown. Raises UsageError when none answers."""
    path = f"/2015-03-31/functions/{urllib.parse.quote(function.name, safe='')}/invocations"
    tail = {"X-Amz-Log-Type": "Tail"}
    try:
        with opened(url, path, event.payload.encode(), headers=tail, timeout=LONGEST) as answer:
            log = base64.b64decode(answer.headers.get("X-Amz-Log-Result") or "").decode("utf-8", "replace")
            click.echo(log.rstrip(), err=True)
            return Answered(answer.read().decode(), failed="X-Amz-Function-Error" in answer.headers)
    except urllib.error.HTTPError as exc:
        with exc:
            said = exc.read().decode("utf-8", "replace")[:300]
        raise UsageError(f"the emulator at {url} answers {exc.code}: {said}") from exc
    except OSError as exc:
        reason = getattr(exc, "reason", exc)
        raise UsageError(f"no emulator answers at {url}: {reason}. {START}") from exc
