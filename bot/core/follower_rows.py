"""Lists of followers as people have them: which column is which, one follower per row, and every cell left out named.

Three published sets of labelled followers are recognised by their headers (`read_labelled`); any list with at least one
profile column can be scored (`read_followers`). A cell that cannot be read is missing, never zero.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, TypeVar

from bot.core.csv_text import decode, split_records
from bot.core.errors import Invalid
from bot.core.headers import clean_header
from bot.core.values import is_missing, parse_count, parse_number
from scoring.fake_followers import Follower

_T = TypeVar("_T")
_WORDS: Final = re.compile(r"[a-z]+|[а-яё]+")
_CAMEL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
_FILLERS: Final = frozenset(["number", "num", "no", "nb", "n", "of", "count", "total", "the", "user", "account", "is"])
_SYNONYMS: Final[Mapping[str, str]] = {
    "posts": "posts post media nmedia публикации посты",
    "followers": "followers follower nfollower nfollowers подписчики",
    "following": "following follows followees followings nfollowing подписки",
    "has_profile_picture": "has_profile_picture has_profile_pic profile_picture profile_pic has_profil_pic has_picture "
    "has_pic pic picture has_avatar avatar profile_photo has_profile_photo",
    "is_private": "private private_profile",
    "username": "username handle login nickname screen_name",
    "username_length": "username_length username_len length_username length_of_username",
    "username_digits": "username_digits username_digit digits_in_username digits_username username_numbers",
    "digit_share": "nums_length_username username_digit_share digit_share username_digits_share",
    "bio_length": "bio_length bio_len biography_length description_length biol length_of_bio",
    "bio": "bio biography description",
}
_YES: Final = frozenset(["1", "1.0", "true", "yes", "y", "t", "да"])
_NO: Final = frozenset(["0", "0.0", "false", "no", "n", "f", "нет"])
_USERNAME_MOST: Final = 100

FORMS: Final[Mapping[str, Mapping[str, str]]] = {
    "ijece": {
        "posts": "nmedia", "followers": "nfollower", "following": "nfollowing", "has_profile_picture": "pic",
        "bio_length": "biol", "label": "fake",
    },
    "instagram_576": {
        "posts": "#posts", "followers": "#followers", "following": "#follows", "has_profile_picture": "profile pic",
        "is_private": "private", "digit_share": "nums/length username", "bio_length": "description length",
        "label": "fake",
    },
    "instafake": {
        "posts": "userMediaCount", "followers": "userFollowerCount", "following": "userFollowingCount",
        "has_profile_picture": "userHasProfilPic", "is_private": "userIsPrivate",
        "username_length": "usernameLength", "username_digits": "usernameDigitCount",
        "bio_length": "userBiographyLength", "label": "isFake",
    },
}  # fmt: skip
"""The labelled sets that a model may be trained on: field -> their header."""


@dataclass(frozen=True, slots=True)
class BadCell:
    """A cell that cannot be used: `code` is unreadable, negative, not_yes_or_no, share, digits or too_many_cells."""

    line: int
    column: str
    value: str
    code: str


@dataclass(frozen=True, slots=True)
class FollowerList:
    """A list read: `records[i]` are the cells, as written, of `followers[i]`."""

    headers: tuple[str, ...]
    used: Mapping[str, str]
    """Field -> the header that it was read from."""
    records: tuple[tuple[str, ...], ...]
    followers: tuple[Follower, ...]
    bad: tuple[BadCell, ...]


@dataclass(frozen=True, slots=True)
class Labelled:
    """One of the published sets: its form's name, its followers, and which of them are fake."""

    form: str
    followers: tuple[Follower, ...]
    fake: tuple[bool, ...]


def field_of(header: str) -> str | None:
    """The field that a header names, however it is spelled; None if it names none.

    >>> [field_of(h) for h in ("# Followers", "userFollowingCount", "Has profile picture?", "Bio-Length", "city")]
    ['followers', 'following', 'has_profile_picture', 'bio_length', None]
    """
    words = _WORDS.findall(_CAMEL.sub(" ", clean_header(header)).casefold())
    plain = [word for word in words if word not in _FILLERS]
    return _BY_WORDS.get(frozenset(words)) or _BY_WORDS.get(frozenset(plain)) if words else None


_BY_WORDS: Final = MappingProxyType(
    {frozenset(phrase.split("_")): name for name, phrases in _SYNONYMS.items() for phrase in phrases.split()}
    | {frozenset(["user"]): "username", frozenset(["account"]): "username", frozenset(["user", "name"]): "username"}
)


def read_followers(data: bytes, *, max_bytes: int) -> FollowerList:
    """Read a list of followers. Raises CandidateFileError, and Invalid when no column or no row can be used."""
    headers, rows = _table(data, max_bytes)
    places: dict[str, int] = {}
    for at, header in enumerate(headers):
        name = field_of(header)
        if name is not None:
            places.setdefault(name, at)
    if not places:
        raise Invalid("follower_columns", headers=", ".join(h for h in headers if h)[:300] or "–")
    reader = FollowerReader(headers, places)
    followers = tuple(reader.follower(line, cells) for line, cells in rows)
    used = {name: headers[at] for name, at in places.items()}
    return FollowerList(tuple(headers), used, tuple(tuple(c) for _, c in rows), followers, tuple(reader.bad))


def read_labelled(data: bytes, *, file: str, max_bytes: int) -> Labelled:
    """Read one of the sets of `FORMS`. Raises Invalid when it is none of them, or where a value cannot be used."""
    headers, rows = _table(data, max_bytes)
    form = next((name for name, needed in FORMS.items() if set(needed.values()) <= set(headers)), None)
    if form is None:
        raise Invalid("follower_set", file=file, headers=", ".join(h for h in headers if h)[:300] or "–")
    places = {name: headers.index(header) for name, header in FORMS[form].items()}
    at = places.pop("label")
    reader = FollowerReader(headers, places)
    followers, labels = [], []
    for line, cells in rows:
        followers.append(reader.follower(line, cells))
        labels.append(reader.cell(line, "label", cells[at] if at < len(cells) else "", _yes_or_no))
        if labels[-1] is None and not reader.bad:
            reader.bad.append(BadCell(line, headers[at], "", "not_yes_or_no"))
        if reader.bad:
            wrong = reader.bad[0]
            raise Invalid("follower_value", file=file, line=wrong.line, column=wrong.column, value=wrong.value[:80])
    fake = tuple(bool(label) for label in labels)
    if len(set(fake)) < 2:
        raise Invalid("follower_one_kind", file=file)
    return Labelled(form, tuple(followers), fake)


def _table(data: bytes, max_bytes: int) -> tuple[list[str], list[tuple[int, list[str]]]]:
    _, found = split_records(decode(data, max_bytes=max_bytes).text)
    filled = [record for record in found if any(map(str.strip, record.cells))]
    if len(filled) < 2:
        raise Invalid("follower_rows")
    return [clean_header(cell) for cell in filled[0].cells], [(r.line, r.cells) for r in filled[1:]]


class _Unusable(ValueError):
    """Why a cell cannot be used; its text is the code of a `BadCell`."""


class FollowerReader:
    """Cells to followers, with a list of those that could not be used."""

    def __init__(self, headers: Sequence[str], places: Mapping[str, int]) -> None:
        self._headers = headers
        self._places = places
        self.bad: list[BadCell] = []

    def follower(self, line: int, cells: Sequence[str]) -> Follower:
        """One row; where cells have slipped beyond the headers, nothing in the row is believed."""
        beyond = [cell for cell in cells[len(self._headers) :] if cell.strip()]
        if beyond:
            self.bad.append(BadCell(line, "", beyond[0], "too_many_cells"))
            return Follower()

        def read(name: str, how: Callable[[str], _T | None]) -> _T | None:
            at = self._places.get(name)
            return None if at is None or at >= len(cells) else self.cell(line, name, cells[at], how)

        bio_length = read("bio_length", _how_many)
        if bio_length is None and "bio" in self._places and self._places["bio"] < len(cells):
            bio_length = len(cells[self._places["bio"]].strip())
        return Follower(
            posts=read("posts", _how_many),
            followers=read("followers", _how_many),
            following=read("following", _how_many),
            has_profile_picture=read("has_profile_picture", _yes_or_no),
            is_private=read("is_private", _yes_or_no),
            digit_share=self._digit_share(line, read),
            bio_length=bio_length,
        )

    def cell(self, line: int, name: str, text: str, how: Callable[[str], _T | None]) -> _T | None:
        try:
            return how(text.strip())
        except _Unusable as why:
            at = self._places.get(name)
            self.bad.append(BadCell(line, name if at is None else self._headers[at], text.strip(), str(why)))
            return None

    def _digit_share(
        self, line: int, read: Callable[[str, Callable[[str], float | None]], float | None]
    ) -> float | None:
        share = read("digit_share", _share)
        if share is not None:
            return share
        share = read("username", _share_of_name)
        if share is not None:
            return share
        length, digits = read("username_length", _how_many), read("username_digits", _how_many)
        if digits is None or (not length and digits):
            return None
        if length is not None and digits > length:
            self.bad.append(BadCell(line, self._headers[self._places["username_digits"]], f"{digits:.0f}", "digits"))
            return None
        return digits / length if length else 0.0


def _how_many(text: str) -> float | None:
    if is_missing(text):
        return None
    number = parse_number(text, grouped=True)
    if number is not None and number < 0:
        raise _Unusable("negative")
    count = parse_count(text)
    if count is None:
        raise _Unusable("unreadable")
    return float(count)


def _yes_or_no(text: str) -> bool | None:
    plain = text.casefold()
    if plain in _YES or plain in _NO:
        return plain in _YES
    if is_missing(text):
        return None
    raise _Unusable("not_yes_or_no")


def _share(text: str) -> float | None:
    if is_missing(text):
        return None
    number = parse_number(text)
    if number is None or not 0 <= number <= 1:
        raise _Unusable("share")
    return number


def _share_of_name(text: str) -> float | None:
    name = text.rstrip("/").rpartition("/")[2].lstrip("@").strip()
    if not name or is_missing(text) or len(name) > _USERNAME_MOST:
        return None
    return sum(c.isdigit() for c in name) / len(name)
