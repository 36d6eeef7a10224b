"""The AWS services for handlers, in a process of their own: ``python -m longwire.services.process FD CLOCK``.

``FD`` is the listening socket, made by the parent, ``CLOCK`` the descriptor of its clock_page, or -1. One line of JSON
on stdin says what to create; each later line is a command; end of file means that the parent is gone. Each line on
stdout is a report. Moto's calls all run on the event loop's thread, one at a time.
"""

import asyncio
import ctypes
import datetime as dt
import gc
import json
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from typing import Any

from longwire.bootstrap.clock import follow_datetime, follow_time
from longwire.bootstrap.clock_page import mapped
from longwire.core.api import Resource
from longwire.core.faults import Faults
from longwire.event_loop import new_event_loop
from longwire.seeded import seeded
from longwire.server.forward import forward
from longwire.server.hosts import is_foreign_page, is_local_host, is_loopback
from longwire.server.http1 import Exchange, HttpConnection
from longwire.server.http_message import HttpRequest, HttpResponse
from longwire.services.event_sources import EventSources, Mapping
from longwire.services.invoke_client import InvokeClient
from longwire.services.long_polls import LongPolls
from longwire.services.moto_dispatch import Moto
from longwire.services.provision import ProvisionFailed, provision
from longwire.services.rules import deliver_events
from longwire.services.s3_notifications import deliver_changes
from longwire.services.schedules import Schedules, check_schedules
from longwire.services.service_faults import ServiceFaults
from longwire.services.sns_delivery import deliver_notifications
from longwire.services.sqs_queues import Queues
from longwire.services.state_machines import run_executions, stop_executions
from longwire.services.stream_sources import StreamMapping, StreamSources
from longwire.services.sync_executions import SyncExecutions
from longwire.services.targets import Targets
from longwire.services.thread_waits import ThreadWaits
from longwire.services.time_to_live import TimeToLive

__all__ = ["ServicesProcess", "main"]

HOST = "127.0.0.1"
PR_SET_PDEATHSIG = 1  # prctl(2)
MAX_LINE = 64 * 1024 * 1024  # bytes of a line on stdin: a stack of any size
SHORTEST_TIMER = 0.001  # seconds

Report = Callable[[dict[str, Any]], None]


class ServicesProcess:
    """What the port answers. ``setup`` is the first line of stdin."""

    def __init__(
        self, setup: dict[str, Any], report: Report, loop: asyncio.AbstractEventLoop, waits: ThreadWaits
    ) -> None:
        self.report = report
        self.waits = waits
        self.loop = loop
        self.timer: asyncio.TimerHandle | None = None
        self.due: float | None = None
        self.resources = [Resource(**resource) for resource in setup["resources"]]
        self.moto = Moto(setup["region"], setup["account_id"], lambda text: report({"log": text}))
        self.moto.elsewhere = setup["elsewhere"]
        self.forwards: set[asyncio.Task[None]] = set()
        self.clock = time.time
        where = (setup["account_id"], setup["region"])
        queues = Queues(*where, self.clock)
        self.polls = LongPolls(self.moto, queues, self.clock)
        mappings = [Mapping.from_json(mapping) for mapping in self.here("sqs", "queue", setup["mappings"])]
        client = InvokeClient(setup["invoke_url"])
        self.sources = EventSources(mappings, self.moto, queues, client, self.clock, self.look)
        self.targets = targets = Targets(self.moto, client, self.moto.log)
        self.moto.repairs |= deliveries(targets)
        self.moto.repairs["stepfunctions"] = run_executions(
            setup["invoke_url"], setup["endpoint_url"], lambda text: loop.call_soon_threadsafe(self.moto.log, text)
        )
        self.executions = SyncExecutions(self.moto)
        named = [(mapping["stream_arn"].split(":")[2], mapping) for mapping in setup["streams"]]
        kept = [found for service, one in named for found in self.here(service, "stream_arn", [one])]
        streams = [StreamMapping.from_json(mapping) for mapping in kept]
        self.streams = StreamSources(streams, client, targets, self.clock, self.look)
        self.schedules = Schedules(targets, *where, self.clock)
        self.expiry = TimeToLive(*where, self.clock)
        struck = Faults(seeded, lambda rule, facts: report({"hit": rule.rule_id, "facts": dict(facts)}))
        self.faults = ServiceFaults(struck, setup["region"], self.answer, self.clock, self.look)
        self.faults.set(setup["faults"])

    def here(self, service: str, source: str, mappings: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The mappings whose source is moto's; nobody polls those that are elsewhere, which is said."""
        if service not in self.moto.elsewhere:
            return mappings
        for mapping in mappings:
            where = self.moto.elsewhere[service]
            self.moto.log(f"{mapping['function']} gets nothing from {mapping[source]}: {service} is at {where}")
        return []

    def provision(self) -> None:
        provision(self.moto, self.resources)

    def request(self, request: HttpRequest, exchange: Exchange) -> None:
        host, origin = request.header("Host"), request.header("Origin")
        if not is_local_host(host, HOST) or is_foreign_page(origin, request.header("Sec-Fetch-Site")):
            exchange.respond(HttpResponse(403, (("content-type", "text/plain"),), b"not for pages of other hosts\n"))
            return
        if not self.faults.active or not self.faults.take(request, exchange):
            self.answer(request, exchange)

    def answer(self, request: HttpRequest, exchange: Exchange) -> None:
        if (url := self.moto.url_elsewhere(request)) is not None:
            task = self.loop.create_task(forward(request, exchange, *url))
            self.forwards.add(task)
            task.add_done_callback(self.forwards.discard)
            return
        if not self.polls.take(request, exchange) and not self.executions.take(request, exchange):
            exchange.respond(self.moto.respond(request))
        # DynamoDB's calls, the most frequent, reach streams alone.
        if not (request.header("X-Amz-Target") or "").startswith("DynamoDB_") or self.streams.grew():
            self.look()

    def look(self) -> None:
        """Give messages, records and events to whom they are for, now and whenever one is due.

        What one check sends may be the next one's to deliver: so queues and their long polls are the last.
        """
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None
        expiry = self.expiry.check()
        checks = (self.faults, self.schedules, self.streams, self.polls, self.sources)
        times = [when for when in [part.check() for part in checks] if when is not None]
        self.due = min(times, default=None)
        if times or expiry is not None:
            delay = max(SHORTEST_TIMER, min(times if expiry is None else [*times, expiry]) - self.clock())
            self.timer = self.loop.call_later(delay, self.look)

    def standing(self) -> dict[str, Any]:
        """What ``services.Told`` says, when all that is due is under way."""
        following = self.expiry.expire()
        self.look()
        busy = self.sources.busy() + self.streams.busy() + len(self.targets.invocations) + len(self.forwards)
        times = [when for when in (following, self.due, self.waits.due()) if when is not None]
        # What is due and was looked at has its time behind this millisecond, which is what moto counts.
        due = max(min(times), self.clock() + SHORTEST_TIMER) if times else None
        parked = len(self.polls.waiting) + len(self.executions.waiting) + self.faults.parked
        return {"busy": busy + self.waits.busy(), "parked": parked, "due": due}

    def command(self, command: dict[str, Any]) -> None:
        if "look" in command:
            self.report({"standing": self.standing()})
        if "reset" in command:
            for part in (self.sources, self.streams, self.schedules, self.targets):
                part.reset()
            stop_executions(self.moto.account_id)
            self.moto.reset()
            self.provision()
            self.polls.reset()
            self.look()
            self.report({"reset": command["reset"]})
        elif "faults" in command:
            self.faults.set(command["faults"])
            self.report({"faults": True})


def deliveries(targets: Targets) -> dict[str, Callable[[], None]]:
    """Repairs by moto's name of the service: how what it has to tell reaches functions, queues and others."""
    return {
        "events": deliver_events(targets),
        "s3": deliver_changes(targets),
        "scheduler": check_schedules,
        "sns": deliver_notifications(targets),
    }


async def serve(listener: socket.socket, report: Report, waits: ThreadWaits) -> None:
    """Provision, listen, and do as told until the parent is gone."""
    loop = asyncio.get_running_loop()
    commands = asyncio.StreamReader(limit=MAX_LINE)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(commands), sys.stdin.buffer)
    setup = json.loads(await commands.readline())
    setup["endpoint_url"] = f"http://{HOST}:{listener.getsockname()[1]}"
    try:
        process = ServicesProcess(setup, report, loop, waits)
        process.provision()
        process.look()
    except ProvisionFailed as exc:
        report({"failed": exc.message, "resource": exc.logical_id})
        return
    # What was imported stays: the collector need not walk it again, at 40 ms a time.
    gc.enable()
    gc.freeze()
    await loop.create_server(lambda: HttpConnection(process, loop), sock=listener)
    report({"ready": True})
    while line := await commands.readline():
        process.command(json.loads(line))


def reporter() -> Report:
    """Reports go to what was stdout; whatever a library prints goes to stderr."""
    reports = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def report(found: dict[str, Any]) -> None:
        reports.write(json.dumps(found) + "\n")
        reports.flush()

    return report


def die_with_parent() -> None:
    """End of file on stdin says the same, but only to a loop that is not busy."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def stay_on_loopback(event: str, arguments: tuple[Any, ...]) -> None:
    """An audit hook: moto posts to an SNS subscriber, for one, wherever its endpoint is. Nothing leaves loopback."""
    if event == "socket.connect" and isinstance(arguments[1], tuple):
        host = str(arguments[1][0])
    elif event == "socket.getaddrinfo" and arguments[0] is not None:
        host = arguments[0].decode() if isinstance(arguments[0], bytes) else str(arguments[0])
    else:
        return
    if not is_loopback(host):
        raise PermissionError(f"{host} is not this machine: the emulated services call nobody else")


def follow(clock: int) -> ThreadWaits:
    """moto's time is that of the emulator. The event loop's own stays real: it is told when to look."""
    if clock >= 0:
        page = mapped(clock)
        follow_time(page)
        follow_datetime(dt, page)
    return ThreadWaits()


def main() -> None:
    gc.disable()
    die_with_parent()
    sys.addaudithook(stay_on_loopback)
    waits = follow(int(sys.argv[2]))
    report = reporter()
    # Both reach the whole process group, and are for the parent to handle: it ends us.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(serve(socket.socket(fileno=int(sys.argv[1])), report, waits))
    sys.stderr.flush()
    os._exit(0)  # taking moto's modules apart takes 100 ms and does nothing


if __name__ == "__main__":
    main()
