"""A sample of followers as a program sends it, read by the rules of lists of followers; no name of anybody is kept."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from bot.core.follower_rows import FollowerReader
from scoring.fake_followers import Follower

COLUMNS: Final = (
    "posts", "followers", "following", "has_profile_picture", "is_private", "username", "username_length",
    "username_digits", "bio_length",
)  # fmt: skip
"""What may be known of a follower, named as in docs/files.md."""
MOST: Final = 5000
"""Rows: what is longer is no sample, and is not read."""
ENOUGH: Final = 500
"""Rows that are looked at, evenly spread over what came: the interval rests on no more than 200 (docs/model-card.md),
and each costs time that a list of candidates does not have."""
_NAME: Final = re.compile(r"@?[\w.\-]{1,100}")


def read_follower_objects(rows: object) -> tuple[tuple[Follower, ...], str | None]:
    """(followers, None), or ((), why there are none): unreadable, too_many. An empty list is no sample, and no lie.

    Values by the names of COLUMNS, as JSON had them. A row in which one of them cannot be (a negative number, NaN, a
    text) is left out whole, and when that is half of them nothing is believed; who comes twice by name counts once. Of
    a long list every second is looked at, or every third, and so on.

    >>> [(one.posts, one.digit_share) for one in read_follower_objects([{"posts": 3, "username": "ana.1"}])[0]]
    [(3.0, 0.2)]
    >>> read_follower_objects([{"posts": -3}]), read_follower_objects("<html>"), read_follower_objects([])
    (((), 'unreadable'), ((), 'unreadable'), ((), None))
    """
    if not isinstance(rows, list | tuple):
        return (), "unreadable"
    if len(rows) > MOST:
        return (), "too_many"
    rows = rows[:: -(-len(rows) // ENOUGH) or 1]
    reader = FollowerReader(COLUMNS, {name: at for at, name in enumerate(COLUMNS)})
    believed: list[Follower] = []
    names: set[str] = set()
    bad = 0
    for line, row in enumerate(rows, start=1):
        cells = _cells(row)
        before = len(reader.bad)
        follower = reader.follower(line, cells) if cells is not None else None
        if follower is None or len(reader.bad) > before:
            bad += 1
            continue
        name = row["username"].casefold().lstrip("@") if isinstance(row, Mapping) and row.get("username") else ""
        if follower.known and (not name or name not in names):
            believed.append(follower)
            names.add(name)
    if 2 * bad >= len(rows) > 0:
        return (), "unreadable"
    return tuple(believed), None


def _cells(row: object) -> Sequence[str] | None:
    """The values as a list in a file would have them; None when one of them can stand in no cell."""
    if not isinstance(row, Mapping):
        return None
    cells = [_cell(name, row.get(name)) for name in COLUMNS]
    return None if None in cells else [cell or "" for cell in cells]


def _cell(name: str, value: object) -> str | None:
    if value is None:
        return ""
    if name == "username":
        return value if isinstance(value, str) and _NAME.fullmatch(value) else None
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return format(Decimal(repr(value)), "f") if math.isfinite(value) and abs(value) < 1e15 else None
    return value if isinstance(value, str) and len(value) <= 100 else None
