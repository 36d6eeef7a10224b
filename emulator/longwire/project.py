"""Which template a command means, and what SAM's settings say of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from longwire.errors import UsageError

__all__ = ["TEMPLATES", "Chosen", "chosen"]

TEMPLATES = ("template.yaml", "template.yml", "template.json")
ASSEMBLY = "cdk.out"
BUILT = Path(".aws-sam", "build", "template.yaml")


@dataclass(frozen=True, slots=True)
class Chosen:
    """``stack_name``, ``region`` and ``parameters`` are what the project's own files say, empty when they do not.

    ``note`` is for the user, or empty. ``config`` is the settings file that was read.
    """

    file: Path
    stack_name: str = ""
    note: str = ""
    region: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    config: Path | None = None


def chosen(given: Path | None, folder: Path, config_env: str | None = None, config_file: Path | None = None) -> Chosen:
    """``given`` is a template, or a folder with one: a project's, or CDK's ``cdk.out``. None: the project's
    own, ``template`` of [tool.longwire] in pyproject.toml, or look in ``folder``.

    ``config_env`` and ``config_file`` are SAM's: an environment of samconfig.toml, and another file for it. Raises
    UsageError when there is no template, or more than one.
    """
    from longwire.project_options import project_options
    from longwire.samconfig import sam_config

    given = given or project_options(folder).template
    base = folder if given is None else given if given.is_dir() else given.parent
    config = sam_config(base, config_env, config_file)
    if given is not None and not given.is_dir():
        found: Chosen | None = Chosen(given)
    elif config.template is not None and not is_cdk(base):
        found = Chosen(config.template)
    else:
        found = in_folder(base) or (Chosen(config.packaged) if config.packaged is not None else None)
    if found is None:
        names = f"{', '.join(TEMPLATES)} or {ASSEMBLY}"
        raise UsageError(f"no {names} in {base}. Give one with --template PATH.")
    return replace(
        found,
        stack_name=found.stack_name or config.stack_name,
        region=config.region,
        parameters=config.parameters,
        config=config.file,
    )


def is_cdk(folder: Path) -> bool:
    from longwire.template.cloud_assembly import is_assembly

    return is_assembly(folder)


def in_folder(folder: Path) -> Chosen | None:
    from longwire.template.cloud_assembly import the_stack

    if is_cdk(folder):
        stack = the_stack(folder)
        return Chosen(stack.file, stack.name)
    for name in TEMPLATES:
        if (folder / name).is_file():
            return Chosen(folder / name, note=built(folder))
    return in_folder(folder / ASSEMBLY) if is_cdk(folder / ASSEMBLY) else None


def built(folder: Path) -> str:
    """`sam local` prefers what `sam build` made; here an edit of the source has to take effect at once."""
    return f"to run what `sam build` made: --template {folder / BUILT}" if (folder / BUILT).is_file() else ""
