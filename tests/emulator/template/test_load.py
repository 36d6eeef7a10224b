"""Whole templates: what is understood of them, and what each planted defect is told."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from longwire.core.api import EventSource
from longwire.errors import TemplateError, UsageError
from longwire.template.load import load
from planted_defects import DEFECTS, Defect
from sample_templates import Sample, sample, written

ROOT = Path(__file__).parents[3]


@pytest.fixture
def sam(tmp_path: Path) -> Sample:
    return sample("sam", tmp_path)


@pytest.fixture
def plain(tmp_path: Path) -> Sample:
    return sample("plain", tmp_path)


def test_a_sam_template_becomes_one_api_with_its_routes_functions_and_resources(sam: Sample) -> None:
    stack = sam.load(stack_name="team")

    assert stack.warnings == ()
    assert (stack.api.name, stack.api.stage.name, stack.api.stage.variables) == ("team-chat", "dev", {"color": "blue"})
    assert stack.api.route_selection_expression == "$request.body.action"
    assert set(stack.api.routes) == {"$connect", "$disconnect", "$default", "sendMessage", "ping"}
    assert set(stack.functions) == {"Authorizer", "Handler", "Worker"}
    assert set(stack.resources) == {"Connections", "DeadLetters", "Outbox", "Signing"}
    assert stack.event_sources == (EventSource("Worker", "Outbox", 5, 0.0, True, 2),)


def test_values_are_what_the_handlers_will_see(sam: Sample) -> None:
    stack = sam.load(region="eu-west-1", parameters={"Stage": "prod"})

    environment = dict(stack.functions["Worker"].environment)
    # Its last six characters are derived, as AWS draws them at random.
    assert environment.pop("SECRET_ARN")[:-6] == "arn:aws:secretsmanager:eu-west-1:123456789012:secret:chat/signing-"
    assert environment == {
        "TABLE_NAME": "longwire-Connections",
        "ENDPOINT": f"https://{stack.api.domain_name}/prod",
        "DEBUG": "false",
        "QUEUE_URL": "https://sqs.eu-west-1.amazonaws.com/123456789012/longwire-Outbox.fifo",
    }
    assert (stack.functions["Handler"].timeout, stack.functions["Handler"].reserved_concurrency) == (20.0, 50)


def test_a_condition_leaves_out_a_function_its_queue_and_its_event_source(sam: Sample) -> None:
    stack = sam.load(parameters={"Queued": "false"})

    assert set(stack.functions) == {"Authorizer", "Handler"}
    assert set(stack.resources) == {"Connections", "Signing"}
    assert stack.event_sources == ()


def test_a_plain_cloudformation_template_is_read_without_the_sam_translator(plain: Sample) -> None:
    stack = plain.load()

    assert {key: route.integration and route.integration.function for key, route in stack.api.routes.items()} == {
        "$connect": "ConnectFunction",
        "$default": "MessageFunction",
        "staged": "MessageFunction",
    }
    connect = stack.api.routes["$connect"].authorizer
    assert connect is not None
    assert (connect.function, connect.identity_sources) == ("ConnectFunction", ("route.request.header.Authorization",))
    assert set(stack.resources) == {"Results", "Subscription", "Topic"}
    assert not (plain.file.parent / "cache" / "templates").exists()


def test_functions_by_sam_below_an_api_in_plain_cloudformation_load(tmp_path: Path) -> None:
    stack = sample("classic", tmp_path).load()

    connect = stack.api.routes["$connect"].integration
    assert connect is not None
    assert (connect.function, stack.api.stage.name) == ("OnConnect", "Prod")
    assert set(stack.resources) == {"Bucket", "BucketName", "Bus", "Connections", "Everywhere", "Simple", "Stream"}
    assert stack.functions["OnConnect"].environment == {"TABLE_NAME": "chat_connections"}


def test_json_that_a_program_wrote_loads(tmp_path: Path) -> None:
    stack = sample("synthesized", tmp_path).load()

    connect = stack.api.routes["$connect"].integration
    assert connect is not None
    assert connect.function in stack.functions
    assert stack.warnings == ()


def test_the_backend_of_this_repository_loads(tmp_path: Path) -> None:
    stack = load(ROOT / "template.yaml", cache=tmp_path)

    connect = stack.api.routes["$connect"]
    assert connect.authorizer is not None
    assert connect.authorizer.function in stack.functions
    ping = stack.api.routes["ping"]
    assert ping.integration is not None
    assert (ping.two_way, ping.integration.type) == (True, "MOCK")


def test_what_sam_build_writes_loads_from_its_own_folder(sam: Sample) -> None:
    built = sam.file.parent / ".aws-sam" / "build"
    (built / "Handler").mkdir(parents=True)
    (built / "Handler" / "app.py").write_text("")
    text = sam.file.read_text().replace("CodeUri: functions", "CodeUri: Handler")
    stack = written(text, built).load()

    assert stack.functions["Handler"].code == str(built / "Handler")


def test_a_cached_template_loads_in_under_60_ms_and_imports_neither_the_translator_nor_boto3(sam: Sample) -> None:
    sam.load()
    program = (
        "import sys; from pathlib import Path; from longwire.template.load import load\n"
        f"load(Path({str(sam.file)!r}), cache=Path({str(sam.file.parent / 'cache')!r}))\n"
        "print(sorted({'samtranslator', 'boto3', 'botocore', 'moto'} & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"

    spent = []
    for _ in range(5):
        started = time.perf_counter()
        sam.load()
        spent.append(time.perf_counter() - started)
    assert min(spent) < 0.060


def test_the_same_template_gives_the_same_ids_and_another_stack_gives_others(sam: Sample) -> None:
    first, again, other = sam.load(), sam.load(), sam.load(stack_name="other")

    assert first.api.api_id == again.api.api_id != other.api.api_id
    assert len(first.api.api_id) == 10
    assert first.api.api_id.isalnum()
    assert first.api.api_id.islower() or first.api.api_id.isdigit()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"stack_name": "1st"}, "'1st' is no stack name"),
        ({"region": "Frankfurt"}, "'Frankfurt' is no region"),
        ({"parameters": {"Stge": "dev"}}, "no Parameter Stge. Did you mean Stage?"),
    ],
)
def test_a_wrong_argument_is_a_usage_error(sam: Sample, options: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        sam.load(**options)


def test_what_is_not_emulated_is_a_warning_when_the_user_allows_it(sam: Sample) -> None:
    sam.append("  Site:\n    Type: AWS::CloudFront::Distribution\n")
    sam.replace(
        "Handler: app.handler\n", "Handler: app.handler\n      Layers: [arn:aws:lambda:us-east-1:1:layer:x:1]\n"
    )

    assert "AWS::CloudFront::Distribution is not emulated" in str(sam.error())
    stack = sam.load(allow_unsupported=True)
    assert [warning.split(": ", 1)[1].splitlines()[0] for warning in stack.warnings] == [
        "Site.Type: ignored: the resource type AWS::CloudFront::Distribution is not emulated",
        "Handler.Layers[0]: ignored: the layer arn:aws:lambda:us-east-1:1:layer:x:1 is not in this template",
    ]


def test_several_sam_causes_are_all_told(sam: Sample) -> None:
    sam.replace("Handler: app.authorize", "Handlr: app.authorize").replace("Handler: app.work", "Handlr: app.work")

    error = sam.error()
    assert "Handlr" in error.message
    assert error.hint is not None
    assert f":{sam.line_of('Handlr: app.work')}:" in error.hint
    assert isinstance(error, TemplateError)


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: f"{defect.new.strip() or defect.old.strip()}"[:60])
def test_a_planted_defect_is_named_with_its_resource_property_and_line(defect: Defect, tmp_path: Path) -> None:
    planted = sample(defect.sample, tmp_path).replace(defect.old, defect.new)

    error = planted.error()
    assert defect.text in str(error)
    assert error.location is not None
    named = f"{error.resource or ''}: {error.property_path or ''}".removesuffix(": ")
    assert (named, error.location.line) == (defect.place, planted.line_of(defect.at))
