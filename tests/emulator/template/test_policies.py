"""Policies mean nothing here, and still have to be policies."""

import pytest

from longwire.errors import TemplateError
from longwire.template.policies import check_policies
from sample_templates import places_of

TEMPLATE = "Resources:\n  Role:\n    Type: %s\n    Properties:\n      Policies:\n        - PolicyDocument: %s\n"
ROLE = "AWS::IAM::Role"


@pytest.mark.parametrize(
    "document",
    [
        "{Version: 2012-10-17, Statement: [{Effect: Allow, Action: '*', Resource: '*'}]}",
        "{Statement: {Sid: A, Effect: Deny, NotAction: [a], NotResource: b, Condition: {}, Principal: x}}",
        "{Statement: [!If [A, {}, {}]]}",
        "{Statement: [{Effect: !Ref E, Action: x}], Version: !Ref V}",
    ],
)
def test_a_policy_within_the_grammar_is_accepted(document: str) -> None:
    check_policies(places_of(TEMPLATE % (ROLE, document)))


@pytest.mark.parametrize(
    ("document", "place", "message"),
    [
        ("{Statement: [{Efect: Allow, Action: a}]}", "[0].Efect", "a statement has no Efect\n  Did you mean Effect?"),
        ("{Statement: [{Action: a}]}", "[0].Effect", "a statement needs an Effect"),
        ("{Statement: [{Effect: allow, Action: a}]}", "[0].Effect", "'allow' is neither Allow nor Deny"),
        ("{Statement: [{Effect: Allow}]}", "[0]", "a statement needs an Action"),
        ("{Statement: {Effect: Allow}}", "", "a statement needs an Action"),
        ("{Statement: [text]}", "[0]", "a statement is a mapping"),
        ("{Statement: text}", "", "a Statement is a list of statements"),
        (
            "{Statement: [{Effect: Allow, Action: a, Principal: {Servce: x}}]}",
            "[0].Principal.Servce",
            "Principal has no Servce\n  Did you mean Service?",
        ),
    ],
)
def test_a_statement_outside_the_grammar_is_refused(document: str, place: str, message: str) -> None:
    with pytest.raises(TemplateError) as caught:
        check_policies(places_of(TEMPLATE % (ROLE, document)))

    assert message in str(caught.value)
    assert caught.value.property_path == f"Policies[0].PolicyDocument.Statement{place}"
    assert caught.value.location is not None
    assert caught.value.location.line == 6


def test_a_version_of_todays_date_is_refused() -> None:
    with pytest.raises(TemplateError, match="'2026-01-01' is no version of the policy language"):
        check_policies(places_of(TEMPLATE % (ROLE, "{Version: 2026-01-01, Statement: []}")))


def test_statements_of_types_that_are_not_emulated_are_left_alone() -> None:
    check_policies(places_of(TEMPLATE % ("AWS::WAFv2::WebACL", "{Statement: [{ManagedRuleGroupStatement: {}}]}")))


def test_a_document_with_another_name_for_its_statement_is_refused() -> None:
    with pytest.raises(TemplateError, match=r"a policy document has no Statment\n  Did you mean Statement\?"):
        check_policies(places_of(TEMPLATE % (ROLE, "{Statment: []}")))
    with pytest.raises(TemplateError, match="a policy document needs a Statement"):
        check_policies(places_of(TEMPLATE % (ROLE, "{Version: 2012-10-17}")))
