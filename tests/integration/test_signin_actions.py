"""Does only the right person get in, and does nobody learn which address is known?"""

from collections.abc import Iterator
from datetime import timedelta

import pyotp
import pytest
from argon2 import PasswordHasher
from litestar.background_tasks import BackgroundTask
from sqlalchemy import event
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import keys, signin, staff, throttle
from penfriends.errors import BadSettings, NotFound, Refused
from penfriends.ids import fingerprint
from penfriends.models.delivery import Delivery
from penfriends.models.moderation import Moderator, Role
from penfriends.models.places import Association
from penfriends.models.signin import OneTimeLink, SignIn
from tests import builders as b
from tests.builders import AT, NOW
from tests.support.visits import visiting

PASSWORD = "geese over the canal"


@pytest.fixture(autouse=True)
def quick_passwords(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Guessing is made to cost a tenth of a second each time; only the test that looks at that pays it."""
    if "real_passwords" not in request.fixturenames:
        monkeypatch.setattr(staff, "_hasher", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
    staff._nobody_s.cache_clear()
    yield
    staff._nobody_s.cache_clear()


@pytest.fixture
def real_passwords() -> None:
    """Passwords are kept as in production."""


async def mail_of(db: AsyncSession) -> tuple[str, str]:
    """(secret of the link, code) of the only mail."""
    row = (await db.exec(select(Delivery).where(Delivery.notice == "sign_in"))).one()
    return str(row.payload["url"]).rpartition("/")[2], str(row.payload["code"])


async def test_the_link_opens_once_for_fifteen_minutes(db: AsyncSession) -> None:
    who = await b.adult(db, await b.town(db), email="henk@example.org")
    await signin.ask(db, " Henk@example.ORG ", at=AT, now=NOW)
    secret, _code = await mail_of(db)
    with pytest.raises(Refused):
        await signin.by_link(db, secret, now=NOW + timedelta(minutes=15))
    assert await signin.by_link(db, secret, now=NOW + timedelta(minutes=14)) == who.sign_in_id
    with pytest.raises(Refused):
        await signin.by_link(db, secret, now=NOW + timedelta(minutes=14))


async def test_the_code_may_be_pasted_with_spaces(db: AsyncSession) -> None:
    who = await b.adult(db, await b.town(db), email="henk@example.org")
    await signin.ask(db, "henk@example.org", at=AT, now=NOW)
    _secret, code = await mail_of(db)
    assert (
        await signin.by_code(db, "henk@example.org", f" {code[:3]} {code[3:]}", key=AT.key, now=NOW) == who.sign_in_id
    )
    assert await signin.by_code(db, "henk@example.org", code, key=AT.key, now=NOW) is None


async def test_after_five_wrong_tries_the_code_is_dead_and_the_link_is_not(db: AsyncSession) -> None:
    await b.adult(db, await b.town(db), email="henk@example.org")
    await signin.ask(db, "henk@example.org", at=AT, now=NOW)
    secret, code = await mail_of(db)
    wrong = "000000" if code != "000000" else "111111"
    for _try in range(5):
        assert await signin.by_code(db, "henk@example.org", wrong, key=AT.key, now=NOW) is None
    assert await signin.by_code(db, "henk@example.org", code, key=AT.key, now=NOW) is None
    assert await signin.by_link(db, secret, now=NOW)


async def test_an_unknown_address_gets_no_mail_and_the_same_throttle(db: AsyncSession) -> None:
    for _try in range(signin.MAILS_AN_HOUR):
        await signin.may_ask(db, "nobody@example.org", source="home", now=NOW)
        await signin.ask(db, "nobody@example.org", at=AT, now=NOW)
    with pytest.raises(Refused):
        await signin.may_ask(db, "nobody@example.org", source="home", now=NOW)
    await signin.may_ask(db, "nobody@example.org", source="library", now=NOW)
    assert (await db.exec(select(Delivery))).all() == []
    assert await signin.by_code(db, "nobody@example.org", "123456", key=AT.key, now=NOW) is None


async def test_guessing_spread_over_many_addresses_is_stopped(db: AsyncSession) -> None:
    for number in range(signin.CODES_FROM_A_SOURCE):
        assert not await signin.by_code(db, f"a{number}@example.org", "123456", key=AT.key, source="one", now=NOW)
    with pytest.raises(Refused):
        await signin.by_code(db, "another@example.org", "123456", key=AT.key, source="one", now=NOW)
    for _try in range(staff.PASSWORDS_FROM_A_SOURCE):
        await throttle.check(db, "password:one", limit=staff.PASSWORDS_FROM_A_SOURCE, within=signin.HOUR, now=NOW)
    with pytest.raises(Refused):
        await staff.check_password(db, "new@example.org", PASSWORD, pepper="", source="one", now=NOW)


async def test_R40_nobody_locks_a_moderator_out_by_trying(db: AsyncSession) -> None:
    moderator, _app = await enrolled(db)
    for source in ("theirs", "their other one"):
        for _try in range(staff.PASSWORDS_AN_HOUR):
            key = f"password:ilse@example.org:{source}"
            await throttle.check(db, key, limit=staff.PASSWORDS_AN_HOUR, within=signin.HOUR, now=NOW)
        with pytest.raises(Refused):
            await staff.check_password(db, "ilse@example.org", PASSWORD, pepper="salt", source=source, now=NOW)
    found = await staff.check_password(db, "Ilse@example.org", PASSWORD, pepper="salt", source="hers", now=NOW)
    assert found == moderator.sign_in_id


def test_a_source_is_kept_as_a_pseudonym_and_a_household_is_one() -> None:
    one, neighbour = keys.source_of(AT.key, "2001:db8:1:2::1"), keys.source_of(AT.key, "2001:db8:1:3::1")
    assert one == keys.source_of(AT.key, "2001:db8:1:2:ffff::9")
    assert len({one, neighbour, keys.source_of(AT.key, "192.0.2.7"), keys.source_of(b"other", "192.0.2.7")}) == 4


async def test_a_known_and_an_unknown_address_cost_the_same_before_the_answer(fresh_sqlite: str) -> None:
    """Statements are counted, not milliseconds: what differs may only come after the answer."""
    asked: list[str] = []
    counted: dict[str, list[int]] = {}
    async with visiting(fresh_sqlite) as visit:
        async with visit.database.transaction() as db:
            await b.adult(db, await b.town(db), email="henk@example.org")
        event.listen(
            visit.database.engine.sync_engine, "before_cursor_execute", lambda *said: asked.append(str(said[2]))
        )
        plain_send = BackgroundTask.__call__
        await visit.get("/sign-in")
        for email in ("henk@example.org", "nobody@example.org"):
            with pytest.MonkeyPatch.context() as patched:

                async def after(task: BackgroundTask, email: str = email) -> None:
                    counted[email].append(len(asked))
                    await plain_send(task)

                patched.setattr(BackgroundTask, "__call__", after)
                asked.clear()
                counted[email] = []
                assert (await visit.post("/sign-in", email=email)).status_code == 303
            asked.clear()
            await visit.post("/sign-in/code", code="000000")
            counted[email].append(len(asked))
        assert counted["henk@example.org"] == counted["nobody@example.org"]
        assert len(counted["nobody@example.org"]) == 2
        assert await visit.mail("sign_in")


async def test_a_guardian_gets_a_mail_for_adults(db: AsyncSession) -> None:
    await b.child(db, await b.town(db, "Thetford"), guardian_email="ann@example.org")
    await signin.ask(db, "ann@example.org", at=AT, now=NOW)
    row = (await db.exec(select(Delivery))).one()
    assert (row.payload["band"], row.payload["town"]) == ("adult", "Thetford")


# --- staff -----------------------------------------------------------------------------------------------------------


async def invited(db: AsyncSession) -> tuple[Moderator, str]:
    house = await b.association(db, "thetford")
    moderator, url = await staff.add_moderator(
        db, association=house.slug, email="ilse@example.org", name="Ilse", role=Role.LEAD, at=AT, now=NOW
    )
    return moderator, url.rpartition("/")[2]


async def enrolled(db: AsyncSession) -> tuple[Moderator, pyotp.TOTP]:
    """A moderator who has accepted the invitation, and their authenticator."""
    moderator, secret = await invited(db)
    app = pyotp.TOTP(staff.one_time_secret(secret, AT.key))
    typed = app.at(NOW)
    assert await staff.accept_invitation(db, secret, password=PASSWORD, typed=typed, at=AT, pepper="salt", now=NOW)
    return moderator, app


async def test_R40_password_and_one_time_code(db: AsyncSession) -> None:
    moderator, app = await enrolled(db)
    found = await staff.check_password(db, "Ilse@example.org", PASSWORD, pepper="salt", now=NOW)
    assert found == moderator.sign_in_id
    assert await staff.check_password(db, "ilse@example.org", PASSWORD + "!", pepper="salt", now=NOW) is None
    assert await staff.check_password(db, "ilse@example.org", PASSWORD, pepper="", now=NOW) is None
    later = NOW + timedelta(minutes=1)
    assert await staff.check_one_time_code(db, found, app.at(later), key=AT.key, now=later)


async def test_R40_a_one_time_code_opens_once(db: AsyncSession) -> None:
    moderator, app = await enrolled(db)
    later = NOW + timedelta(minutes=2)
    assert not await staff.check_one_time_code(db, moderator.sign_in_id, app.at(NOW), key=AT.key, now=NOW)
    assert await staff.check_one_time_code(db, moderator.sign_in_id, app.at(later), key=AT.key, now=later)
    assert not await staff.check_one_time_code(db, moderator.sign_in_id, app.at(later), key=AT.key, now=later)


@pytest.mark.parametrize(("seconds", "fits"), [(-60, False), (-30, True), (30, True), (60, False)])
def test_R40_one_step_early_or_late_is_fine(seconds: int, fits: bool) -> None:
    secret = staff.one_time_secret("a link", AT.key)
    now = NOW.replace(second=15)
    typed = pyotp.TOTP(secret).at(now + timedelta(seconds=seconds))
    assert (staff.fitting_step(secret, typed, now=now) is not None) is fits


async def test_R40_guessing_is_throttled(db: AsyncSession) -> None:
    moderator, app = await enrolled(db)
    later = NOW + timedelta(minutes=2)
    wrong = "000000" if app.at(later) != "000000" else "111111"
    for _try in range(staff.ONE_TIME_CODES_AN_HOUR - 1):  # the first try was the invitation's
        assert not await staff.check_one_time_code(db, moderator.sign_in_id, wrong, key=AT.key, now=later)
    with pytest.raises(Refused):
        await staff.check_one_time_code(db, moderator.sign_in_id, app.at(later), key=AT.key, now=later)


async def test_R40_after_ten_wrong_passwords_the_right_one_waits_an_hour_too(db: AsyncSession) -> None:
    moderator, _app = await enrolled(db)
    for number in range(staff.PASSWORDS_AN_HOUR):
        assert await staff.check_password(db, "ilse@example.org", f"wrong {number}", pepper="salt", now=NOW) is None
    with pytest.raises(Refused):
        await staff.check_password(db, "ilse@example.org", PASSWORD, pepper="salt", now=NOW)
    later = NOW + timedelta(hours=1, minutes=1)
    found = await staff.check_password(db, "ilse@example.org", PASSWORD, pepper="salt", now=later)
    assert found == moderator.sign_in_id


async def test_R40_an_inactive_moderator_does_not_get_in(db: AsyncSession) -> None:
    moderator, _app = await enrolled(db)
    moderator.active = False
    db.add(moderator)
    await db.flush()
    assert await staff.check_password(db, "ilse@example.org", PASSWORD, pepper="salt", now=NOW) is None


async def test_R40_the_database_keeps_no_secret_of_an_authenticator_and_no_guessable_code(db: AsyncSession) -> None:
    moderator, app = await enrolled(db)
    who = await db.get_one(SignIn, moderator.sign_in_id)
    kept = who.totp_secret or ""
    assert app.secret not in kept
    assert staff.one_time_secret(kept.partition(":")[2], b"another key") != app.secret
    await signin.ask(db, "ilse@example.org", at=AT, now=NOW)
    _secret, code = await mail_of(db)
    link = (await db.exec(select(OneTimeLink).where(col(OneTimeLink.code_fingerprint).is_not(None)))).one()
    plain = fingerprint(f"{moderator.sign_in_id}:{code}")
    assert link.code_fingerprint not in (plain, fingerprint(code))


async def test_R40_another_secret_key_is_said_aloud(db: AsyncSession) -> None:
    moderator, app = await enrolled(db)
    later = NOW + timedelta(minutes=2)
    with pytest.raises(BadSettings, match="SECRET_KEY"):
        await staff.check_one_time_code(db, moderator.sign_in_id, app.at(later), key=b"another key", now=later)
    assert await staff.made_with_another_key(db, AT.key) == 0
    assert await staff.made_with_another_key(db, b"another key") == 1


@pytest.mark.usefixtures("real_passwords")
async def test_R40_the_password_is_kept_as_argon2id_and_costs_what_the_library_advises(db: AsyncSession) -> None:
    moderator, _app = await enrolled(db)
    who = await db.get(SignIn, moderator.sign_in_id)
    assert who is not None
    assert (who.password_hash or "").startswith("$argon2id$")
    assert not PasswordHasher().check_needs_rehash(who.password_hash or "")
    assert await staff.check_password(db, "ilse@example.org", PASSWORD, pepper="salt", now=NOW) == who.id


async def test_an_invitation_is_used_once_and_a_wrong_code_does_not_use_it(db: AsyncSession) -> None:
    _moderator, secret = await invited(db)
    one_time = staff.one_time_secret(secret, AT.key)
    wrong = "000000" if pyotp.TOTP(one_time).at(NOW) != "000000" else "111111"
    options = {"password": PASSWORD, "at": AT, "pepper": "", "now": NOW}
    assert await staff.accept_invitation(db, secret, typed=wrong, **options) is None  # type: ignore[arg-type]
    assert await staff.accept_invitation(db, secret, typed=pyotp.TOTP(one_time).at(NOW), **options)  # type: ignore[arg-type]
    with pytest.raises(Refused):
        await staff.invited(db, secret, now=NOW)


async def test_inviting_again_changes_the_row_and_makes_no_second(db: AsyncSession) -> None:
    moderator, _secret = await invited(db)
    again, _url = await staff.add_moderator(
        db, association="thetford", email="Ilse@example.org", name="Ilse J.", role=Role.DEPUTY, at=AT, now=NOW
    )
    assert (again.id, again.name, again.role) == (moderator.id, "Ilse J.", Role.DEPUTY)
    assert (await db.exec(select(Association))).one().slug == "thetford"
    with pytest.raises(NotFound):
        await staff.add_moderator(db, association="nowhere", email="a@example.org", name="A", at=AT, now=NOW)
