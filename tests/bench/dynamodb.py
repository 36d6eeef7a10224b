"""How long DynamoDB's calls take from a handler by boto3: here, and with moto's own server in the same run.

Run by hand: ``pip install flask flask-cors``, then ``python tests/bench/dynamodb.py``. Nothing else should be running.
"""

import argparse
import asyncio
import json
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from longwire.core.api import Api, Function, Resource, Stack, Stage
from longwire.core.events import InvocationFinished, Invoke
from longwire.event_loop import new_event_loop
from longwire.runtime.lambda_environment import Endpoints, variables
from longwire.runtime.runtime import Runtime
from longwire.services.services import Services
from warm_invocation import Silent

HANDLER = '''
import time
import boto3

KEYS = [("pk", "HASH"), ("sk", "RANGE")]


def item(n):
    return {"pk": {"S": f"p{n % 500}"}, "sk": {"S": f"{n:06d}"}, "n": {"N": str(n)}, "text": {"S": "x" * 200}}


def handler(event, context):
    """Median milliseconds by operation, against the endpoint given."""
    client = boto3.client("dynamodb", endpoint_url=event["endpoint"])
    client.create_table(
        TableName="bench",
        KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in KEYS],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name, _ in KEYS],
        BillingMode="PAY_PER_REQUEST",
    )
    for start in range(0, event["items"], 25):
        puts = [{"PutRequest": {"Item": item(n)}} for n in range(start, start + 25)]
        client.batch_write_item(RequestItems={"bench": puts})
    key = {"pk": {"S": "p1"}, "sk": {"S": "000001"}}
    ten = {":p": {"S": "p2"}}
    calls = {
        "get": lambda n: client.get_item(TableName="bench", Key=key),
        "put": lambda n: client.put_item(TableName="bench", Item=item(n)),
        "update": lambda n: client.update_item(
            TableName="bench",
            Key=key,
            UpdateExpression="SET #n = #n + :one",
            ExpressionAttributeNames={"#n": "n"},
            ExpressionAttributeValues={":one": {"N": "1"}},
        ),
        "query": lambda n: client.query(
            TableName="bench", KeyConditionExpression="pk = :p", ExpressionAttributeValues=ten, Limit=10
        ),
    }
    found = {}
    for name, call in calls.items():
        times = []
        for n in range(event["count"]):
            started = time.perf_counter()
            call(n)
            times.append(time.perf_counter() - started)
        found[name] = sorted(times)[len(times) // 2] * 1000
    return found
'''
OPERATIONS = ("get", "put", "update", "query")


@contextmanager
def moto_server() -> Iterator[str]:
    """moto's own server in a process of its own; its URL."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    command = (sys.executable, "-c", f"from moto.server import main; main(['-p', '{port}'])")
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", port), 0.2).close()
                break
            except OSError:
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


async def measured(runtime: Runtime, endpoint: str, arguments: argparse.Namespace) -> dict[str, float]:
    event = json.dumps({"endpoint": endpoint, "count": arguments.count, "items": arguments.items})
    answer: asyncio.Future[InvocationFinished] = asyncio.get_running_loop().create_future()
    runtime.invoke(Invoke(endpoint, "Bench", event, "", ""), answer.set_result)
    result = await answer
    assert not result.error, result
    found: dict[str, float] = json.loads(result.payload)
    return found


async def measure(folder: Path, arguments: argparse.Namespace) -> dict[str, dict[str, float]]:
    bench = Function("Bench", "bench", "app.handler", "python3.11", str(folder), timeout=900.0)
    api = Api("Api", "abcdefghij", "bench", "us-east-1", "123456789012", "$request.body.action", {}, Stage("dev"))
    kept = Resource("Kept", "AWS::SQS::Queue", {}, "https://sqs.us-east-1.amazonaws.com/123456789012/kept")
    stack = Stack("bench", "us-east-1", "123456789012", (api,), {"Bench": bench}, {"Kept": kept})
    services = await Services.start(stack, invoke_url="http://127.0.0.1:9", log=print)
    await services.ready()
    environment: Any = lambda function: variables(  # noqa: E731 - a table of one entry
        function, region="us-east-1", account_id="123456789012", stage="dev", endpoints=Endpoints(9, services.port)
    )
    runtime = Runtime({"Bench": bench}, environment, Silent(), bytecode=folder / "bytecode")
    ours = await measured(runtime, services.endpoint_url, arguments)
    await services.close()
    with moto_server() as url:
        theirs = await measured(runtime, url, arguments)
    await runtime.close(0)
    return {"longwire": ours, "moto_server": theirs}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=300, help="calls per measurement")
    parser.add_argument("--items", type=int, default=5000, help="items in the table; 500 partitions")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "app.py").write_text(HANDLER)
        with asyncio.Runner(loop_factory=new_event_loop) as runner:
            found = runner.run(measure(folder, parser.parse_args()))
    for operation in OPERATIONS:
        ours, theirs = found["longwire"][operation], found["moto_server"][operation]
        print(f"{operation:6}  longwire {ours:6.2f} ms  moto_server {theirs:6.2f} ms  {theirs / ours:4.1f}x")


if __name__ == "__main__":
    main()
