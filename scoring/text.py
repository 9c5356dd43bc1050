"""Words of any language as search compares them: what a reader sees, in lower case, as stems and roots.

One function makes the words of documents and of questions alike, so that both databases find the same.
"""

from __future__ import annotations

import html
import re
import threading
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

import Stemmer

#: How many letters of a stem its root is: накрутка and накрутили share one, подписчик and подписка do as well.
ROOT_LENGTH = 6
#: What a root begins with: a token of its own kind, never mistaken for a word.
ROOT = "~"
_LONGEST = 48
"""Letters of a word that are looked at; what is longer is a line of code or a joke."""

#: What stands in Slack's angle brackets: people, channels, groups, dates, links.
_MARKUP = re.compile(r"<([@#!]?)([^<>|\n]{1,3000})(?:\|([^<>\n]{0,3000}))?>")
_SPECIAL = re.compile(r"(?:channel|here|everyone)\b|(?:subteam|date)\^")
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_EMOJI = re.compile(r":[a-z0-9_+'-]{1,60}:(?::skin-tone-[2-6]:)?")
_LINK = re.compile(r"\b(?:https?://|www\.)\S+", re.IGNORECASE)
_HANDLE = re.compile(r"(?<![\w@#./])[@#]\w[\w.\-]{0,60}")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
#: Scripts that write no spaces: every two neighbours are a word.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003134f]+"
)

#: Snowball's stemmers by the first letter of a word that has no other hint.
_BY_SCRIPT = (("CYRILLIC", "russian"), ("LATIN", "english"), ("GREEK", "greek"), ("ARABIC", "arabic"),
              ("DEVANAGARI", "hindi"), ("ARMENIAN", "armenian"), ("TAMIL", "tamil"), ("HEBREW", None))  # fmt: skip
#: What is written where, besides English and Russian: in a market's threads such words get a second stem.
_BY_MARKET = {
    "portuguese": "BR PT AO MZ", "spanish": "ES MX AR CO CL PE VE EC GT CU BO DO HN PY SV NI CR PA UY",
    "german": "DE AT CH LI", "french": "FR BE LU MC SN CI", "italian": "IT SM", "dutch": "NL", "polish": "PL",
    "turkish": "TR", "indonesian": "ID", "romanian": "RO MD", "swedish": "SE", "danish": "DK", "norwegian": "NO",
    "finnish": "FI", "hungarian": "HU", "czech": "CZ", "lithuanian": "LT", "estonian": "EE",
}  # fmt: skip
LANGUAGE_OF_MARKET: Mapping[str, str] = {
    market: language for language, markets in _BY_MARKET.items() for market in markets.split()
}
LATIN_LANGUAGES = tuple(_BY_MARKET)

_STOP_WORDS = frozenset(
    "a an the and or but if of to in on at by for from with as is are was were be been being am it its this that these "
    "those there here i we you he she they them his her their our your my me us do does did done have has had not no "
    "so than then too very just only also can could will would should may might must about into over up out off what "
    "which who whom when where why how all any some more most other such own same s t re ve ll d m don "
    "и в во не что он на я с со как а то все она так его но да ты к у же вы за бы по ее мне было вот от меня еще нет о "
    "из ему когда даже ну ли если или ни быть был него до вас уж вам ведь там потом себя ничего ей они тут где есть "
    "надо ней для мы тебя их чем была сам чтоб без будто чего раз тоже себе под будет ж тогда кто этот того потому "
    "этого какой ним здесь этом один почти мой тем чтобы нее были куда зачем всех можно при об другой хоть после над "
    "больше тот через эти нас про них какая много эту моя свою этой перед лучше чуть том такой им более всю между это "
    "эта также который которая которые".split()
)


@dataclass(frozen=True, slots=True)
class Word:
    """One word where it stands, and the tokens that it is found by."""

    start: int
    end: int
    tokens: tuple[str, ...]
    """The stem (or handle) first, the root last if it has one."""


def plain(text: str, names: Mapping[str, str] | None = None) -> str:
    """Slack's text as a reader sees it: names for people, labels for links, no markup.

    `names` are display names by user id. Nobody's id stays: who is not named is "@…".

    >>> plain("<@U0BIA|bia> see <https://e.com/a|the giveaway> &amp; <!channel>")
    '@bia see the giveaway & @channel'
    """

    def seen(match: re.Match[str]) -> str:
        kind, inside, label = match.groups()
        if kind == "@":
            return "@" + ((names or {}).get(inside) or label or "…")
        if kind == "#":
            return "#" + (label or "…")
        if kind == "!" and _SPECIAL.match(inside):
            return label if label is not None else "@" + inside.partition("^")[0]
        if kind or not _ADDRESS.match(inside):
            return match.group()  # what somebody typed into a form, where nothing is markup
        return label or inside.removeprefix("mailto:")

    return html.unescape(_MARKUP.sub(seen, text)).replace("\x00", " ")


def words(text: str, language: str | None = None) -> Iterator[Word]:
    """Every word of what a reader sees (`plain`) with its place in the text: handles first, then all words in order.

    `language` is one of Snowball's that may have been written besides English and Russian: a second stem is made.
    """
    hidden = [match.span() for match in _EMOJI.finditer(text)]
    handles = {match.start(): match.end() for match in _HANDLE.finditer(text)}
    for start, end in handles.items():
        whole = text[start] + squashed(text[start:end])
        if len(whole) > 1:
            yield Word(start, end, (whole[:_LONGEST],))
    for match in _WORD.finditer(text):
        if any(start <= match.start() < end for start, end in hidden):
            continue
        yield from _of_run(match.group(), match.start(), language)


def _of_run(run: str, at: int, language: str | None) -> Iterator[Word]:
    """The words of letters and digits that stand together: mostly one; pairs where a script writes no spaces."""
    last = 0
    for match in _UNSPACED.finditer(run):
        if match.start() > last:
            yield _spaced(run[last : match.start()], at + last, language)
        for place in range(match.start(), max(match.end() - 1, match.start() + 1)):
            pair = _folded(run[place : min(place + 2, match.end())])
            yield Word(at + place, at + min(place + 2, match.end()), (pair,) if pair else ())
        last = match.end()
    if last < len(run):
        yield _spaced(run[last:], at + last, language)


def _spaced(word: str, at: int, language: str | None) -> Word:
    return Word(at, at + len(word), forms(word, language))


def tokens(text: str, language: str | None = None) -> list[str]:
    """What a text is compared by: stems in order, each long one followed by its root, handles and hashtags whole.

    Slack's markup is reduced to what a reader sees; words that say nothing ("the", «и») and emoji are left out.

    >>> tokens("Накрутили подписчиков у @lia.prado :tada:")
    ['@liaprado', 'накрут', '~накрут', 'подписчик', '~подпис', 'lia', 'prado']
    """
    return [token for word in words(plain(text), language) if not is_stop(word.tokens) for token in word.tokens]


def is_stop(forms: tuple[str, ...]) -> bool:
    """Whether a word says nothing by itself."""
    return not forms or forms[0] in _stop_stems()


@lru_cache(maxsize=1)
def _stop_stems() -> frozenset[str]:
    return frozenset(forms(word)[0] for word in _STOP_WORDS)


def squashed(handle: str) -> str:
    """A handle however it was typed: @Lia.Prado, lia_prado and liaprado are one."""
    return "".join(c for c in unicodedata.normalize("NFKC", handle).lower() if c.isalnum())


@lru_cache(maxsize=65536)
def forms(word: str, language: str | None = None) -> tuple[str, ...]:
    """The tokens of one word: its stem, a second stem where another language may be meant, and the root of the first.

    >>> forms("накрутка"), forms("ёлки"), forms("seguidores", "portuguese")
    (('накрутк', '~накрут'), ('елк',), ('seguidor', '~seguid'))
    """
    folded = _folded(word)
    if not folded:
        return ()
    found = [stem(folded)]
    if language is not None and _script(folded[0]) == "english":
        found += [other for other in [stem(folded, language)] if other != found[0]]
    bare = [_bare(one) for one in found]
    return (*dict.fromkeys(bare), *([ROOT + bare[0][:ROOT_LENGTH]] if len(bare[0]) >= ROOT_LENGTH else []))


def _folded(word: str) -> str:
    lowered = unicodedata.normalize("NFKC", word).lower().replace("ё", "е").replace("’", "'")
    return "".join(c for c in lowered if c.isalnum() or c == "'" or unicodedata.category(c)[0] == "M")[:_LONGEST]


def stem(folded: str, language: str | None = None) -> str:
    """Snowball's stem of a folded word, by its script unless a language is named; what has no stemmer stays."""
    language = language or _script(folded[0])
    return folded if language is None or folded[0].isdigit() else _stemmer(language).stemWord(folded) or folded


def _bare(stem: str) -> str:
    """Without accents, in Latin letters: São and Sao are one, while й stays a letter of its own."""
    if stem.isascii() or _script(stem[0]) != "english":
        return stem.replace("'", "")
    apart = unicodedata.normalize("NFD", stem)
    return "".join(c for c in apart if not unicodedata.combining(c)).replace("'", "")


@lru_cache(maxsize=4096)
def _script(letter: str) -> str | None:
    name = unicodedata.name(letter, "")
    return next((language for script, language in _BY_SCRIPT if name.startswith(script)), None)


_of_thread = threading.local()


def _stemmer(language: str) -> Stemmer.Stemmer:
    """A stemmer is no two threads' at once: each thread has its own."""
    known: dict[str, Stemmer.Stemmer] = _of_thread.__dict__
    if language not in known:
        known[language] = Stemmer.Stemmer(language)
    return known[language]
