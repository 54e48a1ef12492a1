"""Does the page of mail health say how the mail is, to those who run the place only, and give nobody away?"""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import domain_checks, mail_health, operators
from penfriends.actions.blobs import keep
from penfriends.doorkeys import house_of
from penfriends.errors import NotFound
from penfriends.ids import uuid7
from penfriends.models.delivery import (
    Bounce,
    Delivery,
    DeliveryKind,
    DeliveryState,
    MailTrouble,
    RawMail,
    RawMailState,
    Suppression,
    SuppressionReason,
)
from penfriends.models.moderation import AuditEntry, Moderator
from penfriends.models.places import Association
from penfriends.nameserver import Nameserver, findings
from penfriends.rules.mail_domains import Finding, House, Level, Topic
from penfriends.settings import Settings
from tests import builders as b
from tests.support.command import penfriends
from tests.support.desk import twins
from tests.support.name_server import GARBAGE, REFUSED, SERVFAIL, SILENCE, name_server
from tests.support.visits import Visit, visiting, words
from workers.sweeps import sweep_domains
from workers.tools import tools_for

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PATH = "/desk/mail/health"


async def sent_to(
    db: AsyncSession, email: str, state: DeliveryState = DeliveryState.SENT, *, ago: timedelta = HOUR, text: str = ""
) -> Delivery:
    """A notice to somebody new at this address."""
    who, at = await b.sign_in(db, email), b.NOW - ago
    row = Delivery(
        kind=DeliveryKind.NOTICE, notice="nudge", sign_in_id=who.id, state=state, due_at=at, first_try_at=at,
        sent_at=at if state is DeliveryState.SENT else None, last_text=text, message_id=str(uuid7()), created_at=at,
    )  # fmt: skip
    db.add(row)
    await db.flush()
    return row


async def came_back(db: AsyncSession, row: Delivery, reason: str = "mailbox", *, ago: timedelta = HOUR) -> None:
    db.add(Bounce(delivery_id=row.id, hard=True, reason=reason, at=b.NOW - ago))
    await db.flush()


async def test_a_provider_is_named_only_where_three_people_have_their_mailbox(db: AsyncSession) -> None:
    for name in ("one", "two", "three"):
        await sent_to(db, f"{name}@big.example")
    await came_back(db, await sent_to(db, "four@BIG.example"))
    await sent_to(db, "five@big.example", DeliveryState.DEFERRED)
    await sent_to(db, "six@big.example", DeliveryState.FAILED, text="550 no such user")
    await sent_to(db, "seven@big.example", DeliveryState.FAILED, text="suppressed")
    await sent_to(db, "eight@big.example", ago=8 * DAY)
    await came_back(db, await sent_to(db, "anna@anna-musterfrau.example"), "complaint")
    await sent_to(db, "ben@two.example")
    await sent_to(db, "cem@two.example")
    rows = [
        (one.name, one.delivered, one.deferred, one.bounced, one.complained)
        for one in await mail_health.week(db, now=b.NOW)
    ]
    assert rows == [("big.example", 3, 1, 2, 0), ("", 3, 0, 0, 1)]


async def test_a_letter_counts_where_its_reader_has_the_mailbox_a_child_s_at_the_guardian_s(db: AsyncSession) -> None:
    here = await b.town(db)
    tom = await b.child(db, here, "Tom")
    lotte = await b.child(db, here, "Lotte")
    writer, reader = await b.correspondence(db, tom, lotte)
    letter = await b.letter(db, writer, "Dear Lotte")
    db.add(
        Delivery(
            kind=DeliveryKind.LETTER, letter_id=letter.id, participant_id=reader.id, state=DeliveryState.SENT,
            due_at=b.NOW, sent_at=b.NOW, message_id="x", created_at=b.NOW,
        )
    )  # fmt: skip
    await db.flush()
    [others] = await mail_health.week(db, now=b.NOW)
    assert (others.name, others.delivered, len(others.people)) == ("", 1, 1)


async def test_what_waits_and_since_when(db: AsyncSession) -> None:
    await sent_to(db, "a@x.example", ago=3 * HOUR)
    await sent_to(db, "b@x.example", DeliveryState.QUEUED, ago=2 * HOUR)
    await sent_to(db, "c@x.example", DeliveryState.DEFERRED, ago=5 * HOUR)
    await sent_to(db, "d@x.example", DeliveryState.QUEUED, ago=-HOUR)  # may still be taken back
    for state in (DeliveryState.UNSURE, DeliveryState.FAILED, DeliveryState.FAILED, DeliveryState.WITHDRAWN):
        await sent_to(db, f"{uuid7()}@x.example", state)
    for what in (RawMailState.RECEIVED, RawMailState.QUARANTINED, RawMailState.TAKEN):
        db.add(
            RawMail(
                envelope_to="a@letters.test", blob_sha256=await keep(db, b"mail", now=b.NOW), state=what,
                received_at=b.NOW - HOUR,
            )
        )  # fmt: skip
    await db.flush()
    found = await mail_health.load(db, now=b.NOW)
    assert (found.last_in, found.last_out) == (b.NOW - HOUR, b.NOW - 3 * HOUR)
    assert found.waiting == mail_health.Pile(2, b.NOW - 5 * HOUR)
    assert found.unread == mail_health.Pile(1, b.NOW - HOUR)
    assert (found.unsure, found.failed, found.set_aside) == (1, 2, 1)


async def test_troubled_places_are_named_like_providers(db: AsyncSession) -> None:
    for name in ("one", "two", "three"):
        await sent_to(db, f"{name}@big.example")
    await sent_to(db, "anna@anna-musterfrau.example")
    until = b.NOW + HOUR
    for place, shut in (
        ("smarthost", until),
        ("big.example", until),
        ("anna-musterfrau.example", until),
        ("ok.example", None),
    ):
        db.add(MailTrouble(place=place, failures=6, last_at=b.NOW, until=shut))
    await db.flush()
    assert [(one.is_house, one.name) for one in await mail_health.closed(db)] == [
        (True, ""), (False, "big.example"), (False, ""),
    ]  # fmt: skip


async def test_suppressions_count_by_reason_without_those_that_were_lifted(db: AsyncSession) -> None:
    for reason, lifted in (("hard_bounce", None), ("hard_bounce", b.NOW), ("complaint", None)):
        who = await b.sign_in(db)
        db.add(Suppression(sign_in_id=who.id, reason=SuppressionReason(reason), since=b.NOW, lifted_at=lifted))
    await db.flush()
    found = await mail_health.load(db, now=b.NOW)
    assert found.suppressed == {SuppressionReason.HARD_BOUNCE: 1, SuppressionReason.COMPLAINT: 1}


async def test_operators_are_named_and_it_is_noted(db: AsyncSession) -> None:
    twin = await twins(db)
    slug = (await db.get_one(Association, twin.here.association_id)).slug
    ilse = (await b.sign_in(db, "op@team.example")).id
    who = await b.moderator(db, twin.here.association_id, "Op", email="op2@team.example")
    assert not who.operates
    assert ilse != who.sign_in_id
    await operators.name(db, association=slug, email="op2@team.example", wanted=True, now=b.NOW)
    assert who.operates
    await operators.name(db, association=slug, email="op2@team.example", wanted=False, now=b.NOW)
    assert not who.operates
    noted = [one.details for one in await db.exec(select(AuditEntry).where(AuditEntry.action == "operator_named"))]
    assert noted == [{"operates": True}, {"operates": False}]
    with pytest.raises(NotFound):
        await operators.name(db, association=slug, email="op@team.example", wanted=True, now=b.NOW)


# --- the page ---------------------------------------------------------------------------------------------------------


@pytest.fixture
async def visit(fresh_database: str) -> AsyncIterator[Visit]:
    async with visiting(fresh_database) as visit:
        await visit.get("/sign-in")
        yield visit


async def sit_down(visit: Visit, *, operates: bool) -> Moderator:
    async with visit.database.transaction() as db:
        here = await b.town(db)
        moderator = await b.moderator(db, here.association_id, operates=operates, now=datetime.now(UTC))
        visit.sign_in(await b.session(db, moderator.sign_in_id, staff=True))
    return moderator


async def test_only_operators_see_the_page_and_the_way_to_it(visit: Visit) -> None:
    answer = await visit.get(PATH)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/staff/sign-in?next={PATH}")
    await sit_down(visit, operates=False)
    assert (await visit.get(PATH)).status_code == 404
    assert PATH not in (await visit.get("/desk/mail")).text
    await sit_down(visit, operates=True)
    assert PATH in (await visit.get("/desk/mail")).text
    page = await visit.get(PATH)
    assert page.status_code == 200
    assert "Nobody has asked yet" in words(page)
    assert "Mail comes and goes. Nothing needs you here." in words(page)


async def test_the_page_says_what_is_troubled_what_to_publish_and_shows_no_address(visit: Visit) -> None:
    await sit_down(visit, operates=True)
    now = datetime.now(UTC)
    wrong = Finding(
        Topic.DKIM, "letters.test", "dkim_missing", Level.WRONG, "", "pf1._domainkey.letters.test", "v=DKIM1; p=abc"
    )
    unknown = Finding(Topic.MX, "bounce.test", "mx_unknown", Level.UNKNOWN)
    async with visit.database.transaction() as db:
        await sent_to(db, "anna@anna-musterfrau.example", DeliveryState.DEFERRED)
        db.add(MailTrouble(place="anna-musterfrau.example", failures=7, last_at=now, until=now + HOUR))
        await domain_checks.keep(db, [wrong, unknown], now=now - 4 * HOUR)
        await domain_checks.keep(db, [wrong, unknown], now=now - 4 * HOUR)
    page = await visit.get(PATH)
    said = words(page)
    assert "1 place takes no mail of ours" in said
    assert "1 record in DNS is to be corrected" in said
    assert "Mail waits too long to leave." in said
    assert "A small provider" in said
    assert "TXT record to publish at pf1._domainkey.letters.test v=DKIM1; p=abc" in said
    assert "That says nothing about the record" in said
    assert "This is old" in said
    assert "musterfrau" not in page.text


# --- who asks DNS -----------------------------------------------------------------------------------------------------

ZONE = {
    "letters.test MX": ["10 mx.letters.test."],
    "mx.letters.test AAAA": ["::1"],
    "bounce.test MX": ["0 ."],
    "bounce.test TXT": ['"v=spf1 ip4:192.0.2.1" " -all"'],
    "_dmarc.letters.test TXT": ['"v=DMARC1; p=none"'],
}
LETTERS = House("letters.test", "bounce.test", "letters.test")


async def test_a_real_server_is_asked_and_its_answers_judged() -> None:
    async with name_server(ZONE) as server:
        found = await findings(LETTERS, Nameserver(server.address))
    assert [one.code for one in found] == [
        "mx_fine", "mx_null", "spf_not_needed", "spf_fine", "dkim_elsewhere", "dmarc_on_dkim",
    ]  # fmt: skip
    assert "mx.letters.test A" in server.asked
    assert found[3].seen == "v=spf1 ip4:192.0.2.1 -all", "the parts of a text are one"


@pytest.mark.parametrize("broken", [SERVFAIL, REFUSED, SILENCE, GARBAGE])
async def test_a_server_that_does_not_answer_makes_nothing_wrong(broken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("penfriends.nameserver.WITHIN", 0.3)
    zone = {f"{name} {kind}": [broken] for name, kind in (
        ("letters.test", "MX"), ("bounce.test", "MX"), ("letters.test", "TXT"), ("bounce.test", "TXT"),
        ("_dmarc.letters.test", "TXT"),
    )}  # fmt: skip
    async with name_server(zone) as server:
        found = await findings(LETTERS, Nameserver(server.address))
    assert {one.level for one in found} == {Level.UNKNOWN}


async def test_the_worker_asks_and_keeps_what_it_heard(fresh_database: str) -> None:
    async with name_server(ZONE) as server, visiting(fresh_database) as visit:
        chosen = Settings(
            database_url=fresh_database, dns_server=server.address, mail_domain="letters.test",
            bounce_domain="bounce.test", team_address="team@letters.test",
        )  # fmt: skip
        await sweep_domains(tools_for(chosen, visit.database))
        await sweep_domains(tools_for(chosen, visit.database))
        async with visit.database.reading() as db:
            kept = await domain_checks.latest(db)
    assert kept is not None
    assert [one.code for one in kept.findings][:2] == ["mx_fine", "mx_null"]
    assert house_of(chosen) == LETTERS


async def test_in_development_nobody_is_asked(fresh_sqlite: str) -> None:
    async with visiting(fresh_sqlite) as visit:
        await sweep_domains(tools_for(Settings(database_url=fresh_sqlite), visit.database))
        async with visit.database.reading() as db:
            assert await domain_checks.latest(db) is None


async def test_check_prints_the_same_findings(tmp_path: Path) -> None:
    async with name_server({**ZONE, "_dmarc.a.test TXT": [SERVFAIL]}) as server:
        done = await asyncio.to_thread(
            penfriends, tmp_path, "check", dns_server=server.address, mail_domain="letters.test",
            bounce_domain="bounce.test", team_address="team@a.test", smtp_port="1",
        )  # fmt: skip
    assert "fine    mx            letters.test: Replies and delivery reports" in done.stdout
    assert "missing mx            bounce.test: The MX record says" in done.stdout
    assert "Publish at bounce.test: 10 MAILSERVER." in done.stdout
    assert "unknown dmarc         a.test: The name server gave no proper answer." in done.stdout
