"""The command line: thin commands over the desk; the only place besides the edge that turns errors into sentences."""

from __future__ import annotations

import gc
import logging
import sys
from collections.abc import Collection
from importlib import import_module

import typer

from bot.core.errors import HandoffError

#: Where each command stands. Read only when it is asked for: all of them need twice as much as one.
_COMMANDS = {
    "import": "candidates:import_",
    "outcome": "outcome:outcome",
    "search": "search:search",
    "retrain": "models:retrain",
    "candidates": "ranked:candidates",
    "backup": "backup:backup",
    "restore": "backup:restore",
    "status": "process:status",
    "doctor": "process:doctor",
    "run": "run:run",
    "demo": "process:demo",
    "member": "people:member_app",
    "campaign": "campaigns:campaign_app",
    "trust": "people:trust_app",
    "review": "candidates:review_app",
    "audit": "audit:audit_app",
    "outbox": "outbox:outbox_app",
    "score": "followers:score_app",
    "train": "followers:train_app",
    "norms": "norms:norms_app",
    "models": "models:models_app",
    "key": "keys:key_app",
    "upstream": "upstream:upstream_app",
    "export": "search:export_app",
}


def command_line(names: Collection[str] = tuple(_COMMANDS)) -> typer.Typer:
    """The program with these of its commands."""
    app = typer.Typer(
        name="handoff",
        help="Asynchronous expert handoffs in Slack: the AI proposes, a local expert answers, the deadline decides.",
        callback=_common,
        no_args_is_help=True,
        rich_markup_mode="markdown",
        pretty_exceptions_enable=False,
    )
    for name in names:
        module, _, attribute = _COMMANDS[name].partition(":")
        found = getattr(import_module(f"bot.cli.{module}"), attribute)
        if isinstance(found, typer.Typer):
            app.add_typer(found, name=name)
        else:
            app.command(name)(found)
    return app


def _common() -> None:
    """Nothing; with it, one command alone has its name as all of them have theirs."""


def main() -> None:
    """Run a command; what Handoff refuses becomes a sentence and exit code 1, never a stack trace."""
    try:
        _load(sys.argv[1:2])(standalone_mode=True)
    except HandoffError as error:
        from bot.cli.needs import voice
        from bot.i18n.catalog import error_text

        _say(error_text(voice(), error))
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(0)
    except OSError as error:
        logging.getLogger(__name__).debug("failed", exc_info=True)
        _say(f"{error.strerror or error}: {error.filename or ''}")
        sys.exit(1)


def _load(asked: list[str]) -> typer.Typer:
    """What is being loaded stays: looking through it for garbage, again and again, was a seventh of the start."""
    gc.disable()
    app = command_line(asked if _COMMANDS.keys() >= set(asked) and asked else _COMMANDS)
    gc.freeze()
    gc.enable()
    return app


def _say(text: str) -> None:
    from bot.cli.console import err

    err.print(text, style="red", highlight=False, markup=False)
