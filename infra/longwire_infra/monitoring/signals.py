"""The one list: what is looked at, in which picture it is, and from when on somebody has to know.

``${...}`` is CloudFormation's: dimensions and texts go through ``Fn::Sub``.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

__all__ = ["Alarm", "Parts", "Signal", "signals"]

SERVICE = (("service", "${AWS::StackName}"),)
STAGE = (("ApiId", "${Api}"), ("Stage", "v1"))
ABOVE = "GreaterThanOrEqualToThreshold"


@dataclass(frozen=True, slots=True)
class Alarm:
    """Raised when ``datapoints`` of ``periods`` minutes are at ``threshold`` or above, which has this ``meaning``."""

    logical_id: str
    meaning: str
    threshold: float
    datapoints: int = 2
    periods: int = 3


@dataclass(frozen=True, slots=True)
class Signal:
    """``several`` are the same metric of more resources, by their dimensions; they are added up."""

    picture: str
    label: str
    namespace: str
    metric: str
    dimensions: tuple[tuple[str, str], ...]
    statistic: str = "Sum"
    alarm: Alarm | None = None
    several: tuple[tuple[tuple[str, str], ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Parts:
    """Logical ids of a template: its functions, the queues that they work off, the queues of dead letters."""

    functions: Sequence[str]
    queues: Sequence[str]
    dead_letters: Sequence[str]


def own(picture: str, metric: str, label: str, alarm: Alarm | None = None, statistic: str = "Sum") -> Signal:
    return Signal(picture, label, "Longwire", metric, SERVICE, statistic, alarm)


def gateway(picture: str, metric: str, label: str, alarm: Alarm | None = None, statistic: str = "Sum") -> Signal:
    return Signal(picture, label, "AWS/ApiGateway", metric, STAGE, statistic, alarm)


def of_functions(parts: Parts, metric: str, label: str, alarm: Alarm | None = None, statistic: str = "Sum") -> Signal:
    each = tuple((("FunctionName", f"${{{name}}}"),) for name in parts.functions)
    return Signal("Lambda", label, "AWS/Lambda", metric, each[0], statistic, alarm, each[1:])


def of_queue(picture: str, name: str, metric: str, label: str, alarm: Alarm | None = None) -> Signal:
    return Signal(picture, label, "AWS/SQS", metric, (("QueueName", f"${{{name}.QueueName}}"),), "Maximum", alarm)


SESSIONS = (
    gateway("Sessions", "ConnectCount", "handshakes"),
    own("Sessions", "Connects", "new sessions"),
    own("Sessions", "Resumes", "sessions that went on"),
    own("Sessions", "Disconnects", "connections ended"),
    own("Sessions", "ActiveSessions", "active sessions", statistic="Maximum"),
)
REFUSED = tuple(
    own("Refused handshakes", f"Refused{name}", label)
    for name, label in (
        ("NoToken", "no token"), ("Token", "token"), ("Claims", "claims"), ("Origin", "origin"),
        ("Subprotocol", "subprotocol"), ("Resume", "resume"), ("Limit", "connections of a user"),
        ("Rule", "a rule of yours"),
    )
)  # fmt: skip
MESSAGES = (
    gateway("Messages", "MessageCount", "billed by API Gateway"),
    own("Messages", "MessagesIn", "in"),
    own("Messages", "MessagesOut", "out"),
    own("Delivery", "DeliveryLatency", "commit to post, p50 (ms)", statistic="p50"),
    own("Delivery", "DeliveryLatency", "commit to post, p99 (ms)", statistic="p99",
        alarm=Alarm("DeliverySlow", "One message in a hundred takes more than 5 s from its commit to its post.", 5000)),
)  # fmt: skip
LOST = (
    own("Not delivered", "Throttled", "429 of @connections", Alarm(
        "PostsThrottled", "API Gateway refuses posts: the account's requests are used up, or clients are slow.", 10)),
    own("Not delivered", "Gone", "410: no such connection"),
    own("Not delivered", "DeliveryFailures", "other failures", Alarm(
        "DeliveryFailing", "Messages could not be posted after three tries.", 10)),
    own("Not delivered", "DeadlineMissed", "no time left", Alarm(
        "DeadlinesMissed", "A broadcast was too big for its invocation, and some of its receivers were skipped.", 1)),
    own("Not delivered", "WindowFull", "streams that wait for an ack"),
    own("Not delivered", "Resyncs", "losses told to clients", Alarm(
        "MessagesLost", "Clients were told that messages are lost: they were away longer than those are kept.", 10)),
)  # fmt: skip
FAILING = (
    gateway("Errors", "ExecutionError", "functions not invoked", Alarm(
        "ApiFailing", "API Gateway could not invoke a function, or had to wait too long for it.", 1)),
    own("Errors", "HandlerErrors", "exceptions", Alarm("HandlersFailing", "Invocations end in an exception.", 1)),
    own("Errors", "FrameErrors", "frames that failed", Alarm(
        "FramesFailing", "Clients are answered with InternalServerError.", 5)),
    own("Errors", "PumpErrors", "looks at a session that failed", Alarm(
        "PumpFailing", "Sessions cannot be served; each is looked at again, at last once a minute.", 5)),
    own("Errors", "QueueErrors", "queued messages that failed", Alarm(
        "PublishingFails", "Messages in the publish queue cannot be published, and are tried again.", 5)),
)  # fmt: skip


def signals(parts: Parts) -> list[Signal]:
    """Of the backend with these parts."""
    throttled = Alarm(
        "FunctionsThrottled", "Lambda refuses invocations: the account's or a function's concurrency is used up.", 1
    )
    lambdas = (
        of_functions(parts, "Invocations", "invocations"),
        of_functions(parts, "Errors", "failed"),
        of_functions(parts, "Throttles", "throttled", throttled),
    )
    waiting = [
        of_queue("Queues", name, "ApproximateAgeOfOldestMessage", f"oldest in {name} (s)") for name in parts.queues
    ]
    dead = [
        of_queue("Queues", name, "ApproximateNumberOfMessagesVisible", f"in {name}", dead_letters(name))
        for name in parts.dead_letters
    ]
    return [*SESSIONS, *REFUSED, *MESSAGES, *LOST, *FAILING, *lambdas, *waiting, *dead]


def dead_letters(name: str) -> Alarm:
    meaning = f"What could not be served in spite of all tries lies in {name}."
    return replace(Alarm(f"{name}Waiting", meaning, 1), datapoints=1, periods=1)
