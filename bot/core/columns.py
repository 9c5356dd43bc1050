"""Which column of an exchanged list fills which field: what its header claims, checked against what it holds.

A column is used where header and content agree, or where the header is silent or lies and the content is unmistakable.
Everything else is left out and said so. A column of countries under the header "Views avg." proves that the headers
have slipped against the columns, so the numbers beside it are not believed by name either.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from bot.core.cell_text import parse_platform
from bot.core.fits import AGREE, CONTRADICT, EMPTY, ORDER, fit, numbers_of_percent, proves_shift, unmistakable
from bot.core.headers import FIELDS, IDENTITY, MANY, NUMERIC, Claim, Kind, clean_header, read_header
from bot.core.profiles import Profile, Record, number_pairs, profile, same_numbers, sample
from bot.core.values import DecimalMark

MAX_COLUMNS: Final = 500
IGNORE: Final = "ignore"


@dataclass(frozen=True, slots=True)
class FileWarning:
    """Something a person should know about how a file was read. Only i18n makes a sentence of it."""

    code: str
    params: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ColumnUse:
    """What became of one column.

    `field` is None for a column left out. `how` is header, content, inferred or override for a used column; else why
    not: empty, row_number, duplicate, unknown, ambiguous, contradicted, shifted, implausible, second, ignored, beyond.
    `pair` is the position of the column with the same numbers, rounded (for the exact one) or exact (for the rounded
    one).
    """

    position: int
    header: str
    field: str | None
    how: str
    pair: int | None = None
    percent: bool = False
    decimal: DecimalMark | None = None
    currency: str | None = None


@dataclass(slots=True)
class _Column:
    at: int
    header: str
    claim: Claim
    profile: Profile
    wants: str | None = None
    field: str | None = None
    how: str = "unknown"
    pair: _Column | None = None
    """On a rounded column the exact one; on an exact column the rounded one."""
    rounded: bool = False


@dataclass(frozen=True, slots=True)
class MappedColumns:
    """All columns in order, and what had to be said about them. `platform` is the one the headers give away, if any."""

    uses: tuple[ColumnUse, ...]
    warnings: tuple[FileWarning, ...]
    platform: str | None


class _Mapper:
    """One file's columns while their fields are being decided; every step only ever settles columns still open."""

    def __init__(self, headers: Sequence[str], records: Sequence[Record], platform: str | None) -> None:
        self.rows = sample(records)
        self.warnings: list[FileWarning] = []
        self.columns = [
            _Column(at, clean_header(header), read_header(header), profile(records, self.rows, at))
            for at, header in enumerate(headers[:MAX_COLUMNS])
        ]
        self.platform = platform or _platform_of(self.columns)

    def warn(self, code: str, column: _Column | None = None, **params: str | int) -> None:
        place: dict[str, str | int] = {} if column is None else {"column": column.at + 1, "header": column.header}
        self.warnings.append(FileWarning(code, {**place, **params}))

    def use(self, column: _Column, name: str, how: str) -> None:
        column.field, column.how = name, how

    def leave(self, column: _Column, why: str) -> None:
        column.field, column.how = None, why

    def taken(self, name: str) -> bool:
        return any(c.field == name for c in self.columns)

    def open(self) -> list[_Column]:
        return [c for c in self.columns if c.field is None and c.how == "unknown" and not c.rounded]

    def override(self, overrides: Mapping[int, str]) -> None:
        for column in self.columns:
            wanted = overrides.get(column.at)
            if wanted == IGNORE:
                self.leave(column, "ignored")
            elif wanted is not None:
                self.use(column, wanted, "override")

    def pair_up(self) -> None:
        """Join neighbours that hold the same numbers, unless their headers name two different fields."""
        for left, right in zip(self.columns, self.columns[1:], strict=False):
            if (
                left.rounded
                or left.pair
                or "ignored" in {left.how, right.how}
                or min(left.profile.number, right.profile.number) < 0.5
            ):
                continue
            if (
                left.claim.field == "row_number"
                or not _one_story(left, right)
                or not same_numbers(self.rows, left.at, right.at)
            ):
                continue
            exact, rough = (left, right) if left.profile.scaled < right.profile.scaled else (right, left)
            exact.pair, rough.pair, rough.rounded = rough, exact, True
            if exact.field is None and rough.field is not None:
                self.use(exact, rough.field, rough.how)
            if exact.claim.field is None or (exact.claim.field.startswith("?") and rough.claim.field):
                exact.claim = rough.claim
            self.leave(rough, "duplicate")

    def read_claims(self) -> None:
        """Ask every column's content about its header, and leave out what it contradicts."""
        for column in self.open():
            claimed = column.claim.field
            if column.profile.filled == 0 and (claimed is None or claimed == "row_number"):
                self.leave(column, "empty")
            elif claimed == "row_number" and column.profile.number > 0.5:
                self.leave(column, "row_number")
            elif claimed == IDENTITY:
                column.wants = IDENTITY
            elif claimed is not None and claimed != "row_number":
                verdict, wants = fit(claimed, column.claim, column.profile)
                column.wants = wants if verdict in {AGREE, EMPTY} else None
                if verdict == CONTRADICT:
                    column.how = "contradicted"
                elif wants is None:
                    self.leave(column, "ambiguous")
                    self.warn("header_ambiguous", column)

    def settle_contradictions(self) -> None:
        """Give a lying header's column the field its content makes unmistakable; distrust the numbers beside it."""
        lying = [c for c in self.columns if c.how == "contradicted"]
        shifted = [c for c in lying if proves_shift(c.claim.field, c.profile)]
        for column in lying:
            column.how = "contradicted"
            name = unmistakable(column.profile, lying=True)
            if name and not self.taken(name) and not self._claimed_well(name):
                self.use(column, name, "content")
                self.warn("header_contradicted_used", column, field=name)
            else:
                self.warn("header_contradicted", column, claimed=str(column.claim.field))
        suspects: list[_Column] = []
        for column in shifted:
            suspects += [c for c in [*self._beside(column, -1), *self._beside(column, 1)] if c not in suspects]
        if suspects:
            self._settle_suspects(sorted(suspects, key=lambda c: c.at))

    def _claimed_well(self, name: str) -> bool:
        return any(c.wants == name and c.profile.filled for c in self.columns)

    def _beside(self, column: _Column, step: int) -> list[_Column]:
        """Numeric columns next to a proven slip, up to the first column whose header its content confirms."""
        found: list[_Column] = []
        at = column.at + step
        while 0 <= at < len(self.columns):
            other = self.columns[at]
            at += step
            if other.rounded or other.how in {"contradicted", "content", "override"}:
                continue
            if other.wants is None or other.profile.filled == 0 or _kind(other.wants) not in NUMERIC:
                if other.wants in {
                    "country",
                    "audience_country",
                    "profile_url",
                    "platform",
                    "measured_on",
                    "categories",
                    IDENTITY,
                }:
                    break
                continue
            found.append(other)
        return found

    def _settle_suspects(self, suspects: list[_Column]) -> None:
        # Followers keep their name only if no column of numbers, under whatever header, is larger.
        numeric = [c for c in self.columns if c.profile.number > 0.5 and c.how != "row_number" and not c.rounded]
        biggest = max([*suspects, *numeric], key=lambda c: c.profile.middle)
        followers = biggest if biggest in suspects and biggest.wants == "followers" else None
        for column in suspects:
            if column is not followers:
                column.wants = None
                self.leave(column, "shifted")
        rest = [c for c in suspects if c is not followers]
        authentic = followers and self._authentic_and_all(followers, rest)
        if authentic:
            for column, name in zip(authentic, ("engagement_auth", "engagement_avg"), strict=True):
                self.use(column, name, "inferred")
                self.warn("header_contradicted_used", column, field=name)
            rest = []
        for column in rest:
            self.warn("header_shifted", column)

    def _authentic_and_all(self, followers: _Column, rest: list[_Column]) -> tuple[_Column, _Column] | None:
        """Recognise authentic engagement beside all engagement by what only they do.

        Two doubled columns, far below the followers, one never above the other and usually 30 to 93 % of it. Comments
        are a hundredth of the likes, likes nearly all of the engagement, so neither pair looks like this.
        """
        if len(rest) != 2 or not all(c.pair for c in rest):
            return None
        pairs = [(a, b) for a, b in number_pairs(self.rows, rest[0].at, rest[1].at) if a > 0 and b > 0]
        below = [(a, f) for c in rest for a, f in number_pairs(self.rows, c.at, followers.at)]
        if len(pairs) < 20 or sum(a < f for a, f in below) < 0.98 * len(below):
            return None
        for order in ((rest[0], rest[1]), (rest[1], rest[0])):
            ratios = sorted(a / b if order[0] is rest[0] else b / a for a, b in pairs)
            usual = ratios[len(ratios) // 2]
            if ratios[int(0.98 * (len(ratios) - 1))] <= 1.001 and 0.3 <= usual <= 0.93:
                return order
        return None

    def assign_claims(self) -> None:
        """Give every open column the field it claims and fits; the fuller one first where two claim the same."""
        claimants = [c for c in self.open() if c.wants not in {None, IDENTITY, "handle", "name"}]
        for column in sorted(claimants, key=lambda c: (c.profile.filled == 0, c.at)):
            name = str(column.wants)
            if name in MANY or name.startswith("audience:") or not self.taken(name):
                self.use(column, name, "header")
                continue
            first = next(c for c in self.columns if c.field == name)
            twin = _kind(name) in NUMERIC and same_numbers(self.rows, first.at, column.at)
            self.leave(column, "duplicate" if twin else "second")
            if not twin and column.profile.filled:
                self.warn("second_column", column, field=name, first=first.at + 1)

    def assign_content(self) -> None:
        """Use columns whose header says nothing but whose content can be only one thing."""
        for column in self.open():
            name = unmistakable(column.profile, lying=False)
            if column.wants is None and name and not self.taken(name):
                self.use(column, name, "content")
                self.warn("used_by_content", column, field=name)

    def identify(self) -> None:
        """Find the handle and the name among the columns that claim to be either, by what they hold."""
        claimants = [c for c in self.open() if c.wants in {IDENTITY, "handle", "name"} and c.profile.filled]
        for column in [c for c in claimants if c.profile.address > 0.5]:
            claimants.remove(column)
            if not self.taken("profile_url"):
                self.use(column, "profile_url", "content")
        ranked = sorted((c for c in claimants if _could_name(c)), key=_likeness, reverse=True)
        addressed = self.taken("profile_url")
        # With addresses at hand a display name need not serve as a handle.
        able = [c for c in ranked if _likely_handle(c) or (self.platform == "youtube" and not addressed)]
        able = [c for c in able if not (addressed and c.claim.field == "name")]
        if able and not self.taken("handle"):
            ranked.remove(able[0])
            self.use(able[0], "handle", "header")
        elif not ranked and not addressed and not self.taken("handle"):
            self._handle_by_content()
        # A column headed "TikTok" beside the handle is an account elsewhere, not a name.
        for column in [c for c in ranked if parse_platform(c.header) is not None]:
            ranked.remove(column)
            self.leave(column, "ambiguous")
            self.warn("header_ambiguous", column)
        by_name = sorted(ranked, key=lambda c: (c.wants != "name", c.at))
        if by_name and not self.taken("name"):
            self.use(by_name.pop(0), "name", "header")
        for column in by_name:
            self.leave(column, "second")
            self.warn("second_column", column, field="name")

    def _handle_by_content(self) -> None:
        sure = [
            c
            for c in self.columns
            if c.field is None and c.how in {"unknown", "contradicted"} and _surely_handle(c.profile)
        ]
        if len(sure) == 1:
            self.use(sure[0], "handle", "content")
            self.warn("used_by_content", sure[0], field="handle")

    def check_order(self) -> None:
        """Leave out both of two columns that cannot be what they claim: comments above likes, likes above views."""
        for low, high in ORDER:
            small, large = (
                next((c for c in self.columns if c.field == n and c.how != "override"), None) for n in (low, high)
            )
            if small is None or large is None:
                continue
            pairs = [(a, b) for a, b in number_pairs(self.rows, small.at, large.at) if a != b]
            if len(pairs) >= 5 and sum(a > b for a, b in pairs) > 0.9 * len(pairs):
                for column in (small, large):
                    self.warn("implausible_order", column, low=low, high=high)
                    self.leave(column, "implausible")

    def finish(self, width: int) -> MappedColumns:
        for column in self.open():
            if column.profile.filled == 0:
                self.leave(column, "empty")
            else:
                self.warn("column_unknown", column)
        platform = self.platform or _platform_of([c for c in self.columns if c.field == "handle"])
        if width > MAX_COLUMNS:
            self.warn("too_many_columns", None, read=MAX_COLUMNS, found=width)
        return MappedColumns(tuple(map(_use_of, self.columns)), tuple(self.warnings), platform)


def map_columns(
    headers: Sequence[str], records: Sequence[Record], overrides: Mapping[int, str], platform: str | None
) -> MappedColumns:
    """Decide the field of every column. `overrides`: 0-based position -> field or `ignore`, believed unchecked."""
    mapper = _Mapper(headers, records, platform)
    mapper.override(overrides)
    mapper.pair_up()
    mapper.read_claims()
    mapper.settle_contradictions()
    mapper.assign_claims()
    mapper.assign_content()
    mapper.identify()
    mapper.check_order()
    return mapper.finish(len(headers))


def _kind(name: str) -> Kind:
    return FIELDS.get(name.partition(":")[0], Kind.TEXT)


def _use_of(column: _Column) -> ColumnUse:
    p = column.profile
    percent = bool(column.field) and numbers_of_percent(str(column.field), column.claim, p)
    pair = column.pair.at + 1 if column.pair else None
    return ColumnUse(
        column.at + 1, column.header, column.field, column.how, pair, percent, p.decimal, column.claim.currency
    )


def _one_story(left: _Column, right: _Column) -> bool:
    a, b = left.claim.field, right.claim.field
    if left.field and right.field and left.field != right.field:
        return False
    return a == b or a is None or b is None or (a.startswith("?") or b.startswith("?"))


def _platform_of(columns: Sequence[_Column]) -> str | None:
    words = " ".join(c.header for c in columns).casefold()
    named = [p for p, marks in _PLATFORM_MARKS.items() if any(m in words for m in marks)]
    return named[0] if len(named) == 1 else None


_PLATFORM_MARKS: Final = {
    "instagram": ("instagram", "insta "),
    "youtube": ("youtube", "youtuber"),
    "tiktok": ("tiktok", "tik tok"),
}


def _could_name(column: _Column) -> bool:
    p = column.profile
    numbers = p.number >= 0.95 and (p.filled >= 5 or column.claim.field != "handle")
    return p.country < 0.8 and p.percent < 0.5 and p.scaled < 0.8 and not numbers


def _likeness(column: _Column) -> float:
    """How much a column's cells look like handles: no spaces, plain characters, small letters, no repetition."""
    p = column.profile
    said = {"handle": 0.5, "name": -0.5}.get(column.claim.field or "", 0.0)
    return (1 - p.spaces) + p.handle + p.lower + p.distinct + said


def _likely_handle(column: _Column) -> bool:
    p = column.profile
    return p.spaces < 0.5 and (p.handle > 0.5 or column.claim.field == "handle")


def _surely_handle(p: Profile) -> bool:
    plain = p.filled > 0 and p.handle >= 0.95 and p.distinct >= 0.9 and p.lower >= 0.8
    return plain and max(p.number, p.country, p.email, p.flag, p.date, p.money, p.platform, p.address) < 0.5
