"""Lists that people bring: the form, what would come in, the account of what did, and every row that did not."""

from __future__ import annotations

from collections.abc import Sequence

from bot.cards import blocks, ids, rationale, words
from bot.cards.blocks import Block, Message
from bot.core.setup import Reach
from bot.core.types import Campaign
from bot.core.upload import Left, Outlook, Stage, Upload
from bot.i18n.catalog import Voice, error_text, row_text

PAGE = 30
"""Rows on one page of the account."""
_GROUPS = 6
_EXAMPLES = 3
_COLUMNS = 12
_MARKETS = 8
_NAME = 60
_TYPES = ("csv", "tsv", "txt")


def form(campaigns: Sequence[Campaign], chosen: str | None, voice: Voice) -> Block:
    """Which campaign, which file."""
    options = [blocks.option(blocks.one_line(c.name, _NAME), c.key) for c in campaigns]
    wanted = chosen or (campaigns[0].key if len(campaigns) == 1 else None)
    file: Block = {"type": "file_input", "action_id": ids.FIELD, "filetypes": list(_TYPES), "max_files": 1}
    parts = [
        blocks.field(ids.CAMPAIGN, voice.t("upload.campaign"), blocks.select(ids.FIELD, options, wanted)),
        blocks.field(ids.FILE, voice.t("upload.file"), file, hint=voice.t("upload.file_about")),
    ]
    markets = sorted({market for c in campaigns for market in c.markets}, key=voice.market)
    if len(markets) > 1:
        none = blocks.option(voice.t("upload.no_market"), ids.ANY)
        named = [none, *(blocks.option(voice.market(market), market) for market in markets)]
        menu = blocks.select(ids.FIELD, named, ids.ANY)
        parts.append(blocks.field(ids.MARKET, voice.t("upload.market"), menu, optional=True))
    return blocks.modal(
        ids.IMPORT_FORM, voice.t("upload.title"), parts, close=voice.t("form.cancel"), submit=voice.t("upload.read")
    )


def view(upload: Upload, campaign: Campaign | None, voice: Voice) -> Block:
    """Where a list stands, in the modal in which it was brought."""
    ready = upload.stage is Stage.READY and upload.outlook is not None and upload.outlook.worth
    return blocks.modal(
        ids.UPLOAD_VIEW,
        voice.t("upload.title"),
        _parts(upload, campaign, voice),
        close=voice.t("upload.leave" if ready else "form.close"),
        submit=_import_said(upload, voice) if ready else "",
        meta=upload.id,
    )


def message(upload: Upload, campaign: Campaign | None, choices: Sequence[Campaign], voice: Voice) -> Message:
    """The same as a message to whoever brought it, with what can be done next."""
    parts = _parts(upload, campaign, voice)
    if upload.stage is Stage.ASKED:
        parts.append(_asks(upload, choices, voice))
    elif upload.stage is Stage.READY and upload.outlook is not None:
        row = [blocks.button(voice.t("button.upload_drop"), ids.UPLOAD_DROP, upload.id)]
        if upload.outlook.worth:
            row.insert(0, blocks.button(_import_said(upload, voice), ids.UPLOAD_CONFIRM, upload.id))
        parts.append(blocks.actions(*row))
    return blocks.message(words.bare(said(upload, campaign, voice)), parts)


def _import_said(upload: Upload, voice: Voice) -> str:
    new = upload.outlook.accepted if upload.outlook else 0
    return voice.n("button.upload_import", new) if new else voice.t("button.upload_numbers")


def _asks(upload: Upload, choices: Sequence[Campaign], voice: Voice) -> Block:
    options = [blocks.option(blocks.one_line(c.name, _NAME), c.key) for c in choices]
    menu = blocks.select(ids.UPLOAD_CAMPAIGN, options) | {"placeholder": blocks.plain(voice.t("upload.campaign"))}
    return blocks.actions(menu) | {"block_id": f"{ids.UPLOAD_CAMPAIGN}:{upload.id}"}


def said(upload: Upload, campaign: Campaign | None, voice: Voice) -> str:
    """Where it stands, in a sentence."""
    file = blocks.said(upload.name, _NAME)
    name = blocks.said(campaign.name, _NAME) if campaign else ""
    found = upload.outlook
    match upload.stage:
        case Stage.READY if found is not None:
            return voice.n("upload.ready", found.accepted, rows=voice.number(found.rows, 0), file=file, campaign=name)
        case Stage.DONE if found is not None:
            return voice.n("upload.done", found.accepted, rows=voice.number(found.rows, 0), file=file, campaign=name)
        case Stage.FAILED if upload.error is not None:
            return voice.t("upload.failed", file=file, why=_why(upload, voice))
        case stage:
            return voice.t(f"upload.{stage.value}", file=file)


def _why(upload: Upload, voice: Voice) -> str:
    return blocks.said(error_text(voice, upload.problem), 500)


def _parts(upload: Upload, campaign: Campaign | None, voice: Voice) -> list[Block]:
    head = blocks.section(f"*{said(upload, campaign, voice)}*")
    found = upload.outlook
    if found is None or upload.stage not in (Stage.READY, Stage.DONE):
        return [head]
    done = upload.stage is Stage.DONE
    parts = [head]
    if done:
        parts.append(blocks.section(*_became(found, campaign, voice)))
    if found.no_expert:
        parts.append(blocks.section(_no_expert(found, voice)))
    groups = [_group(reason, rows, fate, voice) for fate, reason, rows in found.reasons]
    if groups:
        more = voice.n("inbox.more", len(groups) - _GROUPS) if len(groups) > _GROUPS else ""
        parts.append(blocks.section(voice.t("upload.left_out"), *groups[:_GROUPS], more))
        parts.append(blocks.actions(blocks.button(voice.t("button.upload_rows"), ids.UPLOAD_ROWS, f"{upload.id}:0")))
    warned = [row_text(voice, f"warning_{code}", **params) for code, params in found.warnings]
    if warned:
        parts.append(blocks.context(*(blocks.said(text, 300) for text in warned)))
    if not done:
        parts.append(blocks.context(_columns(found, voice)))
    return parts


def _no_expert(found: Outlook, voice: Voice) -> str:
    named = ", ".join(sorted(map(voice.market, found.no_expert))[:_MARKETS])
    more = len(found.no_expert) - _MARKETS
    return voice.t("upload.no_expert", markets=named + (f" {voice.n('inbox.more', more)}" if more > 0 else ""))


def _became(found: Outlook, campaign: Campaign | None, voice: Voice) -> list[str]:
    """Who has them now."""
    lines = []
    if found.asked:
        lines.append(voice.n("upload.asked_experts", found.asked))
    if found.opened and campaign:
        lines.append(voice.n("upload.opened", found.opened, channel=f"<#{campaign.channel}>"))
    if found.asked > found.opened:
        lines.append(voice.n("upload.queued", found.asked - found.opened))
    if found.fast:
        lines.append(voice.n("upload.fast", found.fast))
    if found.alone:
        lines.append(voice.n("upload.alone", found.alone))
    if found.history:
        lines.append(voice.n("upload.history", found.history))
    return lines or [voice.t("upload.nothing_new")]


def _group(reason: str, rows: Sequence[Left], fate: str, voice: Voice) -> str:
    """'3 rejected, lines 4, 9, 12: no handle …': how many, where the first are, and what to do."""
    lines = ", ".join(str(row.line) for row in rows[:_EXAMPLES])
    more = blocks.ELLIPSIS if len(rows) > _EXAMPLES else ""
    why = blocks.said(row_text(voice, reason, **rows[0].params), 250)
    return "• " + voice.n(f"upload.{fate}", len(rows), lines=lines + more, why=why)


def _columns(found: Outlook, voice: Voice) -> str:
    """Which column was read as what: a column that lies is seen before it does harm."""
    read = [f"{blocks.said(header, 30)} → {name}" for header, name in found.columns if name]
    left = [blocks.said(header, 30) for header, name in found.columns if not name and header.strip()]
    parts = [
        voice.t("upload.columns", columns=", ".join(read[:_COLUMNS]) + (blocks.ELLIPSIS if read[_COLUMNS:] else ""))
    ]
    if left:
        shown = ", ".join(left[:_COLUMNS]) + (blocks.ELLIPSIS if left[_COLUMNS:] else "")
        parts.append(voice.t("upload.columns_left", columns=shown))
    return " ".join(parts)


def rows_view(upload: Upload, voice: Voice, start: int) -> Block:
    """Every row that did not come in, by its line, with why and what to do; so many on a page."""
    left = sorted(upload.outlook.left, key=lambda row: row.line) if upload.outlook else []
    start = max(0, min(start, (len(left) - 1) // PAGE * PAGE)) if left else 0
    shown = left[start : start + PAGE]
    end = start + len(shown)
    head = voice.t("upload.rows", start=start + 1, end=end, total=voice.number(len(left), 0))
    parts = [blocks.context(head), *(blocks.section(*chunk) for chunk in _chunks([_row(row, voice) for row in shown]))]
    turns = []
    if start:
        turns.append(blocks.button(voice.t("button.previous"), ids.UPLOAD_ROWS_BACK, f"{upload.id}:{start - PAGE}"))
    if end < len(left):
        turns.append(blocks.button(voice.t("button.next"), ids.UPLOAD_ROWS, f"{upload.id}:{end}"))
    if turns:
        parts.append(blocks.actions(*turns))
    return blocks.modal(ids.UPLOAD_ROWS_VIEW, voice.t("upload.rows_title"), parts, close=voice.t("form.close"))


def _chunks(lines: Sequence[str]) -> list[Sequence[str]]:
    return [lines[start : start + 10] for start in range(0, len(lines), 10)]


def _row(row: Left, voice: Voice) -> str:
    handle = f" @{blocks.said(row.handle.lstrip('@'), 40)}" if row.handle else ""
    why = blocks.said(row_text(voice, row.reason, **row.params), 200)
    return voice.t("upload.row", line=row.line, handle=handle, fate=voice.t(f"upload.fate.{row.fate}"), why=why)


# The sample


def sample_held(campaign: Campaign, reach: Reach, voice: Voice) -> Block:
    """No card can appear in the channel yet: how to mend that, and the same again."""
    said = voice.t(f"reach.{reach.value}", channel=f"<#{campaign.channel}>")
    view = rationale.saved(voice, "upload.sample", said)
    return {
        **view,
        "blocks": [*view["blocks"], blocks.actions(blocks.button(voice.t("button.sample"), ids.SAMPLE, "1"))],
    }


def sample_coming(campaign: Campaign, voice: Voice) -> Block:
    """The sample comes in: where to look."""
    return rationale.saved(voice, "upload.sample", voice.t("upload.sample_in", channel=f"<#{campaign.channel}>"))


def sample_asking(campaign: Campaign, voice: Voice) -> Block:
    return rationale.saved(voice, "upload.sample", voice.t("reach.asking", channel=f"<#{campaign.channel}>"))
