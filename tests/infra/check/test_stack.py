"""A stack's parts by what they are for."""

from pathlib import Path

from checked_templates import FOLDER, TODAY, report
from longwire_infra.check.stack import Stack


def whole() -> Stack:
    found = report(FOLDER / "base" / "template.yaml").stack
    assert found is not None
    return found


def test_functions_are_told_by_the_routes_that_lead_to_them() -> None:
    stack = whole()

    assert list(stack.behind()) == ["Connect", "Disconnect", "Say"]
    assert list(stack.behind("$connect")) == ["Connect"]
    assert stack.authorizing == {"Guard"}
    assert sorted(stack.codes) == ["Connect", "Disconnect", "Guard", "Say"]
    assert [stage.name for stage in stack.stages] == ["live"]
    assert (stack.today, stack.expected["connects-per-second"]) == (TODAY, 20)


def test_both_base_templates_are_clean() -> None:
    base = FOLDER / "base"

    assert {name: report(base / name).findings for name in ("template.yaml", "raw.yaml")} == {
        "template.yaml": (),
        "raw.yaml": (),
    }
    assert Path(whole().document.where(("Resources", "Say")).file) == base / "template.yaml"
