"""What a module imports, and the words in it."""

import ast

from longwire_infra.check.python_code import imported, text_of, top_names, words


def test_imports_are_paths_from_the_folder_of_the_code() -> None:
    tree = ast.parse(
        "import os.path\nfrom . import near\nfrom ..other import thing\nfrom app.store import Table as T\n"
    )

    assert list(imported(list(ast.walk(tree)), ("app", "deep"))) == [
        *("os/path", "app/deep", "app/deep/near"),
        *("app/other", "app/other/thing", "app/store", "app/store/Table"),
    ]


def test_words_are_names_and_texts_and_no_prose() -> None:
    text = '"""Origin."""\n\ndef f(Event, code=410):  # origin\n    """Origin."""\n    return x["Host"].Status'
    found = words(list(ast.walk(ast.parse(text))))

    assert "origin" not in found
    assert set(found.split("\n")) >= {"f", "event", "410", "host", "status", "x"}


def test_packages_are_the_first_names_of_what_is_imported_from_outside() -> None:
    tree = ast.parse("import os.path, boto3\nfrom a.b import c\nfrom . import near\n")

    assert list(top_names(list(ast.walk(tree)))) == ["os", "boto3", "a"]


def test_what_is_nested_too_deeply_has_no_text() -> None:
    assert text_of(ast.parse("f(1)")) == "f(1)"
    assert text_of(ast.parse("a" + ".a" * 2000, mode="eval")) == ""
