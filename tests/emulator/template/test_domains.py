"""Custom domains of a template."""

from pathlib import Path

import pytest

from longwire.core.api import CustomDomain
from sample_templates import Sample, sample

DOMAIN = """\
  Domain:
    Type: AWS::ApiGatewayV2::DomainName
    Properties:
      DomainName: ws.example.com
      DomainNameConfigurations: [{CertificateArn: !Ref Certificate, EndpointType: REGIONAL}]
  Certificate:
    Type: AWS::CertificateManager::Certificate
    Properties: {DomainName: ws.example.com}
  Record:
    Type: AWS::Route53::RecordSet
    Properties:
      Name: !Ref Domain
      Type: A
      HostedZoneName: example.com.
      AliasTarget: {DNSName: !GetAtt Domain.RegionalDomainName, HostedZoneId: !GetAtt Domain.RegionalHostedZoneId}
  Root:
    Type: AWS::ApiGatewayV2::ApiMapping
    Properties: {ApiId: !Ref Chat, DomainName: !Ref Domain, Stage: !Ref ChatProd}
  Keyed:
    Type: AWS::ApiGatewayV2::ApiMapping
    Properties: {ApiId: !Ref Feed, DomainName: !Ref Domain, Stage: dev, ApiMappingKey: feed}
"""


@pytest.fixture
def several(tmp_path: Path) -> Sample:
    return sample("several", tmp_path).append(DOMAIN)


def test_mappings_lead_from_keys_to_stages(several: Sample) -> None:
    stack = several.load()

    assert [api.custom_domains for api in stack.apis] == [
        (),
        (CustomDomain("ws.example.com"),),
        (CustomDomain("ws.example.com", "feed"),),
    ]
    assert {api.domain_names for api in stack.apis} == {frozenset({"ws.example.com"})}
    assert stack.warnings == ()


def test_sams_domain_is_one(tmp_path: Path) -> None:
    template = sample("several", tmp_path)
    domain = "{DomainName: ws.example.com, CertificateArn: 'arn:aws:acm:us-east-1:1:certificate/x', BasePath: [feed]}"
    template.replace(
        "      StageName: dev\n      RouteSelection",
        f"      StageName: dev\n      Domain: {domain}\n      RouteSelection",
    )

    assert template.load().apis[2].custom_domains == (CustomDomain("ws.example.com", "feed"),)


def test_without_the_default_endpoint_the_domain_is_the_stages_address(several: Sample) -> None:
    several.replace("      Name: chat\n", "      Name: chat\n      DisableExecuteApiEndpoint: true\n")
    stack = several.load()

    assert [api.path for api in stack.apis] == ["/Chat/dev", "/ws.example.com", "/Feed/dev"]
    (warning,) = stack.warnings
    assert "Chat.DisableExecuteApiEndpoint: leaves no way to the Stage dev: no ApiMapping leads to it" in warning


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "ApiMappingKey: feed",
            "ApiMappingKey: feed/v1",
            "Keyed.ApiMappingKey: 'feed/v1': a mapping key of a WebSocket",
        ),
        (
            "ApiMappingKey: feed",
            "ApiMappingKey: ping",
            "'ping': a mapping key of a WebSocket API is reserved for health",
        ),
        (", ApiMappingKey: feed", "", "Keyed: Root maps ws.example.com/ already"),
        ("Stage: dev, ApiM", "Stage: dve, ApiM", "Keyed.Stage: the API has no Stage 'dve'\n  Did you mean dev?"),
        ("{ApiId: !Ref Feed", "{ApiId: abc", "Keyed.ApiId: 'abc' is no WebSocket API of this template"),
        (
            "!Ref Domain, Stage: dev",
            "ws.exmple.com, Stage: dev",
            "Keyed.DomainName: 'ws.exmple.com' is no DomainName of t",
        ),
        (
            "      DomainName: ws.example.com\n",
            "      DomainName: WS.example.com\n",
            "'WS.example.com' is no domain name",
        ),
        (
            "      DomainName: ws.example.com\n",
            "      DomainName: '*.example.com'\n",
            "wildcard domains are not emulated",
        ),
        (
            "EndpointType: REG",
            "EndpiontType: REG",
            "Domain.DomainNameConfigurations[0].EndpiontType: DomainNameConfigur",
        ),
    ],
)
def test_what_aws_would_refuse_is_refused(several: Sample, old: str, new: str, message: str) -> None:
    assert message in str(several.replace(old, new).error())


@pytest.mark.parametrize(
    ("added", "message"),
    [
        ("RoutingMode: ROUTING_RULE_ONLY", "routing rules are not emulated"),
        (
            "MutualTlsAuthentication: {TruststoreUri: 's3://x/y'}",
            "MutualTlsAuthentication of AWS::ApiGatewayV2::DomainName",
        ),
        ("RoutingMode: API_MAPPING", "Did you mean API_MAPPING_ONLY?"),
    ],
)
def test_what_is_not_emulated_of_a_domain_is_named(several: Sample, added: str, message: str) -> None:
    several.replace("      DomainName: ws.example.com\n", f"      DomainName: ws.example.com\n      {added}\n")

    assert message in str(several.error())
