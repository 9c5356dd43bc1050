"""The command line: thin commands over the desk; the only place besides the edge that turns errors into sentences."""

from __future__ import annotations

import logging
import sys

import typer

from bot.cli import backup, candidates, models, process, ranked
from bot.cli.audit import audit_app
from bot.cli.campaigns import campaign_app
from bot.cli.candidates import review_app
from bot.cli.console import err, voice
from bot.cli.followers import score_app, train_app
from bot.cli.keys import key_app
from bot.cli.norms import norms_app
from bot.cli.outbox import outbox_app
from bot.cli.outcome import outcome
from bot.cli.people import member_app, trust_app
from bot.cli.search import export_app, search
from bot.cli.upstream import upstream_app
from bot.core.errors import HandoffError
from bot.i18n.catalog import error_text

app = typer.Typer(
    name="handoff",
    help="Asynchronous expert handoffs in Slack: the AI proposes, a local expert answers, the deadline decides.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)
app.add_typer(member_app, name="member")
app.add_typer(campaign_app, name="campaign")
app.add_typer(trust_app, name="trust")
app.add_typer(review_app, name="review")
app.add_typer(audit_app, name="audit")
app.add_typer(outbox_app, name="outbox")
app.add_typer(score_app, name="score")
app.add_typer(train_app, name="train")
app.add_typer(norms_app, name="norms")
app.add_typer(models.models_app, name="models")
app.add_typer(key_app, name="key")
app.add_typer(upstream_app, name="upstream")
app.command("import")(candidates.import_)
app.add_typer(export_app, name="export")
app.command()(outcome)
app.command()(search)
app.command()(models.retrain)
app.command()(ranked.candidates)
for command in (backup.backup, backup.restore, process.status, process.doctor, process.run, process.demo):
    app.command()(command)


def main() -> None:
    """Run a command; what Handoff refuses becomes a sentence and exit code 1, never a stack trace."""
    try:
        app(standalone_mode=True)
    except HandoffError as error:
        err.print(error_text(voice(), error), style="red", highlight=False, markup=False)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(0)
    except OSError as error:
        logging.getLogger(__name__).debug("failed", exc_info=True)
        err.print(f"{error.strerror or error}: {error.filename or ''}", style="red", highlight=False, markup=False)
        sys.exit(1)
