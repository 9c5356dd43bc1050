"""The best passage of what people wrote for a question, short enough for a phone, with the words that were hit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from scoring.text import ROOT, Word, forms, words

#: Letters of a passage: about three lines of a phone.
LENGTH = 160
_SENTENCE_END = re.compile(r"[.!?…。！？]+[\"'»”)\]]*\s+|\n+")


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of text as a reader sees it: not escaped, without markup; "…" where something was left out."""

    text: str
    hits: tuple[tuple[int, int], ...] = ()
    """Where the question's words stand, as (start, end), in order, never overlapping."""

    def marked(self, before: str, after: str) -> str:
        """The text with something around each hit.

        >>> Passage("we bought followers", ((10, 19),)).marked("*", "*")
        'we bought *followers*'
        """
        pieces, last = [], 0
        for start, end in self.hits:
            pieces += [self.text[last:start], before, self.text[start:end], after]
            last = end
        return "".join([*pieces, self.text[last:]])


@dataclass(frozen=True, slots=True)
class _Place:
    start: int
    end: int
    word: str
    weight: float


def passage(texts: Iterable[str], wanted: Mapping[str, float], language: str | None = None) -> Passage:
    """The window of the texts (plain, the most telling first) that holds most of the wanted tokens, by their weight.

    A word that occurs twice counts once; without any hit it is the beginning of the first text.
    """
    best, best_value, first = None, 0.0, None
    beginnings = _beginnings(frozenset(wanted))
    for n, text in enumerate(texts):
        flat = "\n".join([" ".join(line.split()) for line in text.split("\n")])
        if not flat:
            continue
        first = first if first is not None else flat
        places = _places(flat, wanted, beginnings, language)
        if not places:
            continue
        start, end, value = _window(flat, places)
        if value / (1 + 0.05 * n) > best_value:
            best, best_value = (flat, start, end, places), value / (1 + 0.05 * n)
    if best is None:
        return Passage(_flat(_cut(first or "", 0, LENGTH)[0]))
    return _made(*best)


def _flat(text: str) -> str:
    return text.replace("\n", " ")


def _places(text: str, wanted: Mapping[str, float], beginnings: re.Pattern[str], language: str | None) -> list[_Place]:
    found: list[_Place] = []
    for word in _candidates(text, beginnings, language):
        hit = max(((wanted[t], t) for t in word.tokens if t in wanted), default=None)
        if hit is not None:
            found.append(_Place(word.start, word.end, hit[1], hit[0]))
    found.sort(key=lambda place: (place.start, -place.end))
    kept: list[_Place] = []
    for place in found:
        if not kept or place.start >= kept[-1].end:
            kept.append(place)
    return kept


def _candidates(text: str, beginnings: re.Pattern[str], language: str | None) -> Iterator[Word]:
    """The words that may be hits. Most words of a long text begin otherwise, and need not be stemmed to know it.

    What is written with accents, without spaces, or after @ and # is looked at word by word.
    """
    if _INTRICATE.search(text):
        yield from words(text, language)
        return
    for match in beginnings.finditer(text):
        yield Word(match.start(), match.end(), forms(match.group(), language))


#: Letters that are folded before they are compared, and scripts of which we know no more than that.
_INTRICATE = re.compile("[^\x00-\x7f\u0400-\u045f\u2010-\u2027«»№…]|[@#]")


@lru_cache(maxsize=256)
def _beginnings(wanted: frozenset[str]) -> re.Pattern[str]:
    """Words that begin like one of these tokens: a stem keeps its word's first letters."""
    starts = sorted({token.removeprefix(ROOT)[:3] for token in wanted if token[0] not in "@#="})
    either = "|".join(re.escape(start).replace("е", "[её]") for start in starts) or "(?!)"
    return re.compile(rf"(?<![^\W_])(?<![^\W_]['’])(?:{either})[^\W_]*(?:['’][^\W_]+)*", re.IGNORECASE)


def _window(text: str, places: list[_Place]) -> tuple[int, int, float]:
    """Start, end and value of the best stretch of LENGTH letters that begins at a sentence or at a hit."""
    if len(text) <= LENGTH:
        return 0, len(text), sum({place.word: place.weight for place in places}.values())
    starts = sorted({0, *(m.end() for m in _SENTENCE_END.finditer(text))})
    best = (0, min(len(text), LENGTH), -1.0)
    begin = 0
    for n, place in enumerate(places):
        while begin + 1 < len(starts) and starts[begin + 1] <= place.start:
            begin += 1
        sentence = starts[begin]
        # From the sentence's beginning when the hit is near it, else from a little before the hit.
        start = sentence if place.end - sentence <= LENGTH * 2 // 3 else _word_start(text, place.start - 40)
        seen: dict[str, float] = {}
        for other in places[n:]:
            if other.end > start + LENGTH:
                break
            seen[other.word] = max(seen.get(other.word, 0.0), other.weight)
        value = sum(seen.values()) + 0.001 * (start == sentence)
        if value > best[2]:
            best = (start, start + LENGTH, value)
    return best


def _word_start(text: str, at: int) -> int:
    at = max(at, 0)
    space = text.find(" ", at)
    return space + 1 if 0 <= space < at + 30 else at


def _cut(text: str, start: int, end: int) -> tuple[str, int]:
    """The stretch between two places, cut at words, with "…" for what is left out, and by how much places move."""
    if end < len(text):
        space = max(text.rfind(" ", start, end), text.rfind("\n", start, end))
        end = space if space > start + (end - start) // 2 else end
    before, after = ("…" if start > 0 else ""), ("…" if end < len(text.rstrip()) else "")
    return before + text[start:end].rstrip() + after, len(before) - start


def _made(text: str, start: int, end: int, places: list[_Place]) -> Passage:
    cut, moved = _cut(text, start, end)
    last = len(cut) - (1 if cut.endswith("…") else 0)
    hits = tuple((p.start + moved, p.end + moved) for p in places if p.start >= start and p.end + moved <= last)
    return Passage(_flat(cut), hits)
