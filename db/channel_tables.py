"""The rows of what Slack told of channels: which are private, and who is in them."""

from datetime import datetime

from sqlmodel import Field

from db.columns import Row, moment, table_of


class ChannelRow(Row, table=True):
    """A channel in which there are disagreements."""

    __tablename__ = "channels"
    id: str = Field(primary_key=True)
    name: str | None = None
    private: bool | None = None
    """None: not asked yet, or it is none of ours any more."""
    shared: bool = True
    """Whether people of other teams may be in it."""
    checked_at: datetime | None = moment(default=None)
    members_at: datetime | None = moment(default=None)
    """When its members were read; they are all there, or this is None."""


CHANNELS = table_of(ChannelRow)


class ChannelMemberRow(Row, table=True):
    __tablename__ = "channel_members"
    channel: str = Field(primary_key=True, foreign_key="channels.id")
    member: str = Field(primary_key=True, index=True)


CHANNEL_MEMBERS = table_of(ChannelMemberRow)
