"""``./dev`` on machines that lack something: it says what to install, and ends with exit code 3."""

import os
import sys
from pathlib import Path

import pytest

from scripted_checkout import PYTHON, Checkout

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="a Mac's Chrome is found outside PATH")


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


def test_an_old_python_takes_the_newest_one_on_path_that_runs(checkout: Checkout) -> None:
    checkout.tool("python3.14", "#!/bin/sh\necho 'no such version is installed' >&2; exit 127\n")
    checkout.tool("python3.9", PYTHON.replace("3 11 1", "3 9 1"))
    checkout.tool("python3.12", PYTHON.replace("3 11 1", "3 12 1").replace('"python $*" >>', '"python3.12 $*" >>'))
    checkout.tool("python", PYTHON.replace("3 11 1", "3 8 1"))

    assert checkout.dev("run").code == 0
    assert checkout.calls()[0].startswith("python3.12 -m venv")


def test_without_a_new_enough_python_it_says_what_to_install(checkout: Checkout) -> None:
    result = checkout.dev("test", ANSWER="3 8 1")

    assert result.code == 3
    assert "needs Python 3.11 or newer, and found 3.8" in result.err
    assert "sudo apt install python3 python3-venv" in result.err
    assert "Traceback" not in result.err


def test_without_ensurepip_it_names_the_package_that_has_it(checkout: Checkout) -> None:
    result = checkout.dev("run", ANSWER="3 11 0")

    assert result.code == 3
    assert "sudo apt install python3.11-venv" in result.err


def test_pips_own_words_are_shown_with_a_hint_when_the_index_is_out_of_reach(checkout: Checkout) -> None:
    result = checkout.dev("run", PIP_SAYS="ERROR: No matching distribution found for hatchling")

    assert result.code == 3
    assert "No matching distribution found for hatchling" in result.err
    assert "PIP_INDEX_URL=..." in result.err


def test_another_failure_of_pip_is_not_blamed_on_the_index(checkout: Checkout) -> None:
    result = checkout.dev("run", PIP_SAYS="error: command 'gcc' failed")

    assert result.code == 3
    assert "command 'gcc' failed" in result.err
    assert "PIP_INDEX_URL" not in result.err


def test_a_folder_that_is_no_checkout_is_named_as_one(checkout: Checkout) -> None:
    (checkout.root / "functions" / "requirements.txt").unlink()

    result = checkout.dev("run")

    assert result.code == 3
    assert "functions/requirements.txt is not there" in result.err


@LINUX
def test_all_tests_want_a_browser_and_say_how_to_get_one(checkout: Checkout) -> None:
    (checkout.fakes / "chromium").unlink()

    result = checkout.dev("test")

    assert (result.code, result.out) == (3, "")
    assert "sudo apt install chromium" in result.err
    assert './dev test -m "not browser"' in result.err


@LINUX
@pytest.mark.skipif(os.geteuid() != 0, reason="only root installs packages")
def test_root_on_debian_gets_a_browser_installed(checkout: Checkout) -> None:
    (checkout.fakes / "chromium").unlink()
    checkout.tool("apt-get", '#!/bin/sh\necho "apt-get $*" >> "$FAKES/log"\ncp "$FAKES/python" "$FAKES/chromium"\n')

    result = checkout.dev("test")

    assert result.code == 0
    update, install, *_ = checkout.calls()
    assert update.startswith("apt-get update")
    assert install.startswith("apt-get install")
    assert install.endswith("chromium libatomic1")
    assert f"chromium={checkout.fakes}/chromium" in result.out


def test_a_browser_that_is_named_must_be_there(checkout: Checkout) -> None:
    result = checkout.dev("test", PLAYWRIGHT_CHROMIUM="/no/such/browser")

    assert result.code == 3
    assert "/no/such/browser, which is no program" in result.err


@LINUX
def test_some_tests_run_without_a_browser(checkout: Checkout) -> None:
    (checkout.fakes / "chromium").unlink()

    assert checkout.dev("test", "-m", "not browser").code == 0


def test_all_tests_want_node_and_say_how_to_get_it(checkout: Checkout) -> None:
    (checkout.fakes / "node").unlink()

    result = checkout.dev("test")

    assert (result.code, result.out) == (3, "")
    assert "sudo apt install nodejs" in result.err
    assert './dev test -m "not node"' in result.err
    assert checkout.dev("test", "-m", "not node").code == 0


@LINUX
@pytest.mark.skipif(os.geteuid() != 0, reason="only root installs packages")
def test_root_on_debian_gets_node_installed(checkout: Checkout) -> None:
    (checkout.fakes / "node").unlink()
    checkout.tool("apt-get", '#!/bin/sh\necho "apt-get $*" >> "$FAKES/log"\ncp "$FAKES/python" "$FAKES/node"\n')

    assert checkout.dev("test").code == 0
    assert checkout.calls()[1] == "apt-get install -qq -y --no-install-recommends nodejs"
