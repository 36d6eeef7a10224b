"""What integrations call: the AWS services of this machine, HTTP servers here and on hosts that were allowed."""

import asyncio
from collections.abc import Callable, Collection
from urllib.parse import urlsplit

from longwire.core.events import CallHttp, CallService, IntegrationAnswered
from longwire.runtime.lambda_environment import DUMMY_KEY_ID
from longwire.server.hosts import is_loopback
from longwire.server.http_client import HttpAnswer, HttpFailed, send

__all__ = ["Outbound"]

PATIENCE = 30.0  # seconds; the gateway stops to wait after 29 at most


class Outbound:
    """``services_port`` is asked at each call: the services may have begun anew. ``idle`` is set when nothing runs."""

    def __init__(self, services_port: Callable[[], int], allow_hosts: Collection[str] = ()) -> None:
        self.services_port = services_port
        self.allow_hosts = frozenset(host.lower() for host in allow_hosts)
        self.running: set[asyncio.Task[None]] = set()
        self.idle = asyncio.Event()
        self.idle.set()

    def call(self, effect: CallHttp | CallService, done: Callable[[IntegrationAnswered], None]) -> None:
        task = asyncio.get_running_loop().create_task(self.answered(effect, done))
        self.idle.clear()
        self.running.add(task)
        task.add_done_callback(self.finished)

    def finished(self, task: asyncio.Task[None]) -> None:
        self.running.discard(task)
        if not self.running:
            self.idle.set()

    def stop(self) -> None:
        for task in self.running:
            task.cancel()

    async def answered(self, effect: CallHttp | CallService, done: Callable[[IntegrationAnswered], None]) -> None:
        invocation_id = effect.invocation_id
        try:
            async with asyncio.timeout(PATIENCE):
                found = await (self.http(effect) if isinstance(effect, CallHttp) else self.service(effect))
        except (HttpFailed, TimeoutError) as exc:
            done(IntegrationAnswered(invocation_id, error=str(exc) or "it took too long"))
            return
        done(IntegrationAnswered(invocation_id, found.status, tuple(found.headers), found.body))

    async def http(self, effect: CallHttp) -> HttpAnswer:
        """A host is looked at here again: a template may be loaded with a warning."""
        host = (urlsplit(effect.url).hostname or "").lower()
        if not is_loopback(host) and host not in self.allow_hosts:
            raise HttpFailed(f"{host} is not this machine, and no --allow-host allows it")
        return await send(effect.method, effect.url, effect.headers, effect.body)

    async def service(self, effect: CallService) -> HttpAnswer:
        """Signed as far as the services look: they tell service and region by the credential's scope."""
        scope = f"{DUMMY_KEY_ID}/20000101/{effect.region}/{effect.service}/aws4_request"
        signed = ("Authorization", f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=none")
        url = f"http://127.0.0.1:{self.services_port()}{effect.target}"
        return await send(effect.method, url, (*effect.headers, signed), effect.body)
