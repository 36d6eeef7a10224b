"""How long an invocation takes in a warm execution environment, how many fit in a second, and what a cold start costs.

Run by hand: ``python tests/bench/warm_invocation.py``. Nothing else should be running.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from longwire.core.api import Function
from longwire.core.events import InvocationFinished, Invoke
from longwire.event_loop import new_event_loop
from longwire.runtime.lambda_environment import Endpoints, variables
from longwire.runtime.runtime import Report, Runtime

HANDLER = """
def handler(event, context):
    return {"statusCode": 200, "body": event["body"]}
"""
HANDLER_BOTO3 = "import boto3\nclient = boto3.client('dynamodb')\n" + HANDLER
EVENT = json.dumps({"requestContext": {"connectionId": "L0SM9cOFvHcCIhw=", "routeKey": "$default"}, "body": "x" * 200})


class Silent:
    def __init__(self) -> None:
        self.reports: list[Report] = []

    def invocation_started(self, invocation_id: str, function: str, cold: bool) -> None: ...

    def invocation_finished(self, report: Report) -> None:
        self.reports.append(report)

    def logged(self, function: str, invocation_id: str | None, stream: str, line: str) -> None: ...


def invoke(runtime: Runtime, name: str, number: int) -> "asyncio.Future[InvocationFinished]":
    answer: asyncio.Future[InvocationFinished] = asyncio.get_running_loop().create_future()
    runtime.invoke(Invoke(str(number), name, EVENT, "", ""), answer.set_result)
    return answer


async def one_after_another(runtime: Runtime, count: int) -> list[float]:
    times = []
    for number in range(count):
        started = time.perf_counter()
        result = await invoke(runtime, "Echo", number)
        times.append(time.perf_counter() - started)
        assert not result.error, result
    return times


async def at_once(runtime: Runtime, callers: int, count: int) -> float:
    async def caller() -> None:
        for number in range(count // callers):
            await invoke(runtime, "Echo", number)

    started = time.perf_counter()
    await asyncio.gather(*(caller() for _ in range(callers)))
    return (count // callers) * callers / (time.perf_counter() - started)


async def cold(runtime: Runtime, name: str, count: int) -> float:
    times = []
    for number in range(count):
        started = time.perf_counter()
        result = await invoke(runtime, name, number)
        times.append(time.perf_counter() - started)
        assert not result.error, result
        runtime.replace(name)
    return sorted(times)[count // 2] * 1000


def bare(folder: Path, module: str, environ: dict[str, str], count: int) -> float:
    times = []
    for _ in range(count):
        started = time.perf_counter()
        subprocess.run([sys.executable, "-c", f"import {module}"], cwd=folder, env=environ, check=True)
        times.append(time.perf_counter() - started)
    return sorted(times)[count // 2] * 1000


def percentile(times: list[float], part: float) -> str:
    return f"{sorted(times)[int(len(times) * part)] * 1000:.3f} ms"


async def measure(folder: Path, arguments: argparse.Namespace) -> None:
    echo = Function("Echo", "echo", "echo.handler", "python3.11", str(folder))
    boto3 = Function("Boto3", "boto3", "with_boto3.handler", "python3.11", str(folder))
    lookup: Callable[[Function], dict[str, str]] = lambda function: variables(  # noqa: E731 - a table of one entry
        function, region="us-east-1", account_id="123456789012", stage="dev", endpoints=Endpoints(9, 9)
    )
    runtime = Runtime({"Echo": echo, "Boto3": boto3}, lookup, Silent(), bytecode=folder / "bytecode")
    await one_after_another(runtime, 200)
    times = await one_after_another(runtime, arguments.count)
    print(f"warm, one after another: p50 {percentile(times, 0.5)}, p99 {percentile(times, 0.99)}")
    print(f"warm, {arguments.callers} callers: {await at_once(runtime, arguments.callers, arguments.count):.0f}/s")
    runtime.replace("Echo")
    for name, module in (("Echo", "echo"), ("Boto3", "with_boto3")):
        alone = bare(folder, module, lookup(echo), arguments.cold)
        print(f"cold, {module}: {await cold(runtime, name, arguments.cold):.0f} ms; python -c 'import': {alone:.0f} ms")
    await runtime.close(0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=5000, help="invocations per measurement")
    parser.add_argument("--callers", type=int, default=8, help="concurrent callers")
    parser.add_argument("--cold", type=int, default=9, help="cold starts per measurement")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "echo.py").write_text(HANDLER)
        (folder / "with_boto3.py").write_text(HANDLER_BOTO3)
        with asyncio.Runner(loop_factory=new_event_loop) as runner:
            runner.run(measure(folder, parser.parse_args()))


if __name__ == "__main__":
    main()
