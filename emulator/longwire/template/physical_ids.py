"""The ids, ARNs and other attributes that AWS would give to resources, known before anything is created.

One row a resource type. The texts of a row are filled with ``name``, the physical name; ``path``, the name without
a leading ``/``; ``id``, the logical id; ``hash``, 32 hexadecimal digits of stack and logical id; ``short``, 10
characters of ``[a-z0-9]`` of the same; ``region``, ``account`` and ``stack``. The forms are those of each type's
"Return values" in the CloudFormation reference.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from string import ascii_lowercase, digits
from typing import Any

__all__ = [
    "ACCOUNT_ID",
    "FIFO",
    "Identity",
    "attribute",
    "attributes",
    "default_name",
    "is_known",
    "name_property",
    "passed",
    "ref",
]

ACCOUNT_ID = "123456789012"
ALPHABET = ascii_lowercase + digits


@dataclass(frozen=True, slots=True)
class Row:
    """``ref`` is what ``Ref`` gives, ``name_property`` the property that sets the physical name.

    ``passed`` are the attributes that are the properties of the same name.
    """

    ref: str = "{name}"
    name_property: str | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)
    passed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose ids are asked for."""

    logical_id: str
    name: str
    stack: str
    region: str

    def fill(self, template: str) -> str:
        digest = sha256(f"{self.stack}/{self.logical_id}".encode()).digest()
        facts = {"name": self.name, "path": self.name.removeprefix("/"), "id": self.logical_id, "stack": self.stack}
        return template.format_map(
            {
                **facts,
                "region": self.region,
                "account": ACCOUNT_ID,
                "hash": digest.hex()[:32],
                "short": "".join(ALPHABET[byte % 36] for byte in digest[:10]),
            }
        )


def arn(service: str, rest: str) -> str:
    return f"arn:aws:{service}:{{region}}:{{account}}:{rest}"


TABLE = {"Arn": arn("dynamodb", "table/{name}")}
TABLE["StreamArn"] = TABLE["Arn"] + "/stream/2024-01-01T00:00:00.000"
BUCKET = {
    "Arn": "arn:aws:s3:::{name}",
    "DomainName": "{name}.s3.amazonaws.com",
    "RegionalDomainName": "{name}.s3.{region}.amazonaws.com",
    "DualStackDomainName": "{name}.s3.dualstack.{region}.amazonaws.com",
    "WebsiteURL": "http://{name}.s3-website-{region}.amazonaws.com",
}
QUEUE_URL = "https://sqs.{region}.amazonaws.com/{account}/{name}"
FUNCTION_URL = "https://{hash}.lambda-url.{region}.on.aws/"
FUNCTION = arn("lambda", "function:{name}")
USER_POOL = "{region}_{short:.9}"
API = {
    "ApiId": "{short}",
    "ApiEndpoint": "wss://{short}.execute-api.{region}.amazonaws.com",
    "ExecuteApiArn": arn("execute-api", "{short}"),
}

ROWS: Mapping[str, Row] = {
    "AWS::ApiGateway::ApiKey": Row("{short}", "Name", {"APIKeyId": "{short}"}),
    "AWS::ApiGateway::Deployment": Row("{short}", None, {"DeploymentId": "{short:.6}"}),
    "AWS::ApiGateway::Resource": Row("{short:.6}", None, {"ResourceId": "{short:.6}"}),
    "AWS::ApiGateway::RestApi": Row("{short}", "Name", {"RestApiId": "{short}", "RootResourceId": "{hash:.10}"}),
    "AWS::ApiGateway::Stage": Row(name_property="StageName"),
    "AWS::ApiGateway::UsagePlan": Row("{short:.6}", "UsagePlanName", {"Id": "{short:.6}"}),
    "AWS::ApiGateway::UsagePlanKey": Row("{short}", None, {"Id": "{short}"}),
    "AWS::ApiGatewayV2::Api": Row("{short}", None, API),
    "AWS::ApiGatewayV2::ApiMapping": Row("{short}", None, {"ApiMappingId": "{short}"}),
    "AWS::ApiGatewayV2::Authorizer": Row("{short}", None, {"AuthorizerId": "{short}"}),
    "AWS::ApiGatewayV2::Deployment": Row("{short}", None, {"DeploymentId": "{short}"}),
    "AWS::ApiGatewayV2::DomainName": Row(
        "{name}",
        "DomainName",
        {
            "DomainNameArn": "arn:aws:apigateway:{region}::/domainnames/{name}",
            "RegionalDomainName": "d-{short}.execute-api.{region}.amazonaws.com",
            "RegionalHostedZoneId": "Z{hash:.13}",
        },
    ),
    "AWS::ApiGatewayV2::Integration": Row("{short}", None, {"IntegrationId": "{short}"}),
    "AWS::ApiGatewayV2::IntegrationResponse": Row("{short}", None, {"IntegrationResponseId": "{short}"}),
    "AWS::ApiGatewayV2::Model": Row("{short}", None, {"ModelId": "{short}"}),
    "AWS::ApiGatewayV2::Route": Row("{short}", None, {"RouteId": "{short}"}),
    "AWS::ApiGatewayV2::RouteResponse": Row("{short}", None, {"RouteResponseId": "{short}"}),
    "AWS::ApiGatewayV2::Stage": Row(name_property="StageName"),
    "AWS::CloudWatch::Alarm": Row("{name}", "AlarmName", {"Arn": arn("cloudwatch", "alarm:{name}")}),
    "AWS::CloudWatch::CompositeAlarm": Row("{name}", "AlarmName", {"Arn": arn("cloudwatch", "alarm:{name}")}),
    "AWS::CloudWatch::Dashboard": Row("{name}", "DashboardName"),
    "AWS::Cognito::UserPool": Row(
        USER_POOL,
        "UserPoolName",
        {
            "Arn": arn("cognito-idp", f"userpool/{USER_POOL}"),
            "ProviderName": f"cognito-idp.{{region}}.amazonaws.com/{USER_POOL}",
            "ProviderURL": f"https://cognito-idp.{{region}}.amazonaws.com/{USER_POOL}",
            "UserPoolId": USER_POOL,
        },
    ),
    "AWS::Cognito::UserPoolClient": Row("{hash:.26}", "ClientName", {"ClientId": "{hash:.26}", "Name": "{name}"}),
    "AWS::Cognito::UserPoolGroup": Row("{name}", "GroupName"),
    "AWS::Cognito::UserPoolUser": Row("{name}", "Username"),
    "AWS::DynamoDB::GlobalTable": Row("{name}", "TableName", {**TABLE, "TableId": "{hash}"}),
    "AWS::DynamoDB::Table": Row("{name}", "TableName", TABLE),
    "AWS::Events::EventBus": Row("{name}", "Name", {"Arn": arn("events", "event-bus/{name}"), "Name": "{name}"}),
    "AWS::Events::Rule": Row("{name}", "Name", {"Arn": arn("events", "rule/{name}"), "RuleName": "{name}"}),
    "AWS::IAM::ManagedPolicy": Row(
        "arn:aws:iam::{account}:policy/{name}",
        "ManagedPolicyName",
        {"PolicyArn": "arn:aws:iam::{account}:policy/{name}", "PolicyId": "ANPA{hash:.17}"},
    ),
    "AWS::IAM::Role": Row(
        "{name}", "RoleName", {"Arn": "arn:aws:iam::{account}:role/{name}", "RoleId": "AROA{hash:.17}"}
    ),
    "AWS::IAM::User": Row("{name}", "UserName", {"Arn": "arn:aws:iam::{account}:user/{name}"}),
    "AWS::KMS::Alias": Row("{name}", "AliasName"),
    "AWS::KMS::Key": Row("{hash}", None, {"Arn": arn("kms", "key/{hash}"), "KeyId": "{hash}"}),
    "AWS::Kinesis::Stream": Row("{name}", "Name", {"Arn": arn("kinesis", "stream/{name}")}),
    "AWS::Lambda::EventSourceMapping": Row(
        "{hash}", None, {"Id": "{hash}", "EventSourceMappingArn": arn("lambda", "event-source-mapping:{hash}")}
    ),
    "AWS::Lambda::Function": Row("{name}", "FunctionName", {"Arn": FUNCTION}),
    # Their names are the function's and the alias or version, "Chat:live"; a version that nothing publishes is 1.
    "AWS::Lambda::Alias": Row(FUNCTION, None, {"AliasArn": FUNCTION}),
    "AWS::Lambda::LayerVersion": Row(
        arn("lambda", "layer:{name}:1"), "LayerName", {"LayerVersionArn": arn("lambda", "layer:{name}:1")}
    ),
    "AWS::Lambda::Version": Row(FUNCTION, None, {"FunctionArn": FUNCTION, "Version": "1"}),
    "AWS::Lambda::Url": Row(FUNCTION, None, {"FunctionArn": FUNCTION, "FunctionUrl": FUNCTION_URL}),
    "AWS::Logs::LogGroup": Row("{name}", "LogGroupName", {"Arn": arn("logs", "log-group:{name}:*")}),
    "AWS::S3::Bucket": Row("{name}", "BucketName", BUCKET),
    "AWS::SNS::Subscription": Row(arn("sns", "{hash}"), None, {"Arn": arn("sns", "{hash}")}),
    "AWS::SNS::Topic": Row(
        arn("sns", "{name}"), "TopicName", {"TopicArn": arn("sns", "{name}"), "TopicName": "{name}"}
    ),
    "AWS::SQS::Queue": Row(
        QUEUE_URL, "QueueName", {"Arn": arn("sqs", "{name}"), "QueueName": "{name}", "QueueUrl": QUEUE_URL}
    ),
    "AWS::SSM::Parameter": Row("{name}", "Name", {"Arn": arn("ssm", "parameter/{path}")}, ("Type", "Value")),
    "AWS::Scheduler::Schedule": Row("{name}", "Name", {"Arn": arn("scheduler", "schedule/default/{name}")}),
    "AWS::Scheduler::ScheduleGroup": Row("{name}", "Name", {"Arn": arn("scheduler", "schedule-group/{name}")}),
    # Secrets Manager appends six random characters, so that a new secret never has an old one's ARN.
    "AWS::SecretsManager::Secret": Row(
        arn("secretsmanager", "secret:{name}-{short:.6}"),
        "Name",
        {"Id": arn("secretsmanager", "secret:{name}-{short:.6}")},
    ),
    "AWS::StepFunctions::StateMachine": Row(
        arn("states", "stateMachine:{name}"),
        "StateMachineName",
        {"Arn": arn("states", "stateMachine:{name}"), "Name": "{name}"},
    ),
}
# Resources that are configuration only have no row: their ids go nowhere but into other configuration.
OTHER = Row("{name}", None, {"Arn": "arn:aws:cloudformation:{region}:{account}:{name}"})
# Types whose names must end in .fifo when this property is true.
FIFO = {"AWS::SQS::Queue": "FifoQueue", "AWS::SNS::Topic": "FifoTopic"}


def name_property(kind: str) -> str | None:
    return ROWS.get(kind, OTHER).name_property


def default_name(kind: str, stack: str, logical_id: str, properties: Mapping[str, Any]) -> str:
    """The name of a resource whose template gives none: ``{stack}-{logical id}``."""
    name = f"{stack}-{logical_id}"
    if kind == "AWS::S3::Bucket":
        return name.lower()
    # "The name of a FIFO queue must end with the .fifo suffix", SQS; so with topics, SNS
    return f"{name}.fifo" if str(properties.get(FIFO.get(kind, ""))).lower() == "true" else name


def ref(kind: str, whose: Identity) -> str:
    return whose.fill(ROWS.get(kind, OTHER).ref)


def attribute(kind: str, name: str, whose: Identity) -> str | None:
    """What ``Fn::GetAtt`` gives, or None for an attribute that the type does not have."""
    row = ROWS.get(kind)
    if row is None:
        return whose.fill(OTHER.attributes["Arn"] if name.endswith("Arn") else "{name}")
    found = row.attributes.get(name)
    return None if found is None else whose.fill(found)


def attributes(kind: str) -> list[str]:
    """The attributes that the type has, as far as they are known."""
    row = ROWS.get(kind, OTHER)
    return sorted({*row.attributes, *row.passed})


def passed(kind: str) -> tuple[str, ...]:
    """The attributes that are properties: GetAtt of an SSM parameter's Value."""
    return ROWS.get(kind, OTHER).passed


def is_known(kind: str) -> bool:
    """Whether the type's attributes are all known."""
    return kind in ROWS
