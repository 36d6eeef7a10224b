"""A report as people read it, and as programs do."""

from pathlib import Path

from checked_templates import Case, checked
from longwire_infra.check.report import as_json, as_text, rules_json, rules_text, shown
from longwire_infra.check.run import Report, listed_rules


def broken(folder: Path) -> Report:
    change = {
        "base": "template",
        "template": {
            "Resources": {"Api": {"Properties": {"DefaultRouteSettings": None, "Auth": {"AuthType": "custom"}}}}
        },
        "without": "backoff",
    }
    return checked(Case("", "", 0, change), folder)


def test_text_has_each_rule_once_the_worst_first_and_questions_last(tmp_path: Path) -> None:
    parts = as_text(broken(tmp_path), "warning").split("\n\n")

    error, warning, question, summary = parts
    assert error.startswith("error LW102 AuthType that SAM may take for NONE\n")
    assert "template.json:" in error
    assert " Api: AuthType is 'custom'\n" in error
    assert "\n  why: aws-sam-translator" in error
    assert warning.startswith("warning LW201 Stage without throttling")
    assert question.startswith("Not to be seen in a template.")
    assert "LW002 Do clients come back slowly" in question
    assert summary == "1 error, 1 warning, 1 note; 8 questions answered, as stated: fails at warning"


def test_colours_are_for_terminals(tmp_path: Path) -> None:
    report = broken(tmp_path)

    assert "\x1b" not in as_text(report, "warning")
    assert as_text(report, "warning", color=True).startswith("\x1b[31;1merror\x1b[0m LW102 ")


def test_many_findings_of_a_rule_are_cut(tmp_path: Path) -> None:
    logs = {f"Logs{number}": {"Type": "AWS::Logs::LogGroup"} for number in range(25)}
    report = checked(Case("", "", 0, {"base": "template", "template": {"Resources": logs}}), tmp_path)

    assert "  and 5 more\n" in as_text(report, "error")
    assert "25 warnings" in as_text(report, "error")
    assert as_text(report, "error").endswith("nothing at or above error")


def test_json_has_all_that_the_text_has(tmp_path: Path) -> None:
    found = as_json(broken(tmp_path), "error")

    assert (found["ok"], found["fail_on"], found["url"]) == (False, "error", None)
    assert found["counts"] == {"error": 1, "warning": 1, "note": 1, "suppressed": 0}
    first = found["findings"][0]
    assert (first["rule"], first["severity"], first["resource"]) == ("LW102", "error", "Api")
    assert first["line"] > 1
    assert {"why", "fix", "source", "title", "message"} <= first.keys()
    assert found["answers"]["heartbeat"] == {"seconds": 25, "evidence": "src/say.py"}


def test_places_are_told_from_here_when_they_are_below_here(tmp_path: Path) -> None:
    assert shown(str(Path.cwd() / "infra" / "README.md")) == "infra/README.md"
    assert shown(str(tmp_path / "template.yaml")) == str(tmp_path / "template.yaml")
    assert shown("wss://example.com/v1") == "wss://example.com/v1"


def test_the_rules_are_listed() -> None:
    listed = listed_rules()

    assert "LW101  error    Anybody may connect" in rules_text(listed).splitlines()
    assert rules_json(listed)[0].keys() == {"id", "severity", "subject", "title", "why", "fix", "source"}
