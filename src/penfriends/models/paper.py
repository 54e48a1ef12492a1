"""Which pages of paper has a teacher brought in that have not become letters yet?"""

from datetime import datetime
from uuid import UUID

from sqlmodel import SQLModel

from penfriends.ids import uuid7
from penfriends.models.classified import LINK, PLAIN, column, moment


class ScannedPage(SQLModel, table=True):
    """One page of a scan or one photo, drawn anew by us. `participant_id`: whose letter it belongs to, by the code on
    it or by a teacher's word; NULL: nobody knows yet. `code`: what was read on it. It goes when its letter is sent,
    when a teacher takes it away, and after two weeks.
    """

    __tablename__ = "scanned_page"

    id: UUID = column(LINK, default_factory=uuid7, primary_key=True)
    class_id: UUID = column(LINK, foreign_key="school_class.id", ondelete="CASCADE", index=True)
    participant_id: UUID | None = column(
        LINK, default=None, foreign_key="participant.id", ondelete="CASCADE", index=True
    )
    blob_sha256: str = column(LINK, foreign_key="blob.sha256", max_length=64, index=True)
    width: int = column(PLAIN)
    height: int = column(PLAIN)
    code: str = column(PLAIN, max_length=12, default="")
    position: int = column(PLAIN)
    brought_by: UUID = column(LINK, foreign_key="moderator.id")
    created_at: datetime = moment()
