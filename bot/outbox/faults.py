"""What an error of Slack or of the network means for a message: wait, look it up, say it elsewhere, or give up."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from random import Random

import aiohttp
from slack_sdk.errors import SlackApiError

from bot import web_api
from bot.core.errors import Busy
from bot.outbox.gates import Closed

#: chat.update cannot reach the earlier message: it is posted anew, once.
MESSAGE_LOST = frozenset({"message_not_found", "cant_update_message", "edit_window_closed"})
#: What a reply was to stand under is gone.
THREAD_LOST = frozenset({"thread_not_found", "message_not_found"})
BAD_BLOCKS = frozenset({"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "block_mismatch"})
_CHANNEL_LOST = frozenset(
    {
        "not_in_channel", "channel_not_found", "is_archived", "channel_is_archived", "restricted_action",
        "restricted_action_read_only_channel", "restricted_action_thread_only_channel",
        "restricted_action_non_threadable_channel", "posting_to_general_channel_denied", "messages_tab_disabled",
        "user_not_found", "user_not_visible", "user_disabled", "cannot_dm_bot", "cannot_dm_user",
    }
)  # fmt: skip
#: Nothing leaves until an operator has done something; the rows are fine.
_TOKEN = frozenset(
    {
        "invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive", "missing_scope",
        "no_permission", "org_login_required", "ekm_access_denied", "team_access_not_granted",
    }
)  # fmt: skip
_LIMITED = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})
_TOKEN_WAIT = 60.0
_LIMIT_WAIT = 30.0
_LIMIT_LEAST = 0.05
_BASE, _MOST = 1.0, 60.0


class Kind(Enum):
    LIMITED = auto()
    """Slack asks us to wait."""
    TOKEN = auto()
    """The token or a scope is wrong: everything waits."""
    OFFLINE = auto()
    """It never left."""
    AMBIGUOUS = auto()
    """Nobody can tell whether it arrived."""
    BLIND = auto()
    """It may have arrived, and we may not look."""
    CHANNEL = auto()
    """The channel or person cannot be reached any more."""
    ODD = auto()
    """Refused for a reason that will not go away by itself."""


class Phase(Enum):
    """How far an errand had come."""

    OPENING = auto()
    LOOKING = auto()
    SENDING = auto()


@dataclass(frozen=True, slots=True)
class Fault:
    """`said` is Slack's own code or the error's type, never a text; `wait` in seconds where Slack names one."""

    kind: Kind
    said: str
    wait: float | None = None


def judge(error: Exception, phase: Phase) -> Fault:
    """What became of a request that ended in this error."""
    if isinstance(error, SlackApiError):
        return _answered(error, phase)
    said = type(error).__name__
    if isinstance(error, Closed):
        return Fault(Kind.LIMITED, "ratelimited", error.wait)
    if isinstance(error, Busy):
        return Fault(Kind.OFFLINE, said)
    never_left = phase is not Phase.SENDING or isinstance(error, aiohttp.ClientConnectorError)
    if isinstance(error, aiohttp.ClientError | TimeoutError | OSError):
        return Fault(Kind.OFFLINE if never_left else Kind.AMBIGUOUS, said)
    return Fault(Kind.ODD, said)


def _answered(error: SlackApiError, phase: Phase) -> Fault:
    code, said = web_api.code_of(error), web_api.said(error)
    if (seconds := asked_to_wait(error)) is not None:
        return Fault(Kind.LIMITED, said, seconds)
    if web_api.in_trouble(error):
        return Fault(Kind.AMBIGUOUS if phase is Phase.SENDING else Kind.OFFLINE, said)
    if phase is Phase.LOOKING and code == "missing_scope":
        return Fault(Kind.BLIND, said)
    if code in _TOKEN:
        return Fault(Kind.TOKEN, said, _TOKEN_WAIT)
    return Fault(Kind.CHANNEL if code in _CHANNEL_LOST else Kind.ODD, said)


def asked_to_wait(error: SlackApiError) -> float | None:
    """Seconds for which Slack wants no more of this, None when that is not what it says."""
    if web_api.status_of(error) != 429 and web_api.code_of(error) not in _LIMITED:
        return None
    seconds = web_api.retry_after(error)
    return _LIMIT_WAIT if seconds is None else max(seconds, _LIMIT_LEAST)


def backoff(failures: int, rng: Random) -> float:
    """Seconds after so many failures in a row: doubling, at most a minute, spread by up to a quarter.

    Soon enough after an outage; and the first lane that gets through wakes the others.
    """
    return min(_BASE * 2.0 ** (min(failures, 10) - 1), _MOST) * (1 + rng.random() / 4)
