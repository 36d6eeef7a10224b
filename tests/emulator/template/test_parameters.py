"""Parameters get their overrides or defaults, within the limits that the template sets."""

import pytest

from longwire.errors import TemplateError, UsageError
from longwire.template.parameters import Value, parameter_values
from sample_templates import places_of

TEMPLATE = "Parameters:\n  P: {%s}\nResources: {}\n"


def value(facts: str, **given: str) -> Value:
    return parameter_values(places_of(TEMPLATE % facts), given)["P"]


@pytest.mark.parametrize(
    ("facts", "given", "expected"),
    [
        ("Type: String, Default: a", {}, "a"),
        ("Type: String, Default: a", {"P": "b"}, "b"),
        ("Type: String, Default: true", {}, "true"),
        ("Type: String, Default: ''", {}, ""),
        ("Type: Number, Default: 3", {}, "3"),
        ("Type: Number, Default: 3", {"P": "4.5"}, "4.5"),
        ("Type: CommaDelimitedList, Default: 'a, b,c'", {}, ["a", "b", "c"]),
        ("Type: 'List<Number>', Default: '1,2'", {}, ["1", "2"]),
        ("Type: 'AWS::EC2::VPC::Id', Default: vpc-1", {}, "vpc-1"),
        ("Type: 'List<AWS::EC2::Subnet::Id>', Default: 'a,b'", {}, ["a", "b"]),
        ("Type: String, Default: dev, AllowedValues: [dev, prod]", {"P": "prod"}, "prod"),
        ("Type: String, AllowedPattern: '[a-z]+'", {"P": "abc"}, "abc"),
        ("Type: Number, MinValue: 1, MaxValue: 10", {"P": "10"}, "10"),
        ("Type: String, MinLength: 2, MaxLength: '3', NoEcho: true", {"P": "abc"}, "abc"),
    ],
)
def test_a_parameter_has_its_override_or_its_default(facts: str, given: dict[str, str], expected: Value) -> None:
    assert value(facts, **given) == expected


@pytest.mark.parametrize(
    ("facts", "given", "message"),
    [
        ("Type: String", {}, "P: has no Default and was given no value\n  --parameter-overrides P=VALUE"),
        ("Default: a", {}, "a Parameter needs a Type"),
        ("Type: Strng, Default: a", {}, "there is no Parameter Type Strng\n  Did you mean String?"),
        ("Type: String, Default: [a]", {}, "a Default is text or a number"),
        ("Type: String, Dflt: a", {}, "a Parameter has no Dflt"),
        ("Type: Number", {"P": "x"}, "'x' is no number"),
        ("Type: 'List<Number>'", {"P": "1,x"}, "'x' is no number"),
        ("Type: String, AllowedValues: [dev, prod]", {"P": "pro"}, "'pro' is none of dev, prod\n  Did you mean prod?"),
        ("Type: String, AllowedPattern: '[a-z]+'", {"P": "abC"}, "'abC' does not match [a-z]+"),
        ("Type: String, AllowedPattern: '[a-z]+', ConstraintDescription: lower case", {"P": "A"}, "\n  lower case"),
        ("Type: String, AllowedPattern: '['", {"P": "A"}, "'[' is no regular expression"),
        ("Type: Number, MaxValue: 10", {"P": "11"}, "'11' is above 10"),
        ("Type: Number, MinValue: 1", {"P": "0"}, "'0' is below 1"),
        ("Type: String, MinLength: 2", {"P": "a"}, "'a' is shorter than 2"),
        ("Type: String, MaxLength: 2", {"P": "abc"}, "'abc' is longer than 2"),
        ("Type: String, MaxLength: x", {"P": "abc"}, "'x' cannot be compared with 'abc'"),
    ],
)
def test_a_value_outside_its_limits_is_refused(facts: str, given: dict[str, str], message: str) -> None:
    with pytest.raises(TemplateError) as caught:
        value(facts, **given)

    assert message in str(caught.value)
    assert caught.value.location is not None
    assert caught.value.location.line == 2


def test_all_that_is_missing_is_named_with_the_first() -> None:
    places = places_of(
        "Parameters: {A: {Type: String}, B: {Type: String}, C: {Type: String, Default: c}}\nResources: {}\n"
    )
    with pytest.raises(TemplateError, match=r"A: has no Default.*\n  --parameter-overrides A=VALUE B=VALUE$"):
        parameter_values(places, {})
    with pytest.raises(TemplateError, match=r"B: has no Default.*\n  --parameter-overrides B=VALUE$"):
        parameter_values(places, {"A": "a"})


def test_an_override_for_no_parameter_is_the_command_lines_fault() -> None:
    with pytest.raises(UsageError, match=r"no Parameter Q\. It has: P"):
        value("Type: String, Default: a", Q="x")


def test_a_parameter_that_aws_reads_from_its_store_is_taken_as_it_stands_with_a_warning() -> None:
    places = places_of(TEMPLATE % "Type: 'AWS::SSM::Parameter::Value<String>', Default: /app/key")

    assert parameter_values(places, {}) == {"P": "/app/key"}
    (warning,) = places.warnings
    assert "is taken as it stands" in warning
    assert "--parameter-overrides P=VALUE" in warning


def test_something_that_is_no_parameter_is_refused() -> None:
    with pytest.raises(TemplateError, match="a Parameter is a mapping with a Type"):
        parameter_values(places_of("Parameters:\n  P: 1\nResources: {}\n"), {})
