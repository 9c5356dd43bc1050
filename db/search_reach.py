"""What one person can find: sets of documents' numbers, of those that they may see and that have a word or a property.

Rows of the index are read once for each question, all together; the rest is `scoring.postings`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bot.core.search import Outline, Won
from db.search_index import channel_key, tags
from db.search_postings import SPAN
from db.search_sql import Asking
from db.store import Unit
from scoring import postings

if TYPE_CHECKING:
    from scoring.postings import Bits, Row

_TRIED = 3
#: By which key those are found that ended so.
WON = {won: tags(won=won.value)[0] for won in Won}


class Reach:
    """`channels` is what somebody sees, None everything; but not the disagreements that are `hidden`."""

    def __init__(self, unit: Unit, channels: Collection[str] | None, hidden: Collection[str] = ()) -> None:
        self._asking = Asking(unit)
        self._channels = None if channels is None else frozenset(channels)
        self._visible_by = tuple(WON.values() if channels is None else map(channel_key, sorted(set(channels))))
        self._hidden = frozenset(hidden)
        self._held: dict[str, list[Row]] = {}
        self._sets: dict[tuple[str, ...], Bits] = {}
        self._seen: Bits | None = None
        self.last = 0
        """The greatest number of a document."""

    def read(self, keys: Collection[str]) -> None:
        """Have the rows of these at hand, the first time with those of what the asker sees: one statement."""
        wanted = {*keys} - self._held.keys()
        if not self._held:
            wanted.update(self._visible_by)
        if not wanted:
            return
        self._held.update((key, []) for key in wanted)
        for key, block, places in self._asking.postings(wanted):
            if places is None:
                self.last = max(self.last, block)
            else:
                self._held[key].append((block, places))

    def counts(self, keys: Iterable[str]) -> dict[str, int]:
        """How many documents have each of these, wherever they are; what none has is absent."""
        found = {key: sum([postings.count(places) for _, places in self._held[key]]) for key in keys if self._held[key]}
        return {key: documents for key, documents in found.items() if documents}

    def having(self, keys: tuple[str, ...]) -> Bits:
        """What has any of these, seen or not."""
        if keys not in self._sets:
            self.spread([keys])
        return self._sets[keys]

    def spread(self, several: Iterable[tuple[str, ...]]) -> None:
        """Have these sets and what may be seen at hand: each by itself would take twice the time."""
        wanted = [keys for keys in dict.fromkeys([self._visible_by, *several]) if keys not in self._sets]
        rows = [[row for key in keys for row in self._rows(key)] for keys in wanted]
        self._sets.update(zip(wanted, postings.spread(rows, self.last), strict=True))

    def sees(self, keys: tuple[str, ...]) -> bool:
        """Whether any of what may be seen has one of these: always so for whom nothing is hidden."""
        if self._channels is None and not self._hidden:
            return True
        seen = self._visible()
        # What many have, somebody sees: a look at the longest rows mostly shows it.
        rows = sorted((row for key in keys for row in self._rows(key)), key=lambda row: -len(row[1]))
        return any(postings.meets(row, seen) for row in rows[:_TRIED]) or (
            len(rows) > _TRIED and bool((self.having(keys) & seen).any())
        )

    def seen(self, words: Collection[str]) -> dict[str, int]:
        """How many of what may be seen have each of these; what none has is absent."""
        self.read(words)
        seen = self._visible()
        found = {word: postings.shared(self.having((word,)), seen) for word in words}
        return {word: documents for word, documents in found.items() if documents}

    def _rows(self, key: str) -> list[Row]:
        if key not in self._held:
            self.read([key])
        return self._held[key]

    def among(self, keys: Sequence[str], since: datetime | None, until: datetime | None) -> Bits:
        """What may be seen, has all of these, and was opened then."""
        found = self._visible()
        for key in keys:
            found = found & self.having((key,))
        if since is not None or until is not None:
            parts, numbers = self._asking.outside(since, until)
            found = postings.without(found, numbers, parts, SPAN)
        return found

    def by_won(self, found: Bits) -> dict[Won, int]:
        """How many of these ended how."""
        counted = {won: postings.shared(found, self.having((key,))) for won, key in WON.items()}
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
