"""What is kept: connections, sessions, messages, logs."""

from collections.abc import Iterator
from typing import Any

from longwire_infra.check.document import Resource, known, mapping, number, references
from longwire_infra.check.rule import Evidence, Severity, rule
from longwire_infra.check.stack import Stack

__all__ = ["named_by"]

DYNAMODB = "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/"
TABLES = ("AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable", "AWS::Serverless::SimpleTable")
OWN_TABLES = (TABLES[0], TABLES[2])
LOG_GROUP = "AWS::Logs::LogGroup"


def tables(stack: Stack) -> Iterator[Resource]:
    return stack.document.of_type(*TABLES)


def expires(table: Resource) -> bool:
    given = table.get("TimeToLiveSpecification")
    return given is not None and str(mapping(given).get("Enabled", True)).lower() != "false"


@rule(
    "LW701",
    "warning",
    "Connections that are kept for ever",
    "$disconnect is best effort: the rows of those it missed stay, are sent to, and are paid for. A connection lives "
    "two "
    "hours at most.",
    "TimeToLiveSpecification on the table of connections, and an expiry of a few hours in each row. SAM's SimpleTable "
    "has "
    "none: use AWS::DynamoDB::Table.",
    f"{DYNAMODB}TTL.html",
)
def no_expiry(stack: Stack) -> Iterator[Evidence]:
    used = [table for table in tables(stack) if table.name in named_by(stack, "$connect", "$disconnect")]
    if used and not any(expires(table) for table in used):
        for table in used:
            yield Evidence("It has no TimeToLiveSpecification", table.path, resource=table.name)


def named_by(stack: Stack, *keys: str) -> set[str]:
    """Tables that the functions behind these routes name in variables or policies, by reference or by name."""
    behind = [stack.functions[name].resource for name in stack.behind(*keys)]
    holders = {role for function in behind for role in references(function.get("Role"))}
    said: list[Any] = [[function.get("Environment", "Variables"), function.get("Policies")] for function in behind]
    said += [list(each.resources) for each in stack.statements if each.holders & holders]
    referred, words = set(references(said)), set(texts(said))
    return {
        table.name
        for table in tables(stack)
        if table.name in referred or any(str(table.get("TableName")) == word.rpartition("/")[2] for word in words)
    }


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, dict)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from texts(item)


@rule(
    "LW702",
    "warning",
    "Table that cannot be brought back",
    "A wrong deploy or a wrong line of code can empty a table. Point-in-time recovery goes back to any second of 35 "
    "days.",
    "PointInTimeRecoverySpecification: {PointInTimeRecoveryEnabled: true}",
    f"{DYNAMODB}Point-in-time-recovery.html",
)
def no_recovery(stack: Stack) -> Iterator[Evidence]:
    for table in stack.document.of_type(*OWN_TABLES):
        given = table.get("PointInTimeRecoverySpecification")
        if known(given) and str(mapping(given).get("PointInTimeRecoveryEnabled")).lower() in ("none", "false"):
            # What expires by itself within hours is seldom worth restoring.
            yield Evidence("There is no point-in-time recovery", table.path, None, table.name, severity(table))


def severity(table: Resource) -> Severity | None:
    return "note" if expires(table) else None


@rule(
    "LW703",
    "warning",
    "Table that goes with its stack",
    "Deleting the stack, or a change that replaces the table, deletes what is in it.",
    "DeletionProtectionEnabled: true, with DeletionPolicy and UpdateReplacePolicy: Retain.",
    "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-deletionpolicy.html",
)
def unprotected(stack: Stack) -> Iterator[Evidence]:
    for table in stack.document.of_type(*OWN_TABLES):
        kept = str(table.attributes.get("DeletionPolicy")).startswith("Retain")
        given = table.get("DeletionProtectionEnabled")
        if not kept and known(given) and str(given).lower() in ("none", "false"):
            message = "It has neither DeletionPolicy: Retain nor DeletionProtectionEnabled"
            yield Evidence(message, table.path, None, table.name, severity(table))


@rule(
    "LW704",
    "warning",
    "Table with a fixed capacity",
    "A table without BillingMode is provisioned. When everybody reconnects after a deploy, it throttles $connect.",
    "BillingMode: PAY_PER_REQUEST, or a ScalableTarget for its capacity.",
    f"{DYNAMODB}capacity-mode.html",
)
def fixed_capacity(stack: Stack) -> Iterator[Evidence]:
    scaled = {
        name
        for each in stack.document.of_type("AWS::ApplicationAutoScaling::ScalableTarget")
        for name in references(each.get("ResourceId"))
    }
    for table in stack.document.of_type("AWS::DynamoDB::Table"):
        mode = table.get("BillingMode")
        if mode in (None, "PROVISIONED") and table.name not in scaled and table.get("OnDemandThroughput") is None:
            yield Evidence(f"BillingMode is {mode or 'not set'}", table.path, resource=table.name)


@rule(
    "LW705",
    "warning",
    "Messages that are stored in the clear",
    "SQS encrypts unless it is told not to; Kinesis and SNS do not unless they are told to.",
    "SqsManagedSseEnabled: true; StreamEncryption: {EncryptionType: KMS, KeyId: alias/aws/kinesis}; KmsMasterKeyId.",
    "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-server-side-encryption.html",
)
def unencrypted(stack: Stack) -> Iterator[Evidence]:
    for queue in stack.document.of_type("AWS::SQS::Queue"):
        off = str(queue.get("SqsManagedSseEnabled")).lower() == "false"
        if off and queue.get("KmsMasterKeyId") is None:
            yield Evidence("SqsManagedSseEnabled is false", queue.at("SqsManagedSseEnabled"), resource=queue.name)
    for kind, name in (("AWS::Kinesis::Stream", "StreamEncryption"), ("AWS::SNS::Topic", "KmsMasterKeyId")):
        for resource in stack.document.of_type(kind):
            if resource.get(name) is None:
                yield Evidence(f"It has no {name}", resource.path, resource=resource.name)


@rule(
    "LW706",
    "warning",
    "Logs that are kept for ever",
    "CloudWatch keeps a group's lines, and bills them, until you say how long; with them the ids and addresses of "
    "people.",
    "RetentionInDays on the log group.",
    "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/Working-with-log-groups-and-streams.html",
)
def endless_log(stack: Stack) -> Iterator[Evidence]:
    for group in stack.document.of_type(LOG_GROUP):
        if group.get("RetentionInDays") is None:
            yield Evidence("It has no RetentionInDays", group.path, resource=group.name)


@rule(
    "LW707",
    "note",
    "Function whose log nobody bounds",
    "Lambda makes a log group of its own when there is none, and that one is kept for ever.",
    "A log group of the template with RetentionInDays: LoggingConfig: {LogGroup: !Ref FunctionLogs}.",
    "https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-loggroups.html",
)
def own_log(stack: Stack) -> Iterator[Evidence]:
    groups = list(stack.document.of_type(LOG_GROUP, "Custom::LogRetention"))
    named = {name for group in groups for name in references([group.get("LogGroupName"), group.get("logGroupName")])}
    texts = [str(group.get("LogGroupName")) for group in groups]
    for name in sorted({*stack.behind(), *stack.authorizing}):
        function = stack.functions.get(name)
        if function is None or function.resource.get("LoggingConfig", "LogGroup") is not None or name in named:
            continue
        called = function.resource.get("FunctionName")
        if not (isinstance(called, str) and f"/aws/lambda/{called}" in texts):
            yield Evidence(f"{name} has no log group here", function.resource.path, resource=name)


@rule(
    "LW708",
    "error",
    "More handshakes than the stack can take",
    "An account has 500 new connections a second in a Region unless it was raised; each handshake also needs an "
    "execution "
    "environment of $connect's function, and of the authorizer's, for as long as it takes.",
    "Have the quota raised (expected-load.connect-quota), or spread reconnects with jitter; raise the reservation.",
    "apigateway-execution-service-websocket-limits-table.html",
)
def too_many_handshakes(stack: Stack) -> Iterator[Evidence]:
    rate = stack.expected.get("connects-per-second")
    if rate is None:
        return
    quota = stack.expected.get("connect-quota", 500)
    if rate > quota:
        path = next((api.path for api in stack.apis), ())
        yield Evidence(f"{rate:g} handshakes a second are expected; the quota is {quota:g}", path)
    seconds = stack.expected.get("connect-ms", 200) / 1000
    for name in sorted({*stack.behind("$connect"), *stack.authorizing}):
        function = stack.functions.get(name)
        reserved = None if function is None else number(function.resource.get("ReservedConcurrentExecutions"))
        if function is not None and reserved is not None and 0 < reserved < rate * seconds:
            needed = f"{rate:g} handshakes a second of {seconds:g} s need {rate * seconds:g} at once"
            message = f"{needed}; {reserved:g} are reserved"
            yield Evidence(message, function.resource.at("ReservedConcurrentExecutions"), resource=name)


@rule(
    "LW709",
    "warning",
    "Throttle below the expected load",
    "A stage's limit counts handshakes and messages together; what is above it is answered 429.",
    "Raise ThrottlingRateLimit above the peak that expected-load states.",
    "websocket-api-protect.html",
)
def throttled_peak(stack: Stack) -> Iterator[Evidence]:
    names = ("connects-per-second", "messages-per-second")
    peak = sum(stack.expected.get(name, 0) for name in names)
    for stage in stack.stages:
        limit = number(stage.setting("ThrottlingRateLimit"))
        if limit is not None and 0 < limit < peak:
            where = stage.resource.at("DefaultRouteSettings", "ThrottlingRateLimit")
            message = f"ThrottlingRateLimit is {limit:g}; {peak:g} a second are expected"
            yield Evidence(message, where, resource=stage.resource.name)
