"""Which rows are held about a resident besides profile and letters, as what is written, and what stays out and why?"""

from collections.abc import AsyncIterator, Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any
from uuid import UUID

from sqlalchemy import inspect, or_
from sqlmodel import SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.models.classified import Personal
from penfriends.models.delivery import RawMail, TeamMessage
from penfriends.models.groups import Group
from penfriends.models.letters import Attachment, Blob, Letter, LetterMailId, LetterState, Participant
from penfriends.models.matching import Block, FitCheck
from penfriends.models.moderation import Decision, Verb
from penfriends.models.residents import BirthChange, Resident, ResidentAddress
from penfriends.models.schools import Pupil
from penfriends.models.signin import Session, SignIn

# Tables and columns with personal data that a resident's file does not hold, and why. Secrets are never in it.
LEFT_OUT: Mapping[str, str] = {
    "attempt": "counts tries under a fingerprint that leads to nobody; gone after a day",
    "audit_entry": "who on the staff did what; names people by number only",
    "blob": "pictures are files of their own; a mail as it came is gone after 30 days, its words are in the letter",
    "board_change": "which teacher partnered a pupil with whom, and when, also speaks of the other one",
    "bounce": "a mail server's answer about an address; what followed from it is under no_longer_written_to",
    "conflict": "whom a moderator knows too well: the moderator's own data",
    "class_teacher": "who teaches a class: people who work here",
    "consent_age": "the law of a country, about nobody",
    "consent.attested_by": "which teacher",
    "correspondence.pairing_id": "number of what the two teachers agreed on",
    "couple": "with whom a pupil writes is listed under the letters; the reasons also speak of the other one",
    "decision": "what a moderator noted would also speak of the other writer; what they wrote to somebody is shown",
    "delivery": "which mail went when is listed; its words lie in the mailbox that it went to",
    "domain_check": "what DNS says of our own domains, nobody’s person",
    "group_approval": "which moderators agreed: their data",
    "group_match": "is about two groups, nobody's person; the groups somebody speaks for are listed",
    "guardian": "the guardian's own row; their address is listed",
    "letter_round": "the dates of a class, nobody's person",
    "hold": "which letter waited for whom on the staff; the journey of each letter says that it waited",
    "household": "a number that joins people of one home, nothing more",
    "mail_trouble": "which mail servers answer badly, nobody’s person",
    "match": "state, day and own answer are listed; the reasons also speak of the other person",
    "match_approval": "which moderators agreed: their data",
    "match_round": "sums over everybody who waited, and codes for who got nobody: names are forgotten after 30 days",
    "moderator": "people who work here, not residents",
    "one_time_link": "runs out by itself and leads nowhere without its secret",
    "pairing": "what two teachers agreed on for their classes",
    "pairing_approval": "which moderators agreed: their data",
    "pairing_class": "what a teacher answered for a class",
    "pairing_wish": "what a teacher wished for two pupils also speaks of the other one",
    "pupil.class_id": "number of the class",
    "reserve_letter": "a letter of a teacher's",
    "retention_run": "when old things were deleted, in numbers",
    "round_class": "the dates of a class, nobody's person",
    "round_pair": "a draft of moderators that nobody was told of; the reasons also speak of the other person",
    "school": "a school of a town, nobody's person",
    "scanned_page": "a page that a teacher has brought in; it is a letter, or gone, within two weeks",
    "school_class": "a class as a whole: nothing of one pupil",
    "school_days": "the terms of a school, nobody's person",
    "sign_up_draft": "belongs to nobody until it is sent; gone after 30 days",
    "teacher": "people who work here, not residents",
    "vetting": "papers of moderators",
    "volunteer_letter": "a letter of a volunteer's for classes",
    "block.low_id": "number of a person; the entry says that somebody is never met again",
    "block.high_id": "number of a person",
    "birth_change.proposed_by": "which moderator",
    "birth_change.decided_by": "which moderator",
    "birth_change.reason": "a moderator's note",
    "raw_mail.envelope_from": "may be the address of somebody else who wrote to the alias",
    "raw_mail.seen_by": "which moderator",
    "team_message.closed_by": "which moderator",
    "report.claimed_by": "which moderator",
    "report.claimed_until": "which moderator, until when",
    "report.reported_id": "number of the other person",
    "letter.read_at": "when a friend read it: nobody learns that (rule R52)",
    "fit_check.seen_by": "which moderator",
    "fit_check.seen_at": "when a moderator looked",
    "resident.gist": "the languages and likes once more, as bits",
    "match_side": "the own answer is listed under the match",
    "correspondence.looked_at": "when a moderator asked how it goes",
    "correspondence.match_id": "number of the match, listed on its own",
}
_STAFF = {
    table: frozenset(one.partition(".")[2] for one in LEFT_OUT if one.startswith(f"{table}."))
    for table in (
        "block",
        "birth_change",
        "fit_check",
        "raw_mail",
        "team_message",
        "report",
        "resident",
        "correspondence",
        "consent",
        "pupil",
    )
}


def row_of(row: SQLModel, *, leave_out: frozenset[str] = frozenset()) -> dict[str, Any]:
    """The columns of a row as JSON values, without secrets and without what is not this resident's to know."""
    left_out = leave_out | _STAFF.get(str(type(row).__tablename__), frozenset())
    return {
        attribute.key: plain(getattr(row, attribute.key))
        for attribute in inspect(type(row)).column_attrs
        if attribute.key not in left_out and attribute.columns[0].info["about"].personal is not Personal.SECRET
    }


def plain(value: Any) -> Any:
    """A value as JSON knows it."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


async def rows(db: AsyncSession, table: type[SQLModel], *conditions: Any) -> list[dict[str, Any]]:
    found = await db.exec(select(table).where(*conditions))
    return [row_of(row) for row in found.all()]


async def more_about(db: AsyncSession, resident: Resident, sign_in: SignIn | None) -> dict[str, Any]:
    """What does not hang on profile or letters: addresses, visits, questions, corrections, blocks, mails taken in."""
    mine = select(Participant.id).where(Participant.resident_id == resident.id)
    return {
        "other_addresses": await _other_addresses(db, resident),
        "signed_in": await rows(db, Session, Session.sign_in_id == sign_in.id) if sign_in else [],
        "written_by_the_team": await _written_by_the_team(db, resident),
        "questions_to_the_team": await rows(db, TeamMessage, TeamMessage.sign_in_id == sign_in.id) if sign_in else [],
        "birth_date_corrections": await rows(db, BirthChange, BirthChange.resident_id == resident.id),
        "how_it_fits": await rows(db, FitCheck, col(FitCheck.participant_id).in_(mine)),
        "speaks_for_groups": await rows(db, Group, Group.contact_id == resident.id),
        "never_again": await rows(db, Block, Block.by_resident_id == resident.id),
        "mails_taken_in": await rows(db, RawMail, col(RawMail.participant_id).in_(mine)),
        "in_a_class": await rows(db, Pupil, Pupil.resident_id == resident.id),
        "mail_ids": await rows(db, LetterMailId, col(LetterMailId.participant_id).in_(mine)),
    }


async def _written_by_the_team(db: AsyncSession, resident: Resident) -> list[dict[str, Any]]:
    """What a moderator wrote to them, without who it was. What went to a guardian is the guardian's mail."""
    found = await db.exec(
        select(Decision)
        .where(Decision.verb == Verb.WRITE, Decision.subject == "resident", Decision.subject_id == resident.id)
        .order_by(col(Decision.at))
    )
    return [{"at": plain(one.at), "text": one.note} for one in found if not one.reasons]


async def _other_addresses(db: AsyncSession, resident: Resident) -> list[dict[str, Any]]:
    found = await db.exec(
        select(ResidentAddress, SignIn.email)
        .join(SignIn, col(SignIn.id) == col(ResidentAddress.sign_in_id))
        .where(ResidentAddress.resident_id == resident.id)
    )
    return [{**row_of(row), "email": email} for row, email in found.all()]


async def pictures_of(db: AsyncSession, resident_id: UUID) -> AsyncIterator[tuple[str, bytes]]:
    """Pictures of own letters and of those that arrived, one at a time: the name in the file, and the bytes."""
    mine = select(Participant.correspondence_id, Participant.id).where(Participant.resident_id == resident_id)
    for correspondence_id, participant_id in (await db.exec(mine)).all():
        found = await db.exec(
            select(Attachment)
            .join(Letter, col(Letter.id) == col(Attachment.letter_id))
            .where(Letter.correspondence_id == correspondence_id)
            .where(or_(col(Letter.author_id) == participant_id, col(Letter.state) == LetterState.DELIVERED))
            .order_by(col(Attachment.letter_id), col(Attachment.position))
        )
        for one in found.all():
            blob = (await db.exec(select(Blob.data).where(Blob.sha256 == one.blob_sha256))).first()
            if blob is not None:
                yield picture_name(str(one.letter_id), one.position, one.content_type), blob


def picture_name(letter_id: str, number: int, content_type: str) -> str:
    """Where a picture lies in the file."""
    return f"pictures/{letter_id}-{number}.{'png' if content_type == 'image/png' else 'jpg'}"
