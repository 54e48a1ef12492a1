"""Does a guardian's yes hold what it promises: a year, reminders, one click back, and nothing kept after a no?"""

import hashlib
from datetime import timedelta

import pytest
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import consent, residents
from penfriends.actions.consent import AgreedText
from penfriends.actions.consent_sweep import sweep
from penfriends.errors import NotFound, Refusal, Refused
from penfriends.models.delivery import Delivery
from penfriends.models.letters import Correspondence, CorrespondenceState, Participant
from penfriends.models.moderation import AuditEntry, Moderator, Role
from penfriends.models.residents import Consent, ConsentState, ConsentText, Guardian, Resident, ResidentState
from penfriends.models.signin import LinkPurpose, SignIn
from penfriends.rules.consent import LASTS
from tests import builders as b
from tests.builders import AT, NOW

YES = AgreedText("test", "en", "My child may write.")
DAY = timedelta(days=1)


async def asked_child(db: AsyncSession) -> Resident:
    """A child whose guardian has been asked and has not answered, in a town with lead and deputy."""
    town = await b.town(db, "Thetford")
    await b.moderator(db, town.association_id, "Ilse", role=Role.LEAD)
    await b.moderator(db, town.association_id, "Marta", role=Role.DEPUTY)
    child = await b.child(db, town)
    child.state, child.waiting_since = ResidentState.AWAITING_CONSENT, None
    row = (await db.exec(select(Consent))).one()
    row.state, row.answered_at, row.expires_at = ConsentState.ASKED, None, None
    guardian = await db.get(Guardian, child.guardian_id)
    assert guardian is not None
    who = await db.get(SignIn, guardian.sign_in_id)
    assert who is not None
    who.verified_at = None
    db.add_all([child, row, who])
    await db.flush()
    await consent.ask(db, child, at=AT, now=NOW)
    return child


async def secret_of(db: AsyncSession, notice: str) -> str:
    found = await db.exec(
        select(Delivery)
        .where(Delivery.notice == notice)
        .order_by(col(Delivery.created_at).desc(), col(Delivery.id).desc())
    )
    row = found.first()
    assert row is not None
    return str(row.payload["url"]).removesuffix("/withdrawal").rpartition("/")[2]


async def notices(db: AsyncSession) -> list[str]:
    return [str(one) for one in (await db.exec(select(Delivery.notice).order_by(col(Delivery.created_at)))).all()]


async def given(db: AsyncSession) -> Resident:
    child = await asked_child(db)
    return await consent.give_by_link(db, await secret_of(db, "guardian_consent"), YES, at=AT, now=NOW) or child


async def test_R07_looking_changes_nothing_however_often(db: AsyncSession) -> None:
    child = await asked_child(db)
    secret = await secret_of(db, "guardian_consent")
    for _scan in range(5):
        found = await consent.decision_by_link(db, secret, LinkPurpose.GUARDIAN_CONSENT, now=NOW)
        assert found.child.id == child.id
    assert child.state is ResidentState.AWAITING_CONSENT
    await consent.give_by_link(db, secret, YES, at=AT, now=NOW)


async def test_R07_a_link_gives_consent_once(db: AsyncSession) -> None:
    await given(db)
    with pytest.raises(Refused) as refused:
        await consent.give_by_link(db, await secret_of(db, "guardian_consent"), YES, at=AT, now=NOW)
    assert refused.value.refusal is Refusal.LINK_USED


async def test_R09_a_yes_keeps_the_exact_text_and_lasts_a_year(db: AsyncSession) -> None:
    child = await given(db)
    row = await consent.newest(db, child.id)
    assert row is not None
    text = await db.get(ConsentText, row.text_sha256)
    assert text is not None
    assert (text.text, text.sha256) == (YES.text, hashlib.sha256(YES.text.encode()).hexdigest())
    assert (row.state, row.answered_at, row.expires_at) == (ConsentState.GIVEN, NOW, NOW + timedelta(days=365))
    assert (child.state, child.waiting_since) == (ResidentState.ACTIVE, NOW)
    assert (await notices(db))[-1] == "consent_given"


async def test_R46_a_yes_needs_lead_and_deputy_at_that_moment(db: AsyncSession) -> None:
    child = await asked_child(db)
    for moderator in (await db.exec(select(Moderator))).all():
        moderator.active = False
        db.add(moderator)
    await db.flush()
    with pytest.raises(Refused):
        await consent.give(db, child, YES, at=AT, now=NOW)


async def test_R08_a_no_keeps_nothing(db: AsyncSession) -> None:
    child = await asked_child(db)
    child_id = child.id
    await consent.refuse(db, await secret_of(db, "guardian_consent"), now=NOW)
    assert await db.get(Resident, child_id) is None
    assert (await db.exec(select(Consent))).all() == []
    assert (await db.exec(select(Guardian))).all() == []
    assert [one.email for one in (await db.exec(select(SignIn))).all() if one.verified_at is None] == []
    assert "consent_refused" in [line.action for line in (await db.exec(select(AuditEntry))).all()]


async def test_R08_one_reminder_on_day_7_and_nothing_left_on_day_14(db: AsyncSession) -> None:
    child = await asked_child(db)
    child_id = child.id
    assert (await sweep(db, at=AT, now=NOW + 6 * DAY)).asked_again == 0
    assert (await sweep(db, at=AT, now=NOW + 7 * DAY)).asked_again == 1
    assert (await sweep(db, at=AT, now=NOW + 8 * DAY)).asked_again == 0
    fresh = await secret_of(db, "consent_reminder")
    await consent.decision_by_link(db, fresh, LinkPurpose.GUARDIAN_CONSENT, now=NOW + 9 * DAY)
    assert (await sweep(db, at=AT, now=NOW + 14 * DAY)).purged == 1
    assert await db.get(Resident, child_id) is None
    with pytest.raises(Refused):
        await consent.decision_by_link(db, fresh, LinkPurpose.GUARDIAN_CONSENT, now=NOW + 9 * DAY)


async def test_R09_reminders_at_30_14_and_3_days(db: AsyncSession) -> None:
    await given(db)
    sent = [(await sweep(db, at=AT, now=NOW + LASTS - days * DAY)).reminded for days in (31, 30, 29, 14, 13, 3, 2)]
    assert sent == [0, 1, 0, 1, 0, 1, 0]


async def test_R09_the_end_pauses_and_deletes_nothing(db: AsyncSession) -> None:
    child = await given(db)
    assert (await sweep(db, at=AT, now=NOW + LASTS)).expired == 1
    row = await consent.newest(db, child.id)
    assert row is not None
    assert (row.state, child.state) == (ConsentState.EXPIRED, ResidentState.PAUSED)
    with pytest.raises(Refused):
        await residents.resume(db, child, now=NOW + LASTS)


async def test_R09_a_renewal_runs_a_year_from_its_day_and_wakes_the_child(db: AsyncSession) -> None:
    child = await given(db)
    later = NOW + LASTS + DAY
    await sweep(db, at=AT, now=later)
    await consent.give(db, child, YES, at=AT, now=later)
    row = await consent.newest(db, child.id)
    assert row is not None
    assert (row.state, row.expires_at, child.state) == (ConsentState.GIVEN, later + LASTS, ResidentState.ACTIVE)


async def test_R09_a_renewal_before_the_end_supersedes(db: AsyncSession) -> None:
    child = await given(db)
    await sweep(db, at=AT, now=NOW + LASTS - 30 * DAY)
    await consent.give_by_link(db, await secret_of(db, "consent_expiring"), YES, at=AT, now=NOW + LASTS - 29 * DAY)
    rows = (await db.exec(select(Consent).where(Consent.resident_id == child.id))).all()
    assert sorted(row.state for row in rows) == [ConsentState.EXPIRED, ConsentState.GIVEN]
    assert (await sweep(db, at=AT, now=NOW + LASTS + DAY)).expired == 0


async def writing_child(db: AsyncSession) -> tuple[Resident, Resident]:
    """A child with a yes, and the friend with whom it writes."""
    child = await given(db)
    friend = await b.child(db, await b.town(db, "Skawina", country="PL"), "Kasia")
    await b.correspondence(db, child, friend)
    return child, friend


async def test_R10_withdrawn_without_signing_in_and_the_partner_is_told(db: AsyncSession) -> None:
    child, _friend = await writing_child(db)
    secret = await secret_of(db, "consent_given")
    await consent.decision_by_link(db, secret, LinkPurpose.WITHDRAW_CONSENT, now=NOW + 300 * DAY)
    await consent.withdraw_by_link(db, secret, at=AT, now=NOW + 300 * DAY)
    row = await consent.newest(db, child.id)
    assert row is not None
    assert (row.state, child.state) == (ConsentState.WITHDRAWN, ResidentState.PAUSED)
    correspondence = (await db.exec(select(Correspondence))).one()
    assert (correspondence.state, correspondence.state_reason) == (CorrespondenceState.ENDED, "consent_withdrawn")
    mine = (await db.exec(select(Participant).where(Participant.resident_id == child.id))).one()
    assert mine.open_band is None
    told = (await db.exec(select(Delivery).where(Delivery.notice == "consent_withdrawn"))).one()
    assert (told.payload["name"], told.payload["friend"]) == ("Kasia", "Maisie")


async def test_R10_a_second_click_is_no_error_and_tells_nobody_again(db: AsyncSession) -> None:
    await writing_child(db)
    secret = await secret_of(db, "consent_given")
    for _click in range(2):
        await consent.withdraw_by_link(db, secret, at=AT, now=NOW)
    assert (await notices(db)).count("consent_withdrawn") == 1


async def test_R10_a_withdrawn_child_cannot_wake_itself(db: AsyncSession) -> None:
    child, _friend = await writing_child(db)
    await consent.withdraw(db, child, at=AT, now=NOW)
    with pytest.raises(Refused) as refused:
        await residents.resume(db, child, now=NOW)
    assert refused.value.refusal is Refusal.CONSENT_MISSING


async def test_a_guardian_sees_the_own_children_only(db: AsyncSession) -> None:
    child = await given(db)
    guardian = await db.get(Guardian, child.guardian_id)
    assert guardian is not None
    other = await b.child(db, await b.town(db, "Preston"))
    assert (await consent.decision_of_guardian(db, guardian.sign_in_id, child.id)).child.id == child.id
    with pytest.raises(NotFound):
        await consent.decision_of_guardian(db, guardian.sign_in_id, other.id)
