"""Text cells of an exchanged list made safe and plain: names, handles, profile addresses, platforms, outcomes."""

from __future__ import annotations

import unicodedata
from typing import Final, Literal, NamedTuple
from urllib.parse import unquote

from bot.core.values import is_formula, is_sheet_error

NAME_MAX: Final = 200
HANDLE_MAX: Final = 120

_PLATFORMS: Final = {
    "instagram": "instagram", "insta": "instagram", "ig": "instagram",
    "inst": "instagram", "инстаграм": "instagram", "инста": "instagram",
    "인스타그램": "instagram", "인스타": "instagram", "유튜브": "youtube", "틱톡": "tiktok",
    "youtube": "youtube", "yt": "youtube", "you tube": "youtube", "ютуб": "youtube", "ютьюб": "youtube",
    "tiktok": "tiktok", "tt": "tiktok", "tik tok": "tiktok", "тикток": "tiktok", "тик ток": "tiktok",
}  # fmt: skip
_HOSTS: Final = {"instagram.com": "instagram", "youtube.com": "youtube", "youtu.be": "youtube", "tiktok.com": "tiktok"}
# First parts of an address that lead to a post, not to a person.
_NOT_PROFILES: Final = frozenset(
    "p reel reels tv stories explore watch shorts playlist embed video tag music live t".split()
)
_YOUTUBE_ROOMS: Final = frozenset({"c", "user", "channel"})
_NO_HANDLE: Final = frozenset({"null", "none", "nan", "n/a", "undefined", "#n/a"})
_OUTCOMES: Final = {
    "signed": "signed|deal signed|contract signed|подписан|подписано|подписали|assinado|firmado",
    "on_plan": "on plan|on target|ok|good|met|as planned|по плану|в плане|хорошо"
    "|no plano|dentro do plano|bom|según plan|bueno",
    "above_plan": "above plan|above target|over plan|exceeded|excellent|great|выше плана|отлично"
    "|acima do plano|ótimo|por encima del plan",
    "below_plan": "below plan|below target|under plan|poor|bad|missed|ниже плана|плохо"
    "|abaixo do plano|ruim|por debajo del plan|malo",
    "fraud": "fraud|fraud confirmed|fake|scam|фрод|накрутка|мошенничество|fraude|fraude confirmada",
    "lost_slow": "lost too slow|too slow|lost slow|не успели|слишком медленно|lento demais|demasiado lento",
    "lost_other": "lost other|declined|refused|отказ|отказался|recusou|rechazó",
    "lost": "lost|проигран|потерян|perdido",
}
_OUTCOME_BY_WORDS: Final = {word: code for code, words in _OUTCOMES.items() for word in words.split("|")}

HandleProblem = Literal["no_handle", "handle_is_formula", "handle_too_long", "handle_is_other_link"]


class HandleRead(NamedTuple):
    """A handle, the platform if an address named one, and, if there is no handle, why."""

    handle: str | None
    platform: str | None = None
    problem: HandleProblem | None = None


def plain_text(text: str) -> str:
    """Strip control, zero-width and bidi characters, and fold white space. The joiner inside an emoji stays."""
    if not text.isprintable():
        kept = [c for i, c in enumerate(text) if _visible(text, i)]
        text = "".join(kept)
    return " ".join(text.split())


def _visible(text: str, at: int) -> bool:
    char = text[at]
    if char == "\u200d":
        return 0 < at < len(text) - 1 and unicodedata.category(text[at + 1]) == "So"
    category = unicodedata.category(char)
    return category not in {"Cf", "Cs", "Cn", "Co"} and (category != "Cc" or char.isspace())


def parse_platform(text: str) -> str | None:
    """Return `instagram`, `youtube` or `tiktok` for any usual spelling, else None."""
    return _PLATFORMS.get(" ".join(text.replace("-", " ").replace("_", " ").split()).casefold())


def parse_outcome(text: str) -> str | None:
    """Return how a past campaign ended as a code (signed, on_plan, above_plan, below_plan, fraud, lost…), else None."""
    words = "".join(c if c.isalnum() else " " for c in text.casefold())
    return _OUTCOME_BY_WORDS.get(" ".join(words.split()))


def is_address(text: str) -> bool:
    """Say whether a cell is a web address rather than a name."""
    low = text[:40].lower().lstrip()
    if low.startswith(("http://", "https://")):
        return True
    # "www.shop" alone is somebody's handle.
    return "/" in low and (low.startswith("www.") or any(host + "/" in low for host in _HOSTS))


def read_handle(text: str) -> HandleRead:
    """Reduce `@ana`, `ana` or a profile's address to a bare handle. A formula is kept out, and said to be one."""
    if text.isascii() and text.isalnum() and len(text) <= HANDLE_MAX and text.casefold() not in _NO_HANDLE:
        return HandleRead(text)  # most handles are a plain word
    if is_formula(text):
        return HandleRead(None, None, "handle_is_formula")
    text = plain_text(text)
    if is_address(text):
        found = read_profile_address(text)
        return HandleRead(*found) if found else HandleRead(None, None, "handle_is_other_link")
    handle = text.lstrip("@").strip()
    if is_formula(handle):
        return HandleRead(None, None, "handle_is_formula")
    # "na" and "hidden" are real handles; a cell that says NULL or #NAME? is not.
    nothing = not any(c.isalnum() for c in handle) and not _is_symbol_name(handle)
    if nothing or is_sheet_error(handle) or handle.strip("'").casefold() in _NO_HANDLE:
        return HandleRead(None, None, "no_handle")
    if len(handle) > HANDLE_MAX:
        return HandleRead(None, None, "handle_too_long")
    return HandleRead(handle)


def _is_symbol_name(text: str) -> bool:
    return bool(text) and all(unicodedata.category(c) == "So" for c in text)


def read_profile_address(text: str) -> tuple[str, str] | None:
    """Return (handle, platform) of a profile's address on a known platform, else None."""
    bare = text.strip().split("?", 1)[0].split("#", 1)[0]
    bare = bare.split("://", 1)[-1]
    host, _, path = bare.partition("/")
    labels = host.lower().split(".")
    platform = _HOSTS.get(".".join(labels[-2:]))
    parts = [unquote(part) for part in path.split("/") if part]
    if platform is None or not parts:
        return None
    if platform == "youtube" and parts[0].lower() in _YOUTUBE_ROOMS:
        parts = parts[1:]
    if not parts or parts[0].lower() in _NOT_PROFILES or (host.lower() == "youtu.be" and not parts[0].startswith("@")):
        return None
    handle = plain_text(parts[0]).lstrip("@")
    usable = handle and len(handle) <= HANDLE_MAX and not is_formula(handle) and any(c.isalnum() for c in handle)
    return (handle, platform) if usable else None


def read_name(text: str) -> tuple[str | None, str | None]:
    """Return (name, note code): a formula or a spreadsheet error is no name; beyond 200 characters it is cut."""
    if is_formula(text):
        return None, "formula"
    name = plain_text(text)
    if is_sheet_error(name):
        return None, "sheet_error"
    if not name or name in {"-", "—", "–"}:
        return None, None
    return (name[:NAME_MAX].rstrip(), "cut") if len(name) > NAME_MAX else (name, None)
