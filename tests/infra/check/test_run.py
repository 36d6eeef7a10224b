"""What becomes of findings: kept, suppressed, or idle suppressions; and when a report fails."""

import shutil
from pathlib import Path

from checked_templates import Case, checked, report
from longwire_infra.check.endpoint import Endpoint, Handshake
from longwire_infra.check.run import Report, check_endpoint
from longwire_infra.check.statements import Statements

UNTHROTTLED = {"Resources": {"Api": {"Properties": {"DefaultRouteSettings": None}}}}


def run(folder: Path, **change: object) -> Report:
    return checked(Case("", "", 0, {"base": "template", **change}), folder)


def test_a_suppressed_finding_is_told_with_its_reason_and_fails_nothing(tmp_path: Path) -> None:
    suppress = '[tool.longwire.check.suppress]\nLW201 = {Api = "it is throttled before"}\n'
    found = run(tmp_path, template=UNTHROTTLED, project=suppress)

    assert found.findings == ()
    assert [(each.rule.id, each.reason) for each in found.suppressed] == [("LW201", "it is throttled before")]
    assert not found.fails("note")


def test_a_suppression_without_a_reason_suppresses_nothing(tmp_path: Path) -> None:
    found = run(tmp_path, template=UNTHROTTLED, project="[tool.longwire.check.suppress]\nLW201 = ''\n")

    assert [each.rule.id for each in found.findings] == ["LW091", "LW201"]
    assert (found.fails("error"), found.fails("warning")) == (False, True)


def test_what_is_said_of_suppressions_cannot_be_suppressed(tmp_path: Path) -> None:
    suppress = '[tool.longwire.check.suppress]\nLW091 = "no"\nLW092 = "no"\nLW094 = "no"\nLW801 = ""\nLW7 = "no"\n'
    found = run(tmp_path, project=suppress)

    assert {each.rule.id for each in found.findings} == {"LW091", "LW092", "LW094"}


def test_code_that_is_not_read_here_is_told(tmp_path: Path) -> None:
    java = {"Resources": {"Say": {"Properties": {"Runtime": "java21", "Handler": "chat.Say::handle"}}}}
    found = run(tmp_path, template=java)

    assert (found.findings, found.not_checked) == ((), ("the code of Say (java21) is not read here",))


def test_an_endpoint_is_a_place_without_a_line() -> None:
    endpoint = Endpoint("ws://localhost/v1", Handshake(101))
    found = Report().joined(check_endpoint(endpoint, Statements(), ("that",)))

    (finding,) = found.findings
    assert (finding.rule.id, finding.place.file, finding.place.line) == ("LW901", "ws://localhost/v1", None)
    assert (found.endpoint, found.not_checked) == (endpoint, ("that",))


def test_a_projects_suppression_may_be_for_another_template_that_is_below_it(tmp_path: Path) -> None:
    project = '[tool.longwire.check.suppress]\nLW306 = "another one needs it"\n'
    assert [each.rule.id for each in run(tmp_path, project=project).findings] == ["LW094"]

    below = tmp_path / "below"
    shutil.copytree(tmp_path / "src", below / "src")
    shutil.copy(tmp_path / "template.json", below)
    assert report(below / "template.json").findings == ()


def test_what_is_in_a_handler_that_functions_share_is_told_once(tmp_path: Path) -> None:
    twin = {
        "Type": "AWS::Serverless::Function",
        "Properties": {"Handler": "say.handler", "Role": "arn:aws:iam::1:role/r"},
    }
    say = 'import boto3\n\ndef handler(event, context):\n    c = boto3.client("apigatewaymanagementapi")\n'
    say += "    try:\n        c.post_to_connection()\n    except c.exceptions.GoneException:\n        pass\n"
    found = run(tmp_path, template={"Resources": {"Twin": twin}}, code={"say.py": say})

    assert [(each.rule.id, each.place.line) for each in found.findings] == [("LW403", 4)]
