"""Which functions a handler leads to: through names, modules, values and methods, and through nothing else."""

import ast

from longwire_infra.check.document import Place
from longwire_infra.check.reach import Module, reached


class File:
    def place(self, line: int) -> Place:
        return Place("app.py", line)


def module(text: str, key: str = "app") -> Module:
    tree = ast.parse(text)
    return Module(File(), tree, list(ast.walk(tree)), key, ())


def names(entry: str, **texts: str) -> set[str]:
    modules = {key: module(text, key) for key, text in texts.items()}
    return {each.node.name for each in reached(modules, next(iter(modules.values())), entry)}


def test_functions_are_reached_through_imports_modules_and_values() -> None:
    app = "import store\nfrom tools import wrap as w\nlater = w(third)\n"
    app += "def handler(e):\n    store.save(e)\n    later(e)\n"
    app += "def third(): pass\ndef other(): store.drop()\n"
    store = "def save(e): log(e)\ndef log(e): pass\ndef drop(): pass\n"

    found = names("handler", app=app, store=store, tools="def wrap(f): return f\n")

    assert found == {"handler", "save", "log", "third", "wrap"}


def test_methods_are_reached_in_classes_that_are_named_and_in_no_others() -> None:
    app = "from parts import Sender\ndef handler(e):\n    Sender(e).send(1)\n"
    parts = (
        "class Base:\n    def send(self, x): self.post(x)\n    def post(self, x): pass\n    def close(self): pass\n"
        "class Sender(Base):\n    def __init__(self, e): pass\n"
        "class Other:\n    def send(self, x): post_everything()\ndef post_everything(): pass\n"
    )

    assert names("handler", app=app, parts=parts) == {"handler", "__init__", "send", "post"}


def test_an_entry_may_be_a_value_and_one_that_is_not_there_reaches_nothing() -> None:
    text = "if True:\n    def first(e): second(e)\ndef second(e): first(e)\nhandler = first\n"

    assert names("handler", app=text) == {"first", "second"}
    assert names("nothing", app=text) == set()


def test_imports_in_a_circle_end() -> None:
    assert names("handler", a="from b import handler\n", b="from a import handler\n") == set()


def test_calls_are_told_with_their_place() -> None:
    app = module("\ndef handler(e):\n    return table.scan()\n")
    (found,) = reached({"app": app}, app, "handler")

    assert [found.place(call) for call in found.calls] == [Place("app.py", 3)]
