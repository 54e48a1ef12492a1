"""How does a sign-up grow, get sent and get confirmed? Nobody learns here whether an address is known already."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import consent, links, throttle
from penfriends.actions.addresses import Addresses
from penfriends.actions.audit import Actor, note
from penfriends.actions.newcomers import (
    add_resident,
    address_of,
    child_behind,
    child_known,
    guardian_for,
    living_resident,
    own_address_for_child,
)
from penfriends.actions.people import email_key
from penfriends.actions.privacy import forget_address, forget_drafted
from penfriends.actions.telling import tell
from penfriends.errors import NotFound, Refusal, Refused
from penfriends.ids import fingerprint, token
from penfriends.mail.notices import Notice
from penfriends.models.places import Town
from penfriends.models.residents import Consent, Guardian, Resident, ResidentState, SignUpDraft
from penfriends.models.schools import Pupil
from penfriends.models.signin import LinkPurpose, OneTimeLink, SignIn
from penfriends.rules.bands import Band, Birth
from penfriends.rules.consent import Agreement, agreement, loosened
from penfriends.rules.sign_up import Answers, Step, answers_of, first_missing, stored_birth

DRAFT_LASTS = timedelta(days=30)
CONFIRM_LASTS = timedelta(days=3)
UNCONFIRMED_LASTS = timedelta(days=7)
SIGN_UPS_A_DAY = 5

# --- the draft -------------------------------------------------------------------------------------------------------


async def draft_of(db: AsyncSession, secret: str, *, now: datetime) -> SignUpDraft | None:
    """The unfinished sign-up behind a cookie."""
    if not secret:
        return None
    found = await db.exec(
        select(SignUpDraft).where(
            SignUpDraft.fingerprint == fingerprint(secret), SignUpDraft.changed_at > now - DRAFT_LASTS
        )
    )
    return found.first()


async def open_draft(db: AsyncSession, *, now: datetime) -> tuple[SignUpDraft, str]:
    """A new draft, and the secret for the cookie."""
    secret = token()
    draft = SignUpDraft(fingerprint=fingerprint(secret), answers={}, created_at=now, changed_at=now)
    db.add(draft)
    await db.flush()
    return draft, secret


async def save(db: AsyncSession, draft: SignUpDraft, values: Mapping[str, Any], *, now: datetime) -> Answers:
    """Keep the answers of one step. Every birthday that was ever typed stays in the draft (rule R01)."""
    kept = {**draft.answers, **values}
    birth = values.get("birth")
    if birth and birth not in kept.get("births", []):
        kept["births"] = [*kept.get("births", []), birth]
    draft.answers, draft.changed_at = kept, now
    db.add(draft)
    await db.flush()
    return answers_of(kept)


def birth_values(birth: Birth) -> dict[str, Any]:
    """A birthday as the value of a step."""
    return {"birth": stored_birth(birth)}


async def own_age_of(db: AsyncSession, answers: Answers) -> int:
    """From which age somebody of this town agrees for themselves."""
    town = await town_of(db, answers)
    return await consent.own_age(db, town.country if town else "")


async def town_of(db: AsyncSession, answers: Answers) -> Town | None:
    """The town that was chosen, if people can sign up there."""
    found = await db.exec(select(Town).where(Town.slug == answers.town))
    town = found.first()
    return town if town and town.association_id and not town.paused_reason else None


# --- sending ---------------------------------------------------------------------------------------------------------


async def submit(db: AsyncSession, draft: SignUpDraft, *, locale: str, at: Addresses, now: datetime) -> Agreement:
    """Turn a finished draft into what waits for a confirmation or a guardian's yes. The draft is gone afterwards.

    Raises Refused: CHANGED_SINCE if an answer is missing, CHILDREN_MODULE_OFF (rule R46), TOO_MANY_TRIES.
    """
    answers = answers_of(draft.answers)
    town, own_from = await town_of(db, answers), await own_age_of(db, answers)
    if town is None or answers.birth is None or first_missing(answers, now.date(), own_from) is not Step.CHECK:
        raise Refused(Refusal.CHANGED_SINCE)
    asked = agreement(answers.birth, now.date(), own_from)
    if asked is not Agreement.OWN and not await consent.children_open(db, town.id):
        raise Refused(Refusal.CHILDREN_MODULE_OFF)
    for address in {email_key(one) for one in (answers.email, answers.guardian_email) if one}:
        await throttle.check(db, f"sign_up:{address}", limit=SIGN_UPS_A_DAY, within=timedelta(days=1), now=now)
    way = _child if asked is Agreement.GUARDIAN else _by_own_yes
    made = await way(db, answers, town, locale=locale, at=at, now=now)
    await _log_older(db, answers, made, own_from, now=now)
    await db.exec(delete(SignUpDraft).where(col(SignUpDraft.id) == draft.id))
    return asked


async def _by_own_yes(
    db: AsyncSession, answers: Answers, town: Town, *, locale: str, at: Addresses, now: datetime
) -> Resident | None:
    """Adults, and those of 16 or 17 who may agree for themselves: the own address is confirmed by a link."""
    own = await address_of(db, answers.email, locale=locale, now=now)
    known = await living_resident(db, own.id)
    if known is not None and known.state is ResidentState.UNCONFIRMED:
        # Whoever owns the address may have been signed up by somebody else before: the newest answers count.
        await db.exec(delete(Resident).where(col(Resident.id) == known.id))
        db.expunge(known)
        known = None
    if known is not None:
        await _already(db, known, own, at=at, now=now)
        return None
    band = answers.band(now.date())
    guardian = await guardian_for(db, answers.guardian_email, locale=locale, now=now) if band is Band.CHILD else None
    made = await add_resident(
        db, answers, town, locale=locale, now=now, state=ResidentState.UNCONFIRMED, sign_in=own, guardian=guardian
    )
    if guardian is not None:
        db.add(Consent(resident_id=made.id, guardian_id=guardian.id, asked_at=now))
    await _confirm(db, made, own, at=at, now=now)
    return made


async def _child(
    db: AsyncSession, answers: Answers, town: Town, *, locale: str, at: Addresses, now: datetime
) -> Resident | None:
    """A child whose guardian decides: until then a draft that nobody sees (rule R08)."""
    adult = await address_of(db, answers.guardian_email, locale=locale, now=now)
    minor = await child_behind(db, adult.id) or await child_behind(db, await _sign_in_id(db, answers.email))
    guardian = await guardian_for(db, answers.guardian_email, locale=locale, now=now)
    known = minor or await child_known(db, guardian, answers)
    if known is not None:
        await _child_again(db, known, at=at, now=now)
        return None
    own = await own_address_for_child(db, answers.email, locale=locale, now=now)
    made = await add_resident(
        db, answers, town, locale=locale, now=now, state=ResidentState.AWAITING_CONSENT, sign_in=own, guardian=guardian
    )
    db.add(Consent(resident_id=made.id, guardian_id=guardian.id, asked_at=now))
    await db.flush()
    await consent.ask(db, made, at=at, now=now)
    return made


async def _sign_in_id(db: AsyncSession, email: str) -> UUID | None:
    found = await db.exec(select(SignIn.id).where(SignIn.email_key == email_key(email))) if email else None
    return found.first() if found else None


async def _child_again(db: AsyncSession, known: Resident, *, at: Addresses, now: datetime) -> None:
    """A child who is here already: a fresh link if the guardian has not answered yet, else the quiet mail."""
    if known.state is ResidentState.AWAITING_CONSENT:
        await consent.ask(db, known, at=at, now=now)
        return
    own = await db.get(SignIn, known.sign_in_id) if known.sign_in_id else None
    guardian = await db.get(Guardian, known.guardian_id) if known.guardian_id else None
    to = own or (await db.get(SignIn, guardian.sign_in_id) if guardian else None)
    if to is not None:
        await _already(db, known, to, at=at, now=now)


async def _already(db: AsyncSession, known: Resident, to: SignIn, *, at: Addresses, now: datetime) -> None:
    """Only the owner of the address learns that it is known; the page looks the same."""
    name, url = known.first_name, at.link("/sign-in")
    await tell(db, Notice.SIGN_UP_AGAIN, to=to, about=known, band=known.band, at=at, now=now, name=name, url=url)


async def _confirm(db: AsyncSession, made: Resident, own: SignIn, *, at: Addresses, now: datetime) -> None:
    link = await links.make(
        db, LinkPurpose.CONFIRM_SIGN_UP, now=now, lifetime=CONFIRM_LASTS, sign_in_id=own.id, subject_id=made.id
    )
    name, url, days = made.first_name, at.link(f"/c/{link.secret}"), CONFIRM_LASTS.days
    await tell(
        db, Notice.CONFIRM_SIGN_UP, to=own, about=made, band=made.band, at=at, now=now, name=name, url=url, days=days
    )


async def _log_older(
    db: AsyncSession, answers: Answers, made: Resident | None, own_from: int, *, now: datetime
) -> None:
    """Somebody who first typed a younger birthday is found again by a person: it stands in the audit log."""
    if answers.birth is None:
        return
    last = agreement(answers.birth, now.date(), own_from)
    dated = [one for one in answers.births if one.on is not None]  # a year alone shows no sentence about consent
    before = [one for one in dated if loosened(agreement(one, now.date(), own_from), last)]
    if made is not None and before:
        await note(
            db,
            now=now,
            actor=Actor.RESIDENT,
            actor_id=made.id,
            action="birthday_made_older",
            subject="resident",
            subject_id=made.id,
            details={"typed_before": [stored_birth(one) for one in before], "kept": stored_birth(answers.birth)},
        )


# --- confirming ------------------------------------------------------------------------------------------------------


async def to_confirm(db: AsyncSession, secret: str, *, now: datetime) -> Resident:
    """Whose address a link would confirm. Looks only. Raises Refused(LINK_USED)."""
    link = await links.find(db, secret, LinkPurpose.CONFIRM_SIGN_UP, now=now)
    resident = await db.get(Resident, link.subject_id) if link.subject_id else None
    if resident is None or resident.state in (ResidentState.LEFT, ResidentState.AWAITING_CONSENT):
        raise Refused(Refusal.LINK_USED)
    return resident


async def confirm(
    db: AsyncSession, secret: str, agreed: consent.AgreedText, *, at: Addresses, now: datetime
) -> tuple[UUID, Resident]:
    """The address is real: the resident takes part from now on. Returns who is to be signed in, and the resident.

    `agreed` is what a resident of 16 or 17 agrees to with this click; their guardian is told (rule R11).
    """
    resident = await to_confirm(db, secret, now=now)
    link = await links.find(db, secret, LinkPurpose.CONFIRM_SIGN_UP, now=now)
    sign_in = await db.get(SignIn, link.sign_in_id) if link.sign_in_id else None
    if sign_in is None:
        raise NotFound
    await links.use(db, link, now=now)
    sign_in.verified_at = sign_in.verified_at or now
    if resident.state is ResidentState.UNCONFIRMED:
        resident.state, resident.waiting_since = ResidentState.ACTIVE, now
        if resident.band is Band.CHILD:
            await consent.record(db, resident, agreed, now=now)
            await consent.tell_guardian(db, resident, Notice.GUARDIAN_INFORMED, at=at, now=now)
    elif resident.sign_in_id is None:
        resident.sign_in_id = sign_in.id  # a child's own address, used from now on
    db.add_all([sign_in, resident])
    await db.flush()
    return sign_in.id, resident


# --- tidying ---------------------------------------------------------------------------------------------------------


async def sweep(db: AsyncSession, *, now: datetime) -> int:
    """Forget drafts of 30 days, sign-ups that nobody confirmed in 7, and addresses left over. Returns how many."""
    drafts = await db.exec(delete(SignUpDraft).where(col(SignUpDraft.changed_at) <= now - DRAFT_LASTS))
    silent = await db.exec(
        select(Resident).where(
            Resident.state == ResidentState.UNCONFIRMED, col(Resident.created_at) <= now - UNCONFIRMED_LASTS
        )
    )
    gone = 0
    for resident in silent.all():
        await forget_drafted(db, resident)
        gone += 1
    # A child's own address waits for its confirmation: the row goes only when no link to it is still good.
    awaited = select(OneTimeLink.sign_in_id).where(
        OneTimeLink.expires_at > now, col(OneTimeLink.used_at).is_(None), col(OneTimeLink.sign_in_id).is_not(None)
    )
    left_over = await db.exec(
        select(SignIn.id).where(
            col(SignIn.verified_at).is_(None),
            col(SignIn.created_at) <= now - UNCONFIRMED_LASTS,
            col(SignIn.id).not_in(awaited),
            col(SignIn.id).not_in(_PUPILS),
        )
    )
    for sign_in_id in left_over.all():
        gone += await forget_address(db, sign_in_id)
    return gone + int(drafts.rowcount)


_PUPILS = (
    select(Resident.sign_in_id)
    .join(Pupil, col(Pupil.resident_id) == col(Resident.id))
    .where(col(Resident.sign_in_id).is_not(None))
)
"""They sign in without an address, so that there is nothing to confirm (rule R14)."""
