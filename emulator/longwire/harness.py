"""What the pytest fixtures give to a test."""

import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from longwire.chosen_stage import chosen_stage
from longwire.core.api import Stack
from longwire.emulator_thread import LongwireServer, VirtualClock, with_variables
from longwire.fault_fixture import Fault, as_fault, hear
from longwire.inspector.timeline import Entry, shown
from longwire.runtime.lambda_environment import DUMMY_KEY_ID, DUMMY_SECRET, TEST_AGENT
from longwire.table import Table
from longwire.testing import LONGEST, AsyncClient, Client, Target

if TYPE_CHECKING:
    from botocore.config import Config

    from longwire.recording.differences import Outcome
    from longwire.run_cost import Bill

__all__ = ["Longwire", "LongwireServer", "VirtualClock", "with_variables"]

LEAVING = 0.2  # seconds for the end of a client that was cut off


class Longwire:
    """The ``longwire`` fixture: connect clients, look at what happened, reach the local AWS services."""

    def __init__(self, server: LongwireServer, stage: str | None = None) -> None:
        """``stage`` is the StageName of ``url`` and ``connect``, where there are several."""
        self.server = server
        self.stage = stage
        self.used = server.used()
        self.clients: list[Client] = []
        self.async_clients: list[AsyncClient] = []
        self.faults: list[Fault] = []
        self.tables: dict[str, Table] = {}
        self.first_seq = server.emulator.timeline.last
        self.kept: list[Entry] | None = None  # of a test that is over: its report may come after the emulator

    @property
    def url(self) -> str:
        """``ws://127.0.0.1:PORT/STAGE``"""
        return self.url_of() if self.stage else self.server.url

    @property
    def endpoint_url(self) -> str:
        """For boto3's ``endpoint_url``: the local AWS services and ``lambda.invoke``."""
        return self.server.endpoint_url

    @property
    def stack(self) -> Stack:
        return self.server.stack

    @property
    def clock(self) -> VirtualClock:
        return VirtualClock(self.server)

    def http_url(self, logical_id: str, stage: str = "$default") -> str:
        """Of an HTTP API, a REST API or a function URL, without a slash at the end. KeyError for no such Stage."""
        urls = self.server.emulator.urls
        found = {(api.logical_id, api.stage): urls.entry(api)["url"] for api in self.stack.http_apis}
        return found[logical_id, stage]

    def url_of(self, api: str | None = None, stage: str | None = None) -> str:
        """The address of the first Stage that fits: ``api`` is a logical id, name or api id, ``stage`` a StageName."""
        stage = stage or (None if api else self.stage)
        chosen = chosen_stage(self.stack, api, stage)
        return self.server.emulator.urls.of(chosen.path)["websocket_url"]

    def connect(
        self, token: str | None = None, *, api: str | None = None, stage: str | None = None, **options: Any
    ) -> Client:
        """A connected client; options are those of ``longwire.testing.Target``. Raises Refused.

        ``api`` and ``stage`` say which Stage, where there are several: see ``url_of``.
        """
        client = Client(Target(self.url_of(api, stage), token, **options), self.server.identify, self.server.busy)
        self.clients.append(client)
        return client

    def connection_id(self, client: Client) -> str:
        """The id that API Gateway gave to a client."""
        return client.connection_id

    # --- faults

    def fault(self, kind: str, /, **fields: Any) -> Fault:
        """Something fails from now on: ``with longwire.fault("post_to_connection", gone=bob):``.

        emulator/README.md lists the kinds, their effects and what limits them. Clients stand for their connections.
        Raises FaultInvalid.
        """
        return self.begin_fault(as_fault(kind, fields))

    def begin_fault(self, fields: Mapping[str, Any]) -> Fault:
        made = Fault(self, fields)
        self.faults.append(made)
        return made

    def settle(self, timeout: float = LONGEST) -> None:
        """Wait until all that this test's clients have sent is handled, and what it has set off is done.

        Raises TimeoutError, which names what still runs; what a fault holds back is not waited for.
        """
        silent = self.server.half_open()
        hear(client for client in self.clients if client.connection_id not in silent)
        self.server.call(self.server.emulator.settled(timeout), timeout)

    # --- services

    def client(self, service: str, config: "Config | None" = None) -> Any:
        """A boto3 client of a local AWS service (``apigatewaymanagementapi`` included), with dummy credentials.

        Faults of services spare it.
        """
        import boto3
        from botocore.config import Config

        ours = Config(user_agent_extra=TEST_AGENT)
        make: Any = boto3.client  # its stubs know services by name alone
        path = self.stack.api.path if service == "apigatewaymanagementapi" else ""
        return make(
            service,
            endpoint_url=self.endpoint_url + path,
            region_name=self.stack.region,
            aws_access_key_id=DUMMY_KEY_ID,
            aws_secret_access_key=DUMMY_SECRET,
            config=ours if config is None else config.merge(ours),
        )

    def physical_id(self, logical_id: str) -> str:
        """What ``!Ref`` gives for a table, queue, secret or function of the template."""
        if logical_id in self.stack.functions:
            return self.stack.functions[logical_id].name
        return self.stack.resources[logical_id].physical_id

    def table(self, logical_id: str) -> Table:
        """A table of the template: ``longwire.table("Connections").count()``. KeyError for none of that logical id."""
        if logical_id not in self.tables:
            self.tables[logical_id] = Table(self.physical_id(logical_id), self.client("dynamodb"), self.settle)
        return self.tables[logical_id]

    def replay(self, file: str | Path, **options: Any) -> "Outcome":
        """Plays a recording; AssertionError with what differs. Options are those of ``as_a_test`` there."""
        from longwire.recording.as_a_test import as_a_test

        return as_a_test(Path(file), self.url, **options)

    @property
    def cost(self) -> "Bill":
        """What this test would cost on AWS so far: ``usd``, and ``lines`` with what it is made of."""
        return self.server.cost(self.used)

    @property
    def timeline(self) -> list[dict[str, Any]]:
        """What happened in this test, oldest first."""
        return [shown(entry) for entry in (self.server.run(self.entries) if self.kept is None else self.kept)]

    def entries(self) -> list[Entry]:
        return self.server.emulator.timeline.since(self.first_seq)

    def wait_for(self, event: str, timeout: float = 5.0, **fields: Any) -> dict[str, Any]:
        """The first timeline entry of this test with that kind and those fields; TimeoutError when none comes."""
        timeline, first = self.server.emulator.timeline, self.first_seq
        found: list[dict[str, Any]] = []
        arrived = threading.Event()

        def look(entry: Entry) -> None:
            if not found and matches(shown(entry), event, fields):
                found.append(shown(entry))
                arrived.set()

        def start() -> Callable[[], None]:
            for entry in timeline.since(first):
                look(entry)
            return timeline.subscribe(look)

        stop = self.server.run(start)
        came = arrived.wait(timeout)
        self.server.run(stop)
        if not came:
            raise TimeoutError(f"no {event} with {fields} within {timeout:g} s")
        return found[0]

    def left_open(self) -> list[str]:
        """Connections that are open and not those of ``connect``, which the end of the test closes: one text each."""
        ours = {client.connection_id for client in self.clients}
        last_look = time.monotonic() + LEAVING
        while found := {key: who for key, who in self.server.open_connections().items() if key not in ours}:
            if time.monotonic() > last_look:
                break
            time.sleep(LEAVING / 10)
        return [f"{connection_id} ({who})" for connection_id, who in found.items()]

    def close(self) -> None:
        """Close the test's clients and clear everything for the next test."""
        self.kept = self.server.run(self.entries)
        for fault in self.faults:
            fault.clear()
        for client in self.clients:
            client.close()
        self.server.reset()


def matches(entry: Mapping[str, Any], event: str, fields: Mapping[str, Any]) -> bool:
    return entry["event"] == event and all(entry.get(name) == value for name, value in fields.items())
