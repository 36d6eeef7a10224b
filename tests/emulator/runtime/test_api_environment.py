"""Any program as a function's runtime: ``bootstrap`` files and AWS's own runtime interface client."""

import sys
from dataclasses import replace

import pytest

from longwire.runtime.limits import RuntimeLimits
from running_functions import Make, World, alive, state, until

pytestmark = pytest.mark.asyncio

SHELL = """#!/bin/sh
# As in the documentation of custom runtimes.
echo starting >&2
while true; do
  HEADERS=$(mktemp)
  EVENT=$(curl -sS -LD "$HEADERS" "http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation/next")
  ID=$(grep -Fi Lambda-Runtime-Aws-Request-Id "$HEADERS" | tr -d '[:space:]' | cut -d: -f2)
  rm "$HEADERS"
  echo "event $EVENT"
  curl -sS -o /dev/null "http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation/$ID/response" -d "[$$, $EVENT]"
done
"""

# The same in Python, with a line for each test in the middle.
PYTHON = """#!{python}
import http.client, json, os, sys, time
runtime = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
def ask(method, path, body=None):
    runtime.request(method, "/2018-06-01/runtime/" + path, body)
    answer = runtime.getresponse()
    return answer.headers["Lambda-Runtime-Aws-Request-Id"], answer.read()
while True:
    request_id, event = ask("GET", "invocation/next")
    event = json.loads(event)
    answer = os.getpid()
    {line}
    ask("POST", "invocation/" + request_id + "/response", json.dumps(answer))
    {after}
"""


def provided(world: Make, line: str = "pass", after: str = "pass", **settings: object) -> World:
    source = PYTHON.format(python=sys.executable, line=line, after=after)
    return world(source, file="bootstrap", runtime="provided.al2023", **settings)


async def test_a_shell_script_with_curl_is_a_runtime(world: Make) -> None:
    here = world(SHELL, file="bootstrap", runtime="provided.al2023")
    pid, event = await here.call({"a": 1})
    assert event == {"a": 1}
    assert await here.call("x") == [pid, "x"]
    assert here.listener.of("stdout") == ["starting", 'event {"a": 1}', 'event "x"']


async def test_a_program_sees_lambdas_variables_and_a_proxy_that_refuses(world: Make) -> None:
    here = provided(world, "answer = dict(os.environ)", environment={"GIVEN": "1"})
    found = await here.call()
    assert (found["GIVEN"], found["_HANDLER"], found["AWS_LAMBDA_FUNCTION_NAME"]) == ("1", "app.handler", "app")
    assert found["LAMBDA_TASK_ROOT"] == str(here.folder)
    assert found["HTTPS_PROXY"] == "http://127.0.0.1:9"
    assert [name for name in found if "LONGWIRE" in name] == []


async def test_an_exit_with_a_call_is_lambdas_exit_error(world: Make) -> None:
    result = await provided(world, "sys.exit(7)").finish()
    assert (result.error, result.error_type) == ("crashed", "Runtime.ExitError")
    assert "exit status 7" in result.error_message


async def test_an_exit_before_it_asks_is_an_init_that_failed(world: Make) -> None:
    here = world("#!/bin/sh\necho no such library\nexit 127\n", file="bootstrap", runtime="provided.al2")
    result = await here.finish()
    assert (result.error, result.error_type) == ("init_failed", "Runtime.ExitError")
    assert here.listener.of("stdout") == ["no such library"]


async def test_a_program_that_cannot_be_started_is_an_init_that_failed(world: Make) -> None:
    here = world("#!/no/such/interpreter\n", file="bootstrap", runtime="provided.al2")
    result = await here.finish()
    kind = "Runtime.ExitError" if sys.platform == "linux" else "EnvironmentFailed"
    assert (result.error, result.error_type) == ("init_failed", kind)
    told = [result.error_message, *here.listener.of("stdout")]  # where the kernel's word for it arrives
    assert [line for line in told if "No such file or directory" in line] != []


async def test_an_init_that_never_asks_is_stopped_at_the_limit(world: Make) -> None:
    limits = RuntimeLimits(init=0.2)
    here = world("#!/bin/sh\nsleep 60\n", file="bootstrap", runtime="provided", limits=limits, timeout=0.3)
    assert (await here.finish()).error == "timed_out"


async def test_the_timeout_kills_it_with_what_it_has_started(world: Make) -> None:
    here = provided(
        world,
        "import subprocess; child = subprocess.Popen(['sleep', '60']); print(child.pid, flush=True); time.sleep(60)",
        timeout=0.5,
    )
    result = await here.finish()
    assert (result.error, result.error_type) == ("timed_out", "Sandbox.Timedout")
    (pid,) = map(int, here.listener.of("stdout"))
    await until(lambda: not alive(pid))


async def test_it_is_frozen_between_invocations(world: Make) -> None:
    here = provided(world, limits=RuntimeLimits(freeze_after=0.01))
    pid = await here.call()
    await until(lambda: state(pid) == "T")
    assert await here.call() == pid


async def test_calls_at_once_get_an_environment_each(world: Make) -> None:
    here = provided(world, "time.sleep(0.3)")
    first, second = here.start(), here.start()
    assert (await first).payload != (await second).payload


async def test_after_its_response_it_gets_no_call_before_it_asks_for_one(world: Make) -> None:
    here = provided(world, after="time.sleep(60)", timeout=0.5)
    first = await here.call()
    second = await here.call()
    assert first != second
    await until(lambda: not alive(first))


async def test_an_error_that_it_reports_is_the_functions_error(world: Make) -> None:
    error = '{"errorType": "E", "errorMessage": "m"}'
    line = f"ask('POST', 'invocation/' + request_id + '/error', '{error}'); continue"
    here = provided(world, line)
    for _ in range(2):
        result = await here.finish()
        assert (result.error, result.error_type, result.error_message) == ("raised", "E", "m")


# --- AWS's own runtime interface client


@pytest.mark.skipif(sys.platform != "linux", reason="awslambdaric has wheels for Linux alone")
async def test_awslambdaric_runs_unmodified(world: Make) -> None:
    here = world(
        """
        def handler(event, context):
            print("printed", event)
            if event == "boom":
                raise ValueError("boom")
            return [event, context.aws_request_id, context.function_name, context.invoked_function_arn]
        """
    )
    command = (sys.executable, "-m", "awslambdaric", "app.handler")
    here.functions["App"] = replace(here.functions["App"], command=command)
    event, request_id, name, arn = await here.call({"a": [1]})
    (report,) = here.listener.reports.values()
    assert (event, request_id, name) == ({"a": [1]}, report.request_id, "app")
    assert arn.endswith(":function:app")
    assert "printed {'a': [1]}" in here.listener.of("stdout")
    result = await here.finish("boom")
    assert (result.error, result.error_type, result.error_message) == ("raised", "ValueError", "boom")
    assert any("[ERROR] ValueError: boom" in line for line in here.listener.of("stdout"))


@pytest.mark.skipif(sys.platform != "linux", reason="awslambdaric has wheels for Linux alone")
async def test_awslambdaric_tells_what_it_cannot_import(world: Make) -> None:
    here = world("import not_there")
    command = (sys.executable, "-m", "awslambdaric", "app.handler")
    here.functions["App"] = replace(here.functions["App"], command=command)
    result = await here.finish()
    assert (result.error, result.error_type) == ("init_failed", "Runtime.ImportModuleError")
