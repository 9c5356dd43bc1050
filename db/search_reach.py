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
#: By which key those are found that ended so.
WON = {won: tags(won=won.value)[0] for won in Won}


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """What has a property, as it was read, and the versions that the index's blocks had then."""

    bits: Bits
    versions: frozenset[str]

    def __post_init__(self) -> None:
        self.bits.setflags(write=False)  # questions share it

    @property
    def nbytes(self) -> int:
        return self.bits.nbytes


class Reach:
    """`channels` is what somebody sees, None everything; but not the disagreements that are `hidden`."""

    def __init__(self, unit: Unit, channels: Collection[str] | None, hidden: Collection[str] = ()) -> None:
        self._asking = Asking(unit)
        # Only of one consistent view can it be said which version what was read has.
        self._kept: Kept[Held] = unit.info.get(KEPT) or Kept(0)
        self._channels = None if channels is None else frozenset(channels)
        self._visible_by = tuple(WON.values() if channels is None else map(channel_key, sorted(set(channels))))
        self._hidden = frozenset(hidden)
        self._words: dict[str, list[Row]] = {}
        self._tags: dict[str, Bits] = {}
        self._sets: dict[tuple[str, ...], Bits] = {}
        self._seen: Bits | None = None
        self.last = 0
        """The greatest number of a document."""

    def read(self, keys: Collection[str]) -> None:
        """Have what these stand for at hand, the first time with what the asker sees: one statement.

        Words' rows are read each time. What stands for filters and channels is in every question, and changes seldom:
        it is kept between questions, and of what has changed since only the blocks are read that did.
        """
        wanted = {*keys, *self._visible_by} - self._words.keys() - self._tags.keys()
        if not wanted:
            return
        tags = [key for key in wanted if key.startswith(TAG)]
        held = self._kept.get(tags)
        same = frozenset[str].intersection(*(one.versions for one in held.values())) if held else frozenset[str]()
        self.last, versions, rows = self._asking.postings(wanted - held.keys(), held, same)
        found: dict[str, list[Row]] = {key: [] for key in wanted}
        for key, block, places in rows:
            found[key].append((block, places))
        self._words.update((key, found[key]) for key in wanted.difference(tags))
        fresh = [key for key in tags if key not in held]
        made = dict(zip(fresh, postings.spread([found[key] for key in fresh], self.last), strict=True))
        if held and (changed := {block for block, version in versions.items() if version not in same}):
            before, now = [one.bits for one in held.values()], [found[key] for key in held]
            made.update(zip(held, postings.renewed(before, now, changed, self.last), strict=True))
        now_at = frozenset(versions.values())
        self._kept.put({key: Held(bits.copy(), now_at) for key, bits in made.items()})
        self._tags |= {key: one.bits for key, one in held.items()} | made

    def counts(self, words: Iterable[str]) -> dict[str, int]:
        """How many documents have each of these, wherever they are; what none has is absent."""
        found = {word: sum([postings.count(places) for _, places in self._words[word]]) for word in words}
        return {word: documents for word, documents in found.items() if documents}

    def having(self, keys: tuple[str, ...]) -> Bits:
        """What has any of these, seen or not."""
        if keys not in self._sets:
            self.spread([keys])
        return self._sets[keys]

    def spread(self, several: Iterable[tuple[str, ...]]) -> None:
        """Have these sets at hand: each by itself would take twice the time."""
        wanted = [keys for keys in dict.fromkeys(several) if keys not in self._sets]
        rows = [[row for key in keys for row in self._words.get(key, ())] for keys in wanted]
        for keys, bits in zip(wanted, postings.spread(rows, self.last), strict=True):
            tags = [self._tags[key] for key in keys if key in self._tags]
            self._sets[keys] = postings.joined([bits, *tags]) if tags else bits

    def sees(self, words: tuple[str, ...]) -> bool:
        """Whether any of what may be seen has one of these: always so for whom nothing is hidden."""
        if self._channels is None and not self._hidden:
            return True
        seen = self._visible()
        # What many have, somebody sees: a look at the longest rows mostly shows it.
        rows = sorted((row for word in words for row in self._words[word]), key=lambda row: -len(row[1]))
        return any(postings.meets(row, seen) for row in rows[:_TRIED]) or (
            len(rows) > _TRIED and bool((self.having(words) & seen).any())
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
            found = found & self._tags[tag]
        if since is not None or until is not None:
            parts, numbers = self._asking.outside(since, until)
            found = postings.without(found, numbers, parts, SPAN)
        return found

    def by_won(self, found: Bits) -> dict[Won, int]:
        """How many of these ended how."""
        counted = {won: postings.shared(found, self._tags[tag]) for won, tag in WON.items()}
        return {won: count for won, count in counted.items() if count}

    def _visible(self) -> Bits:
        if self._seen is None:
            every = postings.joined([self._tags[tag] for tag in self._visible_by])
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
