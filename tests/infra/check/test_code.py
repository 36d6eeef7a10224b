"""A function's files are those that its handler imports; what is not read is None."""

from pathlib import Path

from checked_templates import read_text
from longwire_infra.check.code import Code, Library
from longwire_infra.check.document import CodeOf, Place
from longwire_infra.check.functions import functions


def code(handler: str, where: CodeOf | None, folder: Path, runtime: str = "python3.13") -> Code | None:
    text = f"Resources: {{F: {{Type: AWS::Lambda::Function, Properties: {{Handler: {handler}, Runtime: {runtime}}}}}}}"
    return Library().code(functions(read_text(text, folder))["F"], where)


def put(folder: Path, **texts: str) -> CodeOf:
    for name, text in texts.items():
        file = folder / "src" / name.replace("__", "/").replace("_dot_", ".")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return CodeOf(folder=str(folder / "src"))


def test_the_files_are_those_that_the_handler_imports(tmp_path: Path) -> None:
    where = put(
        tmp_path,
        app__main_dot_py="from app.store import keep\ndef handler(e, c):\n    keep(e)\n",
        app__store_dot_py="import boto3\ndef keep(e):\n    boto3.resource('dynamodb').Table('t').scan()\n",
        app__other_dot_py="secret = 1\n",
    )
    found = code("app/main.handler", where, tmp_path)

    assert found is not None
    assert [file.path.name for file in found.files] == ["main.py", "store.py"]
    assert [(each.node.name, each.place(call).line) for each, call in found.calls("scan")] == [("keep", 3)]
    assert found.mentions("dynamodb")
    assert not found.mentions("secret")


def test_scripts_are_looked_at_without_their_comments(tmp_path: Path) -> None:
    where = put(
        tmp_path,
        say_dot_mjs="// PostToConnectionCommand\nimport { post } from './post.js';\nconst u = 'https://x';\n",
        post_dot_js="/* one\n two */ const c = new PostToConnectionCommand({});\n",
    )
    found = code("say.handler", where, tmp_path, "nodejs22.x")

    assert found is not None
    assert not found.is_python
    assert found.line_of("PostToConnectionCommand") == Place(str(tmp_path / "src" / "post.js"), 2)
    assert found.line_of("nothing") is None
    assert list(found.calls("scan")) == []


def test_code_in_the_template_has_the_templates_lines(tmp_path: Path) -> None:
    inline = CodeOf(text="import x\n\ndef handler(e, c):\n    return table.scan()\n", place=Place("t.yaml", 10))
    found = code("index.handler", inline, tmp_path)

    assert found is not None
    assert [each.place(call) for each, call in found.calls("scan")] == [Place("t.yaml", 13)]


def test_what_cannot_be_read_is_none_and_what_cannot_be_parsed_has_no_functions(tmp_path: Path) -> None:
    where = put(tmp_path, odd_dot_py="def handler(:\n", big_dot_py="#" * 500_001, binary_dot_py="")
    (tmp_path / "src" / "binary.py").write_bytes(b"\xff\xfe")

    assert code("gone.handler", where, tmp_path) is None
    assert code("big.handler", where, tmp_path) is None
    assert code("binary.handler", where, tmp_path) is None
    assert code("odd.handler", None, tmp_path) is None
    odd = code("odd.handler", where, tmp_path)
    assert odd is not None
    assert (odd.is_python, odd.reached) == (False, [])


def test_packages_that_are_not_here_may_do_what_nothing_here_does(tmp_path: Path) -> None:
    python = "import json, boto3, near\nfrom aws_lambda_powertools import Logger\nimport company.logging\n"
    where = put(
        tmp_path,
        near_dot_py="",
        app_dot_py=python,
        say_dot_mjs='import { a } from "./near.mjs";\nimport middy from "@middy/core";\nimport "node:fs";\n',
        plain_dot_js='const { S3 } = require("@aws-sdk/client-s3");  // require("odd")\n',
    )
    found = {name: code(f"{name}.handler", where, tmp_path) for name in ("app", "say", "plain")}

    assert {name: each.elsewhere for name, each in found.items() if each is not None} == {
        "app": ["company"],
        "say": ["@middy"],
        "plain": [],
    }


def test_packages_that_were_built_in_are_not_looked_into(tmp_path: Path) -> None:
    where = put(
        tmp_path,
        app_dot_py="import ours, theirs\n\ndef handler(e, c):\n    ours.keep(e)\n    theirs.go(e)\n",
        ours_dot_py="def keep(e):\n    pass\n",
    )
    (tmp_path / "src" / "theirs").mkdir(exist_ok=True)
    (tmp_path / "src" / "theirs" / "__init__.py").write_text("def go(e):\n    dynamodb.scan()\n")
    (tmp_path / "src" / "theirs-1.0.dist-info").mkdir()
    (tmp_path / "src" / "theirs-1.0.dist-info" / "RECORD").write_text("theirs/__init__.py,sha256=x,5\n")
    found = code("app.handler", where, tmp_path)

    assert found is not None
    assert [file.path.name for file in found.files] == ["app.py", "ours.py"]
    assert found.elsewhere == ["theirs"]
