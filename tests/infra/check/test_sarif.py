"""SARIF 2.1.0: the part of its schema that is written here. Keys that the standard does not have are errors."""

from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator, FormatChecker

from checked_templates import Case, checked
from longwire_infra.check.endpoint import Endpoint, Handshake
from longwire_infra.check.run import check_endpoint, listed_rules
from longwire_infra.check.sarif import as_sarif
from longwire_infra.check.statements import Statements

TEXT = {
    "type": "object",
    "required": ["text"],
    "additionalProperties": False,
    "properties": {"text": {"type": "string"}},
}
LEVEL = {"enum": ["none", "note", "warning", "error"]}


def closed(required: list[str], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": required, "additionalProperties": False, "properties": properties}


def several(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


RULE = closed(
    ["id"],
    id={"type": "string"},
    shortDescription=TEXT,
    fullDescription=TEXT,
    help=TEXT,
    helpUri={"type": "string", "format": "uri"},
    defaultConfiguration=closed([], level=LEVEL),
)
LOCATION = closed(
    [],
    physicalLocation=closed(
        ["artifactLocation"],
        artifactLocation=closed([], uri={"type": "string", "format": "uri-reference", "pattern": "^[^ ]+$"}),
        region=closed([], startLine={"type": "integer", "minimum": 1}),
    ),
    logicalLocations=several(closed([], name={"type": "string"}, kind={"type": "string"})),
)
RESULT = closed(
    ["message"],
    ruleId={"type": "string"},
    ruleIndex={"type": "integer", "minimum": -1},
    level=LEVEL,
    message=TEXT,
    locations=several(LOCATION),
    suppressions=several(closed(["kind"], kind={"enum": ["inSource", "external"]}, justification={"type": "string"})),
)
DRIVER = closed(["name"], name={"type": "string"}, version={"type": "string"}, rules=several(RULE))
RUN = closed(
    ["tool"],
    tool=closed(["driver"], driver=DRIVER),
    columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
    results=several(RESULT),
)
SARIF = closed(
    ["version", "runs"], **{"$schema": {"type": "string"}, "version": {"const": "2.1.0"}, "runs": several(RUN)}
)


def test_findings_and_suppressed_ones_are_results_of_rules_that_are_described(tmp_path: Path) -> None:
    change = {
        "base": "template",
        "template": {"Resources": {"Api": {"Properties": {"DefaultRouteSettings": None, "AccessLogSettings": None}}}},
        "project": '[tool.longwire.check.suppress]\nLW205 = "logged before it"\n',
    }
    live = check_endpoint(Endpoint("ws://chat.example/v1", Handshake(101)), Statements())
    found = as_sarif(checked(Case("", "", 0, change), tmp_path).joined(live), listed_rules(), "1.2.3")

    Draft7Validator(SARIF, format_checker=FormatChecker()).validate(found)
    (run,) = found["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [(each["ruleId"], each["level"], "suppressions" in each) for each in run["results"]] == [
        ("LW201", "warning", False),
        ("LW901", "error", False),
        ("LW205", "warning", True),
    ]
    assert all(rules[each["ruleIndex"]]["id"] == each["ruleId"] for each in run["results"])
    assert run["results"][2]["suppressions"][0]["justification"] == "logged before it"
    assert run["results"][1]["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "ws://chat.example/v1"}
    }


def test_a_file_elsewhere_is_a_uri_and_one_below_is_relative(tmp_path: Path) -> None:
    folder = tmp_path / "a folder"
    folder.mkdir()
    found = as_sarif(checked(Case("", "", 0, {"base": "template", "without": "backoff"}), folder), listed_rules(), "1")

    (result,) = found["runs"][0]["results"]
    uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri.startswith("file:///")
    assert uri.endswith("/a%20folder/template.json")
