"""A question in words, as ranking and both databases understand it: each word with all that it may be found by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import fsum

from scoring import glossary
from scoring.ranking import Term, rarity
from scoring.spelling import other_keys, other_script
from scoring.text import LATIN_LANGUAGES, ROOT, ROOT_LENGTH, forms, is_stop, plain, squashed, words

#: What a hit on each kind of token is worth beside one on the very stem.
_ROOT_WORTH = 0.4
_OTHER_LANGUAGE = 0.7
_HANDLE = 1.5
_GLOSSARY = 0.5
#: The rarest words of a long question decide; the others only rank.
_DECIDING = 6
#: A document must have words that carry this share of what all of them tell.
ENOUGH = 0.5
#: What is still worth showing where few have enough.
LITTLE = 0.2
_MOST_WORDS = 32


@dataclass(frozen=True, slots=True)
class Asked:
    """A word as it was typed, and the tokens that may stand for it in documents, with their worth."""

    typed: str
    tokens: Mapping[str, float]
    stem: str
    instead: Mapping[str, float]
    """What others say for it, in either language."""
    unsure: Mapping[str, float]
    """Tried only where none of the above is known: the other keyboard layout, the other alphabet."""

    @property
    def every(self) -> set[str]:
        return {*self.tokens, *self.instead, *self.unsure}


def asked(text: str) -> list[Asked]:
    """The words of a question. Words that say nothing count only where there are no others."""
    seen = plain(text)
    found = [word for word in words(seen) if word.tokens]
    telling = [word for word in found if not is_stop(word.tokens)] or found
    made: dict[str, Asked] = {}
    for word in telling:
        typed = seen[word.start : word.end]
        made.setdefault(word.tokens[0], _asked(typed, word.tokens))
    return list(made.values())[:_MOST_WORDS]


def _asked(typed: str, own: tuple[str, ...]) -> Asked:
    stem = own[0]
    tokens = {token: _ROOT_WORTH if token.startswith(ROOT) else 1.0 for token in own}
    if stem[0] in "@#":
        return Asked(typed, tokens, stem, {}, {})
    if typed.isascii() or "LATIN" in typed:
        for language in LATIN_LANGUAGES:
            for token in forms(typed, language)[:2]:
                tokens.setdefault(token, _OTHER_LANGUAGE)
    tokens["@" + squashed(typed)] = _HANDLE
    instead = {token: _GLOSSARY for token in glossary.others(own) if token not in tokens}
    others = [other for other in (other_keys(typed), other_script(typed)) if other]
    unsure = {token: _ROOT_WORTH if token.startswith(ROOT) else 0.9 for other in others for token in forms(other)}
    return Asked(typed, tokens, stem, instead, {token: worth for token, worth in unsure.items() if token not in tokens})


def term(word: Asked, known: Mapping[str, int], of: int) -> Term:
    """A word by the tokens that documents have (`known`: in how many).

    One that nobody used is as rare as one that is used once: whether that is where the asker cannot look, or nowhere,
    makes no difference.
    """
    own, instead, unsure = (_there(some, known) for some in (word.tokens, word.instead, word.unsure))
    tokens = {**instead, **own} or unsure
    if not tokens:
        return Term({}, rarity(1, of))
    best = max(tokens.values())
    weight = rarity(max(known[token] for token, worth in tokens.items() if worth >= 0.8 * best), of)
    return Term(tokens, weight, tuple(_asked_for(own or tokens)))


def _asked_for(tokens: Mapping[str, float]) -> Iterator[str]:
    """Whoever has the word has its root: to look for both is to look twice."""
    stem = next(iter(tokens))
    rooted = ROOT + stem[:ROOT_LENGTH] in tokens
    return (token for token in tokens if token != stem or not rooted)


def _there(tokens: Mapping[str, float], known: Mapping[str, int]) -> dict[str, float]:
    return {token: worth for token, worth in tokens.items() if known.get(token)}


def enough(weights: Sequence[float], share: float = ENOUGH) -> list[tuple[int, ...]]:
    """The smallest sets of words that tell enough: a document must have all of one of them. Of no share: any word.

    >>> enough([3.0, 1.0, 1.0])
    [(0,)]
    >>> enough([1.0, 1.0, 1.0])
    [(0, 1), (0, 2), (1, 2)]
    """
    if share <= 0:
        return [(n,) for n in range(len(weights))]
    rare = sorted(range(len(weights)), key=lambda n: -weights[n])[:_DECIDING]
    line = share * fsum(weights[n] for n in rare)
    found: list[tuple[int, ...]] = []
    for size in range(1, len(rare) + 1):
        for chosen in combinations(sorted(rare), size):
            if fsum(weights[n] for n in chosen) >= line and not any(set(small) <= set(chosen) for small in found):
                found.append(chosen)
    return found
