"""What a lead rules on from the Home tab, drawn as it stands: an objection, or a learned model."""

from __future__ import annotations

from bot.cards import home, model, notice
from bot.cards.blocks import Block
from bot.core.errors import NotFound
from bot.desk import models, see
from bot.slack.click import Click


async def view(click: Click, about: str) -> Block:
    """`about` is 'dissent:<judgement>' or 'model:<id>'. Raises NotFound for anything else."""
    kind, _, ref = about.partition(":")
    voice, member = click.who.voice, click.who.member
    if kind == "model":
        return home.ruling(model.message((await click.read(models.one, ref)).model, voice), voice, about)
    if kind != "dissent":
        raise NotFound("review")
    case, judgement = await click.read(see.judgement, ref)
    lead = member is not None and member.is_lead
    return home.ruling(notice.dissent(case, judgement, voice, reader_is_lead=lead), voice, about)
