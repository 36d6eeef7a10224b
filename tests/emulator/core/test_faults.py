"""Which faults strike, and that the same seed does so again."""

from collections.abc import Mapping
from random import Random
from typing import Any

from longwire.core.fault import read_fault
from longwire.core.faults import Faults, Rule


def with_faults(*given: dict[str, Any]) -> Faults:
    faults = Faults(lambda seed: Random(seed).random)
    for number, rule in enumerate(given):
        faults.begin(number, read_fault(rule))
    return faults


def outcomes(faults: Faults, kind: str, times: int = 50, **facts: str) -> list[str]:
    found = [faults.decide(kind, facts) for _ in range(times)]
    return [each.outcome if each is not None else "" for each in found]


def test_a_kind_is_there_while_a_fault_of_it_is_in_force() -> None:
    faults = with_faults({"kind": "frame", "drop": True}, {"kind": "frame", "latency": 1})
    assert list(faults.active) == ["frame"]
    faults.end(0)
    faults.end(99)
    assert list(faults.active) == ["frame"]
    faults.end(1)
    assert not faults.active
    assert faults.decide("frame", {}) is None


def test_filters_say_whom_it_concerns() -> None:
    faults = with_faults({"kind": "invoke", "crash": ["A", "B"], "route": "say"})
    assert faults.decide("invoke", {"function": "A", "route": "say"})
    assert faults.decide("invoke", {"function": "B", "route": "say"})
    assert faults.decide("invoke", {"function": "A", "route": "other"}) is None
    assert faults.decide("invoke", {"function": "C", "route": "say"}) is None
    assert faults.decide("invoke", {}) is None


def test_the_same_seed_and_events_have_the_same_run() -> None:
    rule = {"kind": "frame", "drop": True, "probability": 0.3}
    first = outcomes(with_faults({**rule, "seed": 5}), "frame")
    assert first == outcomes(with_faults({**rule, "seed": 5}), "frame")
    assert first != outcomes(with_faults({**rule, "seed": 6}), "frame")
    assert 5 < first.count("drop") < 25


def test_other_faults_and_other_events_do_not_change_a_faults_run() -> None:
    rule = {"kind": "frame", "drop": True, "probability": 0.3, "connection": "a"}
    alone = outcomes(with_faults(rule), "frame", connection="a")
    beside = with_faults({"kind": "frame", "latency": 1, "jitter": 2, "probability": 0.5}, rule)
    found = []
    for _ in range(50):
        beside.decide("frame", {"connection": "b"})
        decision = beside.decide("frame", {"connection": "a"})
        found.append("" if decision is None else decision.outcome)
    assert found == alone


def test_a_count_is_not_exceeded() -> None:
    faults = with_faults({"kind": "frame", "drop": True, "count": 2})
    assert outcomes(faults, "frame", 4) == ["drop", "drop", "", ""]


def test_probability_0_never_strikes_and_1_always() -> None:
    assert set(outcomes(with_faults({"kind": "frame", "drop": True, "probability": 0}), "frame")) == {""}
    assert set(outcomes(with_faults({"kind": "frame", "drop": True, "probability": 1}), "frame")) == {"drop"}


def test_delays_add_up_and_the_narrowest_bandwidth_counts() -> None:
    faults = with_faults(
        {"kind": "frame", "latency": 1, "bandwidth": 500},
        {"kind": "frame", "latency": 2, "jitter": 3, "bandwidth": 100},
    )
    decision = faults.decide("frame", {})
    assert decision is not None
    assert 3 <= decision.delay < 6
    assert decision.delay == 3 + 3 * Random(1).random()
    assert (decision.bandwidth, decision.rule_ids) == (100, (0, 1))


def test_the_first_outcome_counts_and_the_second_is_not_used() -> None:
    faults = with_faults(
        {"kind": "post_to_connection", "gone": True, "count": 1}, {"kind": "post_to_connection", "status": 503}
    )
    assert outcomes(faults, "post_to_connection", 3) == ["gone", "status", "status"]
    assert [rule.hits for rule in faults.active["post_to_connection"]] == [1, 2]


def test_one_fault_alone_can_be_asked() -> None:
    faults = with_faults({"kind": "connection", "drop": True}, {"kind": "connection", "half_open": True})
    decision = faults.decide("connection", {"connection": "a"}, 1)
    assert decision is not None
    assert decision.outcome == "half_open"


def test_a_write_without_a_condition_has_no_conditional_failure() -> None:
    faults = with_faults({"kind": "service", "conditional_check_failed": True, "count": 1})
    facts = {"service": "dynamodb", "operation": "PutItem", "conditional": ""}
    assert faults.decide("service", facts) is None
    assert faults.decide("service", {**facts, "conditional": "yes"}) is not None


def test_every_hit_is_told() -> None:
    told: list[tuple[int, Mapping[str, str]]] = []

    def struck(rule: Rule, facts: Mapping[str, str]) -> None:
        told.append((rule.rule_id, facts))

    faults = Faults(lambda seed: Random(seed).random, struck)
    faults.begin(3, read_fault({"kind": "frame", "drop": True, "connection": "a"}))
    faults.decide("frame", {"connection": "b"})
    faults.decide("frame", {"connection": "a"})
    assert told == [(3, {"connection": "a"})]
