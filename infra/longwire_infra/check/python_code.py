"""Python without running it: what a module imports, and which words stand in it."""

import ast
from collections.abc import Iterable, Iterator, Sequence

__all__ = ["base_of", "imported", "text_of", "top_names", "words"]


def imported(nodes: Iterable[ast.AST], package: tuple[str, ...]) -> Iterator[str]:
    """Paths of modules, ``a/b``, that may be in the code; ``package`` is the folder of the one that imports."""
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name.replace(".", "/") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = base_of(node, package)
            yield base
            yield from (f"{base}/{alias.name}".strip("/") for alias in node.names)


def top_names(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """The first names of what is imported, ``boto3`` of ``boto3.dynamodb.conditions``; relative imports have none."""
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield (node.module or "").partition(".")[0]


def text_of(node: ast.AST) -> str:
    """The source of a node; empty when it is nested too deeply to be written."""
    try:
        return ast.unparse(node)
    except RecursionError:
        return ""


def base_of(node: ast.ImportFrom, package: tuple[str, ...]) -> str:
    """The path of the module, or package, that names are imported from."""
    above = package[: len(package) - node.level + 1] if node.level else ()
    return "/".join((*above, *(node.module or "").split("."))).strip("/")


def words(nodes: Sequence[ast.AST]) -> str:
    """Every name and every text, in lower case, one a line; no docstrings, no comments."""
    prose = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    return "\n".join(word for node in nodes if id(node) not in prose for word in words_of(node)).lower()


def words_of(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Name):
        return [node.id]
    if isinstance(node, ast.Attribute):
        return [node.attr]
    if isinstance(node, ast.Constant) and isinstance(node.value, (str, int)):
        return [str(node.value)]
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.alias)):
        return [node.name]
    if isinstance(node, (ast.arg, ast.keyword)):
        return [node.arg or ""]
    return []
