"""Which entries of a timeline belong together: what clients that talked with each other did and got."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from longwire.inspector.calls import NotFound

__all__ = ["Entry", "message", "session"]

Entry = Mapping[str, Any]  # as timeline.shown gives it


def session(entries: Sequence[Entry], connection_id: str) -> list[Entry]:
    """All of a connection, and of those whose functions posted to it or got posts from its own. Raises NotFound."""
    if not any(entry["connection_id"] == connection_id for entry in entries):
        raise NotFound(f"The timeline has nothing of the connection {connection_id[:100]!r}.")
    callers = callers_of(entries)
    chosen = {connection_id}
    for entry in entries:
        by = callers.get(entry.get("invocation_id") or "", "")
        if entry["event"] == "frame_sent" and by and connection_id in (by, entry["connection_id"]):
            chosen |= {by, entry["connection_id"]}
    return of(entries, chosen, callers)


def message(entries: Sequence[Entry], seq: int) -> list[Entry]:
    """What led to the entry, up to the last that it caused, of its connection and those it reached. Raises NotFound."""
    found = next((entry for entry in entries if entry["seq"] == seq), None)
    if found is None or not found["connection_id"]:
        raise NotFound(f"The timeline has no entry {seq} of a connection.")
    invocation = invocation_of(entries, found)
    caused = [entry for entry in entries if invocation and entry.get("invocation_id") == invocation]
    reached = {entry["connection_id"] for entry in caused if entry["connection_id"]}
    end = max([seq, *(entry["seq"] for entry in caused)])
    return of(
        [entry for entry in entries if entry["seq"] <= end], {found["connection_id"], *reached}, callers_of(entries)
    )


def invocation_of(entries: Sequence[Entry], found: Entry) -> str:
    """A message's, "" for none: functions take up the messages of one connection and route in their order."""
    if found.get("invocation_id"):
        return str(found["invocation_id"])
    place = (found["connection_id"], found.get("route_key"))
    alike = [entry for entry in entries if (entry["connection_id"], entry.get("route_key")) == place]
    before = sum(entry["event"] == "message_received" and entry["seq"] < found["seq"] for entry in alike)
    started = [str(entry["invocation_id"]) for entry in alike if entry["event"] == "invocation_started"]
    return started[before] if found["event"] == "message_received" and before < len(started) else ""


def callers_of(entries: Iterable[Entry]) -> dict[str, str]:
    """By invocation: the connection that asked for it."""
    started = (entry for entry in entries if entry["event"] == "invocation_started")
    return {entry["invocation_id"]: entry["connection_id"] for entry in started}


def of(entries: Sequence[Entry], chosen: set[str], callers: Mapping[str, str]) -> list[Entry]:
    """Those of the chosen connections, without what clients that are not among them caused."""
    kept = [entry for entry in entries if entry["connection_id"] in chosen]
    return [entry for entry in kept if callers.get(entry.get("invocation_id") or "", "") in (*chosen, "")]
