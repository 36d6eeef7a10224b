"""The table of faults, as programs and people read it."""

from pathlib import Path

from longwire.core.fault_kinds import KINDS, kinds_json


def test_the_target_of_a_kind_is_one_of_its_filters() -> None:
    assert [name for name, kind in KINDS.items() if kind.target not in ("", *kind.filters)] == []


def test_no_effect_has_the_name_of_a_filter_or_of_a_rules_field() -> None:
    rules = {"kind", "probability", "count", "seed", "after", "for", "id", "hits", "state", "connection", "function"}
    rules |= {"route", "service", "operation"}
    assert [effect for kind in KINDS.values() for effect in kind.effects if effect in rules] == []


def test_programs_read_what_each_kind_takes() -> None:
    told = kinds_json()
    assert told["post_to_connection"]["filters"] == ["connection"]
    assert told["post_to_connection"]["effects"]["gone"]["value"] == "flag"
    assert told["frame"]["effects"]["latency"] == {"value": "seconds", "meaning": "added to each", "outcome": False}
    assert list(told) == list(KINDS)


def test_the_documents_table_has_every_kind_effect_and_filter() -> None:
    text = (Path(__file__).parents[3] / "emulator" / "README.md").read_text()
    section = text.partition("\n## Faults\n")[2].partition("\n## ")[0]
    names = {name for kind in KINDS.values() for name in (*kind.effects, *kind.filters)}
    assert [name for name in (*KINDS, *names) if f"`{name}`" not in section] == []
