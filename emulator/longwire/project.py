"""Which template a command means, when it is named by a folder or not at all."""

from dataclasses import dataclass
from pathlib import Path

from longwire.errors import UsageError

__all__ = ["TEMPLATES", "Chosen", "chosen"]

TEMPLATES = ("template.yaml", "template.yml", "template.json")
ASSEMBLY = "cdk.out"
BUILT = Path(".aws-sam", "build", "template.yaml")


@dataclass(frozen=True, slots=True)
class Chosen:
    """``stack_name`` is empty when nothing gives one; ``note`` is for the user, or empty."""

    file: Path
    stack_name: str = ""
    note: str = ""


def chosen(given: Path | None, folder: Path) -> Chosen:
    """``given`` is a template, or a folder with one: a project's, or CDK's ``cdk.out``. None: look in ``folder``.

    Raises UsageError when there is none, or more than one.
    """
    if given is not None and not given.is_dir():
        return Chosen(given)
    found = in_folder(folder if given is None else given)
    if found is None:
        names = f"{', '.join(TEMPLATES)} or {ASSEMBLY}"
        raise UsageError(f"no {names} in {folder if given is None else given}. Give one with --template PATH.")
    return found


def in_folder(folder: Path) -> Chosen | None:
    from longwire.template.cloud_assembly import is_assembly, the_stack

    if is_assembly(folder):
        stack = the_stack(folder)
        return Chosen(stack.file, stack.name)
    for name in TEMPLATES:
        if (folder / name).is_file():
            return Chosen(folder / name, note=built(folder))
    if is_assembly(folder / ASSEMBLY):
        return in_folder(folder / ASSEMBLY)
    return None


def built(folder: Path) -> str:
    """`sam local` prefers what `sam build` made; here an edit of the source has to take effect at once."""
    return f"to run what `sam build` made: --template {folder / BUILT}" if (folder / BUILT).is_file() else ""
