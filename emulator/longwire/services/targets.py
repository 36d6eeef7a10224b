"""Whoever gets an event: a function, a queue, a topic, a state machine, a stream, a bus or a log group, by its ARN."""

import asyncio
import json
import time
import uuid
from base64 import b64encode
from collections.abc import Callable, Mapping
from typing import Any

from longwire.services.invoke_client import InvokeClient
from longwire.services.moto_dispatch import CallFailed, Moto

__all__ = ["Targets", "function_name"]

Options = Mapping[str, Any]


class Targets:
    """``failed(text)`` gets a line for what could not be delivered; nobody else hears of it, as on AWS."""

    def __init__(self, moto: Moto, client: InvokeClient, failed: Callable[[str], None]) -> None:
        self.moto = moto
        self.client = client
        self.failed = failed
        self.invocations: set[asyncio.Task[None]] = set()
        self.senders: Mapping[str, Callable[[str, str, Options], None]] = {
            "events": self.bus,
            "kinesis": self.stream,
            "lambda": self.function,
            "logs": self.log_group,
            "sns": self.topic,
            "sqs": self.queue,
            "states": self.state_machine,
        }

    def send(self, arn: str, payload: str, options: Options | None = None) -> None:
        """``payload`` is JSON; ``options`` are those of an EventBridge target: SqsParameters, KinesisParameters."""
        parts = arn.split(":")
        sender = self.senders.get(parts[2] if len(parts) > 5 else "")
        if sender is None:
            self.failed(f"{arn} gets no event: such targets are not emulated")
            return
        try:
            sender(arn, payload, options or {})
        except CallFailed as exc:
            self.failed(f"{arn} got no event: {exc}")

    def reset(self) -> None:
        """Events that no function has taken yet are gone with the services' contents."""
        for task in self.invocations:
            task.cancel()

    # --- one kind each

    def function(self, arn: str, payload: str, _options: Options) -> None:
        task = asyncio.get_running_loop().create_task(self.invoke(arn, payload))
        self.invocations.add(task)
        task.add_done_callback(self.invocations.discard)

    async def invoke(self, arn: str, payload: str) -> None:
        name = function_name(arn)
        try:
            outcome = await self.client.invoke(name, payload.encode(), "Event")
        except (OSError, EOFError) as exc:
            self.failed(f"{name} got no event: {str(exc) or type(exc).__name__}")
            return
        if outcome.status >= 300:
            self.failed(f"{name} got no event: {outcome.payload.decode('utf-8', 'replace')}")

    def queue(self, arn: str, payload: str, options: Options) -> None:
        group = (options.get("SqsParameters") or {}).get("MessageGroupId")
        asked = {"QueueUrl": arn.rpartition(":")[2], "MessageBody": payload}
        self.moto.json("sqs", "AmazonSQS.SendMessage", {**asked, **({"MessageGroupId": group} if group else {})})

    def topic(self, arn: str, payload: str, _options: Options) -> None:
        self.moto.query("sns", "Publish", {"TopicArn": arn, "Message": payload})

    def state_machine(self, arn: str, payload: str, _options: Options) -> None:
        self.moto.json("states", "AWSStepFunctions.StartExecution", {"stateMachineArn": arn, "input": payload})

    def stream(self, arn: str, payload: str, options: Options) -> None:
        given = options.get("KinesisParameters") or {}
        key = given.get("PartitionKey") or str(uuid.uuid4())
        data = b64encode(payload.encode()).decode()
        asked = {"StreamName": arn.rpartition("/")[2], "Data": data, "PartitionKey": key}
        self.moto.json("kinesis", "Kinesis_20131202.PutRecord", asked)

    def bus(self, arn: str, payload: str, options: Options) -> None:
        """From a rule the whole event goes on; a Schedule says source and type in EventBridgeParameters."""
        found = json.loads(payload)
        given = options.get("EventBridgeParameters")
        detail, kind, source = (
            (found, given["DetailType"], given["Source"])
            if given
            else (found.get("detail", {}), found.get("detail-type", ""), found.get("source", ""))
        )
        entry = {"Detail": json.dumps(detail), "DetailType": kind, "Source": source, "EventBusName": arn}
        answer = self.moto.json("events", "AWSEvents.PutEvents", {"Entries": [entry]})
        for refused in answer.get("Entries", []):
            if "ErrorMessage" in refused:
                self.failed(f"{arn} got no event: {refused['ErrorMessage']}")

    def log_group(self, arn: str, payload: str, _options: Options) -> None:
        names = {"logGroupName": arn.split(":")[6], "logStreamName": str(uuid.uuid4())}
        self.moto.json("logs", "Logs_20140328.CreateLogStream", names)
        events = [{"timestamp": int(time.time() * 1000), "message": payload}]
        self.moto.json("logs", "Logs_20140328.PutLogEvents", {**names, "logEvents": events})


def function_name(arn: str) -> str:
    """Of ``arn:aws:lambda:...:function:name``, with or without a version or an alias."""
    return arn.split(":")[6]
