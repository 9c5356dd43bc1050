"""What one person can find: sets of documents' numbers, of those that they may see and that have a word or a property.

Rows of the index are read once for each question, all together, and those of filters and channels only when they have
changed; the rest is `scoring.postings`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bot.core.search import Outline, Won
from db.kept import KEPT, Kept
from db.search_index import channel_key, tags
from db.search_postings import SPAN, TAG
from db.search_sql import Asking
from db.store import Unit
from scoring import postings

if TYPE_CHECKING:
    from scoring.postings import Bits, Row

_TRIED = 3
#: Bytes that a row takes beside its places, about.
_ROW = 120
#: By which key those are found that ended so.
WON = {won: tags(won=won.value)[0] for won in Won}


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """The rows of a filter or a channel as they were read, and the version that each block of the index had then."""

    rows: tuple[Row, ...]
    versions: Mapping[int, str]
    nbytes: int

    @classmethod
    def of(cls, rows: Sequence[Row], versions: Mapping[int, str]) -> Held:
        return cls(tuple(rows), versions, _ROW + sum(_ROW + len(places) for _, places in rows))


class Reach:
    """`channels` is what somebody sees, None everything; but not the disagreements that are `hidden`."""

    def __init__(self, unit: Unit, channels: Collection[str] | None, hidden: Collection[str] = ()) -> None:
        self._asking = Asking(unit)
        # A unit that writes keeps nothing: on PostgreSQL each of its statements has a view of its own.
        self._kept: Kept[Held] = unit.info.get(KEPT) or Kept(0)
        self._channels = None if channels is None else frozenset(channels)
        self._visible_by = tuple(WON.values() if channels is None else map(channel_key, sorted(set(channels))))
        self._hidden = frozenset(hidden)
        self._rows: dict[str, Sequence[Row]] = {}
        self._sets: dict[tuple[str, ...], Bits] = {}
        self._seen: Bits | None = None
        self.last = 0
        """The greatest number of a document."""

    def read(self, keys: Collection[str]) -> None:
        """Have the rows of these at hand, the first time with those of what the asker sees: one statement.

        Filters and channels are in every question and change seldom: their rows are kept between questions, and of
        what has changed since only the blocks are read that did.
        """
        wanted = {*keys, *self._visible_by} - self._rows.keys()
        if not wanted:
            return
        kept = [key for key in wanted if key.startswith(TAG)]
        held = self._kept.get(kept)
        read_at = list({id(one.versions): one.versions for one in held.values()}.values())
        known = _shared(read_at)
        self.last, versions, rows = self._asking.postings(wanted - held.keys(), held, list(known.values()))
        found: dict[str, list[Row]] = {key: [] for key in wanted}
        for key, block, places in rows:
            found[key].append((block, places))
        if kept and (len(held) < len(kept) or any(one != versions for one in read_at)):
            # Of a block that is not there, as for a reader of a moment ago, nothing holds either.
            same = {block for block, version in known.items() if versions.get(block) == version}
            former = {key: [row for row in one.rows if row[0] in same] for key, one in held.items()}
            now_at = next((one for one in read_at if one == versions), versions)  # one for many
            now = zip(kept, postings.bare([found[key] for key in kept]), strict=True)
            held = {key: Held.of([*former.get(key, ()), *rows], now_at) for key, rows in now}
            self._kept.put(held)
        self._rows.update(found)
        self._rows.update((key, one.rows) for key, one in held.items())

    def counts(self, words: Iterable[str]) -> dict[str, int]:
        """How many documents have each of these, wherever they are; what none has is absent."""
        found = {word: sum([postings.count(places) for _, places in self._rows[word]]) for word in words}
        return {word: documents for word, documents in found.items() if documents}

    def having(self, keys: tuple[str, ...]) -> Bits:
        """What has any of these, seen or not."""
        if keys not in self._sets:
            self.spread([keys])
        return self._sets[keys]

    def spread(self, several: Iterable[tuple[str, ...]]) -> None:
        """Have these sets and what may be seen at hand: each by itself would take twice the time."""
        wanted = [keys for keys in dict.fromkeys([self._visible_by, *several]) if keys not in self._sets]
        rows = [[row for key in keys for row in self._rows[key]] for keys in wanted]
        self._sets.update(zip(wanted, postings.spread(rows, self.last), strict=True))

    def sees(self, keys: tuple[str, ...]) -> bool:
        """Whether any of what may be seen has one of these: always so for whom nothing is hidden."""
        if self._channels is None and not self._hidden:
            return True
        seen = self._visible()
        # What many have, somebody sees: a look at the longest rows mostly shows it.
        rows = sorted((row for key in keys for row in self._rows[key]), key=lambda row: -len(row[1]))
        return any(postings.meets(row, seen) for row in rows[:_TRIED]) or (
            len(rows) > _TRIED and bool((self.having(keys) & seen).any())
        )

    def seen(self, words: Collection[str]) -> dict[str, int]:
        """How many of what may be seen have each of these; what none has is absent."""
        self.read(words)
        seen = self._visible()
        found = {word: postings.shared(self.having((word,)), seen) for word in words}
        return {word: documents for word, documents in found.items() if documents}

    def among(self, tags: Sequence[str], since: datetime | None, until: datetime | None) -> Bits:
        """What may be seen, has all of these, and was opened then."""
        found = self._visible()
        for tag in tags:
            found = found & self.having((tag,))
        if since is not None or until is not None:
            parts, numbers = self._asking.outside(since, until)
            found = postings.without(found, numbers, parts, SPAN)
        return found

    def by_won(self, found: Bits) -> dict[Won, int]:
        """How many of these ended how."""
        counted = {won: postings.shared(found, self.having((tag,))) for won, tag in WON.items()}
        return {won: count for won, count in counted.items() if count}

    def _visible(self) -> Bits:
        if self._seen is None:
            every = self.having(self._visible_by)
            self._seen = postings.without(every, self._asking.numbers(self._hidden)) if self._hidden else every
        return self._seen

    # Rows

    def near(self, head: str, tail: str, shortest: int, longest: int) -> dict[str, int]:
        return self._asking.near(head, tail, shortest, longest)

    def vectors(self, numbers: Sequence[int]) -> list[tuple[int, bytes]]:
        return self._asking.vectors(numbers)

    def shown(self, numbers: Sequence[int]) -> Mapping[int, Any]:
        """What hits show, by number: nothing of a row that is in no channel of theirs, whatever the index says."""
        return {
            row.seq: row
            for row in self._asking.shown(numbers)
            if self._channels is None or row.channel in self._channels
        }

    def outlines(self, ids: Sequence[str]) -> Mapping[str, Outline]:
        return self._asking.outlines(ids)


def _shared(every: Sequence[Mapping[int, str]]) -> Mapping[int, str]:
    """What all of these say."""
    if len(every) <= 1:
        return every[0] if every else {}
    return dict(set.intersection(*(set(one.items()) for one in every)))
