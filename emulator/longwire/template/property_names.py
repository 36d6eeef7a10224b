"""The properties that the read and created resource types have, from the CloudFormation resource specification.

``!`` marks a required one. What stands after a bar changes behaviour in a way that is not emulated, and is refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["ROUTE_SETTINGS", "Names", "names_of", "nested_names"]


@dataclass(frozen=True, slots=True)
class Names:
    """``known`` has all names, ``required`` and ``refused`` some of them."""

    known: frozenset[str]
    required: frozenset[str]
    refused: frozenset[str]


TABLES: Mapping[str, str] = {
    "AWS::ApiGateway::ApiKey": "CustomerId Description Enabled GenerateDistinctId Name Tags Value | StageKeys",
    "AWS::ApiGateway::Deployment": """Description RestApiId! StageDescription StageName
        | DeploymentCanarySettings""",
    "AWS::ApiGateway::Method": """ApiKeyRequired AuthorizationScopes AuthorizationType AuthorizerId HttpMethod!
        Integration MethodResponses OperationName ResourceId! RestApiId!
        | RequestModels RequestParameters RequestValidatorId""",
    "AWS::ApiGateway::Resource": "ParentId! PathPart! RestApiId! |",
    "AWS::ApiGateway::RestApi": """ApiKeySourceType BinaryMediaTypes Body CloneFrom Description EndpointAccessMode
        EndpointConfiguration FailOnWarnings Mode Name Parameters SecurityPolicy Tags
        | BodyS3Location DisableExecuteApiEndpoint MinimumCompressionSize Policy""",
    "AWS::ApiGateway::Stage": """AccessLogSetting ClientCertificateId DeploymentId Description DocumentationVersion
        MethodSettings RestApiId! StageName Tags TracingEnabled Variables
        | CacheClusterEnabled CacheClusterSize CanarySetting""",
    "AWS::ApiGateway::UsagePlan": "ApiStages Description Quota Tags Throttle UsagePlanName |",
    "AWS::ApiGateway::UsagePlanKey": "KeyId! KeyType! UsagePlanId! |",
    "AWS::ApiGatewayV2::Api": """ApiKeySelectionExpression BasePath CorsConfiguration CredentialsArn Description
        DisableExecuteApiEndpoint DisableSchemaValidation FailOnWarnings IpAddressType Name ProtocolType RouteKey
        RouteSelectionExpression Tags Target Version Body BodyS3Location |""",
    "AWS::ApiGatewayV2::ApiMapping": "ApiId! ApiMappingKey DomainName! Stage! |",
    "AWS::ApiGatewayV2::Authorizer": """ApiId! AuthorizerCredentialsArn AuthorizerPayloadFormatVersion
        AuthorizerResultTtlInSeconds AuthorizerType! AuthorizerUri EnableSimpleResponses IdentitySource
        IdentityValidationExpression JwtConfiguration Name! |""",
    "AWS::ApiGatewayV2::Deployment": "ApiId! Description StageName |",
    "AWS::ApiGatewayV2::DomainName": """DomainName! DomainNameConfigurations RoutingMode Tags
        | MutualTlsAuthentication""",
    "AWS::ApiGatewayV2::Integration": """ApiId! ConnectionId ConnectionType ContentHandlingStrategy CredentialsArn
        Description IntegrationMethod IntegrationSubtype IntegrationType! IntegrationUri PassthroughBehavior
        PayloadFormatVersion RequestParameters RequestTemplates TemplateSelectionExpression TimeoutInMillis TlsConfig
        | ResponseParameters""",
    "AWS::ApiGatewayV2::IntegrationResponse": """ApiId! ContentHandlingStrategy IntegrationId!
        IntegrationResponseKey! ResponseTemplates TemplateSelectionExpression | ResponseParameters""",
    "AWS::ApiGatewayV2::Model": "ApiId! ContentType Description Name! Schema! |",
    "AWS::ApiGatewayV2::Route": """ApiId! ApiKeyRequired AuthorizationScopes AuthorizationType AuthorizerId
        ModelSelectionExpression OperationName RequestModels RequestParameters RouteKey!
        RouteResponseSelectionExpression Target |""",
    "AWS::ApiGatewayV2::RouteResponse": """ApiId! RouteId! RouteResponseKey! ModelSelectionExpression ResponseModels
        | ResponseParameters""",
    "AWS::ApiGatewayV2::Stage": """AccessLogSettings AccessPolicyId ApiId! AutoDeploy ClientCertificateId
        DefaultRouteSettings DeploymentId Description RouteSettings StageName! StageVariables Tags |""",
    "AWS::Cognito::UserPool": """AccountRecoverySetting AdminCreateUserConfig AliasAttributes AutoVerifiedAttributes
        DeletionProtection DeviceConfiguration EmailAuthenticationMessage EmailAuthenticationSubject EmailConfiguration
        EmailVerificationMessage EmailVerificationSubject EnabledMfas IssuerConfiguration KeyConfiguration
        MfaConfiguration Policies Schema SmsAuthenticationMessage SmsConfiguration SmsVerificationMessage
        UserAttributeUpdateSettings UserPoolAddOns UserPoolName UserPoolTags UserPoolTier UsernameAttributes
        UsernameConfiguration VerificationMessageTemplate WebAuthnFactorConfiguration WebAuthnRelyingPartyID
        WebAuthnUserVerification | LambdaConfig""",
    "AWS::Cognito::UserPoolClient": """AccessTokenValidity AllowedOAuthFlows AllowedOAuthFlowsUserPoolClient
        AllowedOAuthScopes AnalyticsConfiguration AuthSessionValidity CallbackURLs ClientName DefaultRedirectURI
        EnablePropagateAdditionalUserContextData EnableTokenRevocation ExplicitAuthFlows GenerateSecret IdTokenValidity
        LogoutURLs PreventUserExistenceErrors ReadAttributes RefreshTokenRotation RefreshTokenValidity
        SupportedIdentityProviders TokenValidityUnits UserPoolId! WriteAttributes |""",
    "AWS::Cognito::UserPoolGroup": "Description GroupName Precedence RoleArn UserPoolId! |",
    "AWS::Cognito::UserPoolUser": """ClientMetadata DesiredDeliveryMediums ForceAliasCreation MessageAction
        UserAttributes UserPoolId! Username ValidationData |""",
    "AWS::DynamoDB::GlobalTable": """AttributeDefinitions BillingMode GlobalSecondaryIndexes GlobalTableSourceArn
        GlobalTableWitnesses KeySchema! LocalSecondaryIndexes MultiRegionConsistency ReadOnDemandThroughputSettings
        ReadProvisionedThroughputSettings Replicas! SSESpecification StreamSpecification TableName TableType
        TimeToLiveSpecification WarmThroughput WriteOnDemandThroughputSettings WriteProvisionedThroughputSettings
        | VectorIndexes""",
    "AWS::DynamoDB::Table": """AttributeDefinitions! BillingMode ContributorInsightsSpecification
        DeletionProtectionEnabled GlobalSecondaryIndexes KeySchema! LocalSecondaryIndexes OnDemandThroughput
        PointInTimeRecoverySpecification ProvisionedThroughput ResourcePolicy SSESpecification StreamSpecification
        TableClass TableName Tags TimeToLiveSpecification WarmThroughput
        | ImportSourceSpecification KinesisStreamSpecification VectorIndexes""",
    "AWS::Events::EventBus": """DeadLetterConfig Description EventSourceName KmsKeyIdentifier LogConfig Name! Policy
        Tags |""",
    "AWS::Events::Rule": """Description EventBusName EventPattern Name RoleArn ScheduleExpression State Tags
        Targets |""",
    "AWS::Kinesis::Stream": """DesiredShardLevelMetrics MaxRecordSizeInKiB Name RecordDistributionStrategy
        RetentionPeriodHours ShardCount StreamEncryption StreamModeDetails Tags WarmThroughputMiBps |""",
    "AWS::Lambda::Alias": """Description FunctionName! FunctionVersion! Name! ProvisionedConcurrencyConfig
        | RoutingConfig""",
    "AWS::Lambda::EventInvokeConfig": """DestinationConfig FunctionName! MaximumEventAgeInSeconds MaximumRetryAttempts
        Qualifier! |""",
    "AWS::Lambda::EventSourceMapping": """BatchSize BisectBatchOnFunctionError DestinationConfig Enabled
        EventSourceArn FilterCriteria FunctionName! FunctionResponseTypes KmsKeyArn LoggingConfig
        MaximumBatchingWindowInSeconds MaximumRecordAgeInSeconds MaximumRetryAttempts MetricsConfig
        ParallelizationFactor ProvisionedPollerConfig ScalingConfig StartingPosition StartingPositionTimestamp Tags
        TumblingWindowInSeconds | AmazonManagedKafkaEventSourceConfig DocumentDBEventSourceConfig Queues
        SelfManagedEventSource SelfManagedKafkaEventSourceConfig SourceAccessConfigurations Topics""",
    "AWS::Lambda::LayerVersion": """CompatibleArchitectures CompatibleRuntimes Content! Description LayerName
        LicenseInfo |""",
    "AWS::Lambda::Function": """Architectures Code! CodeSigningConfigArn DeadLetterConfig Description Environment
        EphemeralStorage FunctionName FunctionScalingConfig Handler ImageConfig KmsKeyArn Layers LoggingConfig
        MemorySize PackageType PublishToLatestPublished RecursiveLoop ReservedConcurrentExecutions Role! Runtime
        RuntimeManagementConfig SnapStart Tags Timeout TracingConfig VpcConfig
        | CapacityProviderConfig DurableConfig FileSystemConfigs TenancyConfig""",
    "AWS::Lambda::Url": "AuthType! Cors InvokeMode Qualifier TargetFunctionArn! |",
    "AWS::Lambda::Version": """CodeSha256 Description FunctionName! FunctionScalingConfig
        ProvisionedConcurrencyConfig RuntimePolicy |""",
    "AWS::S3::Bucket": """AbacStatus AccelerateConfiguration AccessControl AnalyticsConfigurations BucketEncryption
        BucketName BucketNamePrefix BucketNamespace CorsConfiguration IntelligentTieringConfigurations
        InventoryConfigurations LifecycleConfiguration LoggingConfiguration MetadataConfiguration
        MetadataTableConfiguration MetricsConfigurations ObjectLockConfiguration ObjectLockEnabled OwnershipControls
        NotificationConfiguration PublicAccessBlockConfiguration Tags VersioningConfiguration WebsiteConfiguration
        | ReplicationConfiguration""",
    "AWS::SNS::Subscription": """DeliveryPolicy Endpoint FilterPolicy FilterPolicyScope Protocol! RawMessageDelivery
        RedrivePolicy Region SubscriptionRoleArn TopicArn! | ReplayPolicy""",
    "AWS::SNS::Topic": """ContentBasedDeduplication DataProtectionPolicy DeliveryStatusLogging DisplayName
        FifoThroughputScope FifoTopic KmsMasterKeyId MaximumMessageSize SignatureVersion Subscription Tags TopicName
        TracingConfig | ArchivePolicy""",
    "AWS::SQS::Queue": """ContentBasedDeduplication DeduplicationScope DelaySeconds FifoQueue FifoThroughputLimit
        KmsDataKeyReusePeriodSeconds KmsMasterKeyId MaximumMessageSize MessageRetentionPeriod QueueName
        ReceiveMessageWaitTimeSeconds RedriveAllowPolicy RedrivePolicy SqsManagedSseEnabled Tags VisibilityTimeout |""",
    "AWS::SSM::Parameter": "AllowedPattern DataType Description Name Policies Tags Tier Type! Value! |",
    "AWS::Scheduler::Schedule": """Description EndDate FlexibleTimeWindow! GroupName KmsKeyArn
        Name ScheduleExpression! ScheduleExpressionTimezone StartDate State Target! |""",
    "AWS::Scheduler::ScheduleGroup": "Name Tags |",
    "AWS::StepFunctions::StateMachine": """Definition DefinitionS3Location DefinitionString DefinitionSubstitutions
        EncryptionConfiguration LoggingConfiguration RoleArn! StateMachineName StateMachineType Tags
        TracingConfiguration |""",
    "AWS::SecretsManager::Secret": """Description GenerateSecretString KmsKeyId Name ReplicaRegions SecretString Tags
        Type |""",
}

ROUTE_SETTINGS = "DataTraceEnabled DetailedMetricsEnabled LoggingLevel ThrottlingBurstLimit ThrottlingRateLimit"
KEYS = "AttributeName! KeyType!"
TARGET = """DeadLetterConfig EcsParameters Input InputTransformer KinesisParameters RedshiftDataParameters RetryPolicy
    RoleArn RunCommandParameters SageMakerPipelineParameters SqsParameters"""
INDEX = "IndexName! KeySchema! Projection! ContributorInsightsSpecification OnDemandThroughput ProvisionedThroughput"
# The same for properties that are mappings, or lists of them.
NESTED: Mapping[str, Mapping[str, str]] = {
    "AWS::ApiGateway::UsagePlan": {
        "ApiStages": "ApiId! Stage! Throttle",
        "Quota": "Limit! Offset Period!",
        "Throttle": "BurstLimit RateLimit",
    },
    "AWS::ApiGatewayV2::DomainName": {
        "DomainNameConfigurations": """CertificateArn CertificateName EndpointType IpAddressType
            OwnershipVerificationCertificateArn SecurityPolicy""",
    },
    "AWS::ApiGatewayV2::Stage": {
        "AccessLogSettings": "DestinationArn Format",
        "DefaultRouteSettings": ROUTE_SETTINGS,
    },
    "AWS::DynamoDB::Table": {
        "AttributeDefinitions": "AttributeName! AttributeType!",
        "GlobalSecondaryIndexes": f"{INDEX} WarmThroughput",
        "KeySchema": KEYS,
        "LocalSecondaryIndexes": "IndexName! KeySchema! Projection!",
        "PointInTimeRecoverySpecification": "PointInTimeRecoveryEnabled RecoveryPeriodInDays",
        "ProvisionedThroughput": "ReadCapacityUnits! WriteCapacityUnits!",
        "SSESpecification": "KMSMasterKeyId SSEEnabled! SSEType",
        "StreamSpecification": "ResourcePolicy StreamViewType!",
        "TimeToLiveSpecification": "AttributeName Enabled!",
    },
    "AWS::Events::Rule": {"Targets": f"Arn! Id! AppSyncParameters BatchParameters HttpParameters InputPath {TARGET}"},
    "AWS::Lambda::EventSourceMapping": {
        "DestinationConfig": "OnFailure",
        "FilterCriteria": "Filters",
        "ScalingConfig": "MaximumConcurrency",
    },
    "AWS::Lambda::Function": {
        "Environment": "Variables",
        "LoggingConfig": "ApplicationLogLevel LogFormat LogGroup SystemLogLevel",
    },
    "AWS::SQS::Queue": {"RedrivePolicy": "deadLetterTargetArn! maxReceiveCount!"},
    "AWS::Scheduler::Schedule": {
        "FlexibleTimeWindow": "MaximumWindowInMinutes Mode!",
        "Target": f"Arn! EventBridgeParameters {TARGET.replace('RoleArn', 'RoleArn!')}",
    },
    "AWS::SecretsManager::Secret": {
        "GenerateSecretString": """ExcludeCharacters ExcludeLowercase ExcludeNumbers ExcludePunctuation
            ExcludeUppercase GenerateStringKey IncludeSpace PasswordLength RequireEachIncludedType
            SecretStringTemplate""",
    },
}


def names_of(kind: str) -> Names | None:
    """The names of a type's properties, or None for a type that nobody reads."""
    table = TABLES.get(kind)
    return None if table is None else parsed(table)


def nested_names(kind: str) -> dict[str, Names]:
    """The same of those properties that have names of their own inside."""
    return {name: parsed(table) for name, table in NESTED.get(kind, {}).items()}


def parsed(table: str) -> Names:
    taken, _, refused = table.partition("|")
    required = {name[:-1] for name in taken.split() if name.endswith("!")}
    known = {name.rstrip("!") for name in (*taken.split(), *refused.split())}
    return Names(frozenset(known), frozenset(required), frozenset(refused.split()))
