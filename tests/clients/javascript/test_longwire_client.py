"""The ES module against a scripted server in virtual time: longwire-client.test.mjs, run by Node.js."""

import subprocess
from pathlib import Path

import pytest

from node import required_node


@pytest.mark.node
def test_the_es_module_keeps_its_manners() -> None:
    script = Path(__file__).with_name("longwire-client.test.mjs")
    done = subprocess.run([required_node(), "--test", script], capture_output=True, text=True, check=False, timeout=50)
    assert done.returncode == 0, done.stdout + done.stderr
