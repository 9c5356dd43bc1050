"""What makes a campaign a valid one, what its key is when only its name is given, and what a change of it touches."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container
from datetime import timedelta
from typing import Any

from bot.core.errors import Invalid
from bot.core.types import Campaign

_USER = re.compile(r"[UW][A-Z0-9]+")
_CHANNEL = re.compile(r"[CG][A-Z0-9]+")
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_LONGEST_KEY = 40
_LONGEST = timedelta(days=90)
_LATIN = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
        "a b v g d e e zh z i i k l m n o p r s t u f kh ts ch sh shch _ y _ e yu ya".replace("_", "").split(" "),
        strict=True,
    )
)
#: What every card of the campaign shows or goes by: a change of it is seen on what is open.
ON_CARDS = frozenset({"name", "channel", "owner", "locale"})


def require_valid(campaign: Campaign) -> None:
    """Raises Invalid naming the field that is wrong."""
    rules = (
        ("key", campaign.key, bool(_KEY.fullmatch(campaign.key))),
        ("name", campaign.name, 0 < len(campaign.name.strip()) <= 80),
        ("market", "", bool(campaign.markets)),
        ("channel", campaign.channel, bool(_CHANNEL.fullmatch(campaign.channel))),
        ("owner", campaign.owner, bool(_USER.fullmatch(campaign.owner))),
        ("deadline", campaign.window, timedelta() < campaign.window <= _LONGEST),
        ("budget", campaign.budget, campaign.budget is None or campaign.budget > 0),
        ("fee_line", campaign.fee_line, campaign.fee_line is None or campaign.fee_line >= 0),
        ("min_audience", campaign.min_audience, campaign.min_audience is None or 0 <= campaign.min_audience <= 1),
        ("currency", campaign.currency, bool(re.fullmatch("[A-Z]{3}", campaign.currency))),
    )
    for field, value, good in rules:
        if not good:
            raise Invalid(f"campaign_{field}", field=field, value=value)


def key_from(name: str, taken: Container[str]) -> str:
    """A key that nobody has yet, as like the name as it can be.

    >>> key_from("Aurora Summer", ()), key_from("Аврора: лето!", ()), key_from("夏", {"campaign"})
    ('aurora-summer', 'avrora-leto', 'campaign-2')
    """
    latin = "".join(_LATIN.get(letter, letter) for letter in name.casefold())
    plain = "".join(c for c in unicodedata.normalize("NFKD", latin) if not unicodedata.combining(c))
    stem = "-".join(re.findall(r"[a-z0-9]+", plain))[:_LONGEST_KEY].strip("-") or "campaign"
    key, number = stem, 1
    while key in taken:
        number += 1
        key = f"{stem}-{number}"
    return key


def changed(before: Campaign, after: Campaign) -> dict[str, tuple[Any, Any]]:
    """What differs: field -> (old, new), as JSON can hold it."""
    return {
        name: (_plain(old), _plain(new))
        for name in Campaign.__dataclass_fields__
        if (old := getattr(before, name)) != (new := getattr(after, name))
    }


def as_opened(campaign: Campaign) -> dict[str, Any]:
    """What a campaign begins with, for the record: what differs from one of which nothing is said."""
    said = {name: new for name, (_, new) in changed(Campaign("", "", (), "", ""), campaign).items()}
    return {"key": campaign.key, **said}


def _plain(value: Any) -> Any:
    if isinstance(value, timedelta):
        return int(value.total_seconds())
    return list(map(str, value)) if isinstance(value, tuple) else value
