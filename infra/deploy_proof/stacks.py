"""The throwaway stacks: built, deployed, asked for their outputs, and deleted whole."""

import json
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deploy_proof.commands import Commands, StepFailed

__all__ = ["BACKEND", "Left", "Stack", "Stacks"]

BACKEND = "backend"
ASK, BUILD, DEPLOY = 60.0, 900.0, 2400.0  # seconds
LOG_POLICY = "arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"


@dataclass(frozen=True, slots=True)
class Stack:
    """``kind`` is `backend` or the name of a template of the conformance suite."""

    kind: str
    name: str
    template: Path
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Left:
    """What was not deleted, and the command that does it."""

    what: str
    command: str
    on_purpose: bool = False


class Stacks:
    """``begun`` are those of which something may exist. ``say`` takes a line for the user."""

    def __init__(self, commands: Commands, region: str, say: Callable[[str], None]) -> None:
        self.commands = commands
        self.region = region
        self.say = say
        self.begun: list[Stack] = []

    def aws(self, step: str, *words: str, advice: str, secret: bool = False) -> Any:
        """The answer, as JSON; None when there is none."""
        command = ["aws", *words, "--region", self.region, "--output", "json"]
        out = self.commands.run(step, command, limit=ASK, advice=advice, secret=secret)
        return json.loads(out) if out.strip() else None

    # --- before

    def account(self) -> str:
        advice = "give credentials: `aws configure`, `aws sso login` or AWS_PROFILE"
        return str(self.aws("credentials", "sts", "get-caller-identity", advice=advice)["Account"])

    def needs_log_role(self) -> bool:
        """Whether the account's API Gateway has none: it then refuses a stage with an access log."""
        advice = "the credentials need apigateway:GET on /account"
        found = self.aws("log role", "apigateway", "get-account", advice=advice) or {}
        return not found.get("cloudwatchRoleArn")

    def refuse_known(self, stack: Stack) -> None:
        """A stack of somebody's would be changed and then deleted. Raises StepFailed when there is one."""
        step = "stack names"
        try:
            self.aws(step, "cloudformation", "describe-stacks", "--stack-name", stack.name, advice="")
        except StepFailed as exc:
            if "does not exist" in exc.what:
                return
            raise StepFailed(step, exc.what, "the credentials need cloudformation:DescribeStacks") from exc
        raise StepFailed(step, f"the stack {stack.name} exists already", "give another --stack-name; it is left alone")

    # --- deploying

    def deploy(self, stack: Stack) -> None:
        with tempfile.TemporaryDirectory(prefix="longwire-first-deploy-") as folder:
            self.say(f"building {stack.name}")
            self.build(stack, Path(folder))
            self.say(f"deploying {stack.name}: a few minutes")
            self.begun.append(stack)  # before: an interrupted deployment has made something too
            self.deploy_built(stack, Path(folder))

    def build(self, stack: Stack, folder: Path) -> None:
        command = ["sam", "build", "--template-file", str(stack.template), "--build-dir", str(folder)]
        advice = "sam build needs Python 3.13 on PATH; the log has all that it said"
        self.commands.run(f"build {stack.kind}", [*command, "--region", self.region], limit=BUILD, advice=advice)

    def deploy_built(self, stack: Stack, folder: Path) -> None:
        command = [
            "sam", "deploy", "--template-file", str(folder / "template.yaml"), "--stack-name", stack.name,
            "--region", self.region, "--resolve-s3", "--capabilities", "CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND",
            "--no-confirm-changeset", "--no-fail-on-empty-changeset", "--tags", "longwire=first-deploy",
        ]  # fmt: skip
        if stack.parameters:
            command += ["--parameter-overrides", *(f"{name}={value}" for name, value in stack.parameters.items())]
        advice = "the first CREATE_FAILED above or in the log has the reason; the stack is deleted now"
        self.commands.run(f"deploy {stack.kind}", command, limit=DEPLOY, advice=advice)

    def outputs(self, stack: Stack) -> dict[str, str]:
        words = ("cloudformation", "describe-stacks", "--stack-name", stack.name)
        found = self.aws(f"outputs {stack.kind}", *words, advice="look at the stack in the console")
        return {each["OutputKey"]: each["OutputValue"] for each in found["Stacks"][0].get("Outputs", [])}

    def secret(self, arn: str) -> str:
        words = ("secretsmanager", "get-secret-value", "--secret-id", arn)
        advice = "the credentials need secretsmanager:GetSecretValue"
        return str(self.aws("token secret", *words, advice=advice, secret=True)["SecretString"])

    # --- deleting

    def delete_all(self) -> list[Left]:
        """Everything that was begun, the last first. Raises nothing: what could not be deleted is returned."""
        left: list[Left] = []
        for stack in reversed(self.begun):
            self.say(f"deleting {stack.name}: a few minutes")
            try:
                left += self.delete(stack)
            except Exception as exc:  # noqa: BLE001 - a full disk, an answer of another form: the others are deleted all the same
                typed = f"sam delete --stack-name {stack.name} --region {self.region}"
                left.append(Left(f"the stack {stack.name} ({type(exc).__name__}: {exc})", typed))
        return left

    def delete(self, stack: Stack) -> list[Left]:
        retained, left = self.retained(stack)
        left += self.delete_stack(stack)
        for kind, name in retained:
            left += self.delete_table(name) if kind == "AWS::DynamoDB::Table" else [self.left_role(name)]
        return left

    def delete_stack(self, stack: Stack) -> list[Left]:
        """By sam, which deletes its packages too, and again by CloudFormation.

        sam takes a stack whose change set was interrupted (REVIEW_IN_PROGRESS) for none. To CloudFormation, deleting
        what is not there is no error.
        """
        named = ["--stack-name", stack.name, "--region", self.region]
        step, what = f"delete {stack.kind}", f"the stack {stack.name}"
        packages = self.attempt(step, ["sam", "delete", *named, "--no-prompts"], what, DEPLOY)
        remove = ["aws", "cloudformation", "delete-stack", *named]
        wait = ["aws", "cloudformation", "wait", "stack-delete-complete", *named]
        left = self.attempt(step, remove, what, ASK) or self.attempt(step, wait, what, DEPLOY)
        if left:
            return [Left(each.what, " ".join(remove) + " && " + " ".join(wait)) for each in left]
        bucket = "aws s3 ls | grep aws-sam-cli-managed-default"
        return [Left(f"packages of {stack.name} in SAM's bucket", bucket, on_purpose=True) for _ in packages]

    def retained(self, stack: Stack) -> tuple[list[tuple[str, str]], list[Left]]:
        """Types and names of what the backend's template retains; Left when they cannot be asked for."""
        if stack.kind != BACKEND:
            return [], []
        words = ("cloudformation", "list-stack-resources", "--stack-name", stack.name)
        try:
            found = self.aws("retained resources", *words, advice="")
        except StepFailed as exc:
            if "does not exist" in exc.what:
                return [], []
            names = f"aws dynamodb list-tables --region {self.region}"
            return [], [Left(f"tables whose names begin with {stack.name}, if there are any", names)]
        kinds = {"StateTable", "LogTable", "ApiGatewayLogRole"}
        return [
            (each["ResourceType"], each["PhysicalResourceId"])
            for each in found["StackResourceSummaries"]
            if each["LogicalResourceId"] in kinds and each.get("PhysicalResourceId")
        ], []

    def delete_table(self, name: str) -> list[Left]:
        """Its protection first; one that is gone already is no failure."""
        table = ["--table-name", name, "--region", self.region]
        unprotect = ["aws", "dynamodb", "update-table", *table, "--no-deletion-protection-enabled", "--output", "json"]
        settle = ["aws", "dynamodb", "wait", "table-exists", *table]
        remove = ["aws", "dynamodb", "delete-table", *table, "--output", "json"]
        for command in (unprotect, settle, remove):
            left = self.attempt("delete tables", command, f"the table {name}", 600.0)
            if left:
                typed = " ".join(unprotect) + " && " + " ".join(remove)
                return [Left(each.what, typed) for each in left if "ResourceNotFoundException" not in each.what]
        return []

    def attempt(self, step: str, command: list[str], what: str, limit: float) -> list[Left]:
        try:
            self.commands.run(step, command, limit=limit, advice="")
        except StepFailed as exc:
            return [Left(f"{what} ({exc.what})", " ".join(command))]
        return []

    def left_role(self, name: str) -> Left:
        detach = f"aws iam detach-role-policy --role-name {name} --policy-arn {LOG_POLICY}"
        what = (
            f"the role {name}, with which API Gateway now writes the logs of this account and Region: others may use it"
        )
        return Left(what, f"{detach} && aws iam delete-role --role-name {name}", on_purpose=True)
