"""After an answer: the modal behind it and the Home tab show what is true now. Best effort, after the ack."""

from __future__ import annotations

from bot.cards import candidate, ids, notice
from bot.cards import inbox as inbox_cards
from bot.core.case import Inbox
from bot.core.types import Member
from bot.desk import see
from bot.slack import access, ruling, walk
from bot.slack.access import Visitor
from bot.slack.click import Click
from bot.slack.edge import Edge


def answered(click: Click, review_id: str | None) -> None:
    """The person has changed something: bring what else they see up to date."""
    if click.view.get("id"):  # most answers are taps on a card, and then nothing stands behind them
        click.after("refresh the modal", lambda: refresh_behind(click, review_id))
    if click.who.id in click.edge.homes or click.view.get("type") == "home":
        click.after("refresh the Home tab", lambda: publish_home(click.edge, click.who))


async def refresh_behind(click: Click, review_id: str | None, said: str = "") -> None:
    """The modal in which they tapped, or the one behind the form that they sent; `said` is why it did not count."""
    view, screens = click.view, click.edge.screens
    if click.kind == "view_submission" or view.get("callback_id") == ids.PASS_FORM:
        kept = click.recalled()
        behind, view_id, page = kept.get("back"), view.get("previous_view_id"), str(kept.get("page") or "")
    else:
        behind, view_id, page = view.get("callback_id"), view.get("id"), str(view.get("private_metadata") or "")
    if not view_id:
        return
    if behind == ids.OPEN_VIEW and review_id is not None:
        fresh = await click.read(see.case, review_id)
        may = access.may_answer(fresh, click.who)
        opened = candidate.opened(fresh, click.who.voice, now=click.now, may_answer=may)
        await screens.update(str(view_id), opened)
    elif behind == ids.WALK_VIEW and review_id is not None:
        await walk.changed(click, page, str(view_id), review_id, said)
    elif behind == ids.RULING_VIEW and page:
        await screens.update(str(view_id), await ruling.view(click, page))
    elif behind == ids.DIGEST_VIEW and page:
        import_id, _, offset = page.rpartition(":")
        found = await click.read(see.digest, import_id, click.who.id)
        start = int(offset) if offset.isdigit() else 0
        await screens.update(str(view_id), notice.digest_page(found, click.who.voice, start))


async def publish_home(edge: Edge, who: Visitor) -> None:
    found = await edge.desk.read(see.inbox, who.id)
    if who.member is not None and not who.member.active:
        # A guest sees what Handoff is, and nobody's reviews.
        found = Inbox(Member(who.id, who.member.name), (), 0, (), found.lead)
    await edge.screens.home(who.id, inbox_cards.home(found, who.voice, now=edge.desk.clock()))
