"""Who is on holiday by what their Slack status says: its emoji, or its words in the languages that we speak."""

from __future__ import annotations

import re
from datetime import UTC, datetime

#: Until when somebody is away whose status has no end: until it changes.
NO_END = datetime(9999, 1, 1, tzinfo=UTC)

#: Slack's own suggestions: "Vacationing" and "Out sick", and what people take for the same.
_EMOJI = frozenset({
    ":palm_tree:", ":desert_island:", ":beach_with_umbrella:", ":beach_umbrella:", ":face_with_thermometer:",
    ":airplane_departure:", ":baby:",
})  # fmt: skip
_WORDS = re.compile(
    r"\b(?:vacation(?:ing)?|holidays?|ooo|out of (?:the )?office|on leave|parental leave|sick|day off)\b"
    r"|\b(?:в отпуске|отпуск|на больничном|больничный|болею|выходной)\b",
    re.IGNORECASE,
)
_STAYS = re.compile(r"\b(?:back from|until|before|after|planning|no|not)\b|\bпосле\b|\bперед\b", re.IGNORECASE)


def away_until(emoji: str, text: str, expires: int) -> datetime | None:
    """Until when a status says that somebody is away; None for one that does not. `expires` is Slack's, 0 for never.

    >>> away_until(":palm_tree:", "Vacationing", 0).year
    9999
    >>> away_until("", "After my vacation: a call", 0), away_until(":speech_balloon:", "In a meeting", 0)
    (None, None)
    """
    says = emoji in _EMOJI or (_WORDS.search(text) is not None and _STAYS.search(text) is None)
    if not says:
        return None
    return datetime.fromtimestamp(expires, UTC) if expires > 0 else NO_END
