"""What a module imports, and the words in it."""

import ast

from longwire_infra.check.python_code import imported, words


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
