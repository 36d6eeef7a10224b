"""``./dev`` in a checkout of its own, among scripted tools: setting up, and what it then becomes."""

import os
import shutil
import signal
from pathlib import Path

import pytest

from scripted_checkout import UV, Checkout


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


@pytest.fixture
def built(checkout: Checkout) -> Checkout:
    assert checkout.dev("run").code == 0
    checkout.calls()
    return checkout


def test_the_first_command_makes_a_virtual_environment_and_installs_into_it(checkout: Checkout) -> None:
    result = checkout.dev("run")

    venv, pip = checkout.calls()
    assert result.code == 0
    assert venv == f"python -m venv {checkout.root}/.venv"
    assert pip.endswith("--quiet -e .[dev] -r functions/requirements.txt")
    assert "making .venv" in result.err
    assert "installing longwire" in result.err


def test_uv_is_used_where_it_is(checkout: Checkout) -> None:
    checkout.tool("uv", UV)

    assert checkout.dev("run").code == 0
    assert [call.split()[:2] for call in checkout.calls()] == [["uv", "venv"], ["uv", "pip"]]


def test_the_second_command_installs_nothing(built: Checkout) -> None:
    assert built.dev("run").code == 0
    assert built.calls() == []


@pytest.mark.parametrize("changed", ["pyproject.toml", "functions/requirements.txt"])
def test_changed_requirements_are_installed_into_what_is_there(built: Checkout, changed: str) -> None:
    (built.root / changed).write_text("# changed\n")

    assert built.dev("run").code == 0
    assert [call.split()[2] for call in built.calls()] == ["pip"]


def _lose_the_stamp(built: Checkout) -> None:
    (built.root / ".venv" / ".dev-stamp").unlink()


def _lose_python(built: Checkout) -> None:
    (built.root / ".venv" / "bin" / "python").unlink()


def _lose_pytest(built: Checkout) -> None:
    (built.root / ".venv" / "bin" / "pytest").unlink()


def _change_python(built: Checkout) -> None:
    (built.root / ".venv" / "pyvenv.cfg").write_text("version = 4\n")


def _move_the_checkout(built: Checkout) -> None:
    built.root = built.root.rename(built.root.parent / "moved")


def _leave_a_file(built: Checkout) -> None:
    shutil.rmtree(built.root / ".venv")
    (built.root / ".venv").write_text("")


def _leave_a_dangling_link(built: Checkout) -> None:
    shutil.rmtree(built.root / ".venv")
    (built.root / ".venv").symlink_to("nowhere")


@pytest.mark.parametrize(
    "damage",
    [
        _lose_the_stamp,
        _lose_python,
        _lose_pytest,
        _change_python,
        _move_the_checkout,
        _leave_a_file,
        _leave_a_dangling_link,
    ],
)
def test_a_broken_environment_is_made_anew(built: Checkout, damage: object) -> None:
    assert callable(damage)
    damage(built)

    result = built.dev("run")

    assert result.code == 0
    assert "removing .venv" in result.err
    assert [call.split()[2] for call in built.calls()] == ["venv", "pip"]


def test_an_interrupted_set_up_ends_with_130_and_is_done_anew(checkout: Checkout) -> None:
    checkout.tool("uv", UV)
    os.mkfifo(checkout.fakes / "gate")
    process = checkout.start("run")
    with (checkout.fakes / "gate").open("w"):
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=30)[0] == ""
    assert process.returncode == 130
    (checkout.fakes / "gate").unlink()
    checkout.calls()

    assert checkout.dev("run").code == 0
    assert [call.split()[1] for call in checkout.calls()] == ["venv", "pip"]


def test_an_update_that_failed_half_way_is_not_trusted(built: Checkout) -> None:
    (built.root / "pyproject.toml").write_text("# changed\n")
    assert built.dev("run", PIP_SAYS="error: disk full").code == 3
    built.calls()

    assert built.dev("run").code == 0
    assert [call.split()[2] for call in built.calls()] == ["venv", "pip"]


def test_a_second_command_waits_for_the_first_ones_set_up(checkout: Checkout) -> None:
    checkout.tool("uv", UV)
    os.mkfifo(checkout.fakes / "gate")
    first = checkout.start("run")
    with (checkout.fakes / "gate").open("w") as gate:
        second = checkout.start("run")
        assert second.stderr is not None
        assert second.stderr.readline() == "dev: waiting for another ./dev to finish its set-up\n"
        gate.write("go\n")
    assert (first.communicate(timeout=30)[0], second.communicate(timeout=30)[0]) != ("", "")

    assert (first.returncode, second.returncode) == (0, 0)
    assert [call.split()[1] for call in checkout.calls()] == ["venv", "pip"]


# -- what the machine may say


@pytest.mark.parametrize("home", ["<unset>", ""])
def test_a_machine_without_a_home_gets_none(checkout: Checkout, home: str) -> None:
    assert "home=unset" in checkout.dev("run", HOME=home).out


def test_settings_that_lead_packages_astray_are_not_passed_on(checkout: Checkout) -> None:
    result = checkout.dev("token", PIP_USER="1", PIP_TARGET="/elsewhere", PYTHONPATH="/elsewhere")

    assert result.out.endswith(f"PYTHONPATH={checkout.root / 'functions'}\n")
    assert "user=0" in checkout.dev("run", PIP_USER="1").out


def test_programs_of_the_environment_come_first_on_path(checkout: Checkout) -> None:
    assert f"path={checkout.root}/.venv/bin{os.pathsep}{checkout.fakes}" in checkout.dev("run", VIRTUAL_ENV="/x").out


# -- commands


def test_run_becomes_longwire_dev_with_the_template_and_the_options_given(checkout: Checkout) -> None:
    elsewhere = checkout.fakes

    result = checkout.dev("run", "--port", "0", cwd=elsewhere, EXIT="7")

    assert result.out.startswith(f"longwire dev --template {checkout.root}/template.yaml --port 0\n")
    assert result.code == 7


def test_run_says_how_to_get_a_token_for_it(checkout: Checkout) -> None:
    result = checkout.dev("run")

    assert "./dev token --user alice" in result.err
    assert "--endpoint-url" in result.err


@pytest.mark.parametrize("asked", ["--help", "-h"])
def test_run_says_nothing_of_its_own_beside_the_help_of_longwire_dev(built: Checkout, asked: str) -> None:
    result = built.dev("run", asked)

    assert result.out.startswith("longwire dev ")
    assert result.err == ""


def test_token_becomes_the_backends_program_with_the_options_given(checkout: Checkout) -> None:
    result = checkout.dev("token", "--user", "alice", cwd=checkout.fakes)

    assert result.out == f"python -m longwire_app.issue_token --user alice PYTHONPATH={checkout.root}/functions\n"


def test_demo_becomes_the_demos_server_with_the_options_given(checkout: Checkout) -> None:
    result = checkout.dev("demo", "--port", "0", cwd=checkout.fakes)

    program = f"{checkout.root}/clients/demo/demo_server.py"
    assert result.out == f"python {program} --port 0 PYTHONPATH={checkout.root}/functions\n"


def test_standard_output_belongs_to_the_command_that_is_started(checkout: Checkout) -> None:
    assert checkout.dev("run", "--json").out.startswith("longwire dev ")


def test_test_becomes_pytest_with_the_browser_and_the_options_given(checkout: Checkout) -> None:
    result = checkout.dev("test", "-k", "frame", EXIT="1")

    assert result.out.startswith("pytest -k frame\n")
    assert f"chromium={checkout.fakes}/chromium" in result.out
    assert result.code == 1


def test_without_options_every_processor_has_its_share_of_the_tests(checkout: Checkout) -> None:
    assert checkout.dev("test").out.startswith("pytest --numprocesses=auto --dist=loadfile\n")


def test_check_runs_every_tool_and_fails_if_one_does(checkout: Checkout) -> None:
    result = checkout.dev("check", EXIT="1")

    assert [line for line in result.out.splitlines() if "=" not in line] == [
        "ruff check",
        "ruff format --check",
        "mypy ",
    ]
    assert result.code == 1
    assert "failed: ruff check, ruff format --check, mypy" in result.err


def test_check_takes_no_options(checkout: Checkout) -> None:
    assert checkout.dev("check", "--fix").code == 2


@pytest.mark.parametrize("arguments", [(), ("help",), ("--help",), ("-h",)])
def test_help_needs_no_set_up(checkout: Checkout, arguments: tuple[str, ...]) -> None:
    result = checkout.dev(*arguments)

    assert result.code == 0
    assert result.out.startswith("usage: ./dev COMMAND")
    assert checkout.calls() == []


def test_an_unknown_command_is_a_usage_error_with_the_nearest_name(checkout: Checkout) -> None:
    result = checkout.dev("tset")

    assert result.code == 2
    assert "did you mean test?" in result.err
