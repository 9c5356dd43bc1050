"""The rows of campaigns: what is looked for, by when, for whom, and whose AI has the word."""

from datetime import datetime

from sqlmodel import Field

from db.columns import Row, moment, plain_json, table_of


class CampaignRow(Row, table=True):
    __tablename__ = "campaigns"
    key: str = Field(primary_key=True)
    name: str
    markets: list[str] = plain_json()
    channel: str
    owner: str
    type: str
    stakes: str
    categories: list[str] = plain_json()
    min_audience: float | None = None
    avoid: list[str] = plain_json()
    tiers: list[str] = plain_json()
    fee_line: float | None = None
    budget: float | None = None
    currency: str
    window_seconds: int
    on_deadline: str | None = None
    locale: str
    recommends: str = Field(default="ours", sa_column_kwargs={"server_default": "ours"})
    """Whose verdict is the recommendation; a process of an older version knows of ours only."""
    created_at: datetime = moment()


CAMPAIGNS = table_of(CampaignRow)
