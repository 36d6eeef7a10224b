"""The command that prints a token, against Secrets Manager."""

import argparse
from typing import Any

import boto3
import pytest

from backend_aws import REGION
from longwire_app.errors import InvalidToken
from longwire_app.issue_token import main, token_from
from longwire_app.keys import SecretKeys
from longwire_app.session import JOIN, SEND, Identity
from longwire_app.tokens import Rules, verify

NO_RULES = Rules()


@pytest.fixture
def proves(aws: Any, turn: Any) -> Any:
    """What a printed token proves to the backend."""

    def read(token: str, secret: str = aws.secret_arn, rules: Rules = NO_RULES) -> Identity:
        return verify(token.strip(), SecretKeys(boto3.client("secretsmanager"), secret)(), rules, turn.now)

    return read


def test_the_stacks_secret_is_found_in_the_environment(
    aws: Any, proves: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TOKEN_SECRET_ARN", aws.secret_arn)
    assert main(["--user", "alice"]) == 0
    assert proves(capsys.readouterr().out) == Identity("alice", "", frozenset({JOIN, SEND}), ())


def test_every_claim_can_be_chosen(aws: Any, proves: Any, capsys: pytest.CaptureFixture[str]) -> None:
    claims = ["--tenant", "acme", "--role", "a", "--role", "b", "--group", "one", "--group", "two"]
    rules = ["--audience", "wss://here", "--issuer", "https://issuer"]
    assert main(["--user", "zoë", "--secret-id", aws.secret_arn, *claims, *rules]) == 0
    found = proves(capsys.readouterr().out, rules=Rules("wss://here", "https://issuer"))
    assert found == Identity("zoë", "acme", frozenset({"a", "b"}), ("one", "two"))


def test_no_roles_at_all_can_be_asked_for(aws: Any, proves: Any, capsys: pytest.CaptureFixture[str]) -> None:
    main(["--user", "alice", "--secret-id", aws.secret_arn, "--role", "none"])
    found = proves(capsys.readouterr().out)
    assert not found.may_join("room")
    assert not found.may_send("room")


def test_the_token_names_the_version_of_the_secret(aws: Any, proves: Any, capsys: pytest.CaptureFixture[str]) -> None:
    client = boto3.client("secretsmanager")
    main(["--user", "alice", "--secret-id", aws.secret_arn])
    token = capsys.readouterr().out
    client.put_secret_value(SecretId=aws.secret_arn, SecretString="n" * 64)
    assert proves(token).user_id == "alice"
    client.put_secret_value(SecretId=aws.secret_arn, SecretString="m" * 64)
    with pytest.raises(InvalidToken, match="key"):
        proves(token)


def test_it_lives_as_long_as_asked(aws: Any) -> None:
    options = argparse.Namespace(
        secret_id=aws.secret_arn, role=None, user="alice", tenant="", group=[], lifetime=60, audience=None, issuer=None
    )
    client = boto3.client("secretsmanager")
    token = token_from(client, options, now=1_000)
    keys = SecretKeys(client, aws.secret_arn)()
    assert verify(token, keys, NO_RULES, 1_089).user_id == "alice"
    with pytest.raises(InvalidToken, match="expired"):
        verify(token, keys, NO_RULES, 1_090)


def test_without_a_secret_the_emulators_is_taken(
    aws: Any,  # noqa: ARG001 (its services)
    moto_server: Any,
    proves: Any,
    capsys: pytest.CaptureFixture[str],
) -> None:
    name = "longwire-TokenSecret"
    boto3.client("secretsmanager").create_secret(Name=name, SecretString="e" * 64)
    assert main(["--user", "alice", "--endpoint-url", moto_server.origin, "--region", REGION]) == 0
    assert proves(capsys.readouterr().out, name).user_id == "alice"


@pytest.mark.parametrize("names", [[], ["a-TokenSecret", "b-TokenSecret"]])
def test_an_emulator_without_a_clear_choice_is_asked_about(
    aws: Any,  # noqa: ARG001 (its services)
    moto_server: Any,
    capsys: pytest.CaptureFixture[str],
    names: list[str],
) -> None:
    for name in names:
        boto3.client("secretsmanager").create_secret(Name=name, SecretString="e" * 64)
    assert main(["--user", "alice", "--endpoint-url", moto_server.origin, "--region", REGION]) == 1
    said = capsys.readouterr()
    assert (said.out, said.err.count("\n")) == ("", 1)
    assert "give --secret-id" in said.err


@pytest.mark.usefixtures("aws")
def test_no_emulator_is_one_line_that_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--user", "alice", "--endpoint-url", "http://127.0.0.1:1"]) == 1
    said = capsys.readouterr()
    assert said.err == "nothing answers at http://127.0.0.1:1: start the emulator, or give its --endpoint-url\n"


@pytest.mark.usefixtures("aws")
def test_no_secret_is_guessed_outside_an_emulator(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--user", "alice", "--endpoint-url", "https://secretsmanager.eu-west-1.amazonaws.com"]) == 1
    assert "give --secret-id, or set TOKEN_SECRET_ARN" in capsys.readouterr().err


@pytest.mark.usefixtures("aws")
def test_a_secret_that_is_not_there_is_one_line_that_names_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--user", "alice", "--secret-id", "other"]) == 1
    said = capsys.readouterr()
    assert (said.out, said.err.count("\n")) == ("", 1)
    assert "the secret other cannot be read" in said.err


def test_a_token_needs_a_user(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main([])
    assert "--user" in capsys.readouterr().err
