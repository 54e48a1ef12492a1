"""What do teachers hear by mail about a partner class? Asked, answered, decided by the towns.

A pupil's name stands only where some have left, because the teacher knows them by it."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions.addresses import Addresses
from penfriends.actions.delivery import queue_notice
from penfriends.actions.partner_search import ClassCard
from penfriends.actions.telling import called
from penfriends.mail.notices import Notice, Value
from penfriends.models.moderation import Moderator
from penfriends.models.pairings import Pairing
from penfriends.models.schools import ClassTeacher
from penfriends.models.signin import SignIn
from penfriends.rules.bands import Band


async def asked(
    db: AsyncSession, pairing: Pairing, others: Sequence[ClassCard], to: ClassCard, *, until: date, at: Addresses,
    now: datetime,
) -> None:  # fmt: skip
    """The teachers of a class are asked by another, or by those of a ring."""
    url = at.link(f"/pairings/{pairing.id}")
    for who, box in await teachers_of(db, to):
        values: dict[str, Value] = {**_others(others, box.locale), "answer_by": until, "url": url}
        await _tell(db, Notice.CLASS_ASKED, to, who, box, values, at=at, now=now)


async def answered(
    db: AsyncSession, pairing: Pairing, to: ClassCard, others: Sequence[ClassCard], *, yes: bool, at: Addresses,
    now: datetime,
) -> None:  # fmt: skip
    """Who asked hears what came of it; after a no where to look on, and nothing about why."""
    stays = yes or to.of.seeking_since is None
    url = at.link(f"/pairings/{pairing.id}" if stays else f"/classes/{to.of.id}/partner")
    for who, box in await teachers_of(db, to):
        values: dict[str, Value] = {**_others(others, box.locale), "yes": yes, "url": url}
        await _tell(db, Notice.CLASS_ANSWERED, to, who, box, values, at=at, now=now)


async def decided(
    db: AsyncSession, pairing: Pairing, cards: Sequence[ClassCard], *, reason: str, at: Addresses, now: datetime
) -> None:
    """All teachers hear that the towns have said yes, or why not."""
    url = at.link(f"/pairings/{pairing.id}")
    for mine in cards:
        others = [one for one in cards if one is not mine]
        for who, box in await teachers_of(db, mine):
            values: dict[str, Value] = {
                **_others(others, box.locale), "yes": not reason, "reason": reason,
                "goes_on": mine.of.seeking_since is None, "url": url,
            }  # fmt: skip
            await _tell(db, Notice.PAIRING_DECIDED, mine, who, box, values, at=at, now=now)


async def pairs_sent(
    db: AsyncSession, pairing: Pairing, sender: Moderator, cards: Sequence[ClassCard], to: Sequence[ClassCard], *,
    all_agreed: bool, at: Addresses, now: datetime,
) -> None:  # fmt: skip
    """Teachers hear that another has agreed to who writes with whom, or that all have. Not the one who pressed."""
    url = at.link(f"/pairings/{pairing.id}/board")
    for mine in to:
        others = [one for one in cards if one.of.id != mine.of.id]
        for who, box in await teachers_of(db, mine):
            if who.id != sender.id:
                values: dict[str, Value] = {**_others(others, box.locale), "yes": all_agreed, "url": url}
                await _tell(db, Notice.PAIRS_SENT, mine, who, box, values, at=at, now=now)


async def ended(
    db: AsyncSession, pairing: Pairing, ender: ClassCard, to: ClassCard, *, at: Addresses, now: datetime
) -> None:
    """The teachers of a class hear that the exchange has ended, with the words of thanks if there are some."""
    url = at.link(f"/pairings/{pairing.id}")
    for who, box in await teachers_of(db, to):
        values: dict[str, Value] = {**_others([ender], box.locale), "thanks": pairing.thanks, "url": url}
        await _tell(db, Notice.EXCHANGE_ENDED, to, who, box, values, at=at, now=now)


async def ending(db: AsyncSession, of: ClassCard, *, at: Addresses, now: datetime) -> None:
    """The teachers of a class hear when its year ends, and what they can do."""
    for who, box in await teachers_of(db, of):
        values: dict[str, Value] = {"ends_on": of.of.ends_on, "url": at.link(f"/classes/{of.of.id}/year")}
        await _tell(db, Notice.CLASS_ENDING, of, who, box, values, at=at, now=now)


async def departed(
    db: AsyncSession, pairing: Pairing, of: ClassCard, *, left: Sequence[str], alone: Sequence[str], at: Addresses,
    now: datetime,
) -> None:  # fmt: skip
    """Pupils of a partner class have left: who they were, and who of the own has nobody now, as the board shows it."""
    url = at.link(f"/pairings/{pairing.id}/board")
    for who, box in await teachers_of(db, of):
        values: dict[str, Value] = {"left": list(left), "waiting": list(alone), "url": url}
        await _tell(db, Notice.PUPILS_LEFT, of, who, box, values, at=at, now=now)


async def alarm(
    db: AsyncSession, of: ClassCard, to: Sequence[Moderator], about: str, *, at: Addresses, now: datetime
) -> None:
    """There is something to look at: a `report`, its `outcome`, or an urgent `letter`. Nothing more is said."""
    url = at.link("/desk/letters" if about == "letter" else f"/classes/{of.of.id}/reports")
    for who in to:
        box = await db.get_one(SignIn, who.sign_in_id)
        if box.email:
            await _tell(db, Notice.CLASS_ALARM, of, who, box, {"about": about, "url": url}, at=at, now=now)


async def teachers_of(db: AsyncSession, card: ClassCard) -> list[tuple[Moderator, SignIn]]:
    """Who teaches a class now and has an address."""
    found = await db.exec(
        select(Moderator, SignIn)
        .join(ClassTeacher, col(ClassTeacher.moderator_id) == col(Moderator.id))
        .join(SignIn, col(SignIn.id) == col(Moderator.sign_in_id))
        .where(
            ClassTeacher.class_id == card.of.id,
            col(ClassTeacher.until).is_(None),
            Moderator.active,
            col(SignIn.email).is_not(None),
        )
        .order_by(col(Moderator.id))
    )
    return list(found.all())


def _others(cards: Sequence[ClassCard], language: str) -> dict[str, Value]:
    return {
        "friend_classes": [one.of.name for one in cards],
        "friend_towns": [called(one.town, language) for one in cards],
    }


async def _tell(
    db: AsyncSession,
    notice: Notice,
    mine: ClassCard,
    who: Moderator,
    box: SignIn,
    values: dict[str, Value],
    *,
    at: Addresses,
    now: datetime,
) -> None:
    await queue_notice(
        db,
        notice,
        to=box.id,
        language=box.locale,
        association_id=mine.association_id,
        at=at,
        now=now,
        values={
            "band": Band.ADULT.value,
            "town": called(mine.town, box.locale),
            "name": who.name,
            "own_class": mine.of.name,
            **values,
        },
    )
