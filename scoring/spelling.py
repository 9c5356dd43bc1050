"""What a word that nobody ever wrote may have been meant to be: other keys, other letters, a slip of the finger."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

_KEYS_EN = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`"
_KEYS_RU = "йцукенгшщзхъфывапролджэячсмитьбюё"
_TO_RU = str.maketrans(_KEYS_EN, _KEYS_RU)
_TO_EN = str.maketrans(_KEYS_RU, _KEYS_EN)
#: Longer combinations first.
_LATIN_TO_CYRILLIC = (
    ("shch", "щ"), ("sch", "щ"), ("yo", "е"), ("zh", "ж"), ("kh", "х"), ("ts", "ц"), ("ch", "ч"), ("sh", "ш"),
    ("yu", "ю"), ("ya", "я"), ("ju", "ю"), ("ja", "я"), ("ye", "е"), ("ee", "и"), ("oo", "у"), ("ck", "к"), ("ph", "ф"),
    ("x", "кс"), ("a", "а"), ("b", "б"), ("c", "к"), ("d", "д"), ("e", "е"), ("f", "ф"), ("g", "г"), ("h", "х"),
    ("i", "и"), ("j", "й"), ("k", "к"), ("l", "л"), ("m", "м"), ("n", "н"), ("o", "о"), ("p", "п"), ("q", "к"),
    ("r", "р"), ("s", "с"), ("t", "т"), ("u", "у"), ("v", "в"), ("w", "в"), ("y", "ы"), ("z", "з"),
)  # fmt: skip
_CYRILLIC_TO_LATIN = str.maketrans({
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ё": "e", "ж": "zh", "з": "z", "и": "i", "й": "y",
    "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f",
    "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "sch", "ъ": "", "ы": "y", "ь": "", "э": "e", "ю": "yu", "я": "ya",
})  # fmt: skip
#: How many letters at each end find the words that may have been meant.
END = 3


def other_keys(word: str) -> str | None:
    """The word as the other keyboard layout would have written it, None when it has letters of neither.

    >>> other_keys("yfrhenrf"), other_keys("пшмуфцфн")
    ('накрутка', 'giveaway')
    """
    lowered = word.lower()
    if all(c in _KEYS_EN for c in lowered):
        return lowered.translate(_TO_RU)
    if all(c in _KEYS_RU for c in lowered):
        return lowered.translate(_TO_EN)
    return None


def other_script(word: str) -> str | None:
    """The word in Cyrillic when it is in Latin letters and the other way round, as people write by ear.

    >>> other_script("nakrutka"), other_script("Прадо")
    ('накрутка', 'prado')
    """
    lowered = word.lower()
    if lowered.isascii() and lowered.isalpha():
        for latin, cyrillic in _LATIN_TO_CYRILLIC:
            lowered = lowered.replace(latin, cyrillic)
        return lowered
    if lowered and all("CYRILLIC" in unicodedata.name(c, "") for c in lowered):
        return lowered.translate(_CYRILLIC_TO_LATIN)
    return None


def ends(stem: str) -> tuple[str, str]:
    """The first and last letters of a stem: of two slips, one of both ends is mostly left alone."""
    return stem[:END], stem[-END:]


def slips(stem: str) -> int:
    """How many slips of the finger are forgiven in a stem of this length."""
    return 0 if len(stem) < 4 else 1 if len(stem) < 7 else 2


def distance(one: str, other: str, most: int) -> int | None:
    """Letters added, left out, changed or swapped with their neighbour; None when there are more than `most`.

    Optimal string alignment (Damerau 1964), one band of the table at a time.

    >>> distance("накртук", "накрутк", 2), distance("fol", "follower", 2), distance("bot", "price", 2)
    (1, None, None)
    """
    if abs(len(one) - len(other)) > most:
        return None
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, start=1):
        last, before, row = before, row, [i]
        for j, b in enumerate(other, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and b == one[i - 2]:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return None
    return row[-1] if row[-1] <= most else None


def nearest(stem: str, known: Iterable[str], most: int) -> list[list[str]]:
    """The known stems that may be meant, those with the fewest slips first, and all of as many together.

    >>> nearest("накртук", ["накрутк", "накрут", "бот", "накруток"], 2)
    [['накрутк'], ['накрут', 'накруток']]
    """
    found: dict[int, list[str]] = {}
    for word in known:
        away = distance(stem, word, most)
        if away is not None:
            found.setdefault(away, []).append(word)
    return [found[away] for away in sorted(found)]
