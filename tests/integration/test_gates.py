"""Who is kept away from whom, besides the walls of test_wall.py: without a yes, known too well, or not trained?"""

import re
from datetime import date, timedelta
from email import message_from_bytes, policy
from html import unescape

import pytest
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends import i18n
from penfriends.actions import (
    births,
    delivery,
    desk_mail,
    dispatch,
    eligible,
    lookup,
    mail_care,
    moderation,
    passage,
    reading,
    remit,
    rounds,
    viewing,
)
from penfriends.errors import NotFound, Refusal, Refused
from penfriends.models.delivery import Delivery, DeliveryState, TeamMessage
from penfriends.models.letters import Participant
from penfriends.models.matching import MatchSide
from penfriends.models.moderation import AuditEntry, Moderator, Vetting, VettingKind
from penfriends.models.residents import Resident, ResidentState
from penfriends.rules.matching import Medium
from tests import builders as b
from tests.support.desk import children, held, twins

NOW = b.NOW
LEAVES = NOW + timedelta(minutes=10)
WHO_READS = (
    "A volunteer reads every letter before it goes. "
    "%(friend)s does not see your e-mail address, your surname or your signature."
)


# --- R08, R11: a child without a yes ----------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [ResidentState.AWAITING_CONSENT, ResidentState.UNCONFIRMED])
async def test_R08_a_child_without_a_yes_is_shown_to_no_moderator_and_never_proposed(
    db: AsyncSession, state: ResidentState
) -> None:
    twin = await twins(db)
    tom = await b.child(db, twin.here, "Tom")
    tom.state = state
    db.add(tom)
    await db.flush()
    desk = await remit.desk_of(db, twin.ilse, now=NOW)
    assert await lookup.people(db, desk, first_name="", town="", state="", now=NOW) == []
    with pytest.raises(NotFound):
        await viewing.view_resident(db, tom.id, twin.ilse, now=NOW)
    with pytest.raises(NotFound):
        await viewing.declare_conflict(db, tom.id, twin.ilse, now=NOW)
    with pytest.raises(NotFound):
        await births.propose(db, tom.id, twin.ilse, year=2013, on=date(2013, 5, 2), reason="x", now=NOW)
    await b.child(db, twin.there, "Lotte")
    await rounds.propose_matches(db, now=NOW)
    assert (await db.exec(select(MatchSide))).all() == []


async def test_R11_an_adult_who_turns_out_to_be_17_writes_no_more_without_a_kept_yes(db: AsyncSession) -> None:
    """From 16 the own yes is enough, but it is a yes to the text for children, and a guardian is told."""
    twin = await twins(db)
    arthur = await b.adult(db, twin.here, "Arthur")
    assert await passage.consent_holds(db, arthur, now=NOW)
    on = date(2009, 3, 2)
    change = await births.propose(db, arthur.id, twin.ilse, year=2009, on=on, reason="Passport", now=NOW)
    await births.agree(db, change.id, twin.marta, now=NOW)
    assert not await passage.consent_holds(db, arthur, now=NOW)


# --- R12: who reads, in every letter ----------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_R12_a_child_s_letter_says_in_its_language_who_reads(db: AsyncSession, language: str) -> None:
    twin = await twins(db)
    tom, lotte = await children(db, twin)
    reader = await db.get_one(Resident, lotte.resident_id)
    reader.locale, reader.medium = language, Medium.EMAIL
    db.add(reader)
    hold, letter = await held(db, tom)
    seen = await moderation.shown_hash(db, letter)
    await moderation.release(db, hold.id, twin.ilse, seen_hash=seen, at=b.AT, policy=b.POLICY, now=NOW)
    row = (await db.exec(select(Delivery).where(Delivery.letter_id == letter.id))).one()
    claim = await dispatch.claim(db, row.id, at=b.AT, now=LEAVES)
    assert claim is not None
    with i18n.speaking(language):
        told = bare(i18n.pgettext("child", WHO_READS) % {"friend": "Tom"})[:30]
    parts = message_from_bytes(claim.raw, policy=policy.default).walk()
    texts = [str(one.get_content()) for one in parts if one.get_content_maintype() == "text"]
    assert len(texts) == 2
    said = [bare(unescape(re.sub(r"<[^>]+>", " ", text))) for text in texts]
    assert [told in one for one in said] == [True, True], (told, said)


def bare(text: str) -> str:
    """The words without line breaks and direction marks."""
    return " ".join(re.sub("[\u2066-\u2069\u200e\u200f]", "", text).split())


# --- R17, R18, R38: known too well, or no check -----------------------------------------------------------------------


async def test_R17_somebody_of_the_other_town_can_be_known_too(db: AsyncSession) -> None:
    twin = await twins(db)
    tom, lotte = await children(db, twin)
    hold, _ = await held(db, tom)
    await viewing.declare_conflict(db, lotte.resident_id, twin.ilse, now=NOW)
    with pytest.raises(Refused):
        await reading.open_letter(db, hold.id, twin.ilse, now=NOW)
    ola = await b.child(db, twin.there, "Ola")
    with pytest.raises(NotFound):
        await viewing.declare_conflict(db, ola.id, twin.ilse, now=NOW)


async def undeliverable(db: AsyncSession, author: Participant) -> Delivery:
    letter = await b.letter(db, author)
    await delivery.queue_letter(db, letter, at=b.AT, now=NOW)
    row = (await db.exec(select(Delivery).where(Delivery.letter_id == letter.id))).one()
    row.state = DeliveryState.FAILED
    db.add(row)
    await db.flush()
    return row


async def proof_of(db: AsyncSession, moderator: Moderator, kind: VettingKind) -> Vetting:
    found = await db.exec(select(Vetting).where(Vetting.moderator_id == moderator.id, Vetting.kind == kind))
    return found.one()


@pytest.mark.parametrize("why", ["may", "R17 knows the reader", "R38 has no check"])
async def test_R17_R38_the_mail_page_keeps_to_whom_one_may_judge(db: AsyncSession, why: str) -> None:
    twin = await twins(db)
    tom, lotte = await children(db, twin)
    row = await undeliverable(db, lotte)
    child = await db.get_one(Resident, tom.resident_id)
    child.sign_in_id = (await b.sign_in(db)).id
    town = twin.here.association_id
    assert town is not None
    db.add_all([child, TeamMessage(association_id=town, sign_in_id=child.sign_in_id, text="Hi", created_at=NOW)])
    await db.flush()
    if why.startswith("R17"):
        await viewing.declare_conflict(db, child.id, twin.ilse, now=NOW)
    elif why.startswith("R38"):
        await db.delete(await proof_of(db, twin.ilse, VettingKind.CHECK))
    await db.flush()
    seen = await desk_mail.load(db, twin.ilse, now=NOW)
    shown = 1 if why == "may" else 0
    assert (len(seen.troubled), len(seen.messages), len(seen.people)) == (shown, shown, 2 * shown)
    if not shown:
        with pytest.raises(NotFound):
            await mail_care.let_go(db, row.id, twin.ilse, now=NOW)


@pytest.mark.parametrize(("days", "good"), [(364, True), (365, False)])
async def test_R39_a_training_is_good_for_a_year_whatever_date_stands_beside_it(
    db: AsyncSession, days: int, good: bool
) -> None:
    twin = await twins(db)
    proof = await proof_of(db, twin.ilse, VettingKind.TRAINING)
    proof.seen_on, proof.expires_on = NOW.date() - timedelta(days=days), NOW.date() + timedelta(days=900)
    db.add(proof)
    await db.flush()
    if good:
        await eligible.must_be_vetted(db, twin.ilse, now=NOW)
    else:
        with pytest.raises(Refused) as refused:
            await eligible.must_be_vetted(db, twin.ilse, now=NOW)
        assert refused.value.refusal is Refusal.VETTING_MISSING


# --- R41: a list ------------------------------------------------------------------------------------------------------


async def test_R41_a_list_leaves_one_line_that_names_its_children(db: AsyncSession) -> None:
    twin = await twins(db)
    tom, arthur = await b.child(db, twin.here, "Tom"), await b.adult(db, twin.here)
    await viewing.note_list(db, twin.ilse, [arthur], now=NOW)
    await viewing.note_list(db, twin.ilse, [arthur, tom, tom], now=NOW)
    line = (await db.exec(select(AuditEntry))).one()
    assert (line.action, line.actor_id, line.details) == ("view_list", twin.ilse.id, {"children": [str(tom.id)]})
