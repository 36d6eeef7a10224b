"""Which runtimes run here, and what they want to find."""

from pathlib import Path

import pytest

from node import required_node
from sample_templates import RUNNING, Sample, sample


@pytest.fixture
def plain(tmp_path: Path) -> Sample:
    return sample("plain", tmp_path)


def asking(plain: Sample, runtime: str, handler: str = "app.handler") -> Sample:
    plain.replace("Handler: chat/connection.handler\n", f"Handler: {handler}\n")
    return plain.replace(f"Runtime: {RUNNING}\n      Code: src", f"Runtime: {runtime} # here\n      Code: src")


@pytest.mark.node
@pytest.mark.parametrize("file", ["app.js", "app.mjs", "app.cjs", "lib/app.js"])
@pytest.mark.parametrize("runtime", ["nodejs18.x", "nodejs22.x"])
def test_a_function_for_nodejs_loads(plain: Sample, runtime: str, file: str) -> None:
    required_node()
    path = plain.file.parent / "src" / file
    path.parent.mkdir(exist_ok=True)
    path.write_text("")
    handler = f"{file.rpartition('.')[0]}.handler"

    assert asking(plain, runtime, handler).load().functions["ConnectFunction"].runtime == runtime


@pytest.mark.node
@pytest.mark.parametrize(
    ("handler", "message"),
    [
        ("apps.handler", "CodeUri src has no file apps.js\n  Did you mean app.mjs?"),
        ("lib/app.handler", "CodeUri src has no file lib/app.js"),
        ("handler", "'handler' is no handler\n  Handler: file.function, as in index.handler"),
    ],
)
def test_a_handler_for_nodejs_that_is_nowhere_is_refused(plain: Sample, handler: str, message: str) -> None:
    required_node()
    (plain.file.parent / "src" / "app.mjs").write_text("")

    assert message in str(asking(plain, "nodejs20.x", handler).error())


@pytest.mark.node
@pytest.mark.parametrize(("file", "handler"), [("app.ts", "app.handler"), ("lib/app.mts", "dist/app.handler")])
def test_a_handler_in_typescript_has_to_be_compiled(plain: Sample, file: str, handler: str) -> None:
    required_node()
    script = plain.file.parent / "src" / file
    script.parent.mkdir(exist_ok=True)
    script.write_text("")
    built = f"There is {file}: `sam build` compiles it; then run the built template, .aws-sam/build/template.yaml."

    assert built in str(asking(plain, "nodejs20.x", handler).error())


@pytest.mark.node
def test_inline_code_for_nodejs_is_index_js(plain: Sample) -> None:
    required_node()
    text = plain.file.read_text()
    before, after = text.split("  MessageFunction:", 1)
    plain.file.write_text(f"{before}  MessageFunction:{after.replace(f'Runtime: {RUNNING}', 'Runtime: nodejs22.x', 1)}")

    assert (Path(plain.load().functions["MessageFunction"].code) / "index.js").is_file()


def test_without_node_the_template_is_refused_and_says_what_to_install(
    plain: Sample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    error = asking(plain, "nodejs20.x").error()

    assert "nodejs20.x needs Node.js, and there is no program node on PATH\n  Install Node.js (apt" in str(error)
    assert "--function ConnectFunction=COMMAND" in str(error)
    assert (error.resource, error.property_path) == ("ConnectFunction", "Runtime")
    assert error.location is not None
    assert error.location.line == plain.line_of("# here")


def test_a_provided_runtime_wants_an_executable_bootstrap(plain: Sample) -> None:
    asking(plain, "provided.al2023", "anything")
    assert "CodeUri src has no file bootstrap, which provided runtimes start" in str(plain.error())
    bootstrap = plain.file.parent / "src" / "bootstrap"
    bootstrap.write_text("")
    assert "src/bootstrap is not executable\n  chmod +x src/bootstrap" in str(plain.error())
    bootstrap.chmod(0o755)

    assert plain.load().functions["ConnectFunction"].runtime == "provided.al2023"


@pytest.mark.parametrize("runtime", ["java21", "dotnet8", "ruby3.3", "go1.x"])
def test_another_runtime_is_refused_with_the_option_that_runs_it(plain: Sample, runtime: str) -> None:
    error = asking(plain, runtime).error()

    assert f"the runtime {runtime} is not emulated\n  Give one: --function ConnectFunction=COMMAND" in str(error)


@pytest.mark.parametrize(
    ("runtime", "meant"), [("nodejs20", "nodejs20.x"), ("pyton3.12", "python3.12"), ("provided.al2032", "provided.al2")]
)
def test_a_runtime_that_is_none_is_refused_with_what_was_meant(plain: Sample, runtime: str, meant: str) -> None:
    assert f"the runtime {runtime} is not emulated\n  Did you mean {meant}" in str(asking(plain, runtime).error())


def test_a_runtime_that_aws_has_ended_runs_with_a_warning(plain: Sample) -> None:
    stack = asking(plain, "python3.8", "chat/connection.handler").load()
    assert stack.functions["ConnectFunction"].runtime == "python3.8"
    assert any("AWS has ended python3.8, and creates no functions with it" in warning for warning in stack.warnings)


@pytest.mark.node
def test_a_nodejs_that_aws_has_ended_runs_with_a_warning(plain: Sample) -> None:
    required_node()
    (plain.file.parent / "src" / "app.js").write_text("")
    stack = asking(plain, "nodejs16.x").load()
    assert any("AWS has ended nodejs16.x" in warning for warning in stack.warnings)
