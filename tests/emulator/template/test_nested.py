"""Nested stacks whose templates are files here."""

from pathlib import Path

import pytest

from sample_templates import Sample, sample


@pytest.fixture
def nested(tmp_path: Path) -> Sample:
    return sample("nested", tmp_path)


def inside(nested: Sample, name: str) -> Sample:
    return Sample(nested.file.parent / "data" / name)


def test_nested_stacks_are_part_of_the_one_that_is_served(nested: Sample) -> None:
    stack = nested.load()

    assert list(stack.functions) == ["Talk", "AuditLog"]
    assert stack.functions["Talk"].environment == {
        "TABLE_NAME": "red-chat-connections",
        "TABLE_ARN": "arn of arn:aws:dynamodb:us-east-1:123456789012:table/red-chat-connections",
        "QUEUE": "https://sqs.us-east-1.amazonaws.com/123456789012/audit-of-red-chat-connections",
    }
    table = stack.resources["DataTable"].properties
    assert [key["AttributeName"] for key in table["KeySchema"]] == ["id", "at"]
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert [file.name for file in stack.nested] == ["audit.yaml", "tables.yaml"]
    assert stack.warnings == ()


def test_an_application_has_its_own_globals_and_its_code_beside_it(nested: Sample) -> None:
    log = nested.load().functions["AuditLog"]

    assert (Path(log.code), log.timeout) == (nested.file.parent / "data" / "code", 7.0)
    assert log.environment["STACK"] == "longwire-Audit in us-east-1"


def test_an_edit_of_a_nested_template_counts_at_once(nested: Sample) -> None:
    assert nested.load().functions["AuditLog"].timeout == 7.0
    inside(nested, "audit.yaml").replace("Timeout: 7", "Timeout: 9")
    assert nested.load().functions["AuditLog"].timeout == 9.0


def test_a_condition_leaves_all_of_a_nested_stack_out(nested: Sample) -> None:
    stack = nested.load(parameters={"Team": "blue"})

    assert list(stack.functions) == ["Talk"]
    assert stack.functions["Talk"].environment["QUEUE"] == "none"


def test_parameters_decide_what_is_in_it(nested: Sample) -> None:
    nested.replace("        Keys: id,at\n", "        Keys: id,at\n        Suffix: plain\n")

    assert len(nested.load().resources["DataTable"].properties["KeySchema"]) == 1


def test_an_error_names_the_nested_file_and_its_line(nested: Sample) -> None:
    tables = inside(nested, "tables.yaml").replace("BillingMode:", "BilingMode:")
    error = nested.error()

    assert (error.resource, error.property_path, error.hint) == ("DataTable", "BilingMode", "Did you mean BillingMode?")
    assert error.location is not None
    assert (error.location.file.name, error.location.line) == ("tables.yaml", tables.line_of("BilingMode"))


@pytest.mark.parametrize(
    ("old", "new", "at", "message"),
    [
        (
            "data/tables.yaml",
            "data/table.yaml",
            "TemplateURL",
            "Data.TemplateURL: there is no file data/table.yaml\n  Did",
        ),
        ("data/tables.yaml", "https://s3.amazonaws.com/b/t.yaml", "TemplateURL", "the template is not on this machine"),
        ("data/tables.yaml", "template.yaml", "TemplateURL", "is a template that this one is nested in"),
        ("TemplateURL: data", "TemplateUrl: data", "TemplateUrl", "Did you mean TemplateURL?"),
        ("        Keys: id,at\n", "", "  Data:", "tables.yaml needs a value for its Parameter Keys"),
        (
            "        Keys: id,at\n",
            "        Keys: id,at\n        Kyes: x\n",
            "Kyes",
            "tables.yaml has no Parameter Kyes\n  Did",
        ),
        (
            "TABLE_NAME: !GetAtt Data.Outputs.Name",
            "TABLE_NAME: !GetAtt Data.Outputs.Nmae",
            "Outputs.Nmae",
            "Did you mean Outp",
        ),
        ("${Data.Outputs.Arn}", "${Data.Arn}", "${Data.Arn}", "Data is a nested stack and has no attribute Arn"),
        (
            "Location: data/audit.yaml",
            "Location: {ApplicationId: a, SemanticVersion: 1.0.0}",
            "Location",
            "is not on this machine",
        ),
    ],
)
def test_what_is_wrong_outside_is_told_outside(nested: Sample, old: str, new: str, at: str, message: str) -> None:
    error = nested.replace(old, new).error()

    assert message in str(error)
    assert error.location is not None
    assert (error.location.file, error.location.line) == (nested.file, nested.line_of(at))


@pytest.mark.parametrize(
    ("name", "old", "new", "at", "message"),
    [
        ("tables.yaml", "Value: !Ref Table\n", "Value: !Ref Tabel\n", "  Data", "there is no resource"),
        ("tables.yaml", "!FindInMap [Billing", "!FindInMap [Biling", "Biling,", "there is no Mapping DataBiling"),
        ("tables.yaml", "\nMappings:", "\nMapings:", "Mapings", "Did you mean Mappings?"),
        (
            "tables.yaml",
            "[IsSorted, {AttributeName: !Select [1, !Ref Keys], K",
            "[IsSort, {AttributeName: !Select [1, !Ref Keys], K",
            "IsSort,",
            "no Condition DataIsSort",
        ),
        ("audit.yaml", "  Function:\n    Runtime", "  Functon:\n    Runtime", "Globals:", "'Functon' is not supported"),
        ("audit.yaml", "Handler: audit.log", "Handler: adit.log", "adit.log", "Did you mean audit.py?"),
        ("audit.yaml", "Type: SQS\n", "Type: SQSS\n", "SQSS", "Did you mean SQS?"),
    ],
)
def test_what_is_wrong_inside_is_told_inside(
    nested: Sample, name: str, old: str, new: str, at: str, message: str
) -> None:
    file = inside(nested, name).replace(old, new)
    error = nested.error()

    assert message in str(error)
    assert error.location is not None
    if at != "  Data":
        assert (error.location.file, error.location.line) == (file.file, file.line_of(at))


def test_a_nested_template_may_have_nested_ones(nested: Sample) -> None:
    (nested.file.parent / "data" / "both.yaml").write_text(
        "Resources:\n  Inner:\n    Type: AWS::CloudFormation::Stack\n    Properties:\n      TemplateURL: tables.yaml\n"
        "      Parameters: {Prefix: deep, Keys: 'id,at'}\n"
        "Outputs:\n  Name: {Value: !GetAtt Inner.Outputs.Name}\n  Arn: {Value: !GetAtt Inner.Outputs.Arn}\n"
    )
    nested.replace("data/tables.yaml", "data/both.yaml")
    nested.replace("      Parameters:\n        Prefix: !Sub ${Team}-chat\n        Keys: id,at\n", "")
    stack = nested.load()

    assert stack.functions["Talk"].environment["TABLE_NAME"] == "deep-connections"
    assert "DataInnerTable" in stack.resources


@pytest.mark.parametrize("name", ["x" * 300, '"a\\0b"'])
def test_what_is_no_path_is_told(nested: Sample, name: str) -> None:
    assert "Data.TemplateURL: " in str(nested.replace("data/tables.yaml", name).error())


def test_an_order_and_a_type_that_are_none_are_told(nested: Sample) -> None:
    nested.replace(
        "  Ws:\n    Type: AWS::Serverless::WebSocketApi\n    DependsOn: Data",
        "  Ws:\n    Type: {}\n    DependsOn: Data",
    )
    assert "a resource is a mapping with a Type" in str(nested.error())
