"""AccessLogSettings, of SAM and of CloudFormation."""

from pathlib import Path

import pytest

from longwire.core.api import AccessLogSettings
from sample_templates import Sample, sample, written

FORMAT = '{"id":"$context.requestId","route":"$context.routeKey"}'
ARN = "arn:aws:logs:us-east-1:123456789012:log-group:chat"
SAM = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Ws:
    Type: AWS::Serverless::WebSocketApi
    Properties:
      RouteSelectionExpression: $request.body.action
      AccessLogSettings:
        DestinationArn: !GetAtt Log.Arn
        Format: $context.requestId $context.status
      Routes:
        $default: {FunctionArn: !GetAtt F.Arn}
  Log: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: chat}}
  F:
    Type: AWS::Serverless::Function
    Properties: {InlineCode: "def handler(event, context): pass", Handler: index.handler, Runtime: python3.13}
"""


@pytest.fixture
def plain(tmp_path: Path) -> Sample:
    return sample("plain", tmp_path)


def logging(plain: Sample, settings: str) -> Sample:
    """The plain template, whose Stage has these settings."""
    return plain.replace("      StageName: live\n", f"      StageName: live\n      AccessLogSettings: {settings}\n")


def test_a_stage_without_settings_has_no_access_log(plain: Sample) -> None:
    assert plain.load().api.stage.access_log is None


def test_a_cloudformation_stage_says_where_and_how(plain: Sample) -> None:
    stage = logging(plain, f"{{DestinationArn: {ARN!r}, Format: {FORMAT!r}}}").load().api.stage

    assert stage.access_log == AccessLogSettings(ARN, FORMAT)


def test_a_sam_api_says_it_too(tmp_path: Path) -> None:
    stage = written(SAM, tmp_path).load().api.stage

    assert stage.access_log == AccessLogSettings(f"{ARN}:*", "$context.requestId $context.status")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("$context.status", "must contain $context.requestId"),
        ("$context.extendedRequestId", "must contain $context.requestId"),
        ("$context.requestIdentity", "must contain $context.requestId"),
        ("$context.requestId" + "x" * 3055, "is 3,073 bytes; API Gateway takes 3,072"),
    ],
)
def test_a_format_that_api_gateway_does_not_take_is_refused_with_its_line(
    tmp_path: Path, text: str, message: str
) -> None:
    template = written(SAM.replace("$context.requestId $context.status", text), tmp_path)
    error = template.error()

    assert error.message == message
    assert error.location is not None
    assert error.location.line == template.line_of("Format:")
    assert (error.resource, error.property_path) == ("Ws", "AccessLogSettings.Format")


def test_a_format_of_exactly_3_kb_is_taken(tmp_path: Path) -> None:
    text = "$context.requestId " + "x" * 3053
    template = written(SAM.replace("$context.requestId $context.status", text), tmp_path)

    settings = template.load().api.stage.access_log
    assert settings is not None
    assert len(settings.format) == 3072


def test_a_line_break_may_end_a_format_and_not_divide_it(plain: Sample) -> None:
    """DOCUMENTED: "A single line format"."""
    block = "\n        DestinationArn: x\n        Format: |\n          $context.requestId\n"
    settings = logging(plain, block).load().api.stage.access_log
    assert settings is not None
    assert settings.format == "$context.requestId"

    error = plain.replace("          $context.requestId\n", "          $context.requestId\n          more\n").error()
    assert error.message == "takes a single line"


def test_settings_without_a_format_are_refused_and_without_a_destination_mean_no_log(plain: Sample) -> None:
    assert logging(plain, "{DestinationArn: x}").error().message == "an access log needs a Format"
    stack = plain.replace("{DestinationArn: x}", "{Format: $context.requestId}").load()

    assert stack.api.stage.access_log is None
    assert any("has no DestinationArn" in warning for warning in stack.warnings)


def test_a_variable_that_no_websocket_api_has_is_warned_of_by_name(plain: Sample) -> None:
    stack = logging(plain, "{DestinationArn: x, Format: $context.requestId $context.httpMethod}").load()

    (warning,) = [warning for warning in stack.warnings if "httpMethod" in warning]
    assert "Stage.AccessLogSettings.Format: $context.httpMethod is no variable" in warning
