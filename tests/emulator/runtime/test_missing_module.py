from pathlib import Path

import pytest

from longwire.core.api import Function
from longwire.runtime.missing_module import advice


def told(code: Path, message: str, runtime: str = "python3.13") -> str:
    return advice(Function("Echo", "echo", "app.handler", runtime, str(code)), message)


def test_requirements_are_named_where_there_are_any(tmp_path: Path) -> None:
    message = "Unable to import module 'app': No module named 'jwt.api'"
    assert "jwt is not installed in the Python that runs Longwire" in told(tmp_path, message)
    assert "pip install the package that has jwt" in told(tmp_path, message)
    (tmp_path / "requirements.txt").write_text("PyJWT")
    assert f"pip install -r {tmp_path}/requirements.txt, or `sam build`" in told(tmp_path, message)


def test_a_module_of_the_function_itself_is_another_mistake(tmp_path: Path) -> None:
    (tmp_path / "chat").mkdir()
    assert told(tmp_path, "Unable to import module 'app': No module named 'chat.roms'") == ""


@pytest.mark.parametrize(
    ("message", "package", "brought"),
    [
        ("Error: Cannot find module 'aws-sdk'\nRequire stack:", "aws-sdk", True),
        ("Cannot find package '@aws-sdk/client-dynamodb' imported from /x", "@aws-sdk/client-dynamodb", True),
        ("Cannot find module 'lodash/get'", "lodash", False),
    ],
)
def test_a_package_of_node_is_installed_beside_the_code(
    tmp_path: Path, message: str, package: str, brought: bool
) -> None:
    found = told(tmp_path, message, "nodejs22.x")
    assert f"npm install --prefix {tmp_path} {package}" in found
    assert ("Lambda's runtime brings it" in found) is brought


@pytest.mark.parametrize("message", ["Cannot find module './chat'", "boom", ""])
def test_other_messages_need_no_advice(tmp_path: Path, message: str) -> None:
    assert told(tmp_path, message, "nodejs22.x") == ""
    assert told(tmp_path, message) == ""
