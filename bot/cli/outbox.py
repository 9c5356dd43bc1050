"""`handoff outbox`: messages that did not reach Slack, why, and trying them again."""

from __future__ import annotations

import builtins
import json
import sys
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated

import typer

from bot.cli.console import out
from bot.cli.needs import desk
from bot.desk import undelivered
from db.outbox import Undelivered

outbox_app = typer.Typer(help="Messages that did not reach Slack.", no_args_is_help=True)

_INVITE = "Invite the bot (/invite @Handoff) or give the campaign another channel, then retry."
_TOKEN = "Renew the app's token (handoff doctor says what is missing); it is tried again every minute."  # noqa: S105
_WAIT = "Nothing to do: it is tried again by itself."
_PERSON = "Give their reviews and campaigns to somebody else; retry only if they are back."
_SCOPE = "Add the scope that handoff doctor names and reinstall the app; it is tried again every minute."
_BLIND = (
    "the line broke while it was sent, and the app may not look whether it arrived",
    "Add the history scopes of manifest.yml and reinstall the app, then retry; or look yourself.",
)
#: What Slack's code or the error's type means, and what to do.
_PLAIN: Mapping[str, tuple[str, str]] = {
    "not_in_channel": ("the bot is not in the channel", _INVITE),
    "channel_not_found": ("the channel is gone, or private and without the bot", _INVITE),
    "is_archived": ("the channel is archived", "Unarchive it or give the campaign another channel, then retry."),
    "restricted_action": (
        "the bot may not post in that channel",
        "Let it post there in the channel's settings, retry.",
    ),
    "user_not_found": ("there is no such person in this workspace", _PERSON),
    "user_disabled": ("the account is deactivated", _PERSON),
    "cannot_dm_bot": ("it is a bot, not a person", _PERSON),
    "missing_scope": ("the app lacks a scope for it", _SCOPE),
    "too_much_since": ("it may have arrived, but too much was written since to find it", "Look yourself, then retry."),
    "invalid_auth": ("Slack refuses the token", _TOKEN),
    "token_revoked": ("the token was revoked", _TOKEN),
    "token_expired": ("the token has expired", _TOKEN),
    "account_inactive": ("the token's account is gone", _TOKEN),
    "ratelimited": ("Slack asks us to wait", _WAIT),
    "not_there_yet": ("it may still arrive: looked up again in a moment", _WAIT),
    "lease_lost": ("another process took the channel over", _WAIT),
    "Busy": ("the database was busy", _WAIT),
    "NotFound": ("what it is about no longer exists", "Nothing to do."),
    "KeyError": ("this version does not know that kind of message", "Run the newest version everywhere, then retry."),
}


def _plain(error: str, state: str) -> tuple[str, str]:
    if error == "missing_scope" and state == "stuck":
        return _BLIND
    if error in _PLAIN:
        return _PLAIN[error]
    if error.startswith("http_5") or error in {"internal_error", "fatal_error", "service_unavailable"}:
        what = f"Slack failed ({error})"
    elif error == "unreadable" or error.startswith("http_"):
        what = f"what answered was not Slack, or broke off ({error})"
    elif _is_of_the_line(error):
        what = f"the line to Slack broke ({error})"
    elif error[:1].isupper():
        what = f"Handoff itself failed ({error})"
    else:
        what = f"Slack said {error}" if error else "not tried yet"
    return what, _WAIT if state not in {"dead", "stuck"} else "See the log for this id; when mended: retry."


def _is_of_the_line(error: str) -> bool:
    """Whether the error's type is one of the network's; Slack's codes are small letters."""
    import aiohttp

    kind = getattr(aiohttp, error, None) or getattr(builtins, error, None)
    return isinstance(kind, type) and issubclass(kind, aiohttp.ClientError | OSError)


@outbox_app.command("list")
def list_(as_json: Annotated[bool, typer.Option("--json", help="for machines")] = False) -> None:
    """Which messages did not arrive, since when, why, and what to do. Sent ones are not listed.

    Example: handoff outbox list --json
    """
    with desk() as at:
        failed, now = undelivered.undelivered(at)
    if as_json:
        sys.stdout.write(json.dumps([_record(errand, now) for errand in failed], indent=2) + "\n")
        return
    if not failed:
        out.print("Every message has arrived or is on its way.", highlight=False)
        return
    for errand in failed:
        said, advice = _plain(errand.error, errand.state)
        head = f"{errand.id}  {errand.state}  {errand.kind} {errand.ref} to {errand.lane}"
        out.print(f"{head}, for {_age(now - errand.created_at)}: {said}.", highlight=False, markup=False)
        out.print(f"      {advice}", highlight=False, markup=False)
    out.print("Try again: handoff outbox retry ID, or --all", highlight=False, markup=False)


def _record(errand: Undelivered, now: datetime) -> dict[str, object]:
    said, advice = _plain(errand.error, errand.state)
    return {
        "id": errand.id, "state": errand.state, "lane": errand.lane, "kind": errand.kind, "ref": errand.ref,
        "age_seconds": round((now - errand.created_at).total_seconds()), "tries": errand.tries, "error": errand.error,
        "what": said, "advice": advice, "next_at": errand.next_at.isoformat() if errand.next_at else None,
    }  # fmt: skip


def _age(age: timedelta) -> str:
    minutes = int(age.total_seconds() // 60)
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // 1440} days"


@outbox_app.command("retry")
def retry(
    ids: Annotated[list[str] | None, typer.Argument(help="from `handoff outbox list`", metavar="ID…")] = None,
    every: Annotated[bool, typer.Option("--all", help="all that are listed")] = False,
) -> None:
    """Send messages again that did not arrive, within 5 s; one that may have arrived is looked up first.

    Example: handoff outbox retry ob_7Q2K0M3XNB
    """
    if bool(ids) == every:
        raise typer.BadParameter("name the messages by their ids, or all of them by --all")
    with desk() as at:
        again = undelivered.retry(at, None if every else ids)
    out.print(f"{again:,} to be sent again; `handoff outbox list` says how it went.", highlight=False, markup=False)
