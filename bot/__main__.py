"""`python -m bot` is `handoff`."""

from bot.cli import main

main()
