"""Keys of the HTTP API: made, shown once, kept as a hash, known again, revoked."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence

from bot.core.errors import Invalid, NotAllowed, NotFound
from bot.desk.desk import Desk, new_id
from db import api_keys, campaigns
from db.api_keys import ApiKey

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,39}")
_SHAPE = re.compile(r"hk_([0-9A-Z]{10,14})_([A-Za-z0-9_-]{43})")
_NOBODY = "0" * 64


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def add(desk: Desk, name: str, for_campaigns: Sequence[str] = ()) -> str:
    """A new key, which nothing can show again. Raises Invalid('key_name' or 'key_exists'), NotFound('campaign')."""
    if not _NAME.fullmatch(name):
        raise Invalid("key_name", value=name[:40])
    key_id, secret = new_id("hk").removeprefix("hk_"), secrets.token_urlsafe(32)
    with desk.store.unit() as unit:
        for campaign in for_campaigns:
            if campaigns.get(unit, campaign) is None:
                raise NotFound("campaign", campaign=campaign)
        if api_keys.named(unit, name) is not None:
            raise Invalid("key_exists", value=name)
        api_keys.add(unit, ApiKey(key_id, name, _digest(secret), tuple(for_campaigns), desk.clock()))
    return f"hk_{key_id}_{secret}"


def every(desk: Desk) -> Sequence[ApiKey]:
    """All keys that there are and were, oldest first."""
    with desk.store.reading() as unit:
        return api_keys.every(unit)


def revoke(desk: Desk, name: str) -> None:
    """From here on nobody gets in with it. Raises NotFound('key')."""
    with desk.store.unit() as unit:
        key = api_keys.named(unit, name)
        if key is None:
            raise NotFound("key", value=name[:40])
        api_keys.revoke(unit, key.id, desk.clock())


def known(desk: Desk, said: str) -> ApiKey:
    """The key that somebody shows. Raises Invalid('api_key') for one that is none, and says no more than that."""
    shape = _SHAPE.fullmatch(said)
    if shape is None:
        raise Invalid("api_key")
    with desk.store.reading() as unit:
        key = api_keys.get(unit, shape[1])
    # Compared even where there is nothing to compare with: how long it takes tells nobody which ids exist.
    same = hmac.compare_digest(_digest(shape[2]), key.digest if key is not None else _NOBODY)
    if key is None or not same or key.revoked_at is not None:
        raise Invalid("api_key")
    return key


def require(key: ApiKey, campaign: str) -> None:
    """Raises NotAllowed('api_campaign') where the key is not for that campaign."""
    if key.campaigns and campaign not in key.campaigns:
        raise NotAllowed("api_campaign", key=key.name, campaign=campaign)
