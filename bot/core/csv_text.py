"""Bytes of an exchanged list to its records: encoding, delimiter, and the physical line on which each record starts."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import ClassVar, Final, NamedTuple

from bot.core.errors import HandoffError

MAX_BYTES: Final = 20_000_000
MAX_RECORDS: Final = 250_000  # 20 MB of one-letter lines would otherwise fill the memory

_DELIMITERS: Final = ",;\t|"
_MAGIC: Final = (
    (b"PK\x03\x04", "excel"), (b"PK\x05\x06", "excel"), (b"\xd0\xcf\x11\xe0", "excel"), (b"%PDF", "pdf"),
    (b"\x1f\x8b", "archive"),
    (b"\x89PNG", "picture"), (b"\xff\xd8\xff", "picture"), (b"GIF8", "picture"), (b"SQLite format 3", "database"),
)  # fmt: skip
_BOMS: Final = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_COMMON_RUSSIAN: Final = frozenset("оеаинтср")
_LONGEST_RECORD: Final = 200  # lines; a bio has line breaks, but not that many: a quote was left open
_MOST_REPAIRS: Final = 20


class CandidateFileError(HandoffError):
    """A file that cannot be read as a list of candidates; each kind below is a code for i18n."""

    code: ClassVar[str] = "candidate_file"


class FileEmpty(CandidateFileError):
    code = "file_empty"


class FileBinary(CandidateFileError):
    """`kind`: excel, pdf, archive, picture, database or unknown. Excel: save as CSV."""

    code = "file_binary"


class FileEncoding(CandidateFileError):
    """The bytes make no sense in any encoding tried. `tried`: their names."""

    code = "file_encoding"


class FileTooLarge(CandidateFileError):
    """`unit` is bytes or records; `size` and `limit` count them (more records than the limit are not counted)."""

    code = "file_too_large"


class Decoded(NamedTuple):
    """The text, its encoding, a warning (`encoding_guessed`, `encoding_damaged`), and how many characters were lost."""

    text: str
    encoding: str
    warning: str | None = None
    lost: int = 0


class Record(NamedTuple):
    """One record: the 1-based line on which it starts, its cells as written; `broken` if a quote was never closed."""

    line: int
    cells: list[str]
    broken: bool = False


def decode(data: bytes, *, max_bytes: int = MAX_BYTES) -> Decoded:
    """Decode UTF-8 or UTF-16 with a mark, UTF-8 without, else cp949, cp1251 or cp1252 by which letters make sense.

    Raises FileTooLarge, FileEmpty, FileBinary or FileEncoding.
    """
    if len(data) > max_bytes:
        raise FileTooLarge(unit="bytes", size=len(data), limit=max_bytes)
    if not data.strip(b"\x00 \t\r\n"):
        raise FileEmpty
    for magic, kind in _MAGIC:
        if data.startswith(magic):
            raise FileBinary(kind=kind)
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return _not_empty(_with_mark(data, encoding))
    if b"\x00" in data or _controls(data) > 0.05 * len(data):
        raise FileBinary(kind="unknown")
    try:
        return _not_empty(Decoded(data.decode("utf-8"), "utf-8"))
    except UnicodeDecodeError:
        return _not_empty(_without_mark(data))


def _not_empty(found: Decoded) -> Decoded:
    if not found.text.strip():
        raise FileEmpty
    if "\x00" in found.text:
        raise FileBinary(kind="unknown")
    return found


def _controls(data: bytes) -> int:
    return len(data) - len(data.translate(None, bytes(c for c in range(32) if c not in b"\t\n\r\x0b\x0c") + b"\x7f"))


def _with_mark(data: bytes, encoding: str) -> Decoded:
    name = encoding.removesuffix("-sig")
    try:
        return Decoded(data.decode(encoding), name)
    except UnicodeDecodeError:
        text = data.decode(encoding, errors="replace")
        lost = text.count("\ufffd")
        if lost > 0.01 * len(text):
            raise FileEncoding(tried=name) from None
        return Decoded(text, name, "encoding_damaged", lost)


def _without_mark(data: bytes) -> Decoded:
    text = data.decode("utf-8", errors="replace")
    lost, good = text.count("\ufffd"), sum(not c.isascii() for c in text)
    if good - lost > 10 * lost:  # one cut character in a UTF-8 file does not make it another encoding
        return Decoded(text, "utf-8", "encoding_damaged", lost)
    if _is_korean(data):
        return Decoded(data.decode("cp949"), "cp949", "encoding_guessed")
    best = max(((_plausible(data, name), name) for name in ("cp1251", "cp1252")), key=lambda found: found[0])
    if best[0] < 0.6:
        raise FileEncoding(tried="utf-8, cp949, cp1251, cp1252")
    return Decoded(data.decode(best[1], errors="replace"), best[1], "encoding_guessed")


#: Different syllables that a Korean file has at least: two bytes of any other alphabet may look like one.
_SYLLABLES: Final = 5


def _is_korean(data: bytes) -> bool:
    """Whether it reads as the syllables that Korean uses daily: other alphabets' bytes, in pairs, are Chinese there."""
    try:
        found = Counter(data.decode("cp949"))
    except UnicodeDecodeError:
        return False
    high = {c: many for c, many in found.items() if not c.isascii()}
    daily = {c for c in high if "가" <= c <= "힣" and len(c.encode("euc_kr", "ignore")) == 2}
    return len(daily) >= _SYLLABLES and sum(high[c] for c in daily) > 0.9 * sum(high.values())


def _plausible(data: bytes, encoding: str) -> float:
    """Return the share of non-ASCII characters that stand where a letter of that alphabet would."""
    text = data[:400_000].decode(encoding, errors="replace")
    high = [i for i, c in enumerate(text) if not c.isascii()]
    if encoding == "cp1251":
        letters = [i for i in high if "а" <= text[i].casefold() <= "я" or text[i] in "ёЁ№«»—–"]
        good = sum(_stands_in_word(text, i, cyrillic=True) for i in letters)
        words = [text[i].casefold() for i in letters]
        common = sum(c in _COMMON_RUSSIAN for c in words) / (len(words) or 1)
        # The nine commonest letters are 58 % of Russian; of KOI8-R read as cp1251 about 30 %.
        return good / len(high) if common >= 0.43 or len(words) < 20 else 0.0
    good = sum(text[i].isalpha() and text[i] not in "ƒˆ" and _stands_in_word(text, i, cyrillic=False) for i in high)
    signs = sum(text[i] in "€£–—‘’“”«»°ºª¿¡…·\xa0" for i in high)
    return (good + signs) / len(high)


def _stands_in_word(text: str, at: int, *, cyrillic: bool) -> bool:
    around = [text[i] for i in (at - 1, at + 1) if 0 <= i < len(text) and text[i].isalpha()]
    if at and text[at].isupper() and text[at - 1].islower():
        return False
    if not around:
        return cyrillic or text[at] in "àéèóÀÉÓ"
    return any(c.isascii() != cyrillic for c in around)


def split_records(text: str) -> tuple[str, list[Record]]:
    """Return (delimiter, records). Quotes may hold line breaks; a quote left open costs its own record, not the rest.

    Raises FileTooLarge beyond MAX_RECORDS.
    """
    lines = list(io.StringIO(text, newline=""))
    start = 0
    if lines and lines[0].strip().lower()[:4] == "sep=" and len(lines[0].strip()) == 5:
        delimiter, start = lines[0].strip()[4], 1
        delimiter = delimiter if delimiter in _DELIMITERS else _delimiter(lines[1:])
    else:
        delimiter = _delimiter(lines)
    records = list(islice(_records(lines, start, delimiter), MAX_RECORDS + 1))
    if len(records) > MAX_RECORDS:
        raise FileTooLarge(unit="records", size=len(records), limit=MAX_RECORDS)
    return delimiter, records


def _delimiter(lines: list[str]) -> str:
    """Choose the delimiter that cuts the first records most evenly into most cells."""
    best, best_score = ",", 0.0
    for mark in _DELIMITERS:
        widths = Counter(len(r.cells) for r in _records(lines[:60], 0, mark) if any(c.strip() for c in r.cells))
        width, often = max(widths.items(), key=lambda found: (found[1], found[0]), default=(1, 0))
        score = (often / (widths.total() or 1)) ** 2 * min(width - 1, 8)
        if score > best_score:
            best, best_score = mark, score
    return best


def _records(lines: list[str], start: int, delimiter: str) -> Iterator[Record]:
    repairs = 0
    while start < len(lines):
        quoted = repairs <= _MOST_REPAIRS
        rest = lines[start:] if start else lines
        reader = csv.reader(rest, delimiter=delimiter, quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE)
        at, broken = start, False
        while not broken:
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:
                cells, broken = [], True
            end = start + reader.line_num
            open_end = end - at > _LONGEST_RECORD or (end == len(lines) and _left_open(lines[at:end], delimiter))
            if quoted and open_end:
                broken = True
            yield Record(at + 1, lines[at].rstrip("\r\n").split(delimiter) if broken else cells, broken)
            at = at + 1 if broken else end
        start = at
        repairs += 1


def _left_open(lines: list[str], delimiter: str) -> bool:
    """Say whether a record at the end of the file ran there inside a quote. Only strict mode tells."""
    if not any('"' in line for line in lines):
        return False
    try:
        list(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error as error:
        return "unexpected end" in str(error)
    return False
