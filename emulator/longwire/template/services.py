"""The resources that the services create: tables, queues, topics, secrets. What AWS would refuse is refused here."""

from collections.abc import Iterator, Mapping
from typing import Any

from longwire.core.api import Resource
from longwire.template import physical_ids
from longwire.template.places import did_you_mean
from longwire.template.properties import Properties, Resources
from longwire.template.resource_types import CREATED
from longwire.template.rules import check_function, checked_rule, checked_schedule
from longwire.template.state_machines import with_definition

__all__ = ["created_resources"]

TABLES = ("AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable")
FIFO_NAMES = {"AWS::SQS::Queue": "QueueName", "AWS::SNS::Topic": "TopicName"}


def created_resources(resources: Resources) -> dict[str, Resource]:
    """By logical id; raises TemplateError.

    ``physical_id`` is what Ref gives, and the property that names the resource is always there.
    """
    warn_of_networks(resources)
    for filtered in resources.of_type("AWS::Logs::SubscriptionFilter"):
        filtered.places.warn(filtered.path[:2], "nobody gets logs here: they are on the timeline and in the terminal")
    items = (item for item in resources.of_type(*sorted(CREATED)) if is_created(item, resources))
    return {item.logical_id: created(item, resources) for item in items}


def warn_of_networks(resources: Resources) -> None:
    """Once, at the first of them, or at the first function that is put into one."""
    message = "networks mean nothing here: functions run on this machine, and reach nothing else"
    for logical_id, resource in resources.live.items():
        if resource["Type"].startswith("AWS::EC2::"):
            resources.places.warn(("Resources", logical_id), message)
            return
        if resource["Type"] == "AWS::Lambda::Function" and "VpcConfig" in (resource.get("Properties") or {}):
            resources.places.warn(("Resources", logical_id, "Properties", "VpcConfig"), message)
            return


def created(item: Properties, resources: Resources) -> Resource:
    identities = resources.resolver.identities
    values = dict(item.values)
    name = physical_ids.name_property(item.type)
    if name is not None and name not in values:
        values[name] = identities.identity(item.logical_id, item.path).name
    if item.type in FIFO_NAMES:
        check_fifo(item, values[FIFO_NAMES[item.type]])
    if item.type == "AWS::SNS::Topic" and "Subscription" in values:
        listed = entries(item, "Subscription")
        values["Subscription"] = [entry for entry in listed if delivers(item, entry, resources)]
    if item.type == "AWS::Events::Rule":
        values = checked_rule(item, values, resources)
    if item.type == "AWS::Scheduler::Schedule":
        checked_schedule(item, resources)
    if item.type == "AWS::StepFunctions::StateMachine":
        values = with_definition(item, values, resources)
    if item.type in TABLES:
        check_table(item)
    return Resource(item.logical_id, item.type, values, identities.ref(item.logical_id, item.path), item.location)


def is_created(item: Properties, resources: Resources) -> bool:
    """Everything but a subscription to which nothing is delivered."""
    return item.type != "AWS::SNS::Subscription" or delivers(item, item.values, resources)


def delivers(item: Properties, subscription: Mapping[str, Any], resources: Resources) -> bool:
    protocol = subscription.get("Protocol")
    if protocol == "lambda":
        check_function(item, str(subscription.get("Endpoint")), item.path[:2], resources)
    elif protocol != "sqs":
        message = f"a subscription with Protocol {protocol} gets nothing here; lambda and sqs do"
        item.places.unsupported(item.path[:2], message)
    return protocol in ("lambda", "sqs")


def check_fifo(item: Properties, name: str) -> None:
    """SQS and SNS: the name of a FIFO one ends in .fifo, and no other name does."""
    fifo = item.flag(physical_ids.FIFO[item.type])
    if fifo != str(name).endswith(".fifo"):
        verdict = "has to end in .fifo" if fifo else f"ends in .fifo, and {physical_ids.FIFO[item.type]} is not true"
        raise item.error(FIFO_NAMES[item.type], f"{name} {verdict}")


def check_table(item: Properties) -> None:
    """DynamoDB: the attributes of all keys are defined, and no others."""
    defined = [text(entry.get("AttributeName")) for entry in entries(item, "AttributeDefinitions")]
    for index, entry in enumerate(entries(item, "AttributeDefinitions")):
        check_choice(
            item, ("AttributeDefinitions", index, "AttributeType"), entry.get("AttributeType"), ("S", "N", "B")
        )
    used = set()
    for path, name in keys(item):
        used.add(name)
        if name not in defined:
            hint = did_you_mean(name, defined)
            raise item.places.error((*item.path, *path), f"AttributeDefinitions has no {name}", hint)
    for index, name in enumerate(defined):
        if name not in used:
            path = (*item.path, "AttributeDefinitions", index, "AttributeName")
            raise item.places.error(path, f"{name} is in no key, and only keys are defined")
    if item.one_of("BillingMode", ("PROVISIONED", "PAY_PER_REQUEST"), "PROVISIONED") == "PROVISIONED":
        check_throughput(item)


def check_throughput(item: Properties) -> None:
    if item.type == "AWS::DynamoDB::Table" and "ProvisionedThroughput" not in item.values:
        message = "a table needs ProvisionedThroughput or BillingMode: PAY_PER_REQUEST"
        raise item.places.error(item.path[:2], message)


def entries(item: Properties, name: str) -> list[Mapping[str, Any]]:
    found = item.values.get(name, [])
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        raise item.error(name, "takes a list of mappings")
    return found


def keys(item: Properties) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Path and attribute name of each key of the table and its indexes."""
    yield from schema(item, entries(item, "KeySchema"), ("KeySchema",))
    for kind in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes"):
        for index, entry in enumerate(entries(item, kind)):
            found = entry.get("KeySchema")
            listed = found if isinstance(found, list) else []
            yield from schema(item, listed, (kind, index, "KeySchema"))


def schema(
    item: Properties, found: list[Any], path: tuple[str | int, ...]
) -> Iterator[tuple[tuple[str | int, ...], str]]:
    for index, entry in enumerate(found):
        if not isinstance(entry, dict):
            raise item.places.error((*item.path, *path, index), "takes a mapping with AttributeName and KeyType")
        check_choice(item, (*path, index, "KeyType"), entry.get("KeyType"), ("HASH", "RANGE"))
        yield (*path, index, "AttributeName"), text(entry.get("AttributeName"))


def check_choice(item: Properties, path: tuple[str | int, ...], value: Any, known: tuple[str, ...]) -> None:
    if value not in known:
        raise item.places.error((*item.path, *path), f"{value!r} is none of {', '.join(known)}")


def text(value: Any) -> str:
    return value if isinstance(value, str) else ""
