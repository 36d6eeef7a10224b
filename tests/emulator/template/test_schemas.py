"""Names, required names and values of types that nothing here reads."""

from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from longwire.errors import TemplateError
from longwire.template.load import Given, opened, parts, prepared
from longwire.template.places import KeyPath, Places
from longwire.template.resource_types import CONFIGURATION, CREATED
from longwire.template.schemas import check_schemas, schemas
from longwire.template.source import Source
from sample_templates import Sample, sample

# What people name as they like.
OWN = ("Variables", "StageVariables", "Mappings", "RequestTemplates", "ResponseTemplates")


@pytest.fixture
def plain(tmp_path: Path) -> Sample:
    return sample("plain", tmp_path)


def added(plain: Sample, kind: str, properties: str) -> Sample:
    return plain.append(f"  Added:\n    Type: AWS::{kind}\n    Properties: {properties}\n")


@pytest.mark.parametrize(
    ("kind", "properties", "place", "hint"),
    [
        ("IAM::Role", "{AssumeRolePolicyDocumet: {}}", "AssumeRolePolicyDocumet", "AssumeRolePolicyDocument"),
        ("Logs::LogGroup", "{RetentionInDay: 7}", "RetentionInDay", "RetentionInDays"),
        ("CloudWatch::Alarm", "{ComparisonOperator: LessThanTreshold}", "ComparisonOperator", "LessThanThreshold"),
        (
            "CloudWatch::Alarm",
            "{ComparisonOperator: !If [Big, GreaterThanTreshold, LessThanThreshold]}",
            "ComparisonOperator[1]",
            "GreaterThanThreshold",
        ),
        ("Lambda::Permission", "{Action: a, FunctionName: b, Principle: c}", "Principle", "Principal"),
        ("Lambda::Alias", "{FunctionName: a, FunctionVersion: '1', Nmae: live}", "Nmae", "Name"),
        ("Lambda::Version", "{FunctonName: a}", "FunctonName", "FunctionName"),
        ("KMS::Key", "{KeyUsage: ENCRYPT_DECRPYT}", "KeyUsage", "ENCRYPT_DECRYPT"),
        ("Route53::RecordSet", "{Name: a, Type: A, AliasTarget: {DNSNam: b}}", "AliasTarget.DNSNam", "DNSName"),
        ("S3::Bucket", "{CorsConfiguration: {CorsRule: []}}", "CorsConfiguration.CorsRule", "CorsRules"),
        (
            "S3::Bucket",
            "{VersioningConfiguration: {Status: Enable}}",
            "VersioningConfiguration.Status",
            "Enabled",
        ),
    ],
)
def test_a_misspelling_in_any_type_is_told(plain: Sample, kind: str, properties: str, place: str, hint: str) -> None:
    plain.replace("\nResources:", "\nConditions:\n  Big: !Equals [a, a]\nResources:")
    template = added(plain, kind, properties)
    error = template.error()

    assert (error.resource, error.property_path, error.hint) == ("Added", place, f"Did you mean {hint}?")
    assert error.location is not None
    assert error.location.line == template.line_of(properties)


def test_what_is_required_has_to_be_there(plain: Sample) -> None:
    assert added(plain, "IAM::Role", "{RoleName: x}").error().message == "AWS::IAM::Role needs AssumeRolePolicyDocument"


def test_what_may_be_new_on_aws_is_a_warning(plain: Sample) -> None:
    warnings = added(plain, "Logs::LogGroup", "{Quux: 1, LogGroupClass: FUTURE}").load().warnings

    assert [warning.split("Added.")[1] for warning in warnings] == [
        "Quux: AWS::Logs::LogGroup is not known to have a property Quux",
        "LogGroupClass: 'FUTURE' is none of DELIVERY, INFREQUENT_ACCESS, STANDARD",
    ]


def test_every_type_that_is_taken_has_a_schema() -> None:
    assert sorted((CONFIGURATION | CREATED) - schemas()["types"].keys()) == []


def keys(value: Any, path: KeyPath = ()) -> list[KeyPath]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found = [[(*path, key), *keys(item, (*path, key))] for key, item in pairs]
    return [each for group in found for each in group]


def misspelt(source: Source, path: KeyPath) -> Source:
    data = deepcopy(source.data)
    inside = data
    for key in path[:-1]:
        inside = inside[key]
    inside[f"{path[-1]}x"] = inside.pop(path[-1])
    return replace(source, data=data)


def told(source: Source, given: Given) -> list[str]:
    places = Places(source)
    try:
        resources = prepared(source, places, given)
        for part in parts(source, given).values():
            part(resources)
        check_schemas(resources)
    except TemplateError as exc:
        return [str(exc)]
    return places.warnings


def test_no_misspelt_name_of_a_template_is_taken_silently(plain: Sample) -> None:
    given = Given(cache=plain.file.parent / "cache")
    source = opened(plain.file, given)
    names = [
        path
        for path in keys(source.data)
        if isinstance(path[-1], str) and len(path) > 2 and path[0] == "Resources"
        if not path[-1].startswith(("Fn::", "Ref")) and not any(part in OWN for part in path[:-1])
    ]
    silent = [path for path in names if not told(misspelt(source, path), given)]

    assert len(names) > 90
    assert silent == []
