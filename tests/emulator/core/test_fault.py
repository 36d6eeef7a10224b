"""A fault's rule, read and checked."""

import json
from typing import Any

import pytest

from longwire.core.fault import contradicted, read_fault
from longwire.core.fault_kinds import KINDS
from longwire.errors import FaultInvalid


def test_a_fault_has_what_happens_for_whom_and_how_often() -> None:
    given = {"kind": "post_to_connection", "gone": True, "connection": "a", "probability": 0.5, "count": 3, "seed": 7}
    fault = read_fault({**given, "after": "30s", "for": "2m"})
    assert (fault.effects, fault.filters, fault.outcome) == ({"gone": True}, {"connection": ("a",)}, "gone")
    assert (fault.probability, fault.count, fault.seed, fault.after, fault.lasts) == (0.5, 3, 7, 30, 120)


def test_a_flags_value_may_be_its_target() -> None:
    assert read_fault({"kind": "post_to_connection", "gone": "a"}).filters == {"connection": ("a",)}
    assert read_fault({"kind": "invoke", "throttled": ["A", "B"]}).filters == {"function": ("A", "B")}
    assert read_fault({"kind": "service", "throttling": "dynamodb"}).filters == {"service": ("dynamodb",)}


def test_times_go_with_any_outcome() -> None:
    fault = read_fault({"kind": "frame", "drop": True, "latency": "200ms", "jitter": 0.1, "bandwidth": 1000})
    assert fault.effects == {"drop": True, "latency": 0.2, "jitter": 0.1, "bandwidth": 1000}


def test_values_that_true_may_stand_for() -> None:
    assert read_fault({"kind": "post_to_connection", "reordered": True}).effects == {"reordered": 2}
    assert read_fault({"kind": "invoke", "error": True}).effects == {"error": True}
    assert read_fault({"kind": "service", "conditional_check_failed": True}).filters == {"service": ("dynamodb",)}
    assert read_fault({"kind": "gateway", "restart": True}).count == 1


def test_what_is_told_of_a_fault_makes_the_same_fault() -> None:
    for name, kind in KINDS.items():
        for effect, about in kind.effects.items():
            value = {"seconds": "2s", "status": 500, "count": 3, "text": "X", "bytes per second": 9}
            fault = read_fault({"kind": name, effect: value.get(about.value, True), "probability": 0.25})
            assert read_fault(json.loads(json.dumps(fault.to_json()))) == fault


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({}, "kind", "it needs a kind"),
    ({"kind": "post_to_conection", "gone": True}, "kind", "did you mean post_to_connection?"),
    ({"kind": 7}, "kind", "it needs a kind"),
    ({"kind": "frame"}, "kind", "it needs what happens, of: drop, latency"),
    ({"kind": "frame", "gone": True}, "gone", "there is no such field; there are: drop"),
    ({"kind": "frame", "latancy": 1}, "latancy", "did you mean latency?"),
    ({"kind": "frame", "drop": True, "route": "x"}, "route", "there is no such field"),
    ({"kind": "frame", "drop": False}, "drop", "write true, or leave it out"),
    ({"kind": "frame", "drop": 7}, "drop", "neither a name nor a list of names"),
    ({"kind": "frame", "drop": []}, "drop", "neither a name nor a list of names"),
    ({"kind": "gateway", "restart": "a"}, "restart", "has no target"),
    ({"kind": "frame", "latency": -1}, "latency", "is not a time"),
    ({"kind": "frame", "latency": 0}, "latency", "0 changes nothing"),
    ({"kind": "frame", "latency": "2 days"}, "latency", "is not a time"),
    ({"kind": "frame", "latency": 1e6}, "latency", "of at most a day"),
    ({"kind": "frame", "bandwidth": 0}, "bandwidth", "not a whole number from 1"),
    ({"kind": "frame", "bandwidth": True}, "bandwidth", "not a whole number"),
    ({"kind": "frame", "drop": True, "connection": 5}, "connection", "neither a name"),
    ({"kind": "frame", "drop": "a", "connection": "b"}, "connection", "names another connection than drop does"),
    ({"kind": "frame", "drop": True, "probability": 1.5}, "probability", "1.5 is not between 0 and 1"),
    ({"kind": "frame", "drop": True, "probability": -0.1}, "probability", "is not between 0 and 1"),
    ({"kind": "frame", "drop": True, "probability": float("nan")}, "probability", "is not between 0 and 1"),
    ({"kind": "frame", "drop": True, "probability": "0.5"}, "probability", "is not between 0 and 1"),
    ({"kind": "frame", "drop": True, "probability": True}, "probability", "is not between 0 and 1"),
    ({"kind": "frame", "drop": True, "count": 0}, "count", "not a whole number from 1"),
    ({"kind": "frame", "drop": True, "count": 1.5}, "count", "not a whole number"),
    ({"kind": "frame", "drop": True, "seed": -1}, "seed", "not a whole number from 0"),
    ({"kind": "frame", "drop": True, "after": "soon"}, "after", "is not a time"),
    ({"kind": "frame", "drop": True, "for": 0}, "for", "0 changes nothing"),
    ({"kind": "gateway", "restart": True, "for": 1}, "for", "a restart happens at once"),
    ({"kind": "post_to_connection", "gone": True, "status": 500}, "status", "gone and status contradict each other"),
    ({"kind": "post_to_connection", "status": 410}, "status", "from 500 to 599"),
    ({"kind": "post_to_connection", "reordered": 1}, "reordered", "from 2 to 100"),
    ({"kind": "handshake", "status": 200}, "status", "from 400 to 599"),
    ({"kind": "disconnect", "lost": True, "late": 1}, "late", "lost and late contradict each other"),
    ({"kind": "service", "timeout": True, "latency": 1}, "latency", "contradict each other"),
    ({"kind": "service", "error": True}, "error", "needs the error's code"),
    ({"kind": "service", "error": ""}, "error", "is no text"),
    ({"kind": "invoke", "error": "x" * 1001}, "error", "is no text"),
    ({"kind": "service", "conditional_check_failed": True, "service": "s3"}, "service", "DynamoDB's alone"),
]


@pytest.mark.parametrize(("given", "field", "told"), WRONG, ids=lambda value: str(value)[:40])
def test_a_mistake_is_told_with_its_field(given: dict[str, Any], field: str, told: str) -> None:
    with pytest.raises(FaultInvalid) as raised:
        read_fault(given)
    assert raised.value.field == field
    assert told in str(raised.value)


@pytest.mark.parametrize("given", [None, 5, "frame", [], [{"kind": "frame"}]])
def test_what_is_no_mapping_is_no_fault(given: object) -> None:
    with pytest.raises(FaultInvalid, match="a fault is a mapping"):
        read_fault(given)


def test_a_fault_behind_one_that_always_decides_the_same_would_never_strike() -> None:
    always = read_fault({"kind": "post_to_connection", "gone": True})
    assert contradicted(read_fault({"kind": "post_to_connection", "status": 500, "connection": "a"}), [always])
    assert contradicted(read_fault({"kind": "post_to_connection", "gone": True}), [always])
    assert not contradicted(read_fault({"kind": "post_to_connection", "latency": 1}), [always])
    assert not contradicted(read_fault({"kind": "get_connection", "gone": True}), [always])


@pytest.mark.parametrize("limit", [{"probability": 0.5}, {"count": 2}, {"for": 1}, {"after": 1}, {"connection": "b"}])
def test_one_that_strikes_at_times_or_others_leaves_something_to_do(limit: dict[str, Any]) -> None:
    first = read_fault({"kind": "post_to_connection", "gone": True, **limit})
    assert not contradicted(read_fault({"kind": "post_to_connection", "status": 500, "connection": "a"}), [first])
