"""The functions of a template: what invokes them, and what they may do."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from longwire_infra.check.apis import FUNCTIONS, targets
from longwire_infra.check.document import Document, Path, Resource, mapping, references

__all__ = ["EventSource", "Function", "asynchronous", "event_sources", "functions", "has_destination"]

# SAM's events that invoke a function without waiting for it.
ASYNCHRONOUS = ("CloudWatchEvent", "EventBridgeRule", "IoTRule", "S3", "SNS", "Schedule", "ScheduleV2")
POLLED = {"SQS": "Queue", "DynamoDB": "Stream", "Kinesis": "Stream"}
# By the properties that name the functions.
INVOKERS = {
    "AWS::Events::Rule": "Targets",
    "AWS::Scheduler::Schedule": "Target",
    "AWS::SNS::Subscription": "Endpoint",
    "AWS::SNS::Topic": "Subscription",
    "AWS::S3::Bucket": "NotificationConfiguration",
    "AWS::IoT::TopicRule": "TopicRulePayload",
}
EVENT_HEADER = "integration.request.header.X-Amz-Invocation-Type"


@dataclass(frozen=True, slots=True)
class Function:
    resource: Resource

    @property
    def name(self) -> str:
        return self.resource.name

    @property
    def sam(self) -> bool:
        return self.resource.type == "AWS::Serverless::Function"

    @property
    def timeout(self) -> Any:
        """Lambda's default is 3 seconds."""
        return self.resource.get("Timeout") or 3

    @property
    def variables(self) -> Mapping[str, Any]:
        return mapping(self.resource.get("Environment", "Variables"))

    @property
    def dead_letters(self) -> bool:
        invoked = self.resource.get("EventInvokeConfig", "DestinationConfig", "OnFailure")
        names = ("DeadLetterQueue", "DeadLetterConfig")
        return invoked is not None or any(self.resource.get(name) is not None for name in names)


@dataclass(frozen=True, slots=True)
class EventSource:
    """``kind`` is SQS, DynamoDB, Kinesis or what else; ``source`` the queue's, table's or stream's logical id."""

    function: str
    kind: str
    source: str | None
    properties: Mapping[str, Any]
    path: Path
    resource: str


def functions(document: Document) -> dict[str, Function]:
    return {resource.name: Function(resource) for resource in document.of_type(*FUNCTIONS)}


def event_sources(document: Document) -> Iterator[EventSource]:
    for resource, name, event in sam_events(document):
        kind = event.get("Type")
        if isinstance(kind, str) and kind in POLLED:
            properties = mapping(event.get("Properties"))
            source = next(references(properties.get(POLLED[kind])), None)
            path = resource.at("Events", name, "Properties")
            yield EventSource(resource.name, kind, source, properties, path, resource.name)
    for resource in document.of_type("AWS::Lambda::EventSourceMapping"):
        source = next(references(resource.get("EventSourceArn")), None)
        for function in targets(document, resource.get("FunctionName")):
            kind = kind_of(document, source)
            yield EventSource(function, kind, source, resource.properties, resource.at(), resource.name)


def kind_of(document: Document, source: str | None) -> str:
    resource = document.resources.get(source or "")
    return resource.type.split("::")[1] if resource is not None else ""


def asynchronous(document: Document) -> dict[str, Path]:
    """Functions that something invokes without waiting, with the first place that says so."""
    return dict(reversed([*invocations(document)]))


def sam_events(document: Document) -> Iterator[tuple[Resource, str, Mapping[str, Any]]]:
    for resource in document.of_type("AWS::Serverless::Function"):
        for name, event in mapping(resource.get("Events")).items():
            yield resource, name, mapping(event)


def invocations(document: Document) -> Iterator[tuple[str, Path]]:
    for resource, name, event in sam_events(document):
        if event.get("Type") in ASYNCHRONOUS:
            yield resource.name, resource.at("Events", name)
    for kind, prop in INVOKERS.items():
        for resource in document.of_type(kind):
            yield from ((function, resource.at(prop)) for function in targets(document, resource.get(prop)))
    for resource in document.of_type("AWS::ApiGatewayV2::Integration"):
        if str(mapping(resource.get("RequestParameters")).get(EVENT_HEADER)).strip("'") == "Event":
            path = resource.at("RequestParameters")
            yield from ((function, path) for function in targets(document, resource.get("IntegrationUri")))


def has_destination(document: Document) -> set[str]:
    """Functions whose failed events an EventInvokeConfig sends on."""
    return {
        name
        for resource in document.of_type("AWS::Lambda::EventInvokeConfig")
        if resource.get("DestinationConfig", "OnFailure") is not None
        for name in targets(document, resource.get("FunctionName"))
    }
