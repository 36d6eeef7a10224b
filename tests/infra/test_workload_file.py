import json
from decimal import Decimal
from pathlib import Path

import jsonschema
import pytest

from longwire_infra.errors import WorkloadError
from longwire_infra.workload_file import schema
from workloads import AWS_EXAMPLE, workload


def test_a_workload_is_read_with_numbers_as_written(tmp_path: Path) -> None:
    found = workload(tmp_path, AWS_EXAMPLE.replace("100, bytes", "0.1, bytes"))

    assert found.sources[0].rate == Decimal("0.1")
    assert (int(found.connections), int(found.hours_per_day), found.terms.region) == (1000, 12, "us-east-1")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("connections: 1\nconections: 2\n", r"yaml:2: conections: is no field here; did you mean connections"),
        ("connections: 1\nconnections: 2\n", r"yaml:2: connections: is given twice"),
        ("connections: -5\n", r"yaml:1: connections: -5 must be more than 0"),
        ("connections: .nan\n", r"yaml:1: connections: '.nan' "),
        ("connections: [1]\n", r"yaml:1: connections: must be one value"),
        ("connections: 3KB\n", r"'3KB' has a unit; write the plain number"),
        ("connections: 1\nsources: {}\n", r"yaml:2: sources: must be a list"),
        ("connections: 1\nsources:\n  - bytes: 1\n", r"yaml:3: sources.0: needs one of per_second and per_day"),
        ("connections: 1\nsources:\n  - {per_day: 1}\n", r"sources.0: needs one of bytes and sizes"),
        ("connections: 1\nsources:\n  - {per_day: 1, sizes: []}\n", r"sources.0.sizes: is empty"),
        ("connections: 1\nsources:\n  - per_day: 1\n    bytes: 131073\n", r"yaml:4: sources.0.bytes: 131073 is above"),
        ("connections: 1\nsources:\n  - per_day: 1\n    sizes: [{bytes: 1}]\n", r"sizes.0: needs bytes and weight"),
        ("connections: 1\nsources: [{per_day: 1, bytes: 1, direction: up}]\n", r"direction: 'up' is none"),
        ("connections: 1\nheartbeat: {bytes: 1}\n", r"heartbeat: needs seconds"),
        ("connections: 1\nhandler: {preset: mine}\n", r"handler.preset: 'mine' is none"),
        ("connections: 1\nassume: {gb: 1}\n", r"assume.gb: is no field here; did you mean gb_bytes"),
        ("a: &x [1]\nb: *x\n", r"yaml:2: file: write \*x out"),
        ("a: [\n", r"file: no YAML"),
        ("- 1\n", r"file: must hold a mapping"),
        ("", r"file: must hold a mapping"),
        ("a: " + "{a: " * 20 + "1" + "}" * 20, r"is nested too deep"),
        ("#" * 100_001, r"is larger than 100,000 bytes"),
    ],
)
def test_a_mistake_is_named_by_file_line_and_field(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(WorkloadError, match=message):
        workload(tmp_path, text)


def test_json_is_read_too(tmp_path: Path) -> None:
    assert workload(tmp_path, json.dumps({"connections": 5, "heartbeat": {"seconds": 30}})).connections == 5


def test_the_schema_accepts_what_is_read_and_refuses_what_is_not() -> None:
    source = {"per_day": 1, "sizes": [{"bytes": 1, "weight": 2}]}
    jsonschema.validate({"connections": 1, "sources": [source], "handler": {"preset": "own"}}, schema())

    for wrong in ({"conections": 1}, {"connections": 0}, {"hours_per_day": 25}, {"sources": [{"rate": 1}]}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(wrong, schema())
