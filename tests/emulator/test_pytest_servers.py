"""Tests with a template or a Stage of their own, and workers of xdist."""

from pathlib import Path

import pytest

pytest_plugins = ["pytester"]
APP = Path(__file__).parents[1] / "bench" / "echo_app"


@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    template = (APP / "template.yaml").read_text()
    (pytester.path / "app.py").write_text((APP / "app.py").read_text())
    (pytester.path / "template.yaml").write_text(template)
    parameters = "Parameters: {Name: {Type: String, Default: first}}\nResources:"
    other = template.replace("Resources:", parameters, 1).replace("StageName: dev", "StageName: !Ref Name")
    (pytester.path / "other.yaml").write_text(other)
    return pytester


def test_a_test_has_the_template_and_the_parameters_of_its_marker(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        import pytest

        def test_default(longwire, longwire_server):
            assert longwire.url.endswith("/dev")
            assert longwire.server is longwire_server

        @pytest.mark.longwire(template="other.yaml")
        def test_other(longwire):
            assert longwire.url.endswith("/first")
            with longwire.connect() as ws:
                ws.send("hi")
                assert ws.receive() == "hi"

        @pytest.mark.longwire(template="other.yaml", parameters={"Name": "second"}, stage="second")
        def test_parameters(longwire, longwire_servers):
            assert longwire.url.endswith("/second")
            assert len(longwire_servers.running) == 3

        @pytest.mark.longwire(template="other.yaml")
        def test_the_same_server(longwire, longwire_servers):
            assert longwire.url.endswith("/first")
            assert len(longwire_servers.running) == 3
        """
    )
    project.runpytest_subprocess("-q", "--strict-markers").assert_outcomes(passed=4)


def test_a_marker_that_is_wrong_is_told(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        import pytest

        @pytest.mark.longwire("other.yaml")
        def test_position(longwire): pass

        @pytest.mark.longwire(templte="other.yaml")
        def test_name(longwire): pass

        @pytest.mark.longwire(template="nowhere.yaml")
        def test_file(longwire): pass

        @pytest.mark.longwire(stage="prod")
        def test_stage(longwire): pass

        @pytest.mark.longwire(template="other.yaml", parameters={"Nme": 1})
        def test_parameter(longwire): pass
        """
    )
    result = project.runpytest_subprocess("-q")
    result.assert_outcomes(errors=5)
    result.stdout.fnmatch_lines_random(
        [
            "*@pytest.mark.longwire takes template, stage, parameters by name, not 'other.yaml'*",
            "*@pytest.mark.longwire takes template, stage, parameters by name, not templte*",
            "*@pytest.mark.longwire: there is no template nowhere.yaml in *",
            "*@pytest.mark.longwire: there is no stage prod of an api *; the template has Ws/dev*",
            "*@pytest.mark.longwire: *Nme*",
        ]
    )


def test_workers_have_servers_of_their_own_and_one_budget(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        import pytest

        @pytest.mark.parametrize("number", range(6))
        def test_echo(longwire, number):
            with longwire.connect() as ws:
                ws.send(str(number))
                assert ws.receive() == number
        """
    )
    dear = project.runpytest_subprocess("-q", "-n", "2", "--longwire-max-cost=0.000001")
    dear.assert_outcomes(passed=6)
    assert dear.ret == pytest.ExitCode.TESTS_FAILED
    dear.stdout.fnmatch_lines(["longwire: the session would cost $0.0* on AWS, more than --longwire-max-cost 0.000001"])


def test_a_strict_session_fails_what_an_easy_one_warns_of(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        import websockets.sync.client

        left = []

        def test_leaves(longwire):
            left.append(websockets.sync.client.connect(longwire.url).__enter__())

        def test_closes(longwire):
            longwire.connect()

        def test_fault(longwire):
            with longwire.fault("invoke", crash="Echo"):
                pass
        """
    )
    easy = project.runpytest_subprocess("-q")
    easy.assert_outcomes(passed=3, warnings=1)
    easy.stdout.fnmatch_lines(["*ConnectionLeftOpen: the connection * (Python/*) was left open by the test*"])
    strict = project.runpytest_subprocess("-q", "--longwire-strict")
    strict.assert_outcomes(passed=3, errors=2, warnings=1)
    strict.stdout.fnmatch_lines_random(
        ["*the connection * was left open", "*fault(\"invoke\", crash='Echo') never struck"]
    )
