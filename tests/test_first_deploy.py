"""infra/first_deploy.py with emulators in place of the deployed stacks, and sam and aws that are scripted."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from emulated_stages import CREDENTIALS, EmulatedStages
from longwire.harness import Longwire
from scripted_programs import ScriptedPrograms

pytest.importorskip("azure.messaging.webpubsubclient")

ROOT = Path(__file__).parents[1]
SCRIPT = ROOT / "infra" / "first_deploy.py"
ABSENT = {"code": 254, "err": "ValidationError: Stack with id mine-x does not exist\n"}
RETAINED = [
    ("StateTable", "AWS::DynamoDB::Table", "mine-state"),
    ("LogTable", "AWS::DynamoDB::Table", "mine-log"),
    ("ApiGatewayLogRole", "AWS::IAM::Role", "mine-role"),
    ("Doorbell", "AWS::SQS::Queue", "mine-queue"),
]

pytestmark = pytest.mark.timeout(180)


@pytest.fixture
def stages() -> Iterator[EmulatedStages]:
    found = EmulatedStages(ROOT / "tests" / "conformance")
    yield found
    found.close()


class Account:
    """``first_deploy`` runs in it; nothing in it is AWS."""

    def __init__(self, folder: Path) -> None:
        self.golden = folder / "golden"
        self.programs = ScriptedPrograms(folder / "bin")
        answer = self.programs.answer
        answer("aws describe-stacks", **ABSENT)
        answer("aws get-caller-identity", out='{"Account": "123456789012"}')
        answer("aws get-account", out="{}")
        summaries = [
            {"LogicalResourceId": logical, "ResourceType": kind, "PhysicalResourceId": name}
            for logical, kind, name in RETAINED
        ]
        answer("aws list-stack-resources", out=json.dumps({"StackResourceSummaries": summaries}))

    def deployed(self, **outputs: dict[str, str]) -> None:
        """The stacks have these outputs once they have been deployed: each is asked for before, and was absent."""
        for kind, found in outputs.items():
            listed = [{"OutputKey": name, "OutputValue": value} for name, value in found.items()]
            self.programs.answer(f"aws describe-stacks mine-{kind}", out=json.dumps({"Stacks": [{"Outputs": listed}]}))
            self.programs.answer(f"aws describe-stacks mine-{kind}", **ABSENT, times=1)

    def start(self, *words: str, region: str = "us-east-1") -> "subprocess.Popen[str]":
        environment = {
            **os.environ,
            "PATH": self.programs.install("sam", "aws"),
            "AWS_ACCESS_KEY_ID": CREDENTIALS["aws_access_key_id"],
            "AWS_SECRET_ACCESS_KEY": CREDENTIALS["aws_secret_access_key"],
        }
        given = ["--region", region, "--stack-name", "mine", "--golden", str(self.golden), *words]
        return subprocess.Popen(
            [sys.executable, str(SCRIPT), *given],
            env=environment, cwd=self.programs.folder, text=True, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip

    def run(self, *words: str, typed: str = "", region: str = "us-east-1") -> tuple[int, str]:
        process = self.start(*words, region=region)
        out, _ = process.communicate(typed, timeout=150)
        return process.returncode, out

    def summary(self) -> dict[str, Any]:
        found = json.loads((self.golden / "summary.json").read_text())
        assert isinstance(found, dict)
        return found

    def results(self) -> dict[str, str]:
        return {name: step["result"] for name, step in self.summary()["steps"].items()}


@pytest.fixture
def account(tmp_path: Path) -> Account:
    return Account(tmp_path)


def test_two_stacks_are_asked_everything_and_are_deleted(
    account: Account, longwire: Longwire, stages: EmulatedStages
) -> None:
    gateway = stages.stage("template")
    secret = longwire.client("secretsmanager").get_secret_value(SecretId=longwire.physical_id("TokenSecret"))
    urls = {"WebSocketUrl": longwire.url, "HttpUrl": longwire.http_url("HttpApi"), "TokenSecretArn": "arn:mine"}
    account.deployed(backend=urls, template={"Url": gateway.url})
    account.programs.answer("aws get-secret-value", out=json.dumps({"SecretString": secret["SecretString"]}))

    code, out = account.run("--yes", "--only", "test_messages and (two_way or missing_key)", region=gateway.region)

    assert code == 0, out
    summary = account.summary()
    assert set(account.results().values()) == {"passed"}
    assert summary["conformance"]["passed"] > 0
    assert summary["conformance"]["failed"] == {}
    assert {name: each["differences"] for name, each in summary["replays"].items()} == {"gateway": [], "backend": []}
    golden = json.loads((account.golden / "backend.golden.json").read_text())
    assert golden[1]["status"] == 401
    assert any('"data": "hello"' in row.get("payload", "") for row in golden)
    everything = "".join(file.read_text() for file in account.golden.rglob("*.*") if file.is_file())
    assert secret["SecretString"] not in everything + out
    assert "eyJ" not in everything + out
    assert account.programs.called("aws dynamodb delete-table") == [
        f"aws dynamodb delete-table --table-name {name} --region {gateway.region} --output json"
        for name in ("mine-state", "mine-log")
    ]
    deleted = [call.split()[3] for call in account.programs.called("sam delete")]
    assert deleted == ["mine-template", "mine-backend"]
    assert (
        account.programs.called("sam deploy", "mine-backend", "CreateApiGatewayLogRole=true LogRetentionDays=1") != []
    )
    assert [each["on_purpose"] for each in summary["left"]] == [True]
    assert "aws iam delete-role --role-name mine-role" in (account.golden / "summary.md").read_text()


def test_what_differs_is_printed_and_what_fails_ends_nothing_else(account: Account, stages: EmulatedStages) -> None:
    gateway = stages.stage("template", settings={"timeout_frame": "Too slow"})
    account.programs.answer("sam deploy mine-backend", code=1, err="CREATE_FAILED Api: a quota\n")
    account.deployed(template={"Url": gateway.url})

    code, out = account.run("--yes", "--only", "test_messages and not test_messages", region=gateway.region)

    assert code == 1
    assert "CREATE_FAILED Api: a quota" in out
    assert "1 difference\n" in out
    assert "no test was found" in out
    assert account.results() == {
        "deploy backend": "failed",
        "deploy template": "passed",
        "conformance": "failed",
        "gateway": "differed",
        "backend": "not run",
        "deletion": "passed",
    }
    assert len(account.programs.called("sam delete")) == 2


def test_nothing_begins_without_a_yes(account: Account) -> None:
    code, out = account.run(typed="n\n")

    assert code == 1
    assert "123456789012" in out
    assert "estimate: about $" in out
    assert account.programs.called("sam ") == []


def test_a_stack_that_exists_is_left_alone(account: Account) -> None:
    account.programs.answer("aws describe-stacks mine-template", out='{"Stacks": [{}]}')

    code, out = account.run("--yes")

    assert code == 1
    assert "the stack mine-template exists already" in out
    assert account.programs.called("sam ") == []


@pytest.mark.parametrize(
    ("words", "answer", "told"),
    [
        ("aws get-caller-identity", {"code": 255, "err": "Unable to locate credentials\n"}, "AWS_PROFILE"),
        ("aws describe-stacks", {"code": 254, "err": "AccessDenied\n"}, "cloudformation:DescribeStacks"),
        ("aws get-account", {"code": 254, "err": "AccessDenied\n"}, "apigateway:GET"),
    ],
)
def test_what_is_missing_is_named_before_anything_is_made(
    account: Account, words: str, answer: dict[str, Any], told: str
) -> None:
    account.programs.answer(words, **answer)

    code, out = account.run("--yes")

    assert code == 1
    assert told in out
    assert "Traceback" not in out
    assert account.programs.called("sam ") == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_deployment_is_deleted(account: Account, number: signal.Signals) -> None:
    account.programs.answer("sam deploy mine-backend", seconds=120)
    account.programs.answer("sam delete", seconds=2)
    process = account.start("--yes")
    eventually(lambda: account.programs.called("sam deploy") != [])
    process.send_signal(number)
    eventually(lambda: account.programs.called("sam delete") != [])
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=60)

    assert process.returncode == 130
    assert "still deleting" in out
    assert len(account.programs.called("sam delete", "mine-backend")) == 1
    assert len(account.programs.called("delete-table")) == 2
    assert account.results() | {"deploy backend": "failed"} == {
        **dict.fromkeys(account.results(), "not run"), "deploy backend": "failed", "deletion": "passed",
    }  # fmt: skip


def test_what_cannot_be_deleted_is_named_with_the_command(account: Account) -> None:
    account.programs.answer("sam deploy", code=1, err="no\n")
    account.programs.answer("sam delete", code=1, err="DELETE_FAILED\n")
    account.programs.answer("aws wait stack-delete-complete mine-backend", code=255, err="DELETE_FAILED\n")
    account.programs.answer("delete-table mine-log", code=254, err="ResourceNotFoundException\n")
    account.programs.answer("update-table mine-state", code=254, err="AccessDenied\n")

    code, out = account.run("--yes")

    assert code == 1
    assert "type: aws cloudformation delete-stack --stack-name mine-backend --region us-east-1 && aws" in out
    left = [each["command"].partition(" && ")[2] for each in account.summary()["left"] if not each["on_purpose"]]
    assert left == [
        "aws cloudformation wait stack-delete-complete --stack-name mine-backend --region us-east-1",
        "aws dynamodb delete-table --table-name mine-state --region us-east-1 --output json",
    ]
    assert "packages of mine-template in SAM's bucket" in out
    assert account.results()["deletion"] == "failed"


def test_an_answer_of_another_form_and_a_closed_terminal_leave_no_other_stack(account: Account) -> None:
    account.programs.answer("sam deploy mine-template", seconds=120)
    account.programs.answer("aws list-stack-resources", out="{}")
    account.deployed(backend={})
    process = account.start("--yes")
    eventually(lambda: account.programs.called("sam deploy", "mine-template") != [])
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.close()
    process.stdout.close()
    process.send_signal(signal.SIGHUP)
    process.wait(60)

    assert len(account.programs.called("sam delete", "mine-template")) == 1
    assert ["mine-backend" in each["what"] for each in account.summary()["left"]] == [True]


def test_kept_stacks_are_named(account: Account) -> None:
    account.programs.answer("sam deploy", code=1)

    code, out = account.run("--yes", "--keep")

    assert code == 1
    assert "type: sam delete --region us-east-1 --stack-name mine-backend" in out
    assert account.programs.called("sam delete") == []


@pytest.mark.parametrize("words", [("--stack-name", "a b"), ("--stack-name", "-x"), ("--conformance", "domain")])
def test_what_cannot_be_is_refused(account: Account, words: tuple[str, str]) -> None:
    code, out = account.run("--yes", *words)

    assert code in (1, 2)
    assert words[0] in out
    assert account.programs.calls == []


def test_what_its_documents_name_is_in_its_help(account: Account) -> None:
    code, text = account.run("--help")
    readme = (ROOT / "infra" / "README.md").read_text("utf-8")
    section = readme.partition("## First deploy")[2].partition("\n## ")[0]

    assert code == 0
    options = set(re.findall(r"--[a-z][a-z-]+", section + text.partition("Examples:")[2]))
    assert options
    assert options <= set(re.findall(r"--[a-z][a-z-]+", text.partition("Examples:")[0]))


def eventually(holds: Any) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)
