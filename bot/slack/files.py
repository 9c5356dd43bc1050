"""A file that somebody shared, fetched with the bot's token: from Slack's own hosts only, and never a web page."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from yarl import URL

from bot import web_api
from bot.core.candidate_file import FileTooLarge
from bot.core.errors import Busy, Invalid

_SLACK = ("slack.com", "slack-files.com", "slack-edge.com")
_SECONDS = 60.0
_CHUNK = 1 << 16
_GONE = frozenset({"file_not_found", "file_deleted", "access_denied", "not_visible", "no_permission"})
_PAGES = (b"<!doctype", b"<html")


async def fetch(client: AsyncWebClient, file_id: str, most: int) -> bytes:
    """The bytes of a file.

    Raises Invalid: 'file_gone', 'file_elsewhere' for one that Slack only links to, 'file_page' for a web page,
    FileTooLarge, and Busy('file') when Slack does not give it now.
    """
    try:
        told = await client.files_info(file=file_id)
    except SlackApiError as error:
        if web_api.code_of(error) in _GONE:
            raise Invalid("file_gone") from error
        raise Busy("file") from error
    except (aiohttp.ClientError, OSError) as error:  # TimeoutError is an OSError
        raise Busy("file") from error
    file = dict(told.get("file") or {})
    size = file.get("size")
    if isinstance(size, int) and size > most:
        raise FileTooLarge(None, unit="bytes", size=size, limit=most)
    return await _download(client, _address(client, file), most)


def _address(client: AsyncWebClient, file: dict[str, Any]) -> URL:
    """Where it is kept: our token goes to Slack's own hosts, or to the server that we ask in Slack's place."""
    if file.get("is_external") or file.get("mode") in ("external", "tombstone", "hidden_by_limit"):
        raise Invalid(
            "file_gone" if file.get("mode") != "external" and not file.get("is_external") else "file_elsewhere"
        )
    try:
        url, ours = URL(str(file.get("url_private_download") or "")), URL(client.base_url)
    except ValueError:
        raise Invalid("file_elsewhere") from None
    host = url.host or ""
    slacks = url.scheme == "https" and any(host == known or host.endswith("." + known) for known in _SLACK)
    if not host or not (slacks or url.origin() == ours.origin()):
        raise Invalid("file_elsewhere")
    return url


async def _download(client: AsyncWebClient, url: URL, most: int) -> bytes:
    """Without following anybody to another address: that is how a sign-in page would come instead."""
    session = client.session
    if session is None:
        raise Busy("file")
    headers = {"Authorization": f"Bearer {client.token}"}
    found = bytearray()
    try:
        async with (
            asyncio.timeout(_SECONDS),
            session.get(url, headers=headers, allow_redirects=False, timeout=aiohttp.ClientTimeout(_SECONDS)) as answer,
        ):
            if 300 <= answer.status < 400 or answer.content_type in ("text/html", "application/xhtml+xml"):
                raise Invalid("file_page")
            if answer.status in (403, 404, 410):
                raise Invalid("file_gone")
            if answer.status != 200:
                raise Busy("file")
            async for chunk in answer.content.iter_chunked(_CHUNK):
                found += chunk
                if len(found) > most:
                    raise FileTooLarge(None, unit="bytes", size=len(found), limit=most)
    except (aiohttp.ClientError, OSError) as error:
        raise Busy("file") from error
    if bytes(found[:200]).lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_PAGES):
        raise Invalid("file_page")
    return bytes(found)
