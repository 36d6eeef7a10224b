"""Models: which schemas are taken, what they say of messages, and where a wrong one is wrong."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from longwire.core.api import Validator
from sample_templates import Sample, sample

SCHEMA = {
    "$schema": "http://json-schema.org/draft-04/schema#",
    "type": "object",
    "required": ["text"],
    "properties": {
        "text": {"type": "string", "maxLength": 5},
        "size": {"minimum": 0, "exclusiveMinimum": True},
        "to": {"$ref": "#/definitions/a~1b"},
    },
    "definitions": {"a/b": {"enum": ["x", "y"]}},
}


def model_resource(schema: str, name: str = "Say", more: str = "") -> str:
    head = f"  {name}Model:\n    Type: AWS::ApiGatewayV2::Model\n    Properties:\n"
    return f"{head}      ApiId: !Ref Api\n      Name: {name}\n{more}      Schema: {schema}\n"


@pytest.fixture
def plain(tmp_path: Path) -> Sample:
    return sample("plain", tmp_path)


def using(plain: Sample, models: str = "{$default: Say}", expression: str = r"\$default") -> Sample:
    lines = f"\n      ModelSelectionExpression: {expression}\n      RequestModels: {models}\n"
    return plain.replace("RouteKey: staged\n", f"RouteKey: staged{lines}")


def validator(plain: Sample, schema: Any) -> Validator:
    plain.append(model_resource(json.dumps(schema)))
    return using(plain).load().api.routes["staged"].models["$default"]


@pytest.mark.parametrize("as_text", [False, True])
def test_a_schema_is_a_mapping_or_its_json(plain: Sample, as_text: bool) -> None:
    validate = validator(plain, json.dumps(SCHEMA) if as_text else SCHEMA)

    assert validate({"text": "hello", "size": 1, "to": "x", "more": None}) is None
    assert validate({"size": 1}) == "$: 'text' is a required property"
    assert validate({"text": 5}) == "$.text: 5 is not of type 'string'"
    assert validate({"text": "hello", "size": 0}) is not None  # draft 4's exclusiveMinimum is a boolean
    assert validate({"text": "hello", "to": "z"}) == "$.to: 'z' is not one of ['x', 'y']"
    assert validate([]) == "$: [] is not of type 'object'"


def test_a_route_has_its_models_by_the_keys_that_its_expression_selects(plain: Sample) -> None:
    plain.append(model_resource("{type: object}") + model_resource("{type: array}", "List"))
    route = using(plain, "{a: Say, b: List, $default: Say}", "$request.body.kind").load().api.routes["staged"]

    assert route.model_selection_expression == "$request.body.kind"
    assert {key: model([]) is None for key, model in route.models.items()} == {"a": False, "b": True, "$default": False}


def test_default_may_be_written_without_its_backslash(plain: Sample) -> None:
    plain.append(model_resource("{}"))
    route = using(plain, expression="$default").load().api.routes["staged"]

    assert route.model_selection_expression == r"\$default"


def test_sam_hands_a_routes_models_on(tmp_path: Path) -> None:
    sam = sample("sam", tmp_path).append(model_resource("{type: object}").replace("!Ref Api", "!Ref Chat"))
    send = "        sendMessage:\n"
    lines = "          ModelSelectionExpression: $request.body.kind\n          RequestModels: {$default: Say}\n"
    route = sam.replace(send, send + lines).load().api.routes["sendMessage"]

    assert (route.model_selection_expression, list(route.models)) == ("$request.body.kind", ["$default"])


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("RequestModels: {$default: Say}", "are not used: there is no ModelSelectionExpression"),
        (r"ModelSelectionExpression: \$default", "every message will be answered Bad request body"),
    ],
)
def test_models_without_an_expression_and_the_reverse_are_warned_of(plain: Sample, lines: str, message: str) -> None:
    plain.append(model_resource("{}")).replace("RouteKey: staged\n", f"RouteKey: staged\n      {lines}\n")

    assert message in plain.load().warnings[0]


@pytest.mark.parametrize(
    ("schema", "at", "message"),
    [
        ("{type: objekt}", "Schema.type", "is no JSON Schema draft 4: 'objekt' is not valid"),
        ("{required: []}", "Schema.required", "is no JSON Schema draft 4"),
        ("{properties: {a: {pattern: '('}}}", "Schema.properties.a.pattern", "'(' is not a 'regex'"),
        ("{patternProperties: {'(': {}}}", "Schema.patternProperties.(", "is no regular expression"),
        ("{$schema: 'http://json-schema.org/draft-07/schema#'}", "Schema.$schema", "draft 4, not http"),
        ("{properties: {a: {$ref: '#/definitions/b'}}}", "Schema.properties.a.$ref", "leads nowhere"),
        ("{$ref: 'https://apigateway.amazonaws.com/restapis/a/models/B'}", "Schema.$ref", "other models are not"),
        ("'{\"type\": 1}'", "Schema", "is no JSON Schema draft 4"),
        ("'{'", "Schema", "is not JSON"),
        ("[]", "Schema", "takes a JSON Schema"),
    ],
)
def test_a_schema_that_is_none_is_told_where(plain: Sample, schema: str, at: str, message: str) -> None:
    error = plain.append(model_resource(schema)).error()

    assert (error.resource, error.property_path) == ("SayModel", at)
    assert message in error.message
    assert error.location is not None
    assert error.location.line == plain.line_of("Schema: ")


def test_disable_schema_validation_is_no_way_round_it_unless_allowed(plain: Sample) -> None:
    plain.append(model_resource("{type: objekt}"))
    using(plain).replace("ProtocolType: WEBSOCKET", "ProtocolType: WEBSOCKET\n      DisableSchemaValidation: true")

    assert "DisableSchemaValidation for a schema that is none" in plain.error().message
    stack = plain.load(allow_unsupported=True)
    assert stack.api.routes["staged"].models["$default"]({}) == "its model is no JSON Schema"


@pytest.mark.parametrize(
    ("resource", "message"),
    [
        (model_resource("{}", "Say-it"), "'Say-it' is not letters and digits only"),
        (model_resource("{}") + model_resource("{}").replace("SayModel", "Again"), "there is another Model Say"),
        (model_resource("{}", more="      ContentType: text/plain\n"), "models of text/plain are not emulated"),
        (model_resource("{}").replace("!Ref Api", "abc"), "'abc' is no API of this template"),
    ],
)
def test_a_model_that_would_not_work_is_refused(plain: Sample, resource: str, message: str) -> None:
    assert message in plain.append(resource.replace("Say-itModel", "SayItModel")).error().message


def test_request_models_take_names_not_refs(plain: Sample) -> None:
    plain.append(model_resource("{}"))
    error = using(plain, "{$default: !Ref SayModel}").error()

    assert error.property_path == "RequestModels.$default"
    assert error.hint == "It takes the Name of an AWS::ApiGatewayV2::Model, not its Ref."


def test_a_message_nested_without_end_fits_nothing(plain: Sample) -> None:
    validate = validator(plain, {"additionalProperties": {"$ref": "#"}})
    deep: dict[str, Any] = {}
    for _ in range(5000):
        deep = {"a": deep}

    assert validate(deep) == "it is nested deeper than can be checked"


def test_a_template_without_models_does_not_import_jsonschema(plain: Sample) -> None:
    program = (
        "import sys; from pathlib import Path; from longwire.template.load import load\n"
        f"load(Path({str(plain.file)!r}), cache=Path({str(plain.file.parent / 'cache')!r}))\n"
        "print('jsonschema' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"
