"""FilterCriteria of event source mappings: which records a function sees.

Source: Lambda developer guide, "Control which events Lambda sends to your function".
"""

import json
from base64 import b64decode
from collections.abc import Mapping, Sequence
from typing import Any

from longwire.core.event_pattern import matches

__all__ = ["passes"]

Pattern = Mapping[str, Any]


def passes(filters: Sequence[Pattern], record: Mapping[str, Any]) -> bool:
    """One of the filters has to fit; without any everything passes. ``record`` is as the function gets it."""
    return not filters or any(matches(pattern, seen(record)) for pattern in filters)


def seen(record: Mapping[str, Any]) -> Mapping[str, Any]:
    """A queue's ``body`` and a Kinesis record's ``data`` are compared as JSON when they are JSON, else as text."""
    if record.get("eventSource") == "aws:sqs":
        return {**record, "body": as_json(str(record["body"]))}
    if record.get("eventSource") == "aws:kinesis":
        held = record["kinesis"]
        return {**held, "data": as_json(b64decode(held["data"]).decode("utf-8", "replace"))}
    return record


def as_json(text: str) -> Any:
    """Documented: text that looks like a number stays text, so only objects and lists are JSON here."""
    try:
        found = json.loads(text)
    except ValueError:
        return text
    return found if isinstance(found, (dict, list)) else text
