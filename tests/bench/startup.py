"""From ``longwire dev`` to the first accepted connection on our own template, expanded anew and from the cache.

PYTHONPATH=functions python tests/bench/startup.py [--rounds 5]
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import boto3
from websockets.sync.client import connect

from longwire_app.session import Identity
from longwire_app.tokens import Rules, issue

ROOT = Path(__file__).parents[2]


def secrets(url: str) -> Any:
    make: Any = boto3.client
    return make(
        "secretsmanager", endpoint_url=url, region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x"
    )


def once(cache: str) -> tuple[float, float]:
    """Seconds to the ready line, and to the first connection that $connect accepted."""
    secrets("http://127.0.0.1:1")  # boto3's own loading is not what is measured
    command = [sys.executable, "-m", "longwire", "dev", "--port", "0", "--json", "--quiet"]
    started = time.perf_counter()
    env = {**os.environ, "XDG_CACHE_HOME": cache}
    process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout is not None
    facts = json.loads(process.stdout.readline())
    ready = time.perf_counter() - started
    secret = secrets(facts["endpoint_url"]).get_secret_value(SecretId="longwire-TokenSecret")
    key, now = secret["SecretString"].encode(), int(time.time())
    token = issue(Identity("me"), key, now=now, lifetime=60, rules=Rules(None, None), kid=secret["VersionId"])
    with connect(f"{facts['websocket_url']}?access_token={token}"):
        opened = time.perf_counter() - started
    process.terminate()
    process.communicate(timeout=20)
    return ready, opened


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as cache:
        ready, opened = once(cache)
        print(f"first time:  ready {ready:.2f} s, first connection {opened:.2f} s")
        found = [once(cache) for _ in range(rounds)]
    ready, opened = (statistics.median(column) for column in zip(*found, strict=True))
    print(f"from cache:  ready {ready:.2f} s, first connection {opened:.2f} s (median of {rounds})")


if __name__ == "__main__":
    main()
