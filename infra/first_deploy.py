"""Deploys throwaway stacks, asks them all that the emulator is asked, says what differs, and deletes them."""

import logging
import re
import secrets
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from shutil import which
from types import FrameType

import click

from deploy_proof.commands import Commands, StepFailed
from deploy_proof.conformance import run_conformance
from deploy_proof.conversation import client_token, record, replay, talk_to_backend, talk_to_gateway
from deploy_proof.stacks import BACKEND, Left, Stack, Stacks
from deploy_proof.summary import Result, Summary
from longwire import __version__
from longwire.command import Command
from longwire.emulator import Options
from longwire.errors import UsageError
from longwire.harness import Longwire, LongwireServer
from longwire.recording.recorder import check_folder
from longwire.template.load import load

ROOT = Path(__file__).resolve().parents[1]
CONFORMANCE = ROOT / "tests" / "conformance"
TEMPLATES = ("template", "authorizer", "selection", "throttled", "keys", "iam", "integrations")
NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,80}")
NEEDED = {
    "azure.messaging.webpubsubclient": "azure-messaging-webpubsubclient",
    "azure.messaging.webpubsubservice": "azure-messaging-webpubsubservice",
    "aiohttp": "aiohttp",
    "pytest": "pytest",
    "pytest_asyncio": "pytest-asyncio",
    "pytest_timeout": "pytest-timeout",
}
EXAMPLES = """Examples:
  python infra/first_deploy.py --region eu-west-1
  python infra/first_deploy.py --region eu-west-1 --yes --golden proof --conformance template --conformance keys
  python infra/first_deploy.py --region eu-west-1 --only test_messages --keep --stack-name mine

It needs sam, aws and Python 3.13 on PATH, `pip install -e .[dev]` in this repository, and credentials that may
create stacks. Exit code 0: all passed and nothing differed. 1: something failed, differed or was left. 130: Ctrl-C."""


class Interrupts:
    """Ctrl-C, SIGTERM and SIGHUP end the run once; after that, and while stacks are deleted, they only say so."""

    def __init__(self) -> None:
        self.deleting = False
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self.handle)

    def handle(self, _number: int, _frame: FrameType | None) -> None:
        if self.deleting:
            say("still deleting: leaving now would leave stacks that cost money", err=True)
            return
        self.deleting = True
        raise KeyboardInterrupt


class FirstDeploy:
    """One run. ``only`` is pytest's -k."""

    def __init__(self, name: str, region: str, folder: Path, templates: tuple[str, ...], only: str | None) -> None:
        self.folder = folder
        self.only = only
        self.stacks = Stacks(Commands(folder / "logs"), region, say)
        began = datetime.now(UTC).isoformat(timespec="seconds")
        self.summary = Summary(name, region, began, __version__)
        found = [Stack(BACKEND, f"{name}-backend", ROOT / "template.yaml")]
        found += [Stack(each, f"{name}-{each}", CONFORMANCE / f"{each}.yaml") for each in templates]
        self.planned = found
        self.outputs: dict[str, dict[str, str]] = {}
        deploys = [f"deploy {each.kind}" for each in found]
        for step in (*deploys, "conformance", "gateway", "backend", "deletion"):
            self.note(step, "not run", "")

    def note(self, step: str, result: Result, detail: str) -> None:
        self.summary.steps[step] = result, detail

    # --- before anything costs money

    def prepare(self) -> None:
        """Raises StepFailed."""
        for program in ("sam", "aws"):
            if which(program) is None:
                raise StepFailed("programs", f"{program} is not on PATH", "install the AWS CLI and the AWS SAM CLI")
        missing = [package for module, package in NEEDED.items() if not is_there(module)]
        if missing:
            raise StepFailed("packages", f"{', '.join(missing)} not installed", "type `pip install -e .[dev]`")
        account = self.stacks.account()
        for stack in self.planned:
            self.stacks.refuse_known(stack)
        role = "true" if self.stacks.needs_log_role() else "false"
        backend = self.planned[0]
        given = {"CreateApiGatewayLogRole": role, "LogRetentionDays": "1"}
        self.planned[0] = Stack(backend.kind, backend.name, backend.template, given)
        say(f"account {account}, {self.summary.region}: {', '.join(each.name for each in self.planned)}")
        say(estimate(backend.template))

    # --- the run

    def prove(self) -> None:
        """Every step notes its own failure; a stack that does not come up leaves out what needs it."""
        for stack in self.planned:
            with self.step(f"deploy {stack.kind}"):
                self.stacks.deploy(stack)
                self.outputs[stack.kind] = self.stacks.outputs(stack)
        urls = {kind: found["Url"] for kind, found in self.outputs.items() if kind != BACKEND}
        if "template" in urls:
            with self.step("conformance"):
                self.conformance(urls)
            with self.step("gateway"):
                self.gateway(urls["template"])
        if BACKEND in self.outputs:
            with self.step("backend"):
                self.backend(self.outputs[BACKEND])

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        self.note(name, "failed", "did not end")
        try:
            yield
        except StepFailed as exc:
            self.fail(name, str(exc))
        except Exception as exc:  # noqa: BLE001 - of the clients, too: whatever it is, what follows and the deletion run
            self.fail(name, f"{name}: {type(exc).__name__}: {exc}")
        else:
            if self.summary.steps[name][1] == "did not end":
                self.note(name, "passed", "")
            say(f"{name}: {self.summary.steps[name][0]}")

    def fail(self, name: str, text: str) -> None:
        self.note(name, "failed", text)
        say(text, err=True)

    def conformance(self, urls: dict[str, str]) -> None:
        say("running the conformance suite: it may take half an hour")
        commands = self.stacks.commands
        found = self.summary.conformance = run_conformance(commands, ROOT, urls, self.summary.region, self.only)
        text = f"{found.passed} passed, {len(found.failed)} failed, {len(found.not_run)} not run"
        self.note("conformance", "failed" if found.failed else "passed", text)
        say("\n".join([text, *(f"  failed: {name}: {why}" for name, why in found.failed.items())]))

    def gateway(self, url: str) -> None:
        file = record("gateway", url, talk_to_gateway, self.folder)
        with emulated(CONFORMANCE / "template.yaml") as local:
            self.compare("gateway", file, local.url, None)

    def backend(self, outputs: dict[str, str]) -> None:
        secret = self.stacks.secret(outputs["TokenSecretArn"])
        token = client_token(outputs["HttpUrl"], secret, "ada")
        file = record("backend", outputs["WebSocketUrl"], talk_to_backend(token), self.folder)
        with emulated(ROOT / "template.yaml") as local:
            arn = local.physical_id("TokenSecret")
            own = local.client("secretsmanager").get_secret_value(SecretId=arn)["SecretString"]
            self.compare("backend", file, local.url, client_token(local.http_url("HttpApi"), own, "ada"))

    def compare(self, name: str, file: Path, against: str, token: str | None) -> None:
        outcome = self.summary.replays[name] = replay(file, against, token)
        count = len(outcome.differences)
        self.note(name, "differed" if count else "passed", f"{count} differences to the emulator")
        say(f"{name}, as recorded and as the emulator answers:\n{outcome.text()}")

    # --- the end

    def end(self, *, keep: bool) -> None:
        if keep:
            self.note("deletion", "passed", "kept, as --keep asks")
            region = self.summary.region
            names = [each.name for each in self.stacks.begun]
            typed = f"sam delete --region {region} --stack-name"
            self.summary.left += [Left(f"the stack {each}", f"{typed} {each}", on_purpose=True) for each in names]
        elif self.stacks.begun:
            self.summary.left += self.stacks.delete_all()
            failures = [each for each in self.summary.left if not each.on_purpose]
            self.note("deletion", "failed" if failures else "passed", f"{len(failures)} could not be deleted")
        for each in self.summary.left:
            say(f"not deleted: {each.what}\n  type: {each.command}", err=True)
        self.summary.write(self.folder)
        say(f"the summary is {self.folder / 'summary.md'}")


def say(text: str, *, err: bool = False) -> None:
    with suppress(OSError):  # a terminal that was closed (SIGHUP) does not keep stacks from being deleted
        click.echo(text, err=err)


def is_there(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def estimate(template: Path) -> str:
    """Of prices of us-east-1; an hour of what costs by the month, and 50,000 messages and invocations at most."""
    text = template.read_text("utf-8")
    alarms, dashboards = (text.count(f"Type: AWS::CloudWatch::{kind}\n") for kind in ("Alarm", "Dashboard"))
    monthly = alarms * 0.10 + dashboards * 3.00 + 0.40  # dollars; the last is the secret
    once = 50_000 / 1e6 * (1.00 + 0.20 + 2 * 0.625) + 50_000 * 0.25 * 0.1 * 0.0000133334
    return (
        f"estimate: about ${once + monthly / 730:.2f}, at most a dollar, for an hour with 50,000 messages; alarms,"
        f" dashboard and secret cost ${monthly:.2f} for each month that they are kept"
    )


@contextmanager
def emulated(template: Path) -> Iterator[Longwire]:
    server = LongwireServer(load(template), Options(port=0))
    try:
        local = Longwire(server)
        yield local
        local.close()
    finally:
        server.close()


def default_name() -> str:
    return f"longwire-first-deploy-{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"


@click.command(cls=Command, epilog=EXAMPLES)
@click.option("--region", required=True, envvar="AWS_REGION", help="Where to deploy.  [env: AWS_REGION]")
@click.option("--stack-name", help="The names of the stacks begin with it; none of them may exist.  [default: made up]")
@click.option("--golden", "folder", type=click.Path(path_type=Path), default=Path("first-deploy"), show_default=True,
              metavar="DIR", help="Recordings, golden files, logs and the summary.")  # fmt: skip
@click.option("--conformance", "templates", multiple=True, type=click.Choice(TEMPLATES), default=["template"],
              show_default=True, help="Templates of tests/conformance to deploy; `template` always is.")  # fmt: skip
@click.option("--only", metavar="EXPRESSION", help="Conformance tests to run, as pytest -k takes it.  [default: all]")
@click.option("--keep", is_flag=True, help="Leave the stacks. They cost money.")
@click.option("--yes", is_flag=True, help="Do not ask whether to begin.")
def main(
    region: str,
    stack_name: str | None,
    folder: Path,
    templates: tuple[str, ...],
    only: str | None,
    keep: bool,
    yes: bool,
) -> None:
    """Deploy the backend and the conformance API as throwaway stacks, and compare them with the emulator.

    The conformance suite runs against them, the official client talks to the backend, every answer is recorded and
    played against the emulator, what differs is printed, and the stacks are deleted: also after a failure or Ctrl-C.
    """
    name = stack_name or default_name()
    if not NAME.fullmatch(name):
        raise UsageError(f"--stack-name {name}: a letter, then letters, digits and -, at most 81")
    check_folder(folder)
    chosen = tuple(dict.fromkeys(("template", *templates)))
    deploy = FirstDeploy(name, region, folder, chosen, only)
    try:
        deploy.prepare()
    except StepFailed as exc:
        raise UsageError(str(exc)) from exc
    if not yes:
        click.confirm("Deploy these stacks?", abort=True)
    sys.exit(finished(deploy, keep=keep))


def finished(deploy: FirstDeploy, *, keep: bool) -> int:
    """The exit code; whatever happens, the deletion has run."""
    logging.getLogger("azure").addHandler(logging.NullHandler())  # what fails is told once, by us
    interrupts = Interrupts()
    interrupted = False
    try:
        deploy.prove()
    except KeyboardInterrupt:
        interrupted = True
        say("interrupted", err=True)
    finally:
        interrupts.deleting = True
        deploy.end(keep=keep)
    if interrupted:
        return 130
    return 0 if deploy.summary.is_good else 1


if __name__ == "__main__":
    main()
