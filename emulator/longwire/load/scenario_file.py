"""A scenario in YAML or JSON; what is wrong with it is told with file, line and the nearest name."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from longwire.core.duration import DURATION_TEXT, duration
from longwire.errors import TemplateError, UsageError
from longwire.load.backoff import Backoff
from longwire.load.payload import Payload
from longwire.load.scenario import MAX_CONNECTIONS, MAX_SECONDS, Message, Scenario
from longwire.template.places import KeyPath, did_you_mean
from longwire.template.source import Source, read

__all__ = ["read_scenario"]

FIELDS = (
    "connections", "ramp", "hold", "double", "churn", "slow", "herds", "reconnect", "timeout", "query", "headers",
    "subprotocol", "on_open", "messages",
)  # fmt: skip


def read_scenario(file: Path) -> Scenario:
    """Raises UsageError."""
    try:
        source = read(file)
    except TemplateError as exc:
        raise UsageError(str(exc).replace("template", "scenario").replace("--scenario PATH", "SCENARIO")) from exc
    return Reader(source, (), source.data).scenario()


class Reader:
    """Of one mapping of the file."""

    def __init__(self, source: Source, path: KeyPath, data: Any) -> None:
        self.source = source
        self.path = path
        if not isinstance(data, dict):
            raise self.error("", "a mapping belongs here: name: value")
        self.data: Mapping[str, Any] = data

    def error(self, name: str, message: str, hint: str | None = None) -> UsageError:
        path = (*self.path, name) if name else self.path
        field = ".".join(str(part) for part in path)
        told = f"{field}: {message}" if field else message
        return UsageError(f"{self.source.location(path)}: {told}" + (f". {hint}" if hint else ""))

    def check_names(self, known: Sequence[str]) -> None:
        for name in self.data:
            if name not in known:
                near = did_you_mean(str(name), known) or f"There are: {', '.join(known)}"
                raise self.error(str(name), "there is no such field", near)

    # --- values

    def number(self, name: str, default: float, most: float, unit: Callable[[Any], float] = float) -> float:
        value = self.data.get(name, default)
        try:
            found = default if name not in self.data else unit(value)
        except (TypeError, ValueError) as exc:
            raise self.error(name, f"{value!r} is not {told_of(unit)}") from exc
        if not 0 <= found <= most:
            raise self.error(name, f"{value!r} is not between 0 and {most:,g}")
        return found

    def seconds(self, name: str, default: float, most: float = MAX_SECONDS) -> float:
        return self.number(name, default, most, duration)

    def whole(self, name: str, default: int, least: int, most: int) -> int:
        value = self.data.get(name, default)
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise self.error(name, f"{value!r} is not a whole number from {least:,} to {most:,}")
        return value

    def text(self, name: str, default: str = "") -> str:
        value = self.data.get(name, default)
        if not isinstance(value, str):
            raise self.error(name, f"{value!r} is not text")
        return value

    def texts(self, name: str) -> dict[str, str]:
        value = self.data.get(name, {})
        if not isinstance(value, dict):
            raise self.error(name, "a mapping belongs here: name: value")
        wrong = next((key for key, each in value.items() if isinstance(each, dict | list) or each is None), None)
        if wrong is not None:
            raise self.error(name, f"the value of {wrong} is not text")
        return {str(key): str(each) for key, each in value.items()}

    def listed(self, name: str) -> list[Any]:
        value = self.data.get(name, [])
        if not isinstance(value, list):
            raise self.error(name, "a list belongs here")
        return value

    def payload(self, name: str, value: object) -> Payload:
        try:
            return Payload(value)
        except ValueError as exc:
            raise self.error(name, str(exc)) from exc

    # --- the parts of a scenario

    def scenario(self) -> Scenario:
        self.check_names(FIELDS)
        if "connections" not in self.data:
            raise self.error("", "it needs connections: how many clients there are at the peak")
        found = Scenario(
            connections=self.whole("connections", 1, 1, MAX_CONNECTIONS),
            messages=tuple(self.inner("messages", index).message() for index in range(len(self.listed("messages")))),
            ramp=self.seconds("ramp", 5.0),
            hold=self.seconds("hold", 10.0),
            double=self.seconds("double", 0.0),
            churn=self.number("churn", 0.0, 10.0, share),
            slow=self.number("slow", 0.0, 1.0, share),
            herds=tuple(self.herd(value) for value in self.listed("herds")),
            reconnect=Reader(self.source, ("reconnect",), self.data.get("reconnect", {})).backoff(),
            timeout=self.seconds("timeout", 10.0, 600.0),
            query=self.texts("query"),
            headers=self.texts("headers"),
            subprotocol=self.text("subprotocol"),
            on_open=tuple(self.payload("on_open", value) for value in self.listed("on_open")),
        )
        return self.checked(found)

    def checked(self, found: Scenario) -> Scenario:
        if not found.phases:
            raise self.error("hold", "nothing would happen: ramp, hold and double are all 0")
        if found.seconds > MAX_SECONDS:
            raise self.error("hold", f"it takes {found.seconds:,.0f} s; a load ends after {MAX_SECONDS:,.0f} s at most")
        late = next((herd for herd in found.herds if herd >= found.seconds), None)
        if late is not None:
            raise self.error("herds", f"the load is over at {found.seconds:g} s, before {late:g} s")
        names = [message.name for message in found.messages]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise self.error("messages", f"two messages are called {twice}")
        return found

    def herd(self, value: object) -> float:
        try:
            return duration(value)
        except (TypeError, ValueError) as exc:
            raise self.error("herds", f"{value!r} is not {told_of(duration)}") from exc

    def inner(self, name: str, index: int) -> "Reader":
        return Reader(self.source, (name, index), self.data[name][index])

    def message(self) -> Message:
        self.check_names(("name", "send", "every", "answers"))
        if "send" not in self.data:
            raise self.error("", "it needs send: the message, as text or as JSON")
        payload = self.payload("send", self.data["send"])
        answers = self.whole("answers", 1 if payload.has_id else 0, 0, 1_000_000)
        if answers and not payload.has_id:
            raise self.error("answers", "an answer is known by {id}, which stands nowhere in send")
        every = None if self.data.get("every") == "answer" else self.seconds("every", 1.0)
        if every is None and not answers:
            raise self.error("every", "no answer is waited for, so none can set off the next message")
        if every == 0:
            raise self.error("every", "0 would send without end", "Write a time, or `answer`")
        return Message(self.text("name", f"message {int(self.path[-1]) + 1}"), payload, every, answers)

    def backoff(self) -> Backoff:
        self.check_names(("first", "limit", "jitter", "tries"))
        jitter = self.data.get("jitter", "full")
        return Backoff(
            first=self.seconds("first", 1.0),
            limit=self.seconds("limit", 30.0),
            jitter=None if jitter == "full" else 0.0 if jitter == "none" else self.seconds("jitter", 0.0),
            tries=self.whole("tries", 10, 0, 1000),
        )


def share(value: object) -> float:
    """``20%`` as 0.2. Raises ValueError."""
    text = str(value).strip()
    if not text.endswith("%"):
        raise ValueError(value)
    return float(text[:-1]) / 100


def told_of(unit: Callable[[Any], float]) -> str:
    return {"duration": DURATION_TEXT, "share": "a share, as 20%"}.get(unit.__name__, "a number")
