"""``longwire ctl``: what can be done to a running emulator."""

import click

from longwire.clock.command import clock
from longwire.fault_command import fault

__all__ = ["ctl"]


@click.group(epilog="Example: longwire ctl clock advance 2h", short_help="Steer a running emulator.")
def ctl() -> None:
    """Steer a running emulator."""


ctl.add_command(clock)
ctl.add_command(fault)
