"""The original Autobahn cases (RFC 6455, RFC 7692), run by kosoku against an echo on the gateway's own transport.

    python tests/support/autobahn_cases.py '12.*' '13.*'                  the 216 permessage-deflate cases, minutes
    python tests/support/autobahn_cases.py --limits -x '12.*' -x '13.*'   the others, with API Gateway's sizes

Exit code 1 when a case failed. Every other verdict is one that the suite accepts.
"""

import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import click
from kosoku import FailureError, run_fuzzingclient
from kosoku._kosoku import CaseResult

from longwire.core.events import Input, MessageReceived
from longwire.core.quotas import Quotas
from longwire.event_loop import new_event_loop
from longwire.server.http1 import Exchange, HttpConnection, HttpRequest
from longwire.server.websocket import WebSocket

__all__ = ["LIFTED", "LIMITS", "failed", "run_cases", "served_echo"]

LIMITS = Quotas()
# The largest message of the suite has 16 MiB.
LIFTED = Quotas(frame_size=64 * 1024 * 1024, message_size=64 * 1024 * 1024)


class Echo:
    """HttpApplication that accepts every upgrade and sends each message back, text as text and binary as binary."""

    def __init__(self, quotas: Quotas) -> None:
        self.quotas = quotas
        self.connections: set[EchoConnection] = set()

    def request(self, request: HttpRequest, exchange: Exchange) -> None:
        socket = EchoSocket(exchange, self.quotas)
        refused = socket.negotiate(request)
        if refused is None:
            socket.accept(None)
        else:
            exchange.respond(refused)


class EchoConnection(HttpConnection):
    """Known to its echo until it is over, so that none is left behind."""

    application: Echo

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.application.connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self.application.connections.discard(self)


class EchoSocket(WebSocket):
    def __init__(self, exchange: Exchange, quotas: Quotas) -> None:
        super().__init__("echo", self.echo, exchange, quotas)

    def echo(self, event: Input) -> None:
        if isinstance(event, MessageReceived):
            self.send(event.payload)


@asynccontextmanager
async def served_echo(quotas: Quotas) -> AsyncIterator[str]:
    """The URL of an echo on a free port of this machine."""
    loop = asyncio.get_running_loop()
    application = Echo(quotas)
    server = await loop.create_server(lambda: EchoConnection(application, loop), "127.0.0.1", 0)
    try:
        yield f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        await all_over(application)


async def all_over(application: Echo) -> None:
    """Cut what is open, and what was just being accepted."""
    for _ in range(5):
        for connection in application.connections:
            connection.transport.abort()
        await asyncio.sleep(0)
    assert application.connections == set()


async def run_cases(
    quotas: Quotas, cases: Sequence[str] = (), *, exclude: Sequence[str] = (), parallel: int = 4
) -> list[CaseResult]:
    """The results of the cases that the globs select (all of them without one), whatever their verdicts."""
    async with served_echo(quotas) as url:
        try:
            return await run_fuzzingclient(url, list(cases) or None, list(exclude) or None, parallel)
        except FailureError as failure:
            return failure.results
        finally:
            # kosoku's stand-in, which pytest would take for the real one.
            sys.modules.pop("pkg_resources", None)


def failed(results: Sequence[CaseResult]) -> list[str]:
    """One line for each case that the suite does not accept, by its messages or by its close."""
    return [
        f"{case.case_id}: {case.behavior.value}, close {case.behavior_close.value}: {case.result} {case.result_close}"
        for case in results
        if {case.behavior.value, case.behavior_close.value} & {"FAILED", "ERROR", "WRONG CODE", "UNIMPLEMENTED"}
    ]


@click.command()
@click.argument("cases", nargs=-1)
@click.option("-x", "--exclude", multiple=True, help="a case id or a glob; may be repeated")
@click.option("--limits", is_flag=True, help="keep API Gateway's frame and message sizes")
@click.option("--parallel", default=4, show_default=True, help="connections at a time")
def main(cases: tuple[str, ...], exclude: tuple[str, ...], parallel: int, *, limits: bool) -> None:
    """Run the CASES (ids or globs; without one, all) and print how many had which verdict."""
    quotas = LIMITS if limits else LIFTED
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        results = runner.run(run_cases(quotas, cases, exclude=exclude, parallel=parallel))
    bad = failed(results)
    verdicts = Counter(case.behavior.value for case in results)
    click.echo("\n".join([*bad, f"{len(results)} cases: {dict(verdicts)}, close: {closes(results)}"]))
    raise SystemExit(1 if bad else 0)


def closes(results: Sequence[CaseResult]) -> dict[str, int]:
    return dict(Counter(case.behavior_close.value for case in results))


if __name__ == "__main__":
    main()
