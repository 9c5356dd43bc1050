"""What one import decided without asking, in one message; the whole list in pages."""

from __future__ import annotations

from bot.cards import blocks, ids, words
from bot.cards.blocks import Block, Message
from bot.core.case import Digest, Line
from bot.core.types import Route
from bot.i18n.catalog import Voice
from scoring.types import Verdict

FIRST = 10
PAGE = 20


def digest(found: Digest, voice: Voice) -> Message:
    """How many of which verdict, the first ten, and the way to all."""
    head = voice.n("digest.head", len(found.lines), campaign=blocks.said(found.campaign.name, 60))
    counts = _counts(found, voice)
    parts = [blocks.section(f"*{head}*", counts, _asked(found, voice), _objecting(found, voice))]
    parts += [_line(line, found, voice) for line in found.lines[:FIRST]]
    if len(found.lines) > FIRST:
        label = voice.t("digest.all", n=voice.number(len(found.lines), 0))
        parts.append(blocks.actions(blocks.button(label, ids.DIGEST_ALL, f"{found.import_id}:0")))
    return blocks.message(words.bare(f"{head}. {counts}"), parts)


def digest_page(found: Digest, voice: Voice, offset: int) -> Block:
    """Twenty of them; an offset beyond the end shows the last page."""
    total = len(found.lines)
    last = (total - 1) // PAGE * PAGE if total else 0
    start = max(0, min(offset, last) // PAGE * PAGE)
    shown = found.lines[start : start + PAGE]
    head = voice.t("digest.page", first=start + 1 if total else 0, last=start + len(shown), total=total)
    parts = [
        blocks.section(f"*{blocks.said(found.campaign.name, 60)}*", _counts(found, voice), _objecting(found, voice))
    ]
    parts += [_line(line, found, voice) for line in shown]
    parts.append(blocks.context(head))
    # Two rows, because one row cannot hold the same action id twice.
    if start + PAGE < total:
        parts.append(_turn("digest.next", found, start + PAGE, voice))
    if start > 0:
        parts.append(_turn("digest.previous", found, start - PAGE, voice))
    title = voice.t("digest.title")
    return blocks.modal(ids.DIGEST_VIEW, title, parts, close=voice.t("form.close"), meta=f"{found.import_id}:{start}")


def _turn(key: str, found: Digest, offset: int, voice: Voice) -> Block:
    return blocks.actions(blocks.button(voice.t(key), ids.DIGEST_ALL, f"{found.import_id}:{offset}"))


def _counts(found: Digest, voice: Voice) -> str:
    by = {v: sum((line.decision or line.ai_verdict) is v for line in found.lines) for v in Verdict}
    return voice.t("digest.counts", proceed=by[Verdict.PROCEED], decline=by[Verdict.DECLINE])


def _asked(found: Digest, voice: Voice) -> str:
    return voice.n("digest.asked", found.asked) if found.asked > 0 else ""


def _objecting(found: Digest, voice: Voice) -> str:
    if not (found.may_object and found.lines):
        return ""
    until = found.objects_until
    return (
        voice.t("digest.object_until", until=voice.until_token(until, dated=True))
        if until
        else voice.t("digest.object")
    )


def _line(line: Line, found: Digest, voice: Voice) -> Block:
    """'*Ana Lima* · @ana.lima · Brazil' and what was decided, with Object where one may."""
    handle = "@" + blocks.said(line.handle.strip().lstrip("@"), 50)
    who = words.SEPARATOR.join((f"*{blocks.said(line.candidate, 60)}*", handle, voice.market(line.market)))
    route = "fast_track" if line.route is Route.FAST_TRACK else "ai"
    verdict = line.decision or line.ai_verdict
    said = voice.t(f"digest.by.{route}", verdict=voice.t(f"verdict.{verdict.value}"))
    if line.objected:
        said = f"{said} {voice.t('digest.objected')}"
    if not found.may_object or line.objected:
        return blocks.section(who, said)
    label = voice.t(f"a11y.object.{verdict.value}", name=blocks.one_line(line.candidate, 28))
    return blocks.section(
        who, said, accessory=blocks.button(voice.t("button.object"), ids.DISSENT, ids.value(line), label=label)
    )
