"""Faults as people read them."""

from longwire.core.fault import read_fault
from longwire.core.fault_kinds import KINDS
from longwire.fault_text import kinds_text, told


def test_only_what_differs_from_the_defaults_is_told() -> None:
    fault = read_fault({"kind": "frame", "latency": 0.2, "jitter": 0.1, "seed": 7, "after": 3})
    line = told({"id": 12, **fault.to_json(), "hits": 2, "state": "waiting"})
    assert line == " 12  waiting   frame latency=0.2 jitter=0.1 seed=7 after=3.0  struck 2 times"


def test_every_kind_and_effect_has_a_line() -> None:
    text = kinds_text(KINDS)
    assert all(f"    {effect}" in text for kind in KINDS.values() for effect in kind.effects)
    assert max(len(line) for line in text.splitlines()) < 120
