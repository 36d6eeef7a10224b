"""The services' process for tests that use boto3."""

import asyncio
import re
import threading
from collections.abc import Coroutine
from dataclasses import dataclass, field
from random import Random
from typing import Any, TypeVar

import boto3
from botocore.config import Config

from longwire.core.api import Stack
from longwire.services.service_endpoints import ServiceEndpoint
from longwire.services.services import Services

Result = TypeVar("Result")


@dataclass(eq=False)
class RunningServices:
    """The services' process, run from an event loop in a thread of its own, so that tests can use boto3."""

    stack: Stack
    invoke_url: str
    environ: dict[str, str]
    endpoints: tuple[ServiceEndpoint, ...] = ()
    logged: list[str] = field(default_factory=list)
    clients: list[Any] = field(default_factory=list)
    another_line: threading.Condition = field(default_factory=threading.Condition)

    def __post_init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever)
        self.thread.start()
        started = Services.start(
            self.stack,
            invoke_url=self.invoke_url,
            log=self.log,
            rng=Random(7),
            environ=self.environ,
            endpoints=self.endpoints,
        )
        self.services = self.call(started)

    def call(self, work: Coroutine[Any, Any, Result]) -> Result:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(20)

    def log(self, line: str) -> None:
        with self.another_line:
            self.logged.append(line)
            self.another_line.notify_all()

    def says(self, pattern: str) -> bool:
        """Whether a line of the log matches, now or within 5 s."""
        with self.another_line:
            return self.another_line.wait_for(lambda: any(re.search(pattern, line) for line in self.logged), 5)

    def client(self, name: str, *, region: str | None = None, **settings: Any) -> Any:
        """Unmodified boto3; errors come at once, because nothing is tried again."""
        client = boto3.session.Session().client(
            name,  # type: ignore[call-overload]  # the name is the test's
            endpoint_url=self.services.endpoint_url,
            region_name=region or self.stack.region,
            aws_access_key_id="AKIAIOSFODNN7EXAMPLE",
            aws_secret_access_key="secret",
            config=Config(retries={"max_attempts": 0}, **settings),
        )
        self.clients.append(client)
        return client

    def reset(self) -> None:
        self.call(self.services.reset())

    def close(self) -> None:
        for client in self.clients:
            client.close()
        self.call(self.services.close())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()
