"""What somebody types to search: words, "phrases" and filters such as market:br, forgivingly, in English and Russian.

Whatever cannot be read is said in a note and searched for as words; `spelled` writes a query so that it reads the same.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from bot.core.countries import country_key, parse_country
from bot.core.search import Filters, Won
from bot.core.search_names import Name, Named, named
from bot.core.types import Reason, UserId
from scoring.types import FlagCode

LONGEST = 300
"""Characters of words that are looked for: a button must hold them, and no question needs more."""
_ALL = 4_000
"""Characters that are read at all."""
_NOTES = 3
#: Key as it is typed -> field of Filters.
KEYS: Mapping[str, str] = {
    word: name
    for name, listed in {
        "market": "market country рынок страна",
        "flag": "flag warning флаг сигнал",
        "reason": "reason причина",
        "by": "by expert кто эксперт",
        "won": "won right прав",
        "campaign": "campaign кампания",
        "since": "since from after с от после",
        "until": "until till before по до",
    }.items()
    for word in listed.split()
}
_WON: Mapping[str, Won] = {
    word: won
    for won, listed in {
        Won.EXPERT: "expert human эксперт человек",
        Won.AI: "ai ии",
        Won.OTHER: "other другой",
        Won.BOTH: "both оба обе",
        Won.UNCLEAR: "unclear cant_tell непонятно неясно",
        Won.NONE: "none nobody open unresolved not_resolved никто нет без_итога",
    }.items()
    for word in listed.split()
}
_ME = frozenset({"me", "я", "myself", "@me"})
_QUOTES = {'"': '"', "“": "”", "„": "“", "«": "»"}
_OPENING = "".join(_QUOTES)
_KEY = re.compile(r"([^\W\d_]{1,20}):(?=[^\s:/])")
_MENTION = re.compile(r"<@([UW][A-Z0-9]{2,20})(?:\|([^<>]*))?>")
_USER = re.compile(r"[UW](?=[A-Z0-9]*[0-9])[A-Z0-9]{2,20}")
_AGO = re.compile(r"([0-9]{1,4}) ?(\w{1,6})\.?")
_DAYS = {
    word: days
    for days, listed in {
        1: "d day days д дн день дня дней",
        7: "w week weeks н нед неделя недели недель",
        30: "m mo month months м мес месяц месяца месяцев",
        365: "y year years г год года лет",
    }.items()
    for word in listed.split()
}
_DATES = (
    re.compile(r"(?P<y>[0-9]{4})(?:[-./](?P<m>[0-9]{1,2})(?:[-./](?P<d>[0-9]{1,2}))?)?"),
    re.compile(r"(?:(?P<d>[0-9]{1,2})\.)?(?P<m>[0-9]{1,2})\.(?P<y>[0-9]{4})"),
)


class Unread(StrEnum):
    """Why a part of a query was not taken as it was typed."""

    KEY = "unknown_key"
    VALUE = "unknown_value"
    SEVERAL = "several"
    """It could be one of these."""
    TWICE = "twice"
    """One filter, twice: the last one counts."""
    LONG = "too_long"


@dataclass(frozen=True, slots=True)
class Note:
    """Something that was not taken as it was typed."""

    why: Unread
    key: str = ""
    """The field of Filters, or the key that nobody knows."""
    value: str = ""
    choices: tuple[str, ...] = ()
    """What it could have been, as stable identifiers."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What filters may be called besides their identifiers: labels in every language, people's and campaigns' names.

    Only what the asker may know of: a campaign that is not named here is unknown, whether or not it exists.
    """

    markets: Mapping[str, str] = field(default_factory=dict)
    flags: Mapping[str, str] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    people: tuple[tuple[str, UserId], ...] = ()
    """(display name, id): two people may have one name."""
    campaigns: tuple[tuple[str, str], ...] = ()
    """(name or key, key)."""
    names: tuple[Name, ...] = ()
    """Of warnings and reasons, as people who know no filters call them."""


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked: words, and what must hold besides."""

    text: str = ""
    filters: Filters = field(default_factory=Filters)
    notes: tuple[Note, ...] = ()
    named: tuple[Named, ...] = ()
    """Warnings and reasons that the words are the names of."""

    @property
    def empty(self) -> bool:
        return not self.text and not self.filters.names

    def without(self, name: str) -> Query:
        """The same with one filter left out."""
        return replace(self, filters=replace(self.filters, **{name: None}), notes=())


@dataclass(frozen=True, slots=True)
class _Part:
    """A word, a phrase, or a value with its key."""

    text: str
    key: str = ""
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads queries of one asker at one moment."""

    vocabulary: Vocabulary
    now: datetime
    zone: ZoneInfo
    me: UserId | None = None

    def read(self, typed: str) -> Query:
        """The query that was typed. Never raises, whatever it was."""
        words: list[str] = []
        found: dict[str, Any] = {}
        notes: list[Note] = []
        for part in _parts(_tidy(typed[:_ALL])):
            name = KEYS.get(part.key.casefold())
            if not part.key:
                words.append(_word(part))
            elif name is None:
                notes.append(Note(Unread.KEY, part.key, part.text))
                words += [part.key, _word(part)]
            else:
                value, choices = self._value(name, part.text)
                if value is None:
                    notes.append(Note(Unread.SEVERAL if choices else Unread.VALUE, name, part.text, choices[:5]))
                    words.append(_word(part))
                else:
                    if name in found and found[name] != value:
                        notes.append(Note(Unread.TWICE, name, part.text))
                    found[name] = value
        text, cut = _joined(words)
        if cut or len(typed) > _ALL:
            notes.append(Note(Unread.LONG))
        return Query(text, Filters(**found), tuple(notes[:_NOTES]), named(text, self.vocabulary.names))

    def _value(self, name: str, said: str) -> tuple[Any, tuple[str, ...]]:
        """What a filter is set to, or None and what it could have been."""
        known = self.vocabulary
        if name == "market":
            iso = parse_country(said)
            return (iso, ()) if iso else _meant(said, known.markets.items())
        if name == "flag":
            return _meant(said, [*((code.value, code.value) for code in FlagCode), *known.flags.items()])
        if name == "reason":
            return _meant(said, [*((code.value, code.value) for code in Reason), *known.reasons.items()])
        if name == "won":
            return _meant(said, [(word, won) for word, won in _WON.items()])
        if name == "campaign":
            exactly = next((key for _, key in known.campaigns if key == said), None)
            return (exactly, ()) if exactly else _meant(said, known.campaigns)
        if name == "by":
            return self._person(said)
        return self._moment(said, until=name == "until"), ()

    def _person(self, said: str) -> tuple[UserId | None, tuple[str, ...]]:
        mention = _MENTION.fullmatch(said)
        if mention:
            return mention[1], ()
        if _USER.fullmatch(said):
            return said, ()
        if self.me and said.casefold() in _ME:
            return self.me, ()
        return _meant(said, self.vocabulary.people)

    def _moment(self, said: str, *, until: bool) -> datetime | None:
        """Midnight of the asker's day at which it begins, or with `until` after which it is over."""
        today = self.now.astimezone(self.zone).date()
        ago = _AGO.fullmatch(said.casefold())
        try:
            if ago and ago[2] in _DAYS:
                first = today - timedelta(days=int(ago[1]) * _DAYS[ago[2]])
                return self._midnight(first)
            period = next((found for pattern in _DATES if (found := pattern.fullmatch(said))), None)
            if period is None:
                return None
            first, after = _period(period)
            return self._midnight(after if until else first)
        except (ValueError, OverflowError):
            return None

    def _midnight(self, day: date) -> datetime | None:
        if not 1970 <= day.year <= 9000:
            return None
        return datetime(day.year, day.month, day.day, tzinfo=self.zone).astimezone(UTC)


def _period(found: re.Match[str]) -> tuple[date, date]:
    """The first day of a year, month or day, and the first one after it. Raises ValueError for what is no date."""
    year, month, day = int(found["y"]), found["m"], found["d"]
    if month is None:
        return date(year, 1, 1), date(year + 1, 1, 1)
    first = date(year, int(month), int(day or 1))
    if day is not None:
        return first, first + timedelta(days=1)
    return first, (first.replace(day=28) + timedelta(days=4)).replace(day=1)


def _tidy(typed: str) -> str:
    """One line, without what is no character: what cannot be stored cannot be looked for. People go by their names."""
    line = "".join(" " if c.isspace() or unicodedata.category(c) in ("Cc", "Cs") else c for c in typed)
    return _MENTION.sub(_named, line)


def _named(mention: re.Match[str]) -> str:
    """Somebody as a word, or after a key as an id."""
    name = "".join(c for c in mention[2] or "" if c.isalnum() or c in "._-")
    after_key = mention.string[mention.start() - 1 : mention.start()] == ":"
    return f"@{name} " if name and not after_key else f"<@{mention[1]}> "


def _parts(typed: str) -> Iterable[_Part]:
    at = 0
    while at < len(typed):
        if typed[at] == " ":
            at += 1
            continue
        key = _KEY.match(typed, at)
        start = key.end() if key else at
        closing = _QUOTES.get(typed[start])
        end = typed.find(closing, start + 1) if closing else -1
        if end > start:
            yield _Part(typed[start + 1 : end].strip(), key[1] if key else "", quoted=True)
            at = end + 1
        else:
            stop = typed.find(" ", start)
            stop = len(typed) if stop < 0 else stop
            yield _Part(typed[start:stop], key[1] if key else "")
            at = stop


def _word(part: _Part) -> str:
    """A part as it is looked for, and as it is read again: in quotes where it would read as a filter."""
    text = " ".join(part.text.replace('"', " ").split()) if part.quoted else part.text.replace('"', "")
    text = text.lstrip(_OPENING)
    if not text:
        return ""
    if (part.quoted and " " in text) or _KEY.match(text):
        return f'"{text}"'
    return text


def _joined(words: Iterable[str]) -> tuple[str, bool]:
    """As many of them as fit, and whether some did not."""
    kept: list[str] = []
    room = LONGEST
    for word in filter(None, words):
        if len(word) > room:
            if not kept:
                kept.append(f'{word[: room - 1].rstrip()}"' if word.startswith('"') else word[:room])
            return " ".join(kept), True
        kept.append(word)
        room -= len(word) + 1
    return " ".join(kept), False


def words_of(text: str) -> Query:
    """A query of somebody's text, in which nothing is a filter."""
    parts = _parts(_tidy(text[:_ALL]))
    words = (replace(part, text=f"{part.key}:{part.text}") if part.key else part for part in parts)
    return Query(_joined(map(_word, words))[0])


def _meant(said: str, named: Iterable[tuple[str, Any]]) -> tuple[Any, tuple[str, ...]]:
    """The one thing of this name; else the one whose name begins so; else the one with such a word in its name."""
    wanted = country_key(said.lstrip("@"))
    if not wanted:
        return None, ()
    keys = [(country_key(name), value) for name, value in named]
    for fits in (
        lambda key: key == wanted,
        lambda key: key.startswith(wanted),
        lambda key: any(word.startswith(wanted) for word in key.split()),
    ):
        found = dict.fromkeys(value for key, value in keys if key and fits(key))
        if len(found) == 1:
            return next(iter(found)), ()
        if found:
            return None, tuple(str(one) for one in found)
    return None, ()


def spelled(query: Query, zone: ZoneInfo, *, but: Iterable[str] = ()) -> str:
    """The query as somebody could have typed it: read again in the same zone it is the same query.

    Filters named in `but` are left out.
    """
    filters, left_out = query.filters, set(but)
    said = [query.text] if query.text else []
    for name in filters.names:
        value = getattr(filters, name)
        if name in left_out:
            continue
        if isinstance(value, datetime):
            day = value.astimezone(zone).date()
            shown = (day - timedelta(days=1) if name == "until" else day).isoformat()
        elif name == "by":
            shown = f"<@{value}>"
        else:
            shown = str(value)
        said.append(f"{name}:{shown}")
    return " ".join(said)
