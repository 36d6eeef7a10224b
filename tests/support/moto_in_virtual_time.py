"""moto in the test's own process, with functions that are scripted and a clock that tests move."""

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from longwire.core.api import Resource
from longwire.services.invoke_client import InvokeClient, Outcome
from longwire.services.moto_dispatch import Moto
from longwire.services.process import deliveries
from longwire.services.provision import provision
from longwire.services.targets import Targets

REGION, ACCOUNT = "eu-west-1", "123456789012"
DONE = Outcome(200, b"null")
FAILED = Outcome(200, b'{"errorMessage": "boom"}', "Unhandled")


def arn(service: str, rest: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{rest}"


def function_arn(name: str) -> str:
    return arn("lambda", f"function:{name}")


@dataclass
class Functions(InvokeClient):
    """Records each invocation; ``script`` answers it."""

    calls: list[tuple[str, Any, str]] = field(default_factory=list)
    script: Callable[[str, Any], Outcome] = lambda _name, _event: DONE

    async def invoke(self, function: str, payload: bytes, kind: str = "RequestResponse") -> Outcome:
        event = json.loads(payload)
        self.calls.append((function, event, kind))
        return Outcome(202, b"") if kind == "Event" else self.script(function, event)

    def events(self, function: str) -> list[Any]:
        return [event for name, event, _ in self.calls if name == function]


@dataclass
class World:
    """Epoch seconds in ``now``; what the parts have to say in ``told``."""

    moto: Moto
    targets: Targets
    functions: Functions
    told: list[str]
    now: float = field(default_factory=time.time)  # moto writes the real time into records

    def clock(self) -> float:
        return self.now

    def create(self, *resources: Resource) -> None:
        provision(self.moto, resources)

    def dynamodb(self, operation: str, **body: Any) -> Any:
        return self.moto.json("dynamodb", f"DynamoDB_20120810.{operation}", body)

    def messages(self, queue: str) -> list[Any]:
        """The bodies in a queue, each message at most once in 30 s of real time."""
        asked = {"QueueUrl": queue, "MaxNumberOfMessages": 10}
        found = self.moto.json("sqs", "AmazonSQS.ReceiveMessage", asked).get("Messages", [])
        return [json.loads(message["Body"]) for message in found]

    def begin(self) -> None:
        self.moto.reset()
        self.told.clear()
        self.functions.calls.clear()
        self.functions.script = lambda _name, _event: DONE
        self.now = time.time()

    async def settle(self) -> None:
        """Until nothing that is under way can go on by itself."""
        for _ in range(20):
            await asyncio.sleep(0)


@cache
def world() -> World:
    """One for the process, because repairs of moto are made once."""
    told: list[str] = []
    moto = Moto(REGION, ACCOUNT, told.append)
    functions = Functions()
    targets = Targets(moto, functions, told.append)
    moto.repairs |= deliveries(targets)
    return World(moto, targets, functions, told)


def queue(name: str, **properties: Any) -> Resource:
    return Resource(name, "AWS::SQS::Queue", properties, f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{name}")


def table(name: str, **properties: Any) -> Resource:
    given = {
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
        "BillingMode": "PAY_PER_REQUEST",
        **properties,
    }
    return Resource(name, "AWS::DynamoDB::Table", given, name)
