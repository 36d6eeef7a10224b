"""Functions in Node.js, by Longwire's own bootstrap for it."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from longwire.runtime.limits import RuntimeLimits
from node import required_node
from running_functions import Make, World, alive, state, until

pytestmark = [pytest.mark.asyncio, pytest.mark.node]
Node = Callable[..., World]


@pytest.fixture
def node(world: Make) -> Node:
    """``node(source, file=...)`` runs ``handler`` of an ES module, or of another file."""
    required_node()

    def make(source: str, file: str = "index.mjs", **settings: Any) -> World:
        settings = {"handler": "index.handler", "runtime": "nodejs20.x", **settings}
        return world(source, file=file, **settings)

    return make


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("index.mjs", "export const handler = async (event) => ({ got: event });"),
        ("index.js", "exports.handler = async (event) => ({ got: event });"),
        ("index.cjs", "module.exports = { handler: async (event) => ({ got: event }) };"),
        ("index.js", "exports.handler = (event, context, callback) => callback(null, { got: event });"),
        ("index.js", "exports.handler = (event, context) => context.succeed({ got: event });"),
        (
            "index.mjs",
            "const name = await 'got';\nexport const handler = async (event) => ({ [name]: event });",
        ),
    ],
)
async def test_handlers_of_every_kind_answer(node: Node, file: str, source: str) -> None:
    assert await node(source, file).call([1, "ü"]) == {"got": [1, "ü"]}


async def test_a_js_file_is_a_module_where_package_json_says_so(node: Node) -> None:
    here = node("export const handler = async () => 1;", "index.js")
    (here.folder / "package.json").write_text('{"type": "module"}')
    assert await here.call() == 1


async def test_a_handler_in_a_folder_and_in_an_object_is_found(node: Node) -> None:
    here = node("exports.chat = { message: async () => 7 };", "index.js", handler="src/app.chat.message")
    (here.folder / "src").mkdir()
    (here.folder / "index.js").rename(here.folder / "src" / "app.js")
    assert await here.call() == 7


async def test_a_callback_waits_for_what_is_under_way_unless_the_context_says_otherwise(node: Node) -> None:
    here = node(
        """
        let late = 0;
        exports.handler = (wait, context, callback) => {
          context.callbackWaitsForEmptyEventLoop = wait;
          setTimeout(() => { late += 1; }, 30);
          const answer = { get late() { return late; } };
          callback(null, answer);
        };
        """,
        "index.js",
    )
    assert await here.call(True) == {"late": 1}
    assert await here.call(False) == {"late": 1}


async def test_a_handler_that_neither_returns_nor_calls_back_answers_null(node: Node) -> None:
    assert await node("exports.handler = () => {};", "index.js").call() is None


async def test_the_context_and_the_environment_are_lambdas(node: Node) -> None:
    here = node(
        """
        export const handler = async (event, context) => ({
          ...context, left: context.getRemainingTimeInMillis(), env: process.env, cwd: process.cwd(),
        });
        """,
        memory_mb=256,
    )
    found = await here.call()
    (report,) = here.listener.reports.values()
    assert found["awsRequestId"] == report.request_id
    assert found["invokedFunctionArn"] == "arn:aws:lambda:eu-west-1:123456789012:function:app"
    assert (found["functionName"], found["memoryLimitInMB"]) == ("app", "256")
    assert 9000 < found["left"] <= 10_000
    assert found["env"]["AWS_LAMBDA_FUNCTION_NAME"] == "app"
    assert found["env"]["AWS_ACCESS_KEY_ID"].startswith("LONGWIRE")
    assert found["env"]["_X_AMZN_TRACE_ID"].startswith("Root=1-")
    assert found["cwd"] == str(here.folder)
    assert [name for name in found["env"] if "LONGWIRE" in name or "PROXY" in name.upper()] == []


async def test_one_environment_runs_many_invocations_and_reports_each(node: Node) -> None:
    here = node("let count = 0;\nexport const handler = async () => [process.pid, ++count];")
    first, second = await here.call(), await here.call()
    assert second == [first[0], 2]
    cold, warm = here.listener.reports.values()
    assert cold.init_ms is not None
    assert cold.init_ms > 5
    assert warm.init_ms is None
    assert 0 < warm.duration_ms < 1000
    assert cold.max_memory_mb > 20


async def test_what_the_handler_logs_is_an_entry_each_with_time_request_and_level(node: Node) -> None:
    here = node(
        """
        export const handler = async () => {
          console.log("two\\nlines %d", 1);
          console.error({ a: 1 });
          process.stdout.write("as it is\\n");
        };
        """
    )
    await here.call()
    (report,) = here.listener.reports.values()
    entries = [line.split("\t") for line in here.listener.of("stdout")]
    assert entries[0][1:] == [report.request_id, "INFO", "two\nlines 1"]
    assert entries[1][1:] == [report.request_id, "ERROR", "{ a: 1 }"]
    assert entries[2] == ["as it is"]
    assert {invocation for invocation, stream, _ in here.listener.lines if stream == "stdout"} == {"inv-1"}


async def test_json_logs_are_objects_and_debug_is_left_out(node: Node) -> None:
    here = node(
        "export const handler = async () => { console.debug(1); console.warn('x', 2); console.info({ a: 1 }); };",
        log_format="JSON",
    )
    await here.call()
    found = [json.loads(line) for line in here.listener.of("stdout")]
    assert [(each["level"], each["message"]) for each in found] == [("WARN", "x 2"), ("INFO", {"a": 1})]


async def test_an_error_is_the_answer_and_is_logged_once_with_its_stack(node: Node) -> None:
    here = node("export const handler = async () => { throw new TypeError('boom'); };")
    result = await here.finish()
    assert (result.error, result.error_type, result.error_message) == ("raised", "TypeError", "boom")
    (line,) = here.listener.of("stdout")
    assert "ERROR\tInvoke Error \tTypeError: boom\n    at handler (file://" in line
    assert "bootstrap.mjs" not in line
    assert here.listener.of("stderr") == []
    (report,) = here.listener.reports.values()
    assert "index.mjs:1" in report.stack_trace


@pytest.mark.parametrize(
    ("source", "kind", "message"),
    [
        ("export const handler = async () => { throw 'text'; };", "string", "text"),
        ("export const handler = async () => 1n;", "Runtime.MarshalError", "Unable to stringify response body"),
        (
            "export const handler = async () => 'x'.repeat(7000000);",
            "Function.ResponseSizeTooLarge",
            "Response payload size exceeded maximum allowed payload size (6291556 bytes).",
        ),
    ],
)
async def test_answers_that_cannot_be_are_errors_and_the_environment_lives(
    node: Node, source: str, kind: str, message: str
) -> None:
    here = node(source)
    for _ in range(2):
        result = await here.finish()
        assert (result.error, result.error_type, result.error_message) == ("raised", kind, message)
    assert [report.init_ms is None for report in here.listener.reports.values()] == [False, True]


async def test_an_error_outside_the_handler_is_its_answer_and_ends_the_environment(node: Node) -> None:
    here = node(
        """
        export const handler = async (event) => {
          if (!event) return process.pid;
          setTimeout(() => { throw new RangeError("late"); });
          await new Promise(() => setInterval(() => {}, 1000));
        };
        """
    )
    pid = await here.call(False)
    failing, waiting = here.start(True), here.start(False)
    assert (await failing).error_type == "RangeError"
    assert int((await waiting).payload) != pid
    await until(lambda: not alive(pid))


@pytest.mark.parametrize(
    ("source", "kind", "message"),
    [
        ("throw new RangeError('at import');", "RangeError", "at import"),
        ("import 'not-installed';", "Runtime.ImportModuleError", "Cannot find package 'not-installed'"),
        ("export const handler = (;", "Runtime.UserCodeSyntaxError", "SyntaxError: Unexpected token"),
        ("export const other = 1;", "Runtime.HandlerNotFound", "index.handler is undefined or not exported"),
    ],
)
async def test_an_init_that_fails_answers_and_is_tried_again(node: Node, source: str, kind: str, message: str) -> None:
    here = node(source)
    result = await here.finish()
    assert (result.error, result.error_type) == ("init_failed", kind)
    assert message in result.error_message
    assert any(message in line for line in here.listener.of("stdout"))
    assert any("INIT_REPORT" in line and kind in line for line in here.listener.of("platform"))
    here.write("export const handler = async () => 'mended';")
    assert await here.call() == "mended"


async def test_an_exit_is_lambdas_exit_error(node: Node) -> None:
    result = await node("export const handler = async () => process.exit(3);").finish()
    assert (result.error, result.error_type) == ("crashed", "Runtime.ExitError")
    assert result.error_message.endswith("Runtime exited with error: exit status 3")


@pytest.mark.parametrize("body", ["await new Promise((r) => setTimeout(r, 60000))", "for (;;) {}"])
async def test_one_that_takes_too_long_is_killed_and_the_next_call_gets_a_new_one(node: Node, body: str) -> None:
    here = node(f"export const handler = async (e) => {{ if (e) {{ {body}; }} return process.pid; }};", timeout=0.5)
    pid = await here.call(False)
    result = await here.finish(True)
    assert (result.error, result.error_type) == ("timed_out", "Sandbox.Timedout")
    await until(lambda: not alive(pid))
    assert await here.call(False) != pid


async def test_between_invocations_it_is_frozen(node: Node) -> None:
    here = node("export const handler = async () => process.pid;", limits=RuntimeLimits(freeze_after=0.01))
    pid = await here.call()
    await until(lambda: state(pid) == "T")
    assert await here.call() == pid


# --- the network


@pytest.mark.parametrize(
    "expression",
    [
        "fetch('https://example.com/')",
        "fetch('http://192.0.2.1/')",
        "new Promise((y, n) => http.get('http://example.com/').on('error', n))",
        "new Promise((y, n) => https.get('https://example.com/').on('error', n))",
        "new Promise((y, n) => net.connect(80, 'example.com').on('error', n))",
        "new Promise((y, n) => dns.lookup('example.com', (e) => n(e)))",
        "new Promise((y, n) => dns.lookup('sqs.eu-west-1.amazonaws.com', (e) => n(e)))",
        "dns.promises.resolve4('example.com')",
        "new Promise((y, n) => dgram.createSocket('udp4').send('x', 53, '192.0.2.1', (e) => n(e)))",
        "new Promise((y, n) => new Worker('fetch(\"http://192.0.2.1\")', { eval: true }).on('error', n))",
    ],
)
async def test_a_host_outside_is_refused_by_name(node: Node, expression: str) -> None:
    here = node(
        f"""
        import http from "node:http"; import https from "node:https"; import net from "node:net";
        import dns from "node:dns"; import dgram from "node:dgram"; import {{ Worker }} from "node:worker_threads";
        export const handler = async () => {{
          try {{ await {expression}; }} catch (error) {{ return String(error.cause ?? error); }}
        }};
        """
    )
    assert "is not emulated by Longwire" in await here.call()


async def test_a_host_that_is_allowed_is_not_refused(node: Node) -> None:
    here = node(
        """
        import net from "node:net";
        const reach = (host) => new Promise((done) => {
          const socket = net.connect(9, host, () => done("reached"));
          socket.on("error", (error) => done(String(error)));
          setTimeout(() => { done("tried"); socket.destroy(); }, 100);
        });
        export const handler = async (event) =>
          [await reach("192.0.2.1"), await reach("192.0.2.2"), "_LONGWIRE_HOSTS" in process.env];
        """,
        environment={"_LONGWIRE_HOSTS": "192.0.2.1"},
    )
    allowed, other, leaked = await here.call()
    assert "not emulated" not in allowed
    assert "192.0.2.2 is not emulated by Longwire" in other
    assert not leaked
