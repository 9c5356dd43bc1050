"""`POST /v1/candidates` and `GET /v1/reviews/{id}`: candidates in, and what became of them, for whoever has a key."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import time
from typing import Annotated, Any, NoReturn, Protocol

from fastapi import APIRouter, Header, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.requests import Request as Asked
from starlette.responses import Response

from bot import metrics
from bot.api.answers import MOST_CANDIDATES, Account, ReviewSaid, account, request_schema, review
from bot.api.body import JSON, read_body
from bot.core.countries import parse_country
from bot.core.errors import Busy, Invalid, NotFound
from bot.desk import keys, see
from bot.desk.desk import Desk
from bot.desk.intake import ImportReport, NumbersOf
from bot.desk.submit import Request, submit
from bot.settings import Settings
from db.api_keys import ApiKey

log = logging.getLogger(__name__)

MOST_BYTES = 5_000_000
"""A thousand candidates with all their captions have less than half of it."""
_READING = 15.0
_WAITING = 8
"""Lists that may wait while one is worked on: beyond that the last would wait for longer than its sender does."""
_TOKEN = re.compile(r"[\x21-\x7e]{1,200}")
_REVIEW = re.compile(r"[\w-]{1,40}", re.ASCII)
_FIELDS = frozenset({"campaign", "candidates", "platform", "market", "dry_run"})
_PLATFORMS = frozenset({"instagram", "youtube", "tiktok"})
_BEARER = HTTPBearer(auto_error=False, description="hk_…, made by `handoff key add NAME`")

Credentials = Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)]
Token = Annotated[
    str | None,
    Header(alias="Idempotency-Key", description="The same request with the same key is done once and answered twice"),
]


class Wakes(Protocol):
    """Whoever sends what has been said."""

    def wake(self) -> None:
        """Look at once."""


class Behind(Protocol):
    """What of the running bot candidates reach through here."""

    desk: Desk
    settings: Settings

    @property
    def outbox(self) -> Wakes:
        """Told when there is something to say."""

    def numbers(self) -> NumbersOf | None:
        """Fresh numbers for the list at hand, where there is a source of them."""


class Pace:
    """So many requests a minute for each key, in this process; what was not used up is lent for one minute."""

    def __init__(self, per_minute: int) -> None:
        self._most = float(per_minute)
        self._left: dict[str, tuple[float, float]] = {}

    def take(self, key_id: str) -> None:
        """Raises Busy('api_often') with the seconds to wait."""
        now = time.monotonic()
        left, at = self._left.get(key_id, (self._most, now))
        left = min(self._most, left + (now - at) * self._most / 60)
        if left < 1:
            self._left[key_id] = (left, now)
            wait = int((1 - left) * 60 / self._most) + 1
            raise Busy("api_often", limit=int(self._most), seconds=wait)
        self._left[key_id] = (left - 1, now)


class Intake:
    """The API at work: who may, how often, and one list at a time."""

    def __init__(self, behind: Behind) -> None:
        self._desk, self._behind = behind.desk, behind
        self._pace = Pace(behind.settings.api_per_minute)
        self._one = asyncio.Semaphore(1)
        self._waiting = 0

    async def known(self, credentials: HTTPAuthorizationCredentials | None) -> ApiKey:
        """The key of whoever asks. Raises Invalid('api_key') and Busy('api_often')."""
        key = await self._desk.read(keys.known, credentials.credentials if credentials is not None else "")
        self._pace.take(key.id)
        return key

    async def take_in(self, key: ApiKey, request: Request, token: str | None) -> Response:
        """Raises what `submit` raises, and Busy('api_full')."""
        if self._waiting >= _WAITING:
            raise Busy("api_full", seconds=5)

        def answer(report: ImportReport) -> str:
            return account(report, request.campaign, dry_run=request.dry_run).model_dump_json()

        self._waiting += 1
        try:
            async with self._one:
                told = await self._desk.beside(submit, key, request, token, answer, self._behind.numbers())
        finally:
            self._waiting -= 1
        if not told.again and not request.dry_run:
            self._behind.outbox.wake()
            log.info("candidates came in by key %s", key.id)
        return _answer(told.answer, {"Idempotency-Replayed": "true"} if told.again else {})

    async def review(self, key: ApiKey, review_id: str) -> Response:
        """Raises NotFound('review') and NotAllowed('api_campaign')."""
        if not _REVIEW.fullmatch(review_id):
            raise NotFound("review", review=review_id[:40])
        case = await self._desk.read(see.case, review_id)
        keys.require(key, case.review.campaign)
        return _answer(review(case, self._desk.clock()).model_dump_json(), {})


def routes(behind: Behind) -> APIRouter:
    """The two addresses. A body is read only once its sender is known: nobody else gets a parser to work for them."""
    router, intake = APIRouter(prefix="/v1"), Intake(behind)
    wrong: dict[int | str, dict[str, Any]] = {
        status: {"description": "a problem document (RFC 9457)", "content": {"application/problem+json": {}}}
        for status in (400, 401, 403, 404, 413, 415, 422, 429, 503)
    }
    body = {"required": True, "content": {JSON: {"schema": request_schema()}}}

    @router.post(
        "/candidates", responses={200: {"model": Account}, **wrong}, openapi_extra={"requestBody": body},
        summary=f"Bring one candidate, or up to {MOST_CANDIDATES}, into a campaign",
    )  # fmt: skip
    async def candidates(asked: Asked, credentials: Credentials, token: Token = None) -> Response:
        key = await intake.known(credentials)
        if token is not None and not _TOKEN.fullmatch(token):
            raise Invalid("api_token")
        raw = await read_body(
            dict(asked.scope["headers"]), asked.receive, kinds=(JSON,), most=MOST_BYTES, seconds=_READING
        )
        return await intake.take_in(key, read_request(raw), token)

    @router.get(
        "/reviews/{review_id}", responses={200: {"model": ReviewSaid}, **wrong}, summary="Where a candidate stands"
    )
    async def one_review(review_id: str, credentials: Credentials) -> Response:
        return await intake.review(await intake.known(credentials), review_id)

    return router


def _answer(body: str, headers: dict[str, str]) -> Response:
    metrics.api_requests.labels("200").inc()
    return Response(body, 200, headers, JSON)


def read_request(raw: bytes) -> Request:
    """What a body asks for. Raises Invalid: api_json, api_field, api_no_candidates, api_too_many."""
    try:
        body = json.loads(raw, parse_constant=_no_number)
        json.dumps(body, ensure_ascii=False).encode()  # half a character is none, and no database takes it
    except (ValueError, RecursionError):
        raise Invalid("api_json") from None
    if not isinstance(body, dict):
        raise Invalid("api_json")
    unknown = sorted(body.keys() - _FIELDS)
    if unknown:
        raise Invalid("api_field", field=unknown[0][:40])
    platform, market, dry_run = body.get("platform"), body.get("market"), body.get("dry_run", False)
    iso = parse_country(market) if isinstance(market, str) else None
    wrong = {
        "campaign": not isinstance(body.get("campaign"), str) or not body["campaign"].isprintable(),
        "platform": platform is not None and not (isinstance(platform, str) and platform in _PLATFORMS),
        "market": market is not None and iso is None,
        "dry_run": not isinstance(dry_run, bool),
    }
    for field in (name for name, is_wrong in wrong.items() if is_wrong):
        raise Invalid("api_field", field=field)
    return Request(body["campaign"], _listed(body.get("candidates")), platform, iso, dry_run)


def _listed(candidates: object) -> list[object]:
    listed = [candidates] if isinstance(candidates, dict) else candidates
    if not isinstance(listed, list) or not listed:
        raise Invalid("api_no_candidates")
    if len(listed) > MOST_CANDIDATES:
        raise Invalid("api_too_many", count=len(listed), limit=MOST_CANDIDATES)
    return listed


def _no_number(name: str) -> NoReturn:
    """NaN and Infinity are no JSON, and no number of followers."""
    raise ValueError(name)
