"""The stack's resources, created through AWS's own APIs.

A property that is not named here changes nothing that is emulated; the template loader has seen to it that
CloudFormation knows it.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Any
from uuid import NAMESPACE_OID, uuid5
from xml.sax.saxutils import escape

from longwire.core.api import Resource
from longwire.services.moto_dispatch import CallFailed, Moto
from longwire.services.provision_cognito import user_pool, user_pool_client, user_pool_group, user_pool_user
from longwire.services.provision_events import notifications, rule, schedule, schedule_group, state_machine
from longwire.services.provision_tables import global_table, table

__all__ = ["TYPES", "ProvisionFailed", "provision"]

Properties = Mapping[str, Any]

QUEUE = "AWS::SQS::Queue"
LAST = (
    "AWS::Cognito::UserPoolClient",
    "AWS::Cognito::UserPoolGroup",
    "AWS::Cognito::UserPoolUser",
    "AWS::Events::Rule",
    "AWS::S3::Bucket",
    "AWS::SNS::Subscription",
    "AWS::Scheduler::Schedule",
)
# Numbers and true/false travel as strings in SQS's and SNS's attribute maps.
QUEUE_ATTRIBUTES = (
    "ContentBasedDeduplication",
    "DeduplicationScope",
    "DelaySeconds",
    "FifoQueue",
    "FifoThroughputLimit",
    "KmsDataKeyReusePeriodSeconds",
    "KmsMasterKeyId",
    "MaximumMessageSize",
    "MessageRetentionPeriod",
    "ReceiveMessageWaitTimeSeconds",
    "RedriveAllowPolicy",
    "RedrivePolicy",
    "SqsManagedSseEnabled",
    "VisibilityTimeout",
)
TOPIC_ATTRIBUTES = (
    "ContentBasedDeduplication",
    "DisplayName",
    "FifoThroughputScope",
    "FifoTopic",
    "KmsMasterKeyId",
    "SignatureVersion",
)
SUBSCRIPTION_ATTRIBUTES = ("FilterPolicy", "FilterPolicyScope", "RawMessageDelivery", "RedrivePolicy")


# What a service answers that keeps its contents between our starts; moto begins empty.
EXISTS = frozenset(
    {
        "BucketAlreadyOwnedByYou",
        "ConflictException",
        "ParameterAlreadyExists",
        "QueueAlreadyExists",
        "QueueNameExists",
        "ResourceAlreadyExistsException",
        "ResourceExistsException",
        "ResourceInUseException",
        "StateMachineAlreadyExists",
    }
)


class ProvisionFailed(Exception):
    """A resource that could not be created; ``message`` is the service's own."""

    def __init__(self, logical_id: str, message: str) -> None:
        super().__init__(f"{logical_id}: {message}")
        self.logical_id = logical_id
        self.message = message


def provision(moto: Moto, resources: Iterable[Resource]) -> None:
    """Create them all; raises ProvisionFailed at the first that cannot be."""
    for resource in ordered(list(resources)):
        if resource.type not in CREATORS:
            raise ProvisionFailed(resource.logical_id, f"{resource.type} is not emulated")
        try:
            CREATORS[resource.type](moto, resource)
        except KeyError as exc:
            raise ProvisionFailed(resource.logical_id, f"the property {exc} is required") from exc
        except CallFailed as exc:
            if exc.code not in EXISTS or not moto.elsewhere:
                raise ProvisionFailed(resource.logical_id, str(exc)) from exc
            moto.log(f"{resource.logical_id} exists where --endpoint says, and is kept as it is")
        except ValueError as exc:
            raise ProvisionFailed(resource.logical_id, str(exc)) from exc


def ordered(resources: list[Resource]) -> list[Resource]:
    """Dead-letter queues before the queues that name them, what belongs to others after these."""
    by_id = {resource.logical_id: resource for resource in resources}
    queues = {tail(resource.physical_id, "/"): resource.logical_id for resource in resources if resource.type == QUEUE}
    targets = [resource.logical_id for resource in resources if resource.type not in LAST]
    before = {
        resource.logical_id: targets if resource.type in LAST else [queues.get(dead_letter_queue(resource))]
        for resource in resources
    }
    graph = {logical_id: [found for found in needed if found] for logical_id, needed in before.items()}
    try:
        return [by_id[logical_id] for logical_id in TopologicalSorter(graph).static_order()]
    except CycleError as exc:
        raise ProvisionFailed(exc.args[1][0], f"RedrivePolicies form a circle: {' -> '.join(exc.args[1])}") from exc


def dead_letter_queue(resource: Resource) -> str:
    """The name of the queue that the RedrivePolicy names; empty when there is none."""
    policy = resource.properties.get("RedrivePolicy") if resource.type == QUEUE else None
    found = json.loads(policy) if isinstance(policy, str) else policy or {}
    return tail(str(found.get("deadLetterTargetArn", "")), ":")


def tail(text: str, separator: str) -> str:
    return text.rpartition(separator)[2]


def attributes(properties: Properties, names: Iterable[str]) -> dict[str, str]:
    return {name: as_text(properties[name]) for name in names if name in properties}


def as_text(value: Any) -> str:
    if isinstance(value, Mapping | list):
        return json.dumps(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def tag_map(properties: Properties) -> dict[str, str]:
    return {tag["Key"]: as_text(tag["Value"]) for tag in properties.get("Tags", ())}


# --- one type each


def queue(moto: Moto, resource: Resource) -> None:
    asked = {
        "QueueName": tail(resource.physical_id, "/"),
        "Attributes": attributes(resource.properties, QUEUE_ATTRIBUTES),
        "tags": tag_map(resource.properties),
    }
    moto.json("sqs", "AmazonSQS.CreateQueue", asked)


def topic(moto: Moto, resource: Resource) -> None:
    name = tail(resource.physical_id, ":")
    moto.query("sns", "CreateTopic", {"Name": name, **entries(attributes(resource.properties, TOPIC_ATTRIBUTES))})
    for found in resource.properties.get("Subscription", ()):
        subscribe(moto, resource.physical_id, found)


def subscription(moto: Moto, resource: Resource) -> None:
    subscribe(moto, resource.properties["TopicArn"], resource.properties)


def subscribe(moto: Moto, topic_arn: str, properties: Properties) -> None:
    if (protocol := properties["Protocol"]) not in ("lambda", "sqs"):
        raise ValueError(f"a subscription with Protocol {protocol} is not emulated; lambda and sqs are")
    asked = {"TopicArn": topic_arn, "Protocol": protocol, "Endpoint": properties["Endpoint"]}
    moto.query("sns", "Subscribe", {**asked, **entries(attributes(properties, SUBSCRIPTION_ATTRIBUTES))})


def entries(found: Mapping[str, str]) -> dict[str, str]:
    """A map in the query protocol."""
    sent: dict[str, str] = {}
    for n, (key, value) in enumerate(found.items(), 1):
        sent |= {f"Attributes.entry.{n}.key": key, f"Attributes.entry.{n}.value": value}
    return sent


def secret(moto: Moto, resource: Resource) -> None:
    """Created under the ARN that the template's Ref has, if it ends in six characters; moto draws them if not.

    Secrets Manager finds a secret by its name, its ARN, and its ARN without those six.
    """
    from moto.secretsmanager.utils import SecretsManagerSecretIdentifier
    from moto.utilities.id_generator import moto_id_manager

    last = tail(resource.physical_id, ":")
    name = str(resource.properties.get("Name", last))
    if suffix := last.removeprefix(name).removeprefix("-"):
        moto_id_manager.set_custom_id(SecretsManagerSecretIdentifier(moto.account_id, moto.region, name), suffix)
    copied = ("Description", "KmsKeyId", "SecretString", "Tags")
    asked = {key: resource.properties[key] for key in copied if key in resource.properties}
    # The token becomes the version's id: the same after a reset, as the value is, for handlers that remember it.
    token = str(uuid5(NAMESPACE_OID, f"{resource.physical_id} {asked.get('SecretString', '')}"))
    moto.json("secretsmanager", "secretsmanager.CreateSecret", {"Name": name, "ClientRequestToken": token, **asked})


def parameter(moto: Moto, resource: Resource) -> None:
    copied = ("AllowedPattern", "DataType", "Description", "Tier", "Type")
    asked = {key: resource.properties[key] for key in copied if key in resource.properties}
    tags = [{"Key": key, "Value": as_text(value)} for key, value in resource.properties.get("Tags", {}).items()]
    value = as_text(resource.properties["Value"])
    moto.json("ssm", "AmazonSSM.PutParameter", {"Name": resource.physical_id, "Value": value, "Tags": tags, **asked})


def event_bus(moto: Moto, resource: Resource) -> None:
    moto.json("events", "AWSEvents.CreateEventBus", {"Name": resource.physical_id})


def stream(moto: Moto, resource: Resource) -> None:
    mode = resource.properties.get("StreamModeDetails")
    asked: dict[str, Any] = {"StreamName": resource.physical_id, "Tags": tag_map(resource.properties)}
    asked |= {"StreamModeDetails": mode} if mode else {}
    asked |= {"ShardCount": int(count)} if (count := resource.properties.get("ShardCount")) else {}
    moto.json("kinesis", "Kinesis_20131202.CreateStream", asked)
    hours = int(resource.properties.get("RetentionPeriodHours", DEFAULT_RETENTION_HOURS))
    if hours > DEFAULT_RETENTION_HOURS:
        kept = {"StreamName": resource.physical_id, "RetentionPeriodHours": hours}
        moto.json("kinesis", "Kinesis_20131202.IncreaseStreamRetentionPeriod", kept)


def bucket(moto: Moto, resource: Resource) -> None:
    place = "" if moto.region == "us-east-1" else LOCATION.format(escape(moto.region))
    moto.rest("s3", "PUT", f"/{resource.physical_id}", place)
    status = resource.properties.get("VersioningConfiguration", {}).get("Status")
    if status:
        moto.rest("s3", "PUT", f"/{resource.physical_id}?versioning", VERSIONING.format(escape(str(status))))
    notifications(moto, resource)


S3 = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'
LOCATION = f"<CreateBucketConfiguration {S3}><LocationConstraint>{{}}</LocationConstraint></CreateBucketConfiguration>"
VERSIONING = f"<VersioningConfiguration {S3}><Status>{{}}</Status></VersioningConfiguration>"
DEFAULT_RETENTION_HOURS = 24

Creator = Callable[[Moto, Resource], None]
CREATORS: dict[str, Creator] = {
    "AWS::Cognito::UserPool": user_pool,
    "AWS::Cognito::UserPoolClient": user_pool_client,
    "AWS::Cognito::UserPoolGroup": user_pool_group,
    "AWS::Cognito::UserPoolUser": user_pool_user,
    "AWS::DynamoDB::GlobalTable": global_table,
    "AWS::DynamoDB::Table": table,
    "AWS::Events::EventBus": event_bus,
    "AWS::Events::Rule": rule,
    "AWS::Kinesis::Stream": stream,
    "AWS::S3::Bucket": bucket,
    "AWS::SNS::Subscription": subscription,
    "AWS::SNS::Topic": topic,
    "AWS::SQS::Queue": queue,
    "AWS::SSM::Parameter": parameter,
    "AWS::Scheduler::Schedule": schedule,
    "AWS::Scheduler::ScheduleGroup": schedule_group,
    "AWS::SecretsManager::Secret": secret,
    "AWS::StepFunctions::StateMachine": state_machine,
}
TYPES = frozenset(CREATORS)
