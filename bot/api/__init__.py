"""HTTP in: candidates from other programs and what became of them, and Slack's payloads where no socket brings them.

FastAPI, around the same desk and the same Bolt app as everything else.
"""

from __future__ import annotations

from typing import Protocol

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from bot.api import intake, problems, slack
from bot.api.server import Server
from bot.api.slack import MOST_BYTES, PATH

__all__ = ["MOST_BYTES", "PATH", "Server", "build_api"]

_ABOUT = """Candidates in, decisions out. Every request needs a key: `Authorization: Bearer hk_…`, made by
`handoff key add NAME`. Refusals are problem documents (RFC 9457) with a stable `code`."""


class Behind(slack.Behind, intake.Behind, Protocol):
    """What of the running bot is reached through here."""


def build_api(handoff: Behind, *, with_slack: bool = True) -> FastAPI:
    """The HTTP side of this bot; without Slack's route where a socket brings its payloads.

    The description is served, the pages that draw it are not: they load their scripts from elsewhere.
    """
    api = FastAPI(
        title="Handoff", version="1", description=_ABOUT, openapi_url="/v1/openapi.json", docs_url=None, redoc_url=None
    )
    if with_slack:
        # An object and not a function: Starlette then hands it the bare request.
        api.router.routes.append(Route(PATH, slack.SlackRoute(handoff), methods=["POST"]))
    api.add_route("/healthz", _alive, methods=["GET"])
    api.include_router(intake.routes(handoff))
    problems.register(api)
    return api


async def _alive(_request: Request) -> JSONResponse:
    """The process is there and its loop turns, or nobody would answer; whether it can work is `bot.health`'s to say."""
    return JSONResponse({"ok": True})
