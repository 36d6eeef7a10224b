"""The commands beside an emulator whose port speaks TLS."""

import ssl
import subprocess
import sys
import time
from pathlib import Path

from websockets.sync.client import connect

from longwire_command import Dev, run

CHILD = """
import os, boto3, urllib.request
from websockets.sync.client import connect
with connect(os.environ["LONGWIRE_WS_URL"], proxy=None, open_timeout=40) as socket:
    socket.send("there")
    print(socket.recv(timeout=20))
assert boto3.client("dynamodb").list_tables()["TableNames"] == []
print(urllib.request.urlopen(os.environ["LONGWIRE_INSPECTOR_URL"]).status)
"""
SCENARIO = """
connections: 3
ramp: 0s
hold: 1s
messages:
  - {name: say, every: 500ms, send: "{id}", answers: 1}
"""


def recording(folder: Path) -> Path:
    """The one that there is, as soon as it is whole."""
    end = time.monotonic() + 20
    while not any("connection_closed" in (found := file).read_text() for file in folder.glob("*.jsonl")):
        assert time.monotonic() < end
        time.sleep(0.02)
    return found


def test_the_commands_reach_it_and_a_child_s_clients_trust_it(project: Path, env: dict[str, str], dev: Dev) -> None:
    """They find its authority in the cache; ``longwire exec`` tells its child where it is."""
    with dev("--tls", "--port", "0", "--record", "sessions") as running:
        url, endpoint = running.ready["websocket_url"], running.ready["endpoint_url"]
        context = ssl.create_default_context(cafile=running.ready["ca_file"])
        with connect(url, ssl=context, proxy=None, open_timeout=40) as found:
            found.send("hi")
            assert found.recv(timeout=20) == "hello hi"
        running.until("connection_closed")
        (project / "load.yaml").write_text(SCENARIO)
        for arguments in (
            ("status", "--url", endpoint),
            ("ctl", "clock", "status", "--url", endpoint),
            ("load", url, "load.yaml", "--fail-if", "errors>0"),
            ("replay", str(recording(project / "sessions")), "--speed", "0"),
            ("events", "message", "--body", "hi", "--url", endpoint),
        ):
            done = run(project, env, *arguments)
            assert done.returncode == 0, (arguments, done.stdout, done.stderr)
        command = [sys.executable, "-m", "longwire", "record", url, "--port", "0"]
        with subprocess.Popen(command, cwd=project, env=env, stdout=subprocess.PIPE, text=True) as tap:
            assert tap.stdout is not None
            with connect(tap.stdout.readline().strip(), proxy=None, open_timeout=40) as found:
                found.send("hi")
                assert found.recv(timeout=20) == "hello hi"
            tap.terminate()
        elsewhere = {**env, "XDG_CACHE_HOME": str(project / "elsewhere")}
        assert "certificate not trusted" in run(project, elsewhere, "load", url, "load.yaml").stderr
        assert "CERTIFICATE_VERIFY_FAILED" in run(project, elsewhere, "status", "--url", endpoint).stderr
        plain = run(project, env, "status", "--url", endpoint.replace("https:", "http:"))
        assert "with --tls its address is https://" in plain.stderr
    (project / "child.py").write_text(CHILD)
    done = run(project, env, "exec", "--tls", "--", sys.executable, "child.py")
    assert (done.returncode, done.stdout) == (0, "hello there\n200\n"), done.stderr
