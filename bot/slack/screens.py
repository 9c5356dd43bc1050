"""What the person in front of the screen sees next: views, ephemeral answers, the Home tab; after the ack."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Sequence
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot import web_api
from bot.cards.blocks import Block, Message
from bot.slack import files

log = logging.getLogger(__name__)

_PAGE = 500
"""Members of a channel in one answer: Slack gives no more than a thousand."""


class Screens:
    """Slack's methods for one person's eyes. They raise SlackApiError and what aiohttp raises."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client

    async def open(self, trigger_id: str, view: Block) -> str:
        """In a modal of its own; its id, for `update`."""
        opened = await self._client.views_open(trigger_id=trigger_id, view=view)
        return str(opened["view"]["id"])

    async def push(self, trigger_id: str, view: Block) -> str:
        """On top of the modal in which somebody tapped; its id, for `update`."""
        pushed = await self._client.views_push(trigger_id=trigger_id, view=view)
        return str(pushed["view"]["id"])

    async def update(self, view_id: str, view: Block, *, seen: str | None = None) -> bool:
        """Change an open view, if it is still the one `seen` (a hash); False when it has changed or gone meanwhile."""
        try:
            await self._client.views_update(view_id=view_id, view=view, hash=seen)
        except SlackApiError as error:
            if web_api.code_of(error) in ("hash_conflict", "not_found"):
                return False
            raise
        return True

    async def home(self, user_id: str, view: Block) -> None:
        await self._client.views_publish(user_id=user_id, view=view)

    async def whisper(self, response_url: str, message: Message) -> None:
        """An ephemeral answer beside what was tapped."""
        await self._respond(response_url, text=message.text, blocks=message.blocks, response_type="ephemeral",
                            replace_original=False)  # fmt: skip

    async def replace(self, response_url: str, message: Message) -> None:
        """Put something else where the buttons were: the only way to change an ephemeral message."""
        await self._respond(response_url, text=message.text, blocks=message.blocks, replace_original=True)

    async def remove(self, response_url: str) -> None:
        await self._respond(response_url, delete_original=True)

    async def direct(self, user_id: str, message: Message) -> None:
        """A direct message that nothing durable depends on."""
        opened = await self._client.conversations_open(users=user_id)
        await self._client.chat_postMessage(
            channel=str(opened["channel"]["id"]),
            text=message.text,
            blocks=message.blocks,
            unfurl_links=False,
            unfurl_media=False,
        )

    async def thread(self, channel: str, thread_ts: str) -> tuple[list[dict[str, Any]], bool]:
        """The messages of a thread, its first one included, and whether these are all of them."""
        found = await self._client.conversations_replies(channel=channel, ts=thread_ts, limit=200)
        return list(found.get("messages") or ()), not found.get("has_more")

    async def profile(self, user_id: str) -> dict[str, Any]:
        """Slack's user object, with the locale."""
        found = await self._client.users_info(user=user_id, include_locale=True)
        return dict(found["user"])

    async def quiet(self, user_ids: Sequence[str]) -> dict[str, Any]:
        """Slack's dnd_status of fifty people at most, by id."""
        found = await self._client.dnd_teamInfo(users=list(user_ids))
        return dict(found.get("users") or {})

    async def channel(self, channel_id: str) -> dict[str, Any]:
        """Slack's channel object."""
        found = await self._client.conversations_info(channel=channel_id)
        return dict(found["channel"])

    async def members(self, channel_id: str) -> AsyncIterator[list[str]]:
        """Everybody in a channel, page by page."""
        cursor: str | None = None
        while cursor != "":
            page = await self._client.conversations_members(channel=channel_id, limit=_PAGE, cursor=cursor)
            yield [str(member) for member in page["members"]]
            cursor = str((page.get("response_metadata") or {}).get("next_cursor") or "")

    async def file(self, file_id: str, most: int) -> bytes:
        """What somebody shared, up to so many bytes. Raises what `files.fetch` raises."""
        return await files.fetch(self._client, file_id, most)

    async def _respond(self, response_url: str, **said: Any) -> None:
        hook = AsyncWebhookClient(response_url, session=self._client.session, retry_handlers=[], timeout=10)
        answer = await hook.send_dict(said)
        if answer.status_code != 200:
            log.warning("a response_url answered %s", answer.status_code)
