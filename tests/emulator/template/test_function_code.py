"""Where the code is, and whether the handler is in it."""

from pathlib import Path

import pytest

from sample_templates import Sample, sample


@pytest.fixture
def sam(tmp_path: Path) -> Sample:
    return sample("sam", tmp_path)


@pytest.mark.parametrize("uri", ["functions", "functions/", "./functions", "../sam/functions"])
def test_a_local_folder_is_found_from_the_templates_folder(sam: Sample, uri: str) -> None:
    stack = sam.replace("CodeUri: functions", f"CodeUri: {uri}").load()

    assert stack.functions["Handler"].code == str(sam.file.parent / "functions")


def test_a_functions_own_code_uri_wins_over_globals_and_may_be_computed(sam: Sample) -> None:
    (sam.file.parent / "dev").mkdir()
    (sam.file.parent / "dev" / "app.py").write_text("")
    stack = sam.replace("Handler: app.handler\n", "Handler: app.handler\n      CodeUri: !Ref Stage\n").load()

    assert stack.functions["Handler"].code == str(sam.file.parent / "dev")
    assert stack.functions["Worker"].code == str(sam.file.parent / "functions")


def test_sams_inline_code_wins_over_the_code_uri_of_globals(sam: Sample) -> None:
    sam.replace("Handler: app.handler\n", "Handler: index.handler\n      InlineCode: 'def handler(e, c): ...'\n")
    folder = Path(sam.load().functions["Handler"].code)

    assert (folder / "index.py").read_text() == "def handler(e, c): ..."


@pytest.mark.parametrize(
    "handler", ["app.handler", "package.handler", "package.module.handler", "package/module.handler", "native.handler"]
)
def test_a_handler_in_a_file_a_package_or_an_extension_module_is_found(sam: Sample, handler: str) -> None:
    package = sam.file.parent / "functions" / "package"
    package.mkdir()
    for file in (package / "__init__.py", package / "module.py", package.parent / "native.cpython-311-x86_64.so"):
        file.write_text("")

    assert sam.replace("Handler: app.handler", f"Handler: {handler}").load().functions["Handler"].handler == handler


@pytest.mark.parametrize(
    ("handler", "message"),
    [
        ("apps.handler", "CodeUri functions has no file apps.py\n  Did you mean app.py?"),
        ("functions.app.handler", "CodeUri functions has no file functions/app.py\n  There is app.py."),
        ("quite.other.handler", "CodeUri functions has no file quite/other.py"),
        ("handler", "'handler' is no handler\n  Handler: file.function, as in app.handler"),
        ("app.", "'app.' is no handler"),
        (".handler", "'.handler' is no handler"),
        ("app.a-b", "'app.a-b' is no handler"),
        ("app::handler", "'app::handler' is no handler"),
    ],
)
def test_a_handler_that_is_nowhere_is_refused_with_its_line(sam: Sample, handler: str, message: str) -> None:
    error = sam.replace("Handler: app.handler", f"Handler: {handler} # here").error()

    assert message in str(error)
    assert error.location is not None
    assert error.location.line == sam.line_of("# here")


@pytest.mark.parametrize(
    ("uri", "message"),
    [
        ("function", "there is no folder function beside the template\n  Did you mean functions?"),
        ("far/away", "there is no folder far/away beside the template"),
        ("functions/app.py", "app.py cannot be unpacked: File is not a zip file"),
        ("s3://bucket/key", "the code is in S3, which is not read\n  Name a local folder; `sam build`"),
        ("{Bucket: b, Key: k}", "the code is in S3, which is not read"),
        ("[a]", "the code is in S3, which is not read"),
    ],
)
def test_code_that_is_nowhere_is_refused_with_its_line(sam: Sample, uri: str, message: str) -> None:
    error = sam.replace("CodeUri: functions", f"CodeUri: {uri}").error()

    assert message in str(error)
    assert error.location is not None
    assert error.location.line == sam.line_of("CodeUri:")


def test_code_of_plain_cloudformation_in_s3_or_an_image_is_refused(tmp_path: Path) -> None:
    for number, (code, message) in enumerate(
        [("{S3Bucket: b, S3Key: k}", "Code: the code is in S3"), ("{ImageUri: x}", "container images are not")]
    ):
        plain = sample("plain", tmp_path / str(number)).replace("Code: src", f"Code: {code}")
        assert message in str(plain.error())


def test_inline_code_without_a_cache_that_can_be_written_is_refused(tmp_path: Path) -> None:
    plain = sample("plain", tmp_path)
    (plain.file.parent / "cache").write_text("")

    error = plain.error()
    assert (error.resource, error.property_path) == ("MessageFunction", "Code.ZipFile")
    assert "Set XDG_CACHE_HOME" in str(error)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("def handle(event, context): ...\n", "functions/app.py has no handler\n  Did you mean handle?"),
        ("async def main(): ...\n", "functions/app.py has no handler"),
        ("from elsewhere import *\n", ""),
        ("from elsewhere import handler\n", ""),
        ("globals()['hand' + 'ler'] = print\n", ""),
        ("def other(:\n", ""),
        ("", ""),
    ],
)
def test_a_module_without_the_handlers_name_is_told_unless_it_may_get_it(tmp_path: Path, text: str, told: str) -> None:
    template = sample("sam", tmp_path)
    (template.file.parent / "functions" / "app.py").write_text(f"{text}\n# authorize, work\n" if text else "")
    if not told:
        template.load()
    else:
        assert told in str(template.error())


@pytest.mark.parametrize("uri", ["x" * 300, '"a\\0b"'])
def test_a_code_uri_that_is_no_path_is_told(tmp_path: Path, uri: str) -> None:
    template = sample("sam", tmp_path).replace("CodeUri: functions", f"CodeUri: {uri}")
    error = template.error()

    assert "is no path" in error.message
    assert error.location is not None
    assert error.location.line == template.line_of("CodeUri")
