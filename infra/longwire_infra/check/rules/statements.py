"""What no template can show: questions that its owner answers, and what has been stated about the checklist itself."""

import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from longwire_infra.check.rule import RULES, Evidence, rule
from longwire_infra.check.statements import Answer, Statements

__all__ = ["QUESTIONS"]

OWASP = "https://cheatsheetseries.owasp.org/cheatsheets/WebSocket_Security_Cheat_Sheet.html"
QUOTAS = "apigateway-execution-service-websocket-limits-table.html"
BACKOFF = "https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/"
Judge = Callable[[Answer], Iterator[str]]


def how(answer: Answer) -> Iterator[str]:
    """Most answers say how it is done, and name a file or a page that shows it."""
    if not answer.text("how"):
        yield "it does not say how"
    if not answer.text("evidence"):
        yield "it names no evidence"


def heartbeat(answer: Answer) -> Iterator[str]:
    seconds = answer.number("seconds")
    if seconds is None:
        yield "it does not say after how many seconds"
    elif seconds > 30 and not answer.text("reason"):
        yield f"{seconds:g} s is more than 30 s, and no reason is given"
    elif seconds >= 600:
        yield f"{seconds:g} s: API Gateway closes what is idle for 600 s"
    if not answer.text("evidence"):
        yield "it names no evidence"


def load_test(answer: Answer) -> Iterator[str]:
    peak, tested = answer.number("peak-connections"), answer.number("tested-connections")
    if peak is None or tested is None:
        yield "it needs peak-connections and tested-connections"
    elif tested < 2 * peak:
        yield f"{tested:g} connections were tested, and twice the peak is {2 * peak:g}"
    if not answer.text("evidence"):
        yield "it names no evidence: the JSON of `longwire load`, or a report"
    recorded = recorded_connections(answer)
    if recorded is not None and tested is not None and recorded < tested:
        yield f"{answer.text('evidence')} has {recorded:g} connections, not {tested:g}"


def recorded_connections(answer: Answer) -> float | None:
    """Of a result of `longwire load --json`."""
    file = answer.evidence
    if file is None or not file.is_file() or file.suffix != ".json":
        return None
    try:
        found: Any = json.loads(file.read_bytes())["connections"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return float(found) if isinstance(found, (int, float)) else None


def expected_load(answer: Answer) -> Iterator[str]:
    missing = [name for name in ("connects-per-second", "messages-per-second") if answer.number(name) is None]
    if missing:
        yield f"it needs {' and '.join(missing)}"


# By the name that an answer has.
QUESTIONS: dict[str, tuple[str, Judge]] = {
    "heartbeat": ("LW001", heartbeat),
    "backoff": ("LW002", how),
    "load-test": ("LW003", load_test),
    "fallback": ("LW004", how),
    "connection-limits": ("LW005", how),
    "reconnect": ("LW006", how),
    "revocation": ("LW007", how),
    "message-size": ("LW008", how),
    "session-state": ("LW009", how),
    "expected-load": ("LW010", expected_load),
}


def asked(name: str, statements: Statements) -> Iterator[Evidence]:
    """An unanswered question is a note, a wrong answer a warning."""
    answer = statements.answers.get(name)
    if answer is None and name in statements.seen:
        return
    if answer is None:
        where = f"Not answered: [tool.longwire.check.answers] {name} = {{...}}"
        yield Evidence(where, (), statements.place, severity="note")
    elif not answer.text("without"):
        for wrong in QUESTIONS[name][1](answer):
            yield Evidence(f"The answer {name}: {wrong}", (), answer.place)


def question(name: str, title: str, why: str, fix: str, source: str) -> None:
    rule(QUESTIONS[name][0], "warning", title, why, fix, source, "statements")(partial(asked, name))


question(
    "heartbeat",
    "Does something go over every connection within 30 seconds?",
    "API Gateway closes a connection after 10 idle minutes, proxies and NATs after one or two, and neither end sees "
    "that "
    "the other has gone. API Gateway sends no pings, and ping frames are not known to keep it open.",
    'heartbeat = {seconds = 25, evidence = "path of the client\'s code"}; more than 30 needs a reason.',
    QUOTAS,
)
question(
    "backoff",
    "Do clients come back slowly, and not all at once?",
    "A deploy or a network fault drops everybody in one second. Without jitter they come back in one second, against "
    "500 "
    "handshakes a second.",
    'backoff = {how = "full jitter, 1 s doubling to 60 s", evidence = "path of the client\'s code"}',
    BACKOFF,
)
question(
    "load-test",
    "Has twice the peak been tried?",
    "Quotas, concurrency and hot partitions show at the load that you have not had yet.",
    'load-test = {peak-connections = 5000, tested-connections = 10000, evidence = "load.json"}; `longwire load --json` '
    "writes one.",
    "https://docs.aws.amazon.com/wellarchitected/latest/framework/rel12-bp03.html",
)
question(
    "fallback",
    "What do clients do where no WebSocket gets through?",
    "Some proxies and firewalls let no upgrade pass.",
    'fallback = {how = "long polling at /poll", evidence = "..."}, or {without = "our own app, on mobile networks"}',
    OWASP,
)
question(
    "connection-limits",
    "How many connections may one user hold, and is the next one refused?",
    "One user with a broken client can otherwise take the account's 500 handshakes a second.",
    'connection-limits = {how = "10 a user, counted in the table; the next gets 429", evidence = "connect.py"}',
    OWASP,
)
question(
    "reconnect",
    "What is lost when a connection ends after two hours?",
    "API Gateway ends every connection after two hours at most. What was sent in between is gone unless it can be "
    "sent again.",
    'reconnect = {how = "clients resume by the last sequence id", evidence = "..."}',
    QUOTAS,
)
question(
    "revocation",
    "How does a connection end when its user may no longer be there?",
    "A handshake is authorized once. An expired token, a logout, a withdrawn right change nothing about an open "
    "connection.",
    'revocation = {how = "closed when the token expires; logout deletes the connections", evidence = "..."}',
    "apigateway-websocket-api-lambda-auth.html",
)
question(
    "message-size",
    "What happens to a message that is too big?",
    "API Gateway closes with 1009 above 32 KB a frame or 128 KB a message, and refuses a @connections POST above 128 "
    "KB "
    "with 413.",
    'message-size = {how = "refused above 16 KB; bigger ones go by S3", evidence = "..."}',
    QUOTAS,
)
question(
    "session-state",
    "Where does it stand what a connection is, and until when?",
    "Execution environments come and go: what is kept in a global is there for some messages and not for others.",
    'session-state = {how = "DynamoDB, with a TTL", evidence = "template.yaml"}',
    "https://docs.aws.amazon.com/lambda/latest/dg/best-practices.html",
)
question(
    "expected-load",
    "What load is expected?",
    "Only against numbers can quotas, throttles and reservations be checked.",
    "expected-load = {connects-per-second = 50, messages-per-second = 200}; also connect-quota (500 unless said) and "
    "connect-ms, how long a handshake takes (200 unless said).",
    QUOTAS,
)


# -- the statements themselves

CONFIGURATION = "infra/README.md, Is it ready for production?"


@rule(
    "LW091",
    "warning",
    "Suppressed without a reason",
    "Whoever comes after you has to know whether it still holds.",
    "Write the reason as its value.",
    CONFIGURATION,
    "statements",
)
def unreasoned(statements: Statements) -> Iterator[Evidence]:
    for each in statements.suppressions:
        if not each.reason:
            yield Evidence(f"{each.rule} is suppressed without a reason", (), each.place, each.resource)


@rule(
    "LW092",
    "warning",
    "Statement about something that does not exist",
    "A misspelt rule or question does nothing.",
    "`longwire check --list-rules` has them all.",
    CONFIGURATION,
    "statements",
)
def unknown_name(statements: Statements) -> Iterator[Evidence]:
    for each in statements.suppressions:
        if each.rule not in RULES:
            yield Evidence(f"There is no rule {each.rule}", (), each.place, each.resource)
    for name, answer in statements.answers.items():
        if name not in QUESTIONS:
            yield Evidence(f"There is no question {name}", (), answer.place)


@rule(
    "LW093",
    "warning",
    "Evidence that is not there",
    "A file that was moved or never written proves nothing.",
    "Correct the path; it is meant from the file that names it.",
    CONFIGURATION,
    "statements",
)
def missing_evidence(statements: Statements) -> Iterator[Evidence]:
    for answer in statements.answers.values():
        file = answer.evidence
        try:
            there = file is None or file.is_file()
        except (OSError, ValueError):
            there = False
        if not there:
            yield Evidence(f"There is no file {answer.text('evidence')}", (), answer.place)


@rule(
    "LW094",
    "warning",
    "Suppression that suppresses nothing",
    "What it was for has been mended, or stands elsewhere now. Left, it hides the next one.",
    "Take it out.",
    CONFIGURATION,
    "statements",
)
def idle(_statements: Statements) -> Iterator[Evidence]:
    """Found when all the others are known: `longwire_infra.check.run`."""
    yield from ()
