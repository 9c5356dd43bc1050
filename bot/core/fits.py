"""Whether a column's content can be what its header claims, and what content leaves no doubt."""

from __future__ import annotations

from typing import Final

from bot.core.headers import FIELDS, NUMERIC, Claim, Kind
from bot.core.profiles import Profile

AGREE: Final = "agree"
CONTRADICT: Final = "contradict"
EMPTY: Final = "empty"

ORDER: Final = (
    ("engagement_auth", "engagement_avg"),
    ("avg_comments", "avg_likes"),
    ("avg_likes", "avg_views"),
    ("avg_shares", "avg_views"),
)
"""Pairs of fields of which the first cannot usually be above the second."""

_MOST: Final = 0.7
_SURE: Final = 0.8
_HALF: Final = 0.5
_MANY: Final = 100.0  # an average engagement of a creator worth a list is above this, a rate in per cent never


def fit(claimed: str, claim: Claim, p: Profile) -> tuple[str, str | None]:
    """Return (agree, contradict or empty; the field to use, or None where the content leaves it open)."""
    if claimed.startswith("?"):
        return AGREE, _engagement(p) if claimed == "?engagement" else None
    if claimed == "audience":
        return _audience(claim, p)
    if p.filled == 0:
        return EMPTY, claimed
    if claimed == "engagement_avg" and p.percent >= _SURE:
        return AGREE, "engagement_rate"
    if claimed == "audience_country" and p.audience >= _MOST:
        return AGREE, "audience"
    return (AGREE if _agrees(claimed, FIELDS[claimed], p) else CONTRADICT), claimed


def _engagement(p: Profile) -> str | None:
    if p.number < _MOST:
        return None
    if p.percent >= _HALF or p.top <= 1:
        return "engagement_rate"
    return "engagement_avg" if p.middle >= _MANY else None


def _audience(claim: Claim, p: Profile) -> tuple[str, str | None]:
    if claim.audience_of:
        shares = p.number >= _MOST and p.top <= _MANY
        return (AGREE if shares or p.filled == 0 else CONTRADICT), f"audience:{claim.audience_of}"
    if p.country >= _SURE:
        return AGREE, "audience_country"
    return AGREE, "audience" if p.audience >= _HALF else None


def _agrees(name: str, kind: Kind, p: Profile) -> bool:
    if kind in {Kind.COUNT, Kind.AVERAGE}:
        # A few tiny accounts may average below 1; a whole column of them is shares.
        fractions = 0 < p.top <= 1 and p.middle < 1 and p.filled > 3
        return p.number >= _MOST and p.percent < _HALF and p.currency < _HALF and not fractions
    if kind is Kind.SHARE:
        return p.number >= _MOST and p.scaled < _HALF and p.middle <= (1000 if name.startswith("growth") else _MANY)
    if kind is Kind.RATIO:
        return p.number >= _MOST
    if kind is Kind.COUNTRY:
        return p.country >= _HALF
    needed = {
        Kind.MONEY: p.money,
        Kind.FLAG: p.flag,
        Kind.DATE: p.date,
        Kind.PLATFORM: p.platform,
        Kind.ADDRESS: p.address,
    }.get(kind)
    if needed is not None:
        return needed >= _HALF
    if kind is Kind.CATEGORY:
        return p.number < 0.3 and p.country < _HALF and p.length <= 80
    if name == "currency":
        return p.currency >= _HALF
    loose = name.startswith("ai_") or name in {"brand_safety", "contact"}
    return kind is not Kind.TEXT or loose or (p.number < 0.9 and p.country < _SURE)


def proves_shift(claimed: str | None, p: Profile) -> bool:
    """Say whether a contradiction shows that headers have slipped, and not only that one column is damaged."""
    kind = FIELDS.get(claimed or "")
    if kind in NUMERIC:
        # One damaged cell in a tiny file proves nothing; a country does.
        return p.country >= _SURE or (p.wordy >= _SURE and p.filled >= 3)
    return kind in {Kind.COUNTRY, Kind.CATEGORY} and p.number >= _SURE


def unmistakable(p: Profile, *, lying: bool) -> str | None:
    """Return the field that this content can only be, whatever the header says. Numbers never speak for themselves."""
    enough = p.filled >= (1 if lying else 3)
    if not enough:
        return None
    if p.country >= _SURE and p.number == 0:
        return "country"
    if p.country >= _SURE and lying and p.number < 0.2:
        return "country"
    if p.address >= _SURE:
        return "profile_url"
    if p.email >= _SURE:
        return "contact"
    return "platform" if p.platform >= _SURE else None


def numbers_of_percent(name: str, claim: Claim, p: Profile) -> bool:
    """Say whether a share column's bare numbers are percentages: any `%` or any value above 1 makes them so.

    Under a header with `%` small values stay ambiguous: an engagement rate is a percentage if fractions would be
    absurdly high, everything else only above 1. Growth above 100 % is real, so it needs the bulk of the values to be
    large.
    """
    kind = FIELDS.get(name.partition(":")[0])
    if kind not in {Kind.SHARE, Kind.AUDIENCE}:
        return False
    if p.percent > 0:
        return True
    if name.startswith("growth"):
        return p.top > 1 and (claim.percent or p.middle > 0.3)
    if p.top > 1:
        return True
    return claim.percent and name == "engagement_rate" and p.middle > 0.2
