"""Which resource types are read, created, mean nothing here, or are refused."""

from collections.abc import Mapping
from fnmatch import fnmatchcase

from longwire.template.custom_resources import HARMLESS
from longwire.template.places import did_you_mean

__all__ = ["CREATED", "SERVERLESS", "refusal"]

# What SAM turns into CloudFormation before anything is read.
SERVERLESS = frozenset(
    {
        "AWS::Serverless::Api",
        "AWS::Serverless::Connector",
        "AWS::Serverless::Function",
        "AWS::Serverless::HttpApi",
        "AWS::Serverless::LayerVersion",
        "AWS::Serverless::SimpleTable",
        "AWS::Serverless::StateMachine",
        "AWS::Serverless::WebSocketApi",
    }
)

# What is taken into the template that has it before its types are looked at.
NESTED = frozenset({"AWS::CloudFormation::Stack", "AWS::Serverless::Application"})

# What the WebSocket API and its functions are made of.
READ = frozenset(
    {
        "AWS::ApiGateway::ApiKey",
        "AWS::ApiGateway::Deployment",
        "AWS::ApiGateway::Method",
        "AWS::ApiGateway::Resource",
        "AWS::ApiGateway::RestApi",
        "AWS::ApiGateway::Stage",
        "AWS::ApiGateway::UsagePlan",
        "AWS::ApiGateway::UsagePlanKey",
        "AWS::ApiGatewayV2::Api",
        "AWS::ApiGatewayV2::ApiMapping",
        "AWS::ApiGatewayV2::Authorizer",
        "AWS::ApiGatewayV2::Deployment",
        "AWS::ApiGatewayV2::DomainName",
        "AWS::ApiGatewayV2::Integration",
        "AWS::ApiGatewayV2::IntegrationResponse",
        "AWS::ApiGatewayV2::Model",
        "AWS::ApiGatewayV2::Route",
        "AWS::ApiGatewayV2::RouteResponse",
        "AWS::ApiGatewayV2::Stage",
        "AWS::Lambda::EventInvokeConfig",
        "AWS::Lambda::EventSourceMapping",
        "AWS::Lambda::Function",
        "AWS::Lambda::LayerVersion",
        "AWS::Lambda::Url",
    }
)

# What the services create for the handlers.
CREATED = frozenset(
    {
        "AWS::Cognito::UserPool",
        "AWS::Cognito::UserPoolClient",
        "AWS::Cognito::UserPoolGroup",
        "AWS::Cognito::UserPoolUser",
        "AWS::DynamoDB::GlobalTable",
        "AWS::DynamoDB::Table",
        "AWS::Events::EventBus",
        "AWS::Events::Rule",
        "AWS::Kinesis::Stream",
        "AWS::S3::Bucket",
        "AWS::SNS::Subscription",
        "AWS::SNS::Topic",
        "AWS::SQS::Queue",
        "AWS::SSM::Parameter",
        "AWS::Scheduler::Schedule",
        "AWS::Scheduler::ScheduleGroup",
        "AWS::SecretsManager::Secret",
        "AWS::StepFunctions::StateMachine",
    }
)

# Configuration only: permissions, alarms, logs, keys and deployment order change nothing that a client or a handler
# sees on one's own machine. Written out, so that a misspelt type is found.
CONFIGURATION = frozenset(
    f"AWS::{service}::{name}"
    for service, names in {
        "ApiGateway": "Account",
        "ApplicationAutoScaling": "ScalableTarget ScalingPolicy",
        "ApplicationInsights": "Application",
        "Budgets": "Budget BudgetsAction",
        "CDK": "Metadata",
        "CertificateManager": "Account Certificate",
        "CloudFormation": "WaitConditionHandle",
        "CloudWatch": "Alarm AnomalyDetector CompositeAlarm Dashboard InsightRule MetricStream",
        "Cognito": "LogDeliveryConfiguration",
        "CodeDeploy": "Application DeploymentConfig DeploymentGroup",
        # Networks: a warning says that they mean nothing here.
        "EC2": "DHCPOptions EIP EIPAssociation EgressOnlyInternetGateway FlowLog InternetGateway NatGateway NetworkAcl "
        "NetworkAclEntry NetworkInterface PrefixList Route RouteTable SecurityGroup SecurityGroupEgress "
        "SecurityGroupIngress SecurityGroupVpcAssociation Subnet SubnetCidrBlock SubnetNetworkAclAssociation "
        "SubnetRouteTableAssociation TransitGateway TransitGatewayAttachment VPC VPCCidrBlock "
        "VPCDHCPOptionsAssociation VPCEndpoint VPCGatewayAttachment VPCPeeringConnection VPNGateway",
        "Events": "EventBusPolicy",
        "IAM": "AccessKey Group GroupPolicy InstanceProfile ManagedPolicy OIDCProvider Policy Role RolePolicy "
        "ServiceLinkedRole User UserPolicy UserToGroupAddition",
        "KMS": "Alias Key ReplicaKey",
        "Kinesis": "ResourcePolicy",
        "Lambda": "Alias CodeSigningConfig LayerVersionPermission Permission ResourcePolicy Version",
        "Logs": "AccountPolicy Delivery DeliveryDestination DeliverySource Destination LogAnomalyDetector LogGroup "
        "LogStream MetricFilter QueryDefinition ResourcePolicy SubscriptionFilter Transformer",
        "ResourceGroups": "Group TagSyncTask",
        "Route53": "HealthCheck HostedZone RecordSet RecordSetGroup",
        "S3": "BucketPolicy",
        "SNS": "TopicInlinePolicy TopicPolicy",
        "SQS": "QueueInlinePolicy QueuePolicy",
        "SSM": "ResourcePolicy",
        "SecretsManager": "ResourcePolicy",
        "ServiceCatalogAppRegistry": "Application AttributeGroup AttributeGroupAssociation ResourceAssociation",
        "Signer": "ProfilePermission SigningProfile",
        "XRay": "Group ResourcePolicy SamplingRule",
    }.items()
    for name in names.split()
)

# Known and refused by name; patterns, the first that fits counts.
REFUSED: Mapping[str, str] = {
    "AWS::ApiGatewayV2::VpcLink": "private integrations are not emulated",
    "AWS::ApiGateway::*": "of REST APIs, Lambda proxies alone are emulated",
    "AWS::StepFunctions::*": "of Step Functions, state machines alone are emulated",
    "AWS::Pipes::*": "EventBridge pipes are not emulated",
    "AWS::WAFv2::*": "web ACLs are not emulated",
    "Custom::*": "custom resources run in CloudFormation",
    "AWS::CloudFormation::CustomResource": "custom resources run in CloudFormation",
    "AWS::Cognito::*": "of Cognito, user pools with clients, groups and users alone are emulated",
    "AWS::EC2::*": "machines are not emulated",
}


def refusal(kind: str) -> tuple[str, str | None] | None:
    """Why a type cannot be used, with a suggestion; None for one that can."""
    if (
        kind in SERVERLESS
        or kind in NESTED
        or kind in READ
        or kind in CREATED
        or kind in CONFIGURATION
        or kind in HARMLESS
    ):
        return None
    for pattern, reason in REFUSED.items():
        if fnmatchcase(kind, pattern):
            return f"{kind}: {reason}", None
    # All types are alike in AWS::, so only a very near one is a misspelling.
    near = did_you_mean(kind, SERVERLESS | NESTED | READ | CREATED | CONFIGURATION | REFUSED.keys(), 0.8)
    return f"the resource type {kind} is not emulated", near
