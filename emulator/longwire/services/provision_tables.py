"""AWS::DynamoDB::Table and AWS::DynamoDB::GlobalTable, as calls to DynamoDB's API."""

from collections.abc import Mapping
from typing import Any

from longwire.core.api import Resource
from longwire.services.moto_dispatch import Moto

__all__ = ["global_table", "table"]

Properties = Mapping[str, Any]

PREFIX = "DynamoDB_20120810."
REQUIRED = ("AttributeDefinitions", "KeySchema")
COPIED = (
    "BillingMode",
    "DeletionProtectionEnabled",
    "OnDemandThroughput",
    "ProvisionedThroughput",
    "TableClass",
    "Tags",
    "WarmThroughput",
)
# CloudFormation's index has ContributorInsightsSpecification too, and a global table's its autoscaling.
REQUIRED_OF_AN_INDEX = ("IndexName", "KeySchema", "Projection")
OF_AN_INDEX = ("OnDemandThroughput", "ProvisionedThroughput", "WarmThroughput")
OF_A_REPLICA = ("DeletionProtectionEnabled", "PointInTimeRecoverySpecification", "TableClass", "Tags")


def table(moto: Moto, resource: Resource) -> None:
    create(moto, resource.physical_id, resource.properties)


def global_table(moto: Moto, resource: Resource) -> None:
    """The replica in the stack's region. Throughput is not emulated, so it is created as if on demand."""
    replicas = {replica.get("Region"): replica for replica in resource.properties.get("Replicas", ())}
    if others := sorted(str(region) for region in replicas if region != moto.region):
        moto.log(f"{resource.logical_id}: replicas in {', '.join(others)} are not emulated, {moto.region} alone is")
    own = {name: value for name, value in replicas.get(moto.region, {}).items() if name in OF_A_REPLICA}
    create(moto, resource.physical_id, {**resource.properties, **own, "BillingMode": "PAY_PER_REQUEST"})


def create(moto: Moto, name: str, properties: Properties) -> None:
    request = {"TableName": name, **{key: properties[key] for key in REQUIRED}}
    request |= {key: typed(key, properties[key]) for key in COPIED if key in properties}
    for indexes in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes"):
        if indexes in properties:
            request[indexes] = [index(found) for found in properties[indexes]]
    if stream := properties.get("StreamSpecification"):
        request["StreamSpecification"] = {"StreamEnabled": True, "StreamViewType": stream.get("StreamViewType")}
    if encryption := properties.get("SSESpecification"):
        request["SSESpecification"] = sse(encryption)
    moto.json("dynamodb", f"{PREFIX}CreateTable", request)
    expire(moto, name, properties.get("TimeToLiveSpecification") or {})
    back_up(moto, name, properties.get("PointInTimeRecoverySpecification") or {})


def index(found: Properties) -> dict[str, Any]:
    required = {key: found[key] for key in REQUIRED_OF_AN_INDEX}
    return required | {key: typed(key, found[key]) for key in OF_AN_INDEX if key in found}


def sse(found: Properties) -> dict[str, Any]:
    kept = {key: value for key, value in found.items() if key != "SSEEnabled"}
    return {**kept, "Enabled": typed("Enabled", found.get("SSEEnabled", False))}


def expire(moto: Moto, name: str, specification: Properties) -> None:
    if typed("Enabled", specification.get("Enabled", False)):
        asked = {"AttributeName": specification.get("AttributeName"), "Enabled": True}
        moto.json("dynamodb", f"{PREFIX}UpdateTimeToLive", {"TableName": name, "TimeToLiveSpecification": asked})


def back_up(moto: Moto, name: str, specification: Properties) -> None:
    if typed("Enabled", specification.get("PointInTimeRecoveryEnabled", False)):
        asked = {"TableName": name, "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True}}
        moto.json("dynamodb", f"{PREFIX}UpdateContinuousBackups", asked)


def typed(name: str, value: Any) -> Any:
    """CloudFormation takes ``"5"`` for 5 and ``"true"`` for true; the API does not."""
    if isinstance(value, Mapping):
        return {key: typed(key, member) for key, member in value.items()}
    if isinstance(value, list | tuple) and name != "Tags":
        return [typed(name, member) for member in value]
    if isinstance(value, str) and name.endswith(("Units", "UnitsPerSecond")) and value.isdigit():
        return int(value)
    if isinstance(value, str) and name.endswith("Enabled"):
        return value.lower() == "true"
    return value
