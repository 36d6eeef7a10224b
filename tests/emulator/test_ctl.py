"""``longwire ctl``."""

from click.testing import CliRunner

from longwire.ctl import ctl


def test_its_help_names_what_it_steers() -> None:
    shown = CliRunner().invoke(ctl, ["--help"])
    assert shown.exit_code == 0
    assert "clock  Move the clock of a running emulator." in shown.output
