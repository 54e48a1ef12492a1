"""Whose check or training runs out soon, and who is told? (rules R38, R39)

When one of them is over, children's letters and matches are closed to the moderator. So they, the lead and the deputy
hear of it 60, 30 and 7 days before, and the desk says so.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions.addresses import Addresses
from penfriends.actions.delivery import queue_notice
from penfriends.actions.eligible import NEEDED_FOR_CHILDREN, TRAINING_LASTS
from penfriends.actions.telling import called
from penfriends.mail.notices import Notice, Value
from penfriends.models.moderation import MODERATING, Moderator, Role, Vetting, VettingKind
from penfriends.models.places import Town
from penfriends.models.signin import SignIn
from penfriends.rules.bands import Band
from penfriends.rules.silence import is_quiet
from penfriends.rules.vetting import WARN_BEFORE, warnings_due

LEADING = (Role.LEAD, Role.DEPUTY)


@dataclass(frozen=True, slots=True)
class Ending:
    """A proof and its last day but one: from `until` on it counts no more."""

    kind: VettingKind
    until: date


def end_of(proof: Vetting) -> date:
    """The first day on which a proof counts no more. A training is good for a year, whatever was written beside it."""
    if proof.kind is VettingKind.TRAINING:
        return min(proof.expires_on, proof.seen_on + TRAINING_LASTS)
    return proof.expires_on


async def of_moderator(db: AsyncSession, moderator: Moderator, *, now: datetime) -> Sequence[Ending]:
    """What ends within two months and still counts today, the soonest first."""
    today = now.date()
    found = await db.exec(select(Vetting).where(Vetting.moderator_id == moderator.id))
    ends = [Ending(one.kind, end_of(one)) for one in _newest(found) if one.kind in NEEDED_FOR_CHILDREN]
    return sorted((one for one in ends if today < one.until <= today + WARN_BEFORE[0]), key=lambda one: one.until)


async def sweep(db: AsyncSession, *, at: Addresses, now: datetime) -> int:
    """Warn of each check and training that runs out, by day only, three times. Returns how many mails."""
    today, told = now.date(), 0
    found = await db.exec(
        select(Vetting)
        .join(Moderator, col(Moderator.id) == col(Vetting.moderator_id))
        .where(
            col(Vetting.kind).in_(NEEDED_FOR_CHILDREN), Moderator.active, col(Moderator.role).in_(MODERATING),
            col(Vetting.expires_on) > today,
        )
        .order_by(col(Vetting.id))
    )  # fmt: skip
    for proof in _newest(found):
        due = warnings_due(proof.seen_on, end_of(proof), today)
        if proof.warnings >= due:
            continue
        moderator = await db.get_one(Moderator, proof.moderator_id)
        town = await _town_of(db, moderator.association_id)
        if town is None or is_quiet(now, town.timezone):
            continue
        proof.warnings = due
        db.add(proof)
        told += await _tell(db, proof, moderator, town, at=at, now=now)
    await db.flush()
    return told


def _newest(proofs: Iterable[Vetting]) -> list[Vetting]:
    """Of each moderator and kind the one that holds longest: what it follows runs out without harm."""
    kept: dict[tuple[UUID, VettingKind], Vetting] = {}
    for one in proofs:
        key = (one.moderator_id, one.kind)
        if key not in kept or end_of(one) > end_of(kept[key]):
            kept[key] = one
    return list(kept.values())


async def _town_of(db: AsyncSession, association_id: UUID) -> Town | None:
    found = await db.exec(select(Town).where(Town.association_id == association_id).order_by(col(Town.name)))
    return found.first()


async def _tell(
    db: AsyncSession, proof: Vetting, moderator: Moderator, town: Town, *, at: Addresses, now: datetime
) -> int:
    leads = col(Moderator.role).in_(LEADING) & (col(Moderator.association_id) == moderator.association_id)
    found = await db.exec(
        select(Moderator, SignIn)
        .join(SignIn, col(SignIn.id) == col(Moderator.sign_in_id))
        .where(Moderator.active, col(SignIn.email).is_not(None), (col(Moderator.id) == moderator.id) | leads)
        .order_by(col(Moderator.id))
    )
    people = found.all()
    for who, box in people:
        values: dict[str, Value] = {
            "band": Band.ADULT.value, "town": called(town, box.locale), "name": who.name, "moderator": moderator.name,
            "proof": proof.kind.value, "own": who.id == moderator.id, "ends_on": end_of(proof), "url": at.link("/desk"),
        }  # fmt: skip
        await queue_notice(
            db, Notice.PROOF_ENDING, to=box.id, language=box.locale, values=values,
            association_id=who.association_id, at=at, now=now,
        )  # fmt: skip
    return len(people)
