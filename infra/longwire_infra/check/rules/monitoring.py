"""Alarms and metrics: who hears of it when something breaks."""

from collections.abc import Iterator

from longwire_infra.check.document import Resource, listed, mapping, references
from longwire_infra.check.rule import Evidence, rule
from longwire_infra.check.stack import Stack

__all__: list[str] = []

METRICS = "apigateway-websocket-api-logging.html"
ALARMS = ("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm")
OF_WEBSOCKETS = (
    "ClientError",
    "ConnectCount",
    "ExecutionError",
    "IntegrationError",
    "IntegrationLatency",
    "MessageCount",
)
COUNTS = r"put_metric_data|putmetricdata|add_metric|metrics\b|_aws|cloudwatchmetrics|embedded|prometheus|statsd|datadog"


def alarms(stack: Stack) -> list[Resource]:
    return list(stack.document.of_type(*ALARMS))


@rule(
    "LW801",
    "warning",
    "No alarm at all",
    "Clients reconnect by themselves: what is broken shows as load and silence long before anybody writes to you.",
    "Alarms on IntegrationError and ExecutionError of the API, Errors and Throttles of its functions, and dead "
    "letters.",
    METRICS,
)
def no_alarms(stack: Stack) -> Iterator[Evidence]:
    api = next((api for api in stack.apis if api.resource is not None), None)
    if api is not None and not alarms(stack):
        yield Evidence("The template has no alarm", api.path, resource=api.name)


@rule(
    "LW802",
    "warning",
    "Dead letters that nobody hears of",
    "What lies in a dead-letter queue is a message that somebody waits for. It is deleted after its retention period.",
    "An alarm on ApproximateNumberOfMessagesVisible of the dead-letter queue above 0.",
    "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/dead-letter-queues-alarms-cloudwatch.html",
)
def unwatched_letters(stack: Stack) -> Iterator[Evidence]:
    watched = {name for alarm in alarms(stack) for name in references(dict(alarm.properties))}
    letters = {
        name
        for queue in stack.document.of_type("AWS::SQS::Queue")
        for name in references(mapping(queue.get("RedrivePolicy")).get("deadLetterTargetArn"))
    }
    for name in sorted(letters):
        if name in stack.document.resources and name not in watched and alarms(stack):
            yield Evidence(f"No alarm watches {name}", ("Resources", name), resource=name)


@rule(
    "LW803",
    "error",
    "Alarm on a metric that WebSocket APIs do not have",
    f"A WebSocket API publishes {', '.join(OF_WEBSOCKETS)}, by ApiId. An alarm on REST's 5XXError or Latency never "
    f"fires.",
    "Take one of these, with the dimensions ApiId and Stage.",
    METRICS,
)
def wrong_metric(stack: Stack) -> Iterator[Evidence]:
    names = {api.name for api in stack.apis if api.name is not None}
    for alarm in stack.document.of_type("AWS::CloudWatch::Alarm"):
        metric = alarm.get("MetricName")
        ours = names & set(references(alarm.get("Dimensions")))
        if alarm.get("Namespace") == "AWS/ApiGateway" and ours and isinstance(metric, str):
            dimensions = [mapping(each).get("Name") for each in listed(alarm.get("Dimensions"))]
            if metric not in OF_WEBSOCKETS:
                yield Evidence(f"There is no {metric}", alarm.at("MetricName"), resource=alarm.name)
            elif "ApiId" not in dimensions:
                yield Evidence("No dimension is called ApiId", alarm.at("Dimensions"), resource=alarm.name)


@rule(
    "LW804",
    "note",
    "Alarm that tells nobody",
    "It turns red on a page that is open when somebody already knows.",
    "AlarmActions: [!Ref Topic]",
    "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html",
)
def silent_alarm(stack: Stack) -> Iterator[Evidence]:
    composed = {name for each in stack.document.of_type(ALARMS[1]) for name in references(each.get("AlarmRule"))}
    for alarm in alarms(stack):
        if not alarm.get("AlarmActions") and alarm.name not in composed:
            yield Evidence("It has no AlarmActions", alarm.path, resource=alarm.name)


@rule(
    "LW805",
    "note",
    "Errors of the API itself have no alarm",
    "A function that API Gateway cannot invoke, or that answers too late, has no error of its own: the API counts it.",
    "Alarms on ExecutionError and IntegrationError with the API's ApiId.",
    METRICS,
)
def unwatched_api(stack: Stack) -> Iterator[Evidence]:
    found = alarms(stack)
    watched = {name for alarm in found for name in references(dict(alarm.properties))}
    for api in stack.apis:
        if api.name is not None and found and api.name not in watched:
            yield Evidence("No alarm is about this API", api.path, resource=api.name)


@rule(
    "LW806",
    "note",
    "Nobody counts open connections",
    "API Gateway has no metric of open or ended connections: ConnectCount alone does not show that everybody left.",
    "Count in $connect and $disconnect (embedded metric format costs no call), or count the rows of the table.",
    METRICS,
)
def uncounted(stack: Stack) -> Iterator[Evidence]:
    behind = stack.behind("$connect", "$disconnect")
    codes = [stack.codes.get(name) for name in stack.functions]
    if behind and codes and all(code is not None and code.whole and not code.mentions(COUNTS) for code in codes):
        name, route = next(iter(behind.items()))
        yield Evidence("No function puts a metric", route.path, resource=name)
