"""All parts put together: one port, its gateway, its execution environments and its services."""

import asyncio
import os
from collections.abc import Collection
from dataclasses import dataclass, replace

from longwire.access_keys import known_keys
from longwire.activity import Activity
from longwire.clock.advance import Mover
from longwire.clock.api import clock_calls
from longwire.clock.clock import Clock
from longwire.clock.world import Running
from longwire.core.account import Account
from longwire.core.api import Api, Function, Stack
from longwire.core.gateway import Gateway
from longwire.core.http.gateway import HttpGateway
from longwire.core.ids import Ids
from longwire.fault_calls import FaultCalls
from longwire.fault_control import FaultControl
from longwire.inspector.calls import Call
from longwire.inspector.guard import Guard
from longwire.inspector.inspector import Inspector
from longwire.inspector.overview import Urls, overview
from longwire.inspector.page_calls import page_calls
from longwire.inspector.timeline import Timeline
from longwire.options import DEFAULT_PORT, Options
from longwire.ports import Ports
from longwire.runtime.impaired_functions import ImpairedFunctions
from longwire.runtime.lambda_environment import Endpoints, variables
from longwire.runtime.runtime import Report, Runtime
from longwire.server.async_invocations import AsyncInvocations
from longwire.server.http_entries import HttpEntries
from longwire.server.lambda_api import LambdaApi
from longwire.server.reports import Reports
from longwire.server.server import Server
from longwire.services.services import Services
from longwire.stack_changes import address, changed_functions, connections_can_stay, with_snapshots
from longwire.template.cache import default_folder

__all__ = ["DEFAULT_PORT", "Deployed", "Emulator", "Options"]

HELD = 0.5  # seconds for what is under way beside something that a fault holds back
GRACE = 5.0  # seconds that $disconnect functions have when the emulator stops


@dataclass(frozen=True, slots=True)
class Deployed:
    """``functions`` get new environments. ``connections_closed``: with 1001, because the services are new and empty,
    or the Stage has another address."""

    functions: tuple[str, ...]
    connections_closed: bool


class Emulator:
    """One running stack. Made by ``start``; everything in it lives in the event loop that started it."""

    services: Services
    runtime: Runtime
    impaired_functions: ImpairedFunctions

    def __init__(self, stack: Stack, options: Options, ports: Ports) -> None:
        self.stack = stack
        self.options = options
        self.ports = ports
        self.clock = Clock(shared=True)
        self.guard = Guard(options.host)
        token = "" if self.guard.only_here else self.guard.token
        self.urls = Urls(options.host, ports.port, stack.api.path, token, options.tls)
        self.timeline = Timeline()
        self.activity = Activity(self.timeline, self.clock, self.reported)
        self.ids = Ids(os.urandom)
        self.account = Account(options.quotas)
        self.gateways = [self.gateway(api) for api in stack.apis]
        self.fault_control = FaultControl(self)
        self.server = Server(
            self.gateways,
            self.activity.invoke,
            self.timeline,
            self.clock,
            lambda: self.services.port,
            options.allow_hosts,
            faults=self.fault_control.faults,
        )
        self.entries = HttpEntries(self.http_gateways(stack), self.activity.invoke, self.timeline, self.clock)
        self.server.entries = self.entries
        self.queue = self.async_invocations(stack)
        self.reports = Reports(
            self.account, lambda: self.gateways, self.clock, lambda: self.stack.region, self.entries.metrics
        )
        self.mover = Mover(self.clock, Running(self))
        self.inspector = Inspector(
            lambda: overview(self.stack, self.gateways, self.urls, self.mover.state()),
            self.timeline,
            guard=self.guard,
            calls=self.calls(),
        )
        self.set_up_server(options)

    def set_up_server(self, options: Options) -> None:
        self.server.access_log = options.access_log
        self.server.invocation_of = self.activity.invocation_of
        self.server.bound_host = options.host
        self.server.allow_origins = options.allow_origins
        self.server.verify_sigv4 = options.verify_sigv4
        self.server.pages = self.inspector

    def calls(self) -> dict[tuple[str, str], Call]:
        """Of the inspector: what it tells beside its page, and what it does."""
        faults = FaultCalls(self.fault_control).calls
        page = page_calls(self.server, lambda: self.stack)
        return {**self.reports.calls, **clock_calls(self.mover), **page, **faults}

    @classmethod
    async def start(cls, stack: Stack, options: Options) -> "Emulator":
        """Listen, and start what handlers need beside it; returns as soon as clients can connect."""
        ports = Ports.bound(options.host, options.port, options.tls, default=DEFAULT_PORT)
        self = cls(stack, options, ports)
        try:
            self.services = await self.new_services(stack)
        except BaseException:
            ports.close()
            raise
        bytecode = default_folder(os.environ) / "bytecode"
        new_id = self.ids.uuid
        self.runtime = Runtime(
            stack.functions, self.variables, self.activity, clock=self.clock, request_ids=new_id, bytecode=bytecode
        )
        faults = self.fault_control.faults
        self.impaired_functions = ImpairedFunctions(self.activity, self.runtime, faults, self.clock.call_later, new_id)
        self.server.lambda_api = self.lambda_api(stack)
        await ports.serve(self.server.connection)
        self.runtime.warm(*self.first_needed())
        return self

    async def new_services(self, stack: Stack) -> Services:
        log, endpoints = self.options.log, self.options.endpoints
        making = Services.start(stack, invoke_url=self.local_url, log=log, endpoints=endpoints, clock=self.clock)
        found = await making
        found.hit = self.fault_control.hit
        found.tell_faults(self.fault_control.of_services())
        return found

    def gateway(self, api: Api) -> Gateway:
        keys = known_keys(self.stack.account_id, self.options.access_keys)
        return Gateway(api, self.ids, self.options.quotas, keys, self.account)

    def http_gateways(self, stack: Stack) -> list[HttpGateway]:
        keys = known_keys(stack.account_id, self.options.access_keys)
        return [HttpGateway(api, self.ids, self.options.quotas, keys, self.account) for api in stack.http_apis]

    def lambda_api(self, stack: Stack) -> LambdaApi:
        self.queue.stack = stack
        return LambdaApi(stack, self.activity.invoke, self.ids.uuid, self.queue, self.activity)

    def async_invocations(self, stack: Stack) -> AsyncInvocations:
        later = self.clock.call_later
        invoke, new_id = self.activity.invoke, self.ids.uuid
        return AsyncInvocations(
            stack, invoke, new_id, later, self.clock, services_port=lambda: self.services.port, failed=self.options.log
        )

    @property
    def local_url(self) -> str:
        """Our own port as the handlers' and services' processes reach it."""
        return (
            f"http://{self.urls.authority}" if self.options.tls is None else f"http://127.0.0.1:{self.ports.inner_port}"
        )

    def variables(self, function: Function) -> dict[str, str]:
        domain_names = tuple(sorted(self.stack.api.domain_names))
        elsewhere = {endpoint.variable: endpoint.url for endpoint in self.options.endpoints}
        endpoints = Endpoints(
            self.ports.inner_port,
            self.services.port,
            domain_names=domain_names,
            elsewhere=elsewhere,
            allow_hosts=self.options.allow_hosts,
        )
        stack = self.stack
        # For clients without an endpoint of their own, which AWS has no API to offer: one that invokes the function.
        api = next((api for api in stack.apis if function.logical_id in api.functions), stack.api)
        return variables(
            function, region=stack.region, account_id=stack.account_id, stage=api.path[1:], endpoints=endpoints
        )

    def first_needed(self) -> list[str]:
        """The functions between a client and its first open connection; one that is debugged waits at once."""
        debugged = [name for name, function in self.stack.functions.items() if function.debug_port]
        routes = [api.routes[key] for api in self.stack.apis for key in api.routes if key == "$connect"]
        return list(dict.fromkeys((*debugged, *(function for route in routes for function in route.functions))))

    def reported(self, report: Report) -> None:
        if report.error != "throttled":
            cold = report.init_ms is not None
            function = self.runtime.functions[report.function]
            self.account.ran(function, report.duration_ms, report.billed_ms, report.error, cold=cold)

    async def drained(self, patience: float) -> bool:
        """Wait until nothing that connections set off is under way; false when ``patience`` seconds are too few."""
        try:
            async with asyncio.timeout(patience):
                await self.activity.idle.wait()
                await self.server.outbound.idle.wait()
        except TimeoutError:
            return False
        return True

    async def settled(self, patience: float) -> None:
        """As ``drained``, or TimeoutError; what a fault holds back is not waited for long."""
        held = self.impaired_functions.held.waiting
        if not await self.drained(min(patience, HELD) if held else patience) and not held:
            raise TimeoutError(f"still running after {patience:g} s: {', '.join(self.activity.functions())}")

    async def end_connections(self, patience: float) -> None:
        """Close every connection with 1001, and wait for what their ends set off."""
        self.server.end_connections()
        if not await self.drained(patience):
            self.options.log(f"still running after {patience:g} s: {', '.join(self.activity.functions())}")

    async def reset(self, patience: float) -> None:
        """End every connection, empty the services, and tell the real time again."""
        self.queue.forget()
        self.clock.run()
        self.fault_control.clear()
        await self.end_connections(patience)
        self.mover.reset()
        await self.services.reset()

    async def deploy(self, stack: Stack, other_code: Collection[str] = ()) -> Deployed:
        """Serve this template from now on; ``other_code`` are the logical ids of functions whose files changed.

        Raises LongwireError for a table, queue or secret that is impossible; then nothing has changed.
        """
        stack, told = (stack, ()) if stack is self.stack else with_snapshots(self.stack, stack)
        stays = connections_can_stay(self.stack, stack)
        changed = changed_functions(self.stack, stack) | set(other_code)
        if stack.api.domain_names != self.stack.api.domain_names:  # environments are started with them
            changed |= stack.functions.keys()
        if stays:
            self.switch(stack, changed)
        else:
            changed = {*self.stack.functions, *stack.functions}
            await self.begin_anew(stack, changed)
        for message in told:
            self.options.log(message)
        return Deployed(tuple(sorted(changed & stack.functions.keys())), connections_closed=not stays)

    def switch(self, stack: Stack, changed: Collection[str]) -> None:
        if stack is not self.stack:
            self.stack = stack
            self.urls = replace(self.urls, path=stack.api.path)
            self.gateways = self.deployed(stack)
            self.server.serve(self.gateways)
            self.entries.serve(self.http_gateways(stack))
            self.server.lambda_api = self.lambda_api(stack)
        self.runtime.deploy(stack.functions, changed)
        self.fault_control.deployed()

    def deployed(self, stack: Stack) -> list[Gateway]:
        """A gateway for each Stage: the one that there was, with its connections, or a new one."""
        known = {address(gateway.api): gateway for gateway in self.gateways}
        for api in stack.apis:
            if address(api) in known:
                known[address(api)].deploy(api)
        return [known.get(address(api)) or self.gateway(api) for api in stack.apis]

    async def begin_anew(self, stack: Stack, changed: Collection[str]) -> None:
        """With other services, once these are ready; who connects while connections are ended waits for it."""
        await self.services.ready()
        services = await self.new_services(stack)
        try:
            await services.ready()
            with self.server.handshakes_held():
                await self.end_connections(GRACE)
                services, self.services = self.services, services
                self.switch(stack, changed)
        finally:
            await services.close()

    async def close(self) -> None:
        """Close connections with 1001, give $disconnect its chance, and leave no process behind."""
        self.ports.close()
        self.fault_control.clear()
        self.server.end_connections()
        await self.drained(GRACE)
        self.inspector.close()
        self.queue.stop()
        self.server.stop()
        await self.runtime.close(0)
        await self.services.close()
        self.clock.close()
