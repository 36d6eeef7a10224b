"""Parts of docs/ that are made from code, and what holds the claims in their tables.

Run this file to write the parts that are made into the pages.
"""

import re
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from longwire.core.connection import TRANSITIONS, State
from longwire_infra.monitoring.signals import signals
from longwire_infra.monitoring.template_parts import parts_of

__all__ = ["MADE", "ROOT", "filled", "unheld"]

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PART = re.compile(r"<!-- made: (?P<name>\w+) -->\n(?P<text>.*?)<!-- end -->", re.DOTALL)
LINK = re.compile(r"\[(?P<words>[^\]]+)\]\((?P<file>\.\./tests/[\w/]+\.py)\)")
NOT_VERIFIED = "**not verified on AWS**"
BY_CI = "`.ci/run`"


def connection() -> str:
    """The transition table as a diagram."""
    lines = ["```mermaid", "stateDiagram-v2", "    [*] --> authorizing: a handshake, with an authorizer"]
    lines.append("    [*] --> connecting: a handshake, without one")
    lines += [f"    {before} --> {after}: {step}" for (before, step), after in TRANSITIONS.items()]
    return "\n".join([*lines, f"    {State.CLOSED} --> [*]", "```"])


STEPS: Mapping[str, str] = {
    "DeliverySlow": (
        "Which part waits? `oldest in Doorbell` grows: raise `WorkerConcurrency`. It does not: posts are slow"
        " or refused, see PostsThrottled."
    ),
    "PostsThrottled": (
        "One client that does not read: nothing to do. Many: the account's 10,000 requests a second are used "
        "up, of which heartbeats are the first to go. Ask AWS for more, or send less."
    ),
    "DeliveryFailing": "The log of the function that posts has the reason. Else AWS's health page.",
    "DeadlinesMissed": "A volatile group is too big for one invocation: raise `FanoutWidth`.",
    "MessagesLost": (
        "Clients were away longer than `retention`, or than `history` holds: raise them for that topic, or "
        "let clients read the past anew."
    ),
    "ApiFailing": (
        "A function is missing, may not be invoked, or does not answer in 29 s: the access log's `error` and "
        "`integrationStatus`."
    ),
    "HandlersFailing": "The log's `the handler failed` with its traceback. After a deployment: roll back first.",
    "FramesFailing": "The log's `a frame could not be served`: a handler of yours, or throttling.",
    "PumpFailing": (
        "The log's `the pump failed`. Sessions lose nothing: their bells ring again, and each has fifty tries."
    ),
    "PublishingFails": "The log's `a queued message could not be published`. What fails five times is a dead letter.",
    "FunctionsThrottled": (
        "The account's concurrency is used up, by whom does the Lambda console say. Raise the quota, or "
        "reserve some for this stack."
    ),
    "DoorbellDeadLettersWaiting": (
        "Sessions that could not be served fifty times. The next message rings again, so the queue may be "
        "emptied once the cause is known."
    ),
    "BroadcastDeadLettersWaiting": (
        "Parts of broadcasts that were tried in vain: some missed a volatile message. The functions' log says why; "
        "empty the queue, for nobody waits for it any more."
    ),
    "PublishDeadLettersWaiting": "Each has the attribute `reason`. Mend what is wrong with it, and send it again.",
}


def alarms() -> str:
    """What each alarm means, and what to do then. KeyError for an alarm without steps."""
    rows = ["| alarm | means | first steps |", "|---|---|---|"]
    found = [signal.alarm for signal in signals(parts_of(ROOT / "template.yaml")) if signal.alarm is not None]
    rows += [f"| `{alarm.logical_id}` | {alarm.meaning} | {STEPS[alarm.logical_id]} |" for alarm in found]
    return "\n".join(rows)


MADE: Mapping[str, Callable[[], str]] = {"connection": connection, "alarms": alarms}


def filled(text: str) -> str:
    """The page with its parts as they are made now."""
    return PART.sub(lambda found: f"<!-- made: {found['name']} -->\n{MADE[found['name']]()}\n<!-- end -->", text)


def unheld(page: Path) -> Iterator[str]:
    """Rows of tables with the column *held by* that no test holds and that do not say so."""
    held = False
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1):
        if not line.startswith("|"):
            held = False
            continue
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if cells[-1] == "held by":
            held = True
        elif held and set("".join(cells)) - {"-"}:
            yield from (f"{page.name}:{number}: {wrong}" for wrong in wrongs(page, cells[-1]))


def wrongs(page: Path, cell: str) -> Iterator[str]:
    links = list(LINK.finditer(cell))
    if not links and NOT_VERIFIED not in cell and BY_CI not in cell:
        yield "is held by no test"
    for link in links:
        file, name = page.parent / link["file"], "test_" + link["words"].replace(" ", "_")
        if not file.exists() or f"def {name}(" not in file.read_text(encoding="utf-8"):
            yield f"{link['file']} has no {name}"


if __name__ == "__main__":
    for each in sorted(DOCS.glob("*.md")):
        each.write_text(filled(each.read_text(encoding="utf-8")), encoding="utf-8")
        sys.stdout.write(f"{each.relative_to(ROOT)}\n")
