"""``python -m longwire``."""

from longwire.cli import main

main()
