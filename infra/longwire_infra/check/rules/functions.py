"""Functions and what feeds them: runtimes, dead letters, timeouts of queues, concurrency, secrets, tracing."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

from longwire_infra.check.document import Resource, known, listed, mapping, number, references
from longwire_infra.check.functions import has_destination
from longwire_infra.check.rule import Evidence, Severity, rule
from longwire_infra.check.runtimes import DEPRECATED
from longwire_infra.check.stack import Stack

__all__: list[str] = []

LAMBDA = "https://docs.aws.amazon.com/lambda/latest/dg/"
SOON = timedelta(days=90)
SECRET_NAME = re.compile(
    r"(?i)(^|_)(secret|password|passwd|token|api_?key|private_?key|access_?key|secret_?key|signing_?key)$"
)
SECRET_VALUE = re.compile(r"AKIA[0-9A-Z]{16}|-----BEGIN [A-Z ]*PRIVATE KEY|sk_live_\w+|eyJ[\w-]{10,}\.eyJ[\w-]+\.")
LOOKED_UP = re.compile(r"arn:|/|https?://|\$\{|\{\{resolve:", re.IGNORECASE)
STREAMS = ("DynamoDB", "Kinesis")


@rule(
    "LW601",
    "warning",
    "Runtime at its end",
    "AWS patches a deprecated runtime no more, and after a while neither creates nor updates functions with it.",
    "Move to the newest runtime of the language.",
    f"{LAMBDA}lambda-runtimes.html",
)
def old_runtime(stack: Stack) -> Iterator[Evidence]:
    for function in stack.functions.values():
        runtime = function.resource.get("Runtime")
        ends = DEPRECATED.get(runtime) if isinstance(runtime, str) else None
        if ends is not None and date.fromisoformat(ends) <= stack.today + SOON:
            verb = "was deprecated" if date.fromisoformat(ends) <= stack.today else "will be deprecated"
            where = function.resource.at("Runtime")
            yield Evidence(f"{runtime} {verb} on {ends}", where, resource=function.name)


@rule(
    "LW602",
    "warning",
    "Asynchronous invocation whose failures are lost",
    "Lambda tries an event three times and then drops it, unless there is somewhere to put it.",
    "DeadLetterQueue, or EventInvokeConfig with DestinationConfig.OnFailure.",
    f"{LAMBDA}invocation-async-retain-records.html",
)
def no_dead_letters(stack: Stack) -> Iterator[Evidence]:
    sent_on = has_destination(stack.document)
    for name, path in stack.asynchronous.items():
        if name in stack.functions and name not in sent_on and not stack.functions[name].dead_letters:
            yield Evidence(f"Failed events of {name} go nowhere", path, resource=name)


@rule(
    "LW603",
    "warning",
    "Queue whose poison is never taken out",
    "A message that its function cannot take comes back until it expires, and holds up what is behind it.",
    "RedrivePolicy with a dead-letter queue and maxReceiveCount.",
    f"{LAMBDA}services-sqs-errorhandling.html",
)
def no_redrive(stack: Stack) -> Iterator[Evidence]:
    for source in stack.event_sources:
        queue = stack.document.resources.get(source.source or "")
        if queue is not None and queue.type == "AWS::SQS::Queue" and queue.get("RedrivePolicy") is None:
            yield Evidence(f"{queue.name} has no RedrivePolicy", queue.path, resource=queue.name)


@rule(
    "LW604",
    "warning",
    "Stream that one bad record stops",
    "Without a failure destination and a limit a batch that fails is tried until it expires (a day and more), and the "
    "shard "
    "waits behind it.",
    "DestinationConfig.OnFailure with MaximumRetryAttempts and BisectBatchOnFunctionError.",
    f"{LAMBDA}services-dynamodb-errors.html",
)
def stuck_stream(stack: Stack) -> Iterator[Evidence]:
    for source in stack.event_sources:
        target = mapping(mapping(source.properties.get("DestinationConfig")).get("OnFailure"))
        if source.kind in STREAMS and not target and known(source.properties.get("DestinationConfig")):
            yield Evidence("There is no DestinationConfig.OnFailure", source.path, resource=source.resource)


@rule(
    "LW605",
    "warning",
    "Queue that gives a message out again too early",
    "Lambda asks for a visibility timeout of six times the function's timeout; with less, a message is handled twice "
    "while Lambda is throttled. Less than the timeout itself is refused when the source is made.",
    "VisibilityTimeout: six times the function's Timeout.",
    f"{LAMBDA}services-sqs-configure.html",
)
def early_redelivery(stack: Stack) -> Iterator[Evidence]:
    for source in stack.event_sources:
        queue, function = stack.document.resources.get(source.source or ""), stack.functions.get(source.function)
        if queue is None or function is None or queue.type != "AWS::SQS::Queue":
            continue
        given = queue.get("VisibilityTimeout")
        visible, timeout = number(30 if given is None else given), number(function.timeout)
        if visible is not None and timeout is not None and visible < 6 * timeout:
            message = f"VisibilityTimeout is {visible:g} s, and {function.name} may take {timeout:g} s"
            severity: Severity = "error" if visible < timeout else "warning"
            yield Evidence(message, queue.at("VisibilityTimeout"), resource=queue.name, severity=severity)


@rule(
    "LW606",
    "note",
    "One failed message repeats its whole batch",
    "Unless the function reports which messages failed, Lambda takes all of the batch for failed, and what was sent "
    "is sent "
    "again.",
    "FunctionResponseTypes: [ReportBatchItemFailures], and batchItemFailures in the answer.",
    f"{LAMBDA}services-sqs-errorhandling.html",
)
def whole_batches(stack: Stack) -> Iterator[Evidence]:
    for source in stack.event_sources:
        size = number(source.properties.get("BatchSize"))
        if source.kind == "SQS" and size != 1 and not source.properties.get("FunctionResponseTypes"):
            yield Evidence("There is no FunctionResponseTypes", source.path, resource=source.resource)


@rule(
    "LW607",
    "error",
    "Dead-letter queue of the other kind",
    "The dead-letter queue of a FIFO queue has to be FIFO, and that of a standard queue standard.",
    "Give both queues the same FifoQueue.",
    "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html",
)
def other_kind(stack: Stack) -> Iterator[Evidence]:
    for queue in stack.document.of_type("AWS::SQS::Queue"):
        for name in references(queue.get("RedrivePolicy")):
            letters = stack.document.resources.get(name)
            if letters is not None and letters.type == "AWS::SQS::Queue" and is_fifo(letters) != is_fifo(queue):
                yield Evidence(f"{letters.name} is of another kind", queue.at("RedrivePolicy"), resource=queue.name)


def is_fifo(queue: Resource) -> bool:
    return str(queue.get("FifoQueue")).lower() == "true"


@rule(
    "LW608",
    "error",
    "Secret in an environment variable",
    "It stands in the template, in its history, in CloudFormation's console, and in every log that prints the "
    "environment.",
    "Keep it in Secrets Manager or as a SecureString, give the function its ARN, and read it once per environment.",
    f"{LAMBDA}configuration-envvars-encryption.html",
)
def secret_variable(stack: Stack) -> Iterator[Evidence]:
    for function in stack.functions.values():
        for name, value in function.variables.items():
            if isinstance(value, str) and (
                SECRET_VALUE.search(value)
                or (SECRET_NAME.search(snake(name)) and value.strip() and not LOOKED_UP.match(value))
            ):
                where = function.resource.at("Environment", "Variables", name)
                yield Evidence(f"{name} holds a value of its own", where, resource=function.name)


def snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)


@rule(
    "LW609",
    "note",
    "Calls that cannot be followed",
    "Without tracing nobody sees whether the authorizer, the table or @connections made a message slow.",
    "Tracing: Active (SAM), TracingConfig: {Mode: Active} (CloudFormation).",
    f"{LAMBDA}services-xray.html",
)
def untraced(stack: Stack) -> Iterator[Evidence]:
    behind = {**stack.behind()}
    traced = [name for name in behind if traces(stack.functions[name].resource)]
    if behind and not traced:
        first = stack.functions[next(iter(behind))].resource
        yield Evidence("No function behind a route is traced", first.path, resource=first.name)


def traces(function: Resource) -> bool:
    mode = function.get("Tracing") or function.get("TracingConfig", "Mode")
    return mode is not None and mode not in ("PassThrough", "Disabled")


@rule(
    "LW610",
    "note",
    "Background work that can take every execution environment",
    "Functions share the account's concurrency, 1,000 unless it was raised. A queue or stream that fills up takes all "
    "of it, "
    "and "
    "handshakes end in 429.",
    "ScalingConfig: {MaximumConcurrency: N} on the event source, or ReservedConcurrentExecutions on its function.",
    f"{LAMBDA}configuration-concurrency.html",
)
def unbounded_worker(stack: Stack) -> Iterator[Evidence]:
    for source in stack.event_sources:
        function = stack.functions.get(source.function)
        bounded = mapping(source.properties.get("ScalingConfig")).get("MaximumConcurrency")
        reserved = None if function is None else function.resource.get("ReservedConcurrentExecutions")
        if source.kind == "SQS" and bounded is None and reserved is None:
            yield Evidence(f"Nothing bounds {source.function}", source.path, resource=source.resource)


@rule(
    "LW611",
    "error",
    "Function that is switched off",
    "ReservedConcurrentExecutions: 0 refuses every invocation.",
    "Give it a number, or take the property out.",
    f"{LAMBDA}configuration-concurrency.html",
)
def switched_off(stack: Stack) -> Iterator[Evidence]:
    for name in sorted({*stack.behind(), *stack.authorizing}):
        function = stack.functions.get(name)
        if function is not None and number(function.resource.get("ReservedConcurrentExecutions")) == 0:
            where = function.resource.at("ReservedConcurrentExecutions")
            yield Evidence("ReservedConcurrentExecutions is 0", where, resource=name)


@rule(
    "LW612",
    "error",
    "Timeout that Lambda does not have",
    "A function runs 1 to 900 seconds. cfn-lint does not see it in SAM's functions.",
    "Timeout: 1 to 900",
    f"{LAMBDA}configuration-timeout.html",
)
def impossible_timeout(stack: Stack) -> Iterator[Evidence]:
    for function in stack.functions.values():
        value = number(function.resource.get("Timeout"))
        if value is not None and not 1 <= value <= 900:
            yield Evidence(f"Timeout is {value:g}", function.resource.at("Timeout"), resource=function.name)


@rule(
    "LW613",
    "note",
    "Dead letters that live no longer than the queue's",
    "SQS counts a message's age from when it was first sent: one that comes to the dead-letter queue late is soon "
    "deleted.",
    "MessageRetentionPeriod: 1209600 on the dead-letter queue.",
    "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html",
)
def short_lived_letters(stack: Stack) -> Iterator[Evidence]:
    for queue in stack.document.of_type("AWS::SQS::Queue"):
        for name in listed(list(references(queue.get("RedrivePolicy")))):
            letters = stack.document.resources.get(name)
            if letters is None or letters.type != "AWS::SQS::Queue":
                continue
            kept = number(letters.get("MessageRetentionPeriod") or 345_600)
            source = number(queue.get("MessageRetentionPeriod") or 345_600)
            if kept is not None and source is not None and kept <= source:
                message = f"{letters.name} keeps {kept:,.0f} s, {queue.name} {source:,.0f} s"
                yield Evidence(message, letters.path, resource=letters.name)
