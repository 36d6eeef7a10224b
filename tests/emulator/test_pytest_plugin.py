"""The fixtures in somebody else's project."""

import sys
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]
APP = Path(__file__).parents[1] / "bench" / "echo_app"


@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    for name in ("template.yaml", "app.py"):
        (pytester.path / name).write_text((APP / name).read_text())
    return pytester


def test_a_users_test_needs_no_import(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        def test_echo(longwire):
            with longwire.connect(token="alice") as ws:
                ws.send_json({"action": "x"})
                assert ws.receive_json(timeout=10) == {"action": "x"}

        def test_again_on_the_same_server_with_a_clean_timeline(longwire, longwire_server):
            assert longwire.timeline == []
            assert longwire.url == longwire_server.url
        """
    )
    project.runpytest_subprocess("-q").assert_outcomes(passed=2)


def test_async_tests_work_with_pytest_asyncio(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        import pytest

        @pytest.mark.asyncio
        async def test_echo(longwire_async):
            async with longwire_async.connect() as ws:
                await ws.send(action="x")
                assert await ws.receive(timeout=10) == {"action": "x"}
        """
    )
    project.runpytest_subprocess("-q", "-o", "asyncio_default_fixture_loop_scope=function").assert_outcomes(passed=1)


def test_connections_requests_have_to_be_signed_when_the_option_says_so(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        import urllib.error
        import urllib.request
        import pytest

        def test_posts(longwire):
            with longwire.connect() as ws:
                connection_id = longwire.connection_id(ws)
                client = longwire.client("apigatewaymanagementapi")
                client.post_to_connection(ConnectionId=connection_id, Data=b"signed")
                assert ws.receive(timeout=10) == "signed"
                url = f"{longwire.endpoint_url}/dev/@connections/{connection_id}"
                with pytest.raises(urllib.error.HTTPError, match="403"):
                    urllib.request.urlopen(url, b"unsigned")
        """
    )
    project.runpytest_subprocess("-q", "--longwire-verify-sigv4").assert_outcomes(passed=1)


def test_a_service_can_be_elsewhere(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        def test_variables(longwire_server):
            emulator = longwire_server.emulator
            (function, *_) = longwire_server.stack.functions.values()
            assert emulator.variables(function)["AWS_ENDPOINT_URL_SFN"] == "http://127.0.0.1:8083"
        """
    )
    option = "--longwire-endpoint=stepfunctions=http://127.0.0.1:8083"
    project.runpytest_subprocess("-q", option).assert_outcomes(passed=1)
    refused = project.runpytest_subprocess("-q", "--longwire-endpoint=stepfunctions=8083")
    refused.stdout.fnmatch_lines(["*--endpoint stepfunctions=8083: takes http://HOST:PORT*"])


def test_hosts_are_allowed_by_an_option(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        def test_it(longwire):
            outbound = longwire.server.emulator.server.outbound
            assert outbound.allow_hosts == {"api.example.com", "b.example.com"}
        """
    )
    options = ("--longwire-allow-host=API.example.com", "--longwire-allow-host=b.example.com")
    project.runpytest_subprocess("-q", *options).assert_outcomes(passed=1)


def test_a_failing_test_shows_its_timeline(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        def test_it_fails(longwire):
            with longwire.connect() as ws:
                ws.send("seen in the report")
                ws.receive(timeout=10)
                assert False
        """
    )
    result = project.runpytest_subprocess("-q")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*longwire timeline*", "*seen in the report*"])


def test_settings_come_from_the_fixture_and_from_pyproject(project: pytest.Pytester) -> None:
    (project.path / "pyproject.toml").write_text("[tool.longwire.settings]\nmessage_size = 10\ntcp_drop = 1001\n")
    project.makeconftest(
        """
        import pytest

        @pytest.fixture(scope="session")
        def longwire_settings():
            return {"message_size": 20}
        """
    )
    project.makepyfile(
        """
        def test_both(longwire, longwire_server):
            quotas = longwire_server.emulator.options.quotas
            assert (quotas.message_size, quotas.tcp_drop) == (20, 1001)
        """
    )
    project.runpytest_subprocess("-q").assert_outcomes(passed=1)


def test_a_wrong_setting_is_one_message(project: pytest.Pytester) -> None:
    (project.path / "pyproject.toml").write_text("[tool.longwire.settings]\nmesage_size = 10\n")
    project.makepyfile("def test_it(longwire): pass")
    result = project.runpytest_subprocess("-q")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*there is no setting mesage_size; did you mean message_size*"])


def test_template_and_variables_can_be_overridden(project: pytest.Pytester) -> None:
    (project.path / "template.yaml").rename(project.path / "other.yaml")
    (project.path / "app.py").write_text(
        "import os\ndef handler(event, context):\n    return {'body': os.environ['WORD']}\n"
    )
    project.makeconftest(
        """
        import pytest
        from pathlib import Path

        @pytest.fixture(scope="session")
        def longwire_template():
            return Path(__file__).parent / "other.yaml"

        @pytest.fixture(scope="session")
        def longwire_env():
            return {"Echo": {"WORD": "given"}}
        """
    )
    project.makepyfile(
        """
        def test_word(longwire):
            with longwire.connect() as ws:
                ws.send("x")
                assert ws.receive(timeout=10) == "given"
        """
    )
    project.runpytest_subprocess("-q").assert_outcomes(passed=1)


@pytest.mark.skipif(sys.platform != "linux", reason="awslambdaric has wheels for Linux alone")
def test_a_function_may_be_run_by_a_program_and_have_a_layer_from_elsewhere(project: pytest.Pytester) -> None:
    arn = "arn:aws:lambda:us-east-1:123456789012:layer:words:1"
    template = project.path / "template.yaml"
    template.write_text(template.read_text().replace("CodeUri:", f"Layers: [{arn}]\n      CodeUri:"))
    (project.path / "app.py").write_text(
        "import sys, words\ndef handler(e, c): return {'body': f'{words.WORD} {\"awslambdaric\" in sys.modules}'}\n"
    )
    (project.path / "given" / "python").mkdir(parents=True)
    (project.path / "given" / "python" / "words.py").write_text("WORD = 'heard'\n")
    project.makeconftest(
        f"""
        import sys
        import pytest
        from pathlib import Path

        @pytest.fixture(scope="session")
        def longwire_functions():
            return {{"Echo": f"{{sys.executable}} -m awslambdaric app.handler"}}

        @pytest.fixture(scope="session")
        def longwire_layers():
            return {{"{arn}": Path(__file__).parent / "given"}}
        """
    )
    project.makepyfile(
        """
        def test_both(longwire):
            with longwire.connect() as ws:
                ws.send("x")
                assert ws.receive(timeout=20) == "heard True"
        """
    )
    project.runpytest_subprocess("-q").assert_outcomes(passed=1)


def test_a_program_that_is_missing_is_one_message(project: pytest.Pytester) -> None:
    project.makeconftest(
        """
        import pytest

        @pytest.fixture(scope="session")
        def longwire_functions():
            return {"Echo": "no-such-program"}
        """
    )
    project.makepyfile("def test_x(longwire): pass")
    result = project.runpytest_subprocess("-q")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*there is no program no-such-program on PATH*"])
    result.stdout.no_fnmatch_line("*Traceback*")


def test_a_missing_template_is_one_line_not_a_traceback(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_x(longwire): pass")
    result = pytester.runpytest_subprocess("-q")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*template.yaml*"])
    result.stdout.no_fnmatch_line("*Traceback*")


def test_the_template_can_be_given_on_the_command_line(project: pytest.Pytester) -> None:
    (project.path / "sub").mkdir()
    for name in ("template.yaml", "app.py"):
        (project.path / name).rename(project.path / "sub" / name)
    project.makepyfile("def test_x(longwire):\n    longwire.connect().close()")
    project.runpytest_subprocess("-q", "--longwire-template", "sub/template.yaml").assert_outcomes(passed=1)


def test_a_session_over_its_budget_fails_and_says_so(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        def test_echo(longwire):
            with longwire.connect() as ws:
                ws.send_json({"action": "x"})
                ws.receive_json(timeout=10)
                assert 0 < longwire.cost.total < 1
                assert longwire.cost.line("websocket_messages").quantity >= 2
        """
    )
    dear = project.runpytest_subprocess("-q", "--longwire-max-cost=0.0000001")
    dear.assert_outcomes(passed=1)
    dear.stdout.fnmatch_lines(
        ["longwire: the session would cost $0.0* on AWS, more than --longwire-max-cost 0.0000001"]
    )
    assert dear.ret == 1
    assert project.runpytest_subprocess("-q", "--longwire-max-cost=1").ret == 0
    assert project.runpytest_subprocess("-q", "--longwire-max-cost=cheap").ret == pytest.ExitCode.USAGE_ERROR
