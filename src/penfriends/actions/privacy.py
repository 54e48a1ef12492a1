"""What do we hold about a resident, and what is forgotten when nobody needs it any more? (rules R08, R49)"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions.held import more_about, picture_name, plain, row_of, rows
from penfriends.errors import NotFound
from penfriends.models.delivery import Alias, Delivery, Suppression
from penfriends.models.letters import Attachment, Correspondence, Letter, LetterState, Participant
from penfriends.models.matching import Match, MatchSide
from penfriends.models.moderation import Moderator, Report
from penfriends.models.places import Town
from penfriends.models.residents import (
    Consent,
    ConsentText,
    Guardian,
    Resident,
    ResidentAddress,
    ResidentInterest,
    ResidentLanguage,
    ResidentState,
)
from penfriends.models.signin import Session, SignIn

# Of a friend's letter: what the writer's file was called, what was cut, what a moderator thought of it.
_FRIENDS_SIDE = frozenset(
    {"original_text", "removed_text", "kept_text", "findings", "return_reasons", "return_note", "left_out",
     "cut_is_sure", "channel", "content_hash", "created_at", "changed_at", "screened_at", "released_at", "due_at"}
)  # fmt: skip
# Of an own letter: when the friend read it (rule R52), and that the friend has called for help (rule R31).
_READERS_SIDE = frozenset({"read_at", "warned"})


async def held_about(db: AsyncSession, resident_id: UUID, *, now: datetime) -> dict[str, Any]:
    """Everything kept about a resident, ready for JSON. Secrets (fingerprints, hashes of passwords) stay out.

    Of a friend's letters only what the resident has received is theirs; of the friend only the first name.
    """
    resident = await db.get(Resident, resident_id)
    if resident is None:
        raise NotFound
    town = await db.get(Town, resident.town_id)
    sign_in = await db.get(SignIn, resident.sign_in_id) if resident.sign_in_id else None
    guardian = await _guardian_sign_in(db, resident)
    return {
        "made_at": now.isoformat(),
        "resident": {**row_of(resident), "town": town.name if town else ""},
        "sign_in": row_of(sign_in) if sign_in else None,
        "guardian": {"email": guardian.email} if guardian else None,
        "languages": await rows(db, ResidentLanguage, ResidentLanguage.resident_id == resident_id),
        "likes": await rows(db, ResidentInterest, ResidentInterest.resident_id == resident_id),
        "consents": await _consents(db, resident_id),
        "matches": await _matches(db, resident_id),
        "correspondences": await _correspondences(db, resident_id),
        "notices": await _notices(db, sign_in, guardian),
        "no_longer_written_to": await rows(db, Suppression, Suppression.sign_in_id == sign_in.id) if sign_in else [],
        **await more_about(db, resident, sign_in),
    }


async def _guardian_sign_in(db: AsyncSession, resident: Resident) -> SignIn | None:
    guardian = await db.get(Guardian, resident.guardian_id) if resident.guardian_id else None
    return await db.get(SignIn, guardian.sign_in_id) if guardian else None


async def _consents(db: AsyncSession, resident_id: UUID) -> list[dict[str, Any]]:
    found = await db.exec(
        select(Consent, ConsentText)
        .join(ConsentText, col(ConsentText.sha256) == col(Consent.text_sha256), isouter=True)
        .where(Consent.resident_id == resident_id)
    )
    return [{**row_of(consent), "text": text.text if text else None} for consent, text in found.all()]


async def _matches(db: AsyncSession, resident_id: UUID) -> list[dict[str, Any]]:
    found = await db.exec(
        select(MatchSide, Match)
        .join(Match, col(Match.id) == col(MatchSide.match_id))
        .where(MatchSide.resident_id == resident_id)
    )
    return [
        {"state": match.state.value, "proposed_at": plain(match.proposed_at), "my_answer": plain(side.answer)}
        for side, match in found.all()
    ]


async def _correspondences(db: AsyncSession, resident_id: UUID) -> list[dict[str, Any]]:
    mine = await db.exec(select(Participant).where(Participant.resident_id == resident_id))
    return [await _correspondence(db, participant) for participant in mine.all()]


async def _correspondence(db: AsyncSession, mine: Participant) -> dict[str, Any]:
    friends = await db.exec(
        select(Resident.first_name)
        .join(Participant, col(Participant.resident_id) == col(Resident.id))
        .where(Participant.correspondence_id == mine.correspondence_id, Participant.id != mine.id)
    )
    letters = await db.exec(
        select(Letter)
        .where(Letter.correspondence_id == mine.correspondence_id)
        .order_by(col(Letter.created_at), col(Letter.id))
    )
    every = letters.all()
    received = [one for one in every if one.author_id != mine.id and one.state is LetterState.DELIVERED]
    return {
        "me": row_of(mine),
        "about": row_of(await db.get_one(Correspondence, mine.correspondence_id)),
        "friends": list(friends.all()),
        "aliases": await rows(db, Alias, Alias.participant_id == mine.id),
        "letters_written": [await _letter(db, one) for one in every if one.author_id == mine.id],
        "letters_received": [await _letter(db, one, leave_out=_FRIENDS_SIDE) for one in received],
        "reports_made": await rows(db, Report, Report.reporter_id == mine.id),
    }


async def _letter(db: AsyncSession, letter: Letter, *, leave_out: frozenset[str] = _READERS_SIDE) -> dict[str, Any]:
    found = await db.exec(
        select(Attachment).where(Attachment.letter_id == letter.id).order_by(col(Attachment.position))
    )
    pictures = [
        {**row_of(one), "file": picture_name(str(letter.id), one.position, one.content_type)} for one in found.all()
    ]
    return {**row_of(letter, leave_out=leave_out), "pictures": pictures}


async def _notices(db: AsyncSession, *people: SignIn | None) -> list[dict[str, Any]]:
    """Which mails went out when, to the own address and the guardian's."""
    ids = [one.id for one in people if one is not None]
    found = await db.exec(select(Delivery).where(col(Delivery.sign_in_id).in_(ids)).order_by(col(Delivery.created_at)))
    return [{"notice": one.notice, "state": one.state.value, "sent_at": plain(one.sent_at)} for one in found.all()]


# --- forgetting ------------------------------------------------------------------------------------------------------


async def forget_drafted(db: AsyncSession, resident: Resident) -> None:
    """Delete somebody who never came to take part, with the addresses that nobody else uses (rule R08)."""
    guardian = await db.get(Guardian, resident.guardian_id) if resident.guardian_id else None
    further = select(ResidentAddress.sign_in_id).where(ResidentAddress.resident_id == resident.id)
    sign_ins = [resident.sign_in_id, guardian.sign_in_id if guardian else None, *await db.exec(further)]
    await db.exec(delete(Resident).where(col(Resident.id) == resident.id))
    db.expunge(resident)
    for sign_in_id in {one for one in sign_ins if one is not None}:
        await forget_address(db, sign_in_id)


async def forget_address(db: AsyncSession, sign_in_id: UUID) -> bool:
    """Delete an address that is no resident’s (nor a further one), guardian’s or moderator’s. True if it went."""
    guardian = (await db.exec(select(Guardian).where(Guardian.sign_in_id == sign_in_id))).first()
    if guardian is not None:
        if await _any(db, select(Resident.id).where(Resident.guardian_id == guardian.id)):
            return False
        await db.exec(delete(Consent).where(col(Consent.guardian_id) == guardian.id))
        await db.exec(delete(Guardian).where(col(Guardian.id) == guardian.id))
    if await _any(db, select(Resident.id).where(Resident.sign_in_id == sign_in_id)):
        return False
    if await _any(db, select(Moderator.id).where(Moderator.sign_in_id == sign_in_id)):
        return False
    proved = ResidentAddress.sign_in_id == sign_in_id, col(ResidentAddress.verified_at).is_not(None)
    if await _any(db, select(ResidentAddress.id).where(*proved)):
        return False
    await db.exec(delete(Delivery).where(col(Delivery.sign_in_id) == sign_in_id, col(Delivery.letter_id).is_(None)))
    await db.exec(update(Delivery).where(col(Delivery.sign_in_id) == sign_in_id).values(sign_in_id=None))
    await db.exec(delete(Session).where(col(Session.sign_in_id) == sign_in_id))
    await db.exec(delete(SignIn).where(col(SignIn.id) == sign_in_id))
    return True


async def _any(db: AsyncSession, query: Any) -> bool:
    found: Sequence[Any] = (await db.exec(query.limit(1))).all()
    return bool(found)


def may_still_change(resident: Resident) -> bool:
    """Whether the person takes part: who left has nothing to change any more."""
    return resident.state in (ResidentState.ACTIVE, ResidentState.PAUSED)
