"""One record of an exchanged list as a row of values, with a note for everything in it that could not be read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final

from bot.core.cell_text import read_handle, read_profile_address
from bot.core.columns import ColumnUse
from bot.core.fresh import Asked, joined
from bot.core.headers import MANY
from bot.core.profiles import close
from bot.core.readings import Reading, reader_of
from bot.core.values import is_missing
from scoring.fake_followers import Follower, with_sample
from scoring.types import Metrics, Verdict


@dataclass(frozen=True, slots=True)
class Note:
    """Something in a row that could not be used: code, the field it was meant for, and the cell (cut at 80).

    Codes: unreadable, sheet_error, formula, negative, too_large, out_of_range, number_in_country, unknown_country,
    unknown_outcome, ambiguous_date, pair_disagrees, platform_disagrees, cut.
    """

    code: str
    field: str
    value: str


@dataclass(frozen=True, slots=True)
class ParsedRow:
    """One candidate as the file has it. None is missing, never zero.

    Shares are fractions; averages are absolute numbers; countries are ISO2. `brand_safety` is () where a scan found
    nothing and None where nobody looked.
    """

    line: int
    handle: str
    name: str | None = None
    platform: str | None = None
    profile_url: str | None = None
    country: str | None = None
    audience_country: str | None = None
    market: str | None = None
    categories: tuple[str, ...] = ()
    followers: int | None = None
    following: int | None = None
    posts: int | None = None
    engagement_avg: float | None = None
    engagement_auth: float | None = None
    engagement_rate: float | None = None
    avg_views: float | None = None
    avg_likes: float | None = None
    avg_comments: float | None = None
    avg_shares: float | None = None
    growth_14d: float | None = None
    growth_90d: float | None = None
    growth_z: float | None = None
    credibility: float | None = None
    suspicious_share: float | None = None
    comment_pod_share: float | None = None
    fake_follower_share: float | None = None
    fake_share_low: float | None = None
    fake_share_high: float | None = None
    """No column fills these: they are there when our own model measured the share in a sample."""
    fake_sample_size: int | None = None
    views_per_like: float | None = None
    comments_per_100_likes: float | None = None
    sponsored_share: float | None = None
    audience: Mapping[str, float] = field(default_factory=dict)
    brand_safety: tuple[str, ...] | None = None
    measured_on: date | None = None
    bio: str | None = None
    captions: str | None = None
    contact: str | None = None
    fee: float | None = None
    currency: str | None = None
    referred_by: str | None = None
    strategic: bool | None = None
    past_outcome: str | None = None
    ai_verdict: Verdict | None = None
    """What the team's own AI says, as its list has it: the next three, too."""
    ai_score: float | None = None
    ai_risk: float | None = None
    ai_flags: tuple[str, ...] = ()
    fresh: Metrics | None = None
    """What the team's own source says today, where it was asked."""
    asked: Asked | None = None
    notes: tuple[Note, ...] = ()


def metrics_of(row: ParsedRow) -> Metrics:
    """Its numbers, as the list has them and the source that was asked."""
    had = Metrics(
        followers=row.followers,
        engagement_rate=row.engagement_rate,
        avg_engagement=row.engagement_avg,
        authentic_engagement=row.engagement_auth,
        avg_likes=row.avg_likes,
        avg_comments=row.avg_comments,
        avg_views=row.avg_views,
        avg_shares=row.avg_shares,
        growth_14d=row.growth_14d,
        growth_90d=row.growth_90d,
        growth_z=row.growth_z,
        credibility=row.credibility,
        suspicious_share=row.suspicious_share,
        comment_pod_share=row.comment_pod_share,
        fake_follower_share=row.fake_follower_share,
        fake_share_low=row.fake_share_low,
        fake_share_high=row.fake_share_high,
        fake_sample=row.fake_sample_size,
        comments_per_100_likes=row.comments_per_100_likes,
        views_per_like=row.views_per_like,
        sponsored_share=row.sponsored_share,
        audience=dict(row.audience),
        audience_country=row.audience_country or row.country,
        brand_safety=row.brand_safety,
        measured_on=row.measured_on,
    )
    if row.fresh is None or row.asked is None:
        return had
    return joined(had, row.fresh, row.asked.at.date())


def sampled(row: ParsedRow, followers: Sequence[Follower]) -> ParsedRow:
    """The row with the share of fakes in a sample of the creator's followers; one that the list gives is kept."""
    found = with_sample(metrics_of(row), followers)
    return replace(
        row,
        fake_follower_share=found.fake_follower_share,
        fake_share_low=found.fake_share_low,
        fake_share_high=found.fake_share_high,
        fake_sample_size=found.fake_sample,
    )


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A record that is no candidate.

    Codes: no_handle, handle_is_formula, handle_too_long, handle_is_other_link, handle_has_spaces, too_many_cells
    (params cells, columns), repeated_header, broken_quotes.
    """

    line: int
    code: str
    params: Mapping[str, str | int] = field(default_factory=dict)


_AUDIENCE_SUM: Final = 1.05  # shares are rounded, so their sum may be a little over 1


@dataclass(frozen=True, slots=True)
class _Use:
    at: int
    pair: int | None
    field: str
    country: str
    read: Callable[[str], Reading]
    currency: str | None


class RowReader:
    """Turns records into rows by one file's mapping. Holds only that mapping and what cells were read before."""

    def __init__(self, uses: Sequence[ColumnUse], platform: str | None, day_first: Mapping[int, bool | None]) -> None:
        self.platform = platform
        self.handle_at = next((u.position - 1 for u in uses if u.field == "handle"), None)
        self.uses = [
            _Use(
                u.position - 1,
                u.pair - 1 if u.pair else None,
                str(u.field).partition(":")[0],
                str(u.field).partition(":")[2],
                reader_of(u, day_first=day_first.get(u.position)),
                u.currency,
            )
            for u in uses
            if u.field and u.field != "handle"
        ]

    def read(self, line: int, cells: Sequence[str]) -> ParsedRow | RejectedRow:
        """Return the row, or why it is none. `cells` may be shorter than the header."""
        values: dict[str, Any] = {}
        notes: list[Note] = []
        width = len(cells)
        for use in self.uses:
            cell = cells[use.at] if use.at < width else ""
            partner = cells[use.pair] if use.pair is not None and use.pair < width else None
            if not cell and not partner:
                continue
            value, code = use.read(cell)
            if partner is not None:
                value, code = _settle_pair(value, code, partner, use.read)
            if code is not None:
                notes.append(Note(code, use.field, cell[:80]))
            if value is not None:
                _add(values, use, value)
        if values.get("audience") and sum(values["audience"].values()) > _AUDIENCE_SUM:
            notes.append(Note("out_of_range", "audience", ""))
            del values["audience"]
        problem = self._identify(cells, values, notes)
        if problem is not None:
            return RejectedRow(line, problem)
        return ParsedRow(line=line, notes=tuple(notes), **values)

    def _identify(self, cells: Sequence[str], values: dict[str, Any], notes: list[Note]) -> str | None:
        """Fill handle and platform from the handle's cell, else the profile's address, else (YouTube) the name."""
        cell = cells[self.handle_at] if self.handle_at is not None and self.handle_at < len(cells) else ""
        handle, platform, problem = read_handle(cell)
        address = read_profile_address(values["profile_url"]) if "profile_url" in values else None
        if problem == "no_handle" and address:
            handle, platform = address
        platform = platform or (address[1] if address else None)
        told = values.get("platform")
        if platform and told and platform != told:
            notes.append(Note("platform_disagrees", "platform", told))
        values["platform"] = platform = platform or told or self.platform
        if handle is None and problem == "no_handle" and platform == "youtube" and values.get("name"):
            handle, _, problem = read_handle(values["name"])
        if handle is None:
            return problem
        if " " in handle and platform in {"instagram", "tiktok"}:
            return "handle_has_spaces"
        values["handle"] = handle
        return None


def _settle_pair(value: Any, code: str | None, partner: str, read: Callable[[str], Reading]) -> Reading:
    """Take the exact number of two; the rounded one only where the exact one is unreadable.

    A zero beside an empty cell is a spreadsheet's sum over nothing, and a number beside a quite different one is not
    known.
    """
    if value == 0 and is_missing(partner):
        return None, None
    rough, _ = read(partner)
    if value is None:
        return (rough, None) if rough is not None else (None, None if is_missing(partner) else code)
    numbers = isinstance(value, int | float) and isinstance(rough, int | float)
    if numbers and not close(value, rough):
        return None, "pair_disagrees"
    return value, code


def _add(values: dict[str, Any], use: _Use, value: Any) -> None:
    name = use.field
    if name == "fee":
        values["fee"], said = value
        if said or use.currency:
            values["currency"] = said or use.currency
    elif name == "currency":
        values.setdefault("currency", value)
    elif name == "audience":
        values.setdefault("audience", {}).update({use.country: value} if use.country else value)
    elif name in MANY and name in values:
        values[name] = (
            f"{values[name]}; {value}" if isinstance(value, str) else tuple(dict.fromkeys((*values[name], *value)))
        )
    else:
        values[name] = value
