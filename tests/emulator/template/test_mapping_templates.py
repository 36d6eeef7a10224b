"""Mapping templates that are wrong say so when the template is loaded."""

from pathlib import Path

import pytest

from sample_templates import Sample, sample

TEMPLATE = '"200": \'{"statusCode": 200}\''
PARAMETERS = f"{TEMPLATE}\n      RequestParameters: "
ANSWER = "$default: '{\"pong\": true}'"


@pytest.fixture
def sam(tmp_path: Path) -> Sample:
    return sample("sam", tmp_path)


def block(text: str) -> str:
    return "|\n" + "\n".join(f"          {line}" for line in text.split("\n"))


@pytest.mark.parametrize(
    ("template", "place", "message", "hint"),
    [
        ("{\n #if($input.body)\n}", "line 2, column 2", "#if has no #end", None),
        ("\n\n#foreech($a in $b)x#end", "line 3, column 1", "no macro #foreech", "Did you mean #foreach?"),
        ("$input.pth('$.a')", "line 1, column 7", "$input has no pth()", "Did you mean path?"),
        ("$input.params", "line 1, column 7", "$input has no params", "Did you mean params?"),
        ("$util.toJson($a)", "line 1, column 6", "$util has no toJson()", None),
        ("$util.escapeJavascript('a')", "line 1, column 6", "$util has no", "Did you mean escapeJavaScript?"),
        ("$input.path('$.a').replceAll('a', 'b')", "line 1, column 19", "replceAll() is not emulated", "replaceAll"),
        ("$input.path('$.a').getClass()", "line 1, column 19", "getClass() is not emulated", None),
        ("$input.json('$.a[')", "line 1, column 7", "the JSONPath '$.a[' is not understood", None),
        ("$input.path()", "line 1, column 7", "$input.path takes one JSONPath", None),
        ("#set($context.responseOverride.status = 400)", "line 1, column 1", "cannot be set", "no requestOverride"),
        ("$a.b(1 + 1)", "line 1, column 8", "a method's parenthesis is open", None),
        ("#set($a = \"x)", "line 1, column 11", 'has no closing "', None),
        ("#macro(a)#b()#end#macro(b)$input.bdy#end", "line 1, column 33", "$input has no bdy", "Did you mean body?"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("where", ["RequestTemplates", "ResponseTemplates"])
def test_a_template_that_is_wrong_is_refused_with_its_line(
    sam: Sample, where: str, template: str, place: str, message: str, hint: str | None
) -> None:
    if where == "RequestTemplates":
        sam.replace(TEMPLATE, f'"200": {block(template)}')
        resource, key = "PingIntegration", "200"
    else:
        sam.replace(ANSWER, f"$default: {block(template)}")
        resource, key = "PingIntegrationResponse", "$default"
    error = sam.error()

    assert (error.resource, error.property_path) == (resource, f"{where}.{key}")
    assert place in error.message
    assert message in error.message
    assert (hint or "") in (error.hint or "")
    assert error.location is not None
    assert error.location.line == sam.line_of(f"{key}: |" if key == "$default" else f'"{key}": |')


def test_a_template_has_at_most_300_kb(sam: Sample) -> None:
    sam.replace(ANSWER, f"$default: '{'x' * (300 * 1024 + 1)}'")
    assert "at most 300 KB" in sam.error().message


@pytest.mark.parametrize(
    ("variable", "warned"),
    [
        ("$context.connectionId", False), ("$context.identity.sourceIp", False), ("$context.authorizer.any", False),
        ("$context.connectionID", True), ("$context.identity.sourceIP", True), ("$context.httpMethod", True),
        ("$context.identity", False),
    ],
)  # fmt: skip
def test_a_variable_that_is_always_empty_is_warned_of(sam: Sample, variable: str, warned: bool) -> None:
    sam.replace(ANSWER, f"$default: {block(variable)}")
    warnings = [text for text in sam.load().warnings if "is no variable of a WebSocket API" in text]

    assert bool(warnings) is warned


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('TemplateSelectionExpression: "200"', "TemplateSelectionExpression: $request.header.x", "is not understood"),
        ("IntegrationResponseKey: $default", "IntegrationResponseKey: /(/", "/(/ is no regular expression"),
        (ANSWER, f"{ANSWER}\n      TemplateSelectionExpression: $integration.request.x", "is not understood"),
        (ANSWER, f"{ANSWER}\n      ContentHandlingStrategy: CONVERT_TO_TXT", "Did you mean CONVERT_TO_TEXT?"),
        (TEMPLATE, f"{PARAMETERS}{{integration.request.header.A: context}}", "'context' is none of"),
        (TEMPLATE, f"{PARAMETERS}{{request.header.A: context.stage}}", "is no integration.request"),
    ],
)  # fmt: skip
def test_expressions_and_parameters_that_are_wrong_are_refused(sam: Sample, old: str, new: str, message: str) -> None:
    assert message in str(sam.replace(old, new).error())


def test_default_may_be_written_without_its_backslash(sam: Sample) -> None:
    sam.replace('TemplateSelectionExpression: "200"', "TemplateSelectionExpression: $default")
    integration = sam.load().api.routes["ping"].integration

    assert integration is not None
    assert integration.template_selection_expression == r"\$default"
