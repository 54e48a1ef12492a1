"""A school year becomes longer: whose guardian has agreed to that, and who is never asked for by one press?"""

from datetime import timedelta

import pytest
from sqlmodel import select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import consent_years, pupil_care, pupils
from penfriends.errors import NotFound, Refusal, Refused
from penfriends.models.residents import Consent, ConsentState
from penfriends.models.schools import PaperYes
from tests import builders as b
from tests.support.pupils import school
from tests.support.schools import Classes, classes

NOW = b.NOW


@pytest.fixture
async def at(db: AsyncSession) -> Classes:
    """Ms Okafor's class ends four weeks later than its guardians were told; Bea's took the yes back, Cem has left."""
    made = await classes(db)
    bea, cem = [await b.pupil(db, made.here, made.okafor, name) for name in ("Bea", "Cem")]
    await b.pupil(db, made.here, made.okafor, "Dora", paper=PaperYes.NONE)
    await pupil_care.set_paper(db, bea.resident_id, made.okafor, PaperYes.NONE, now=NOW)
    await pupil_care.leave(db, cem.resident_id, made.okafor, now=NOW)
    made.here.ends_on += timedelta(weeks=4)
    db.add(made.here)
    await db.flush()
    return made


async def given(db: AsyncSession) -> dict[str, object]:
    rows = await db.exec(select(Consent).where(Consent.state == ConsentState.GIVEN))
    return {str(one.resident_id): one.expires_at for one in rows}


async def test_only_who_has_a_yes_is_listed_and_attested_anew(db: AsyncSession, at: Classes) -> None:
    early = await consent_years.ending_early(db, at.here, now=NOW)
    assert [one.pupil.resident_id for one in early] == [at.ava.resident_id]
    assert early[0].last_day == at.here.ends_on - timedelta(weeks=4)
    everybody = {pupil.resident_id for pupil, _resident in await pupils.in_class(db, at.here.id)}
    done = await consent_years.attest_anew(db, at.here.id, at.okafor, everybody, until=at.here.ends_on, now=NOW)
    assert done == 1
    now_given = await given(db)
    assert now_given.keys() == {str(at.ava.resident_id), str(at.anton.resident_id)}
    assert now_given[str(at.ava.resident_id)] == pupils.end_of_year(at.here)
    assert not await consent_years.ending_early(db, at.here, now=NOW)


async def test_a_pupil_who_is_not_ticked_keeps_the_earlier_day(db: AsyncSession, at: Classes) -> None:
    before = await given(db)
    assert await consent_years.attest_anew(db, at.here.id, at.okafor, [], until=at.here.ends_on, now=NOW) == 0
    assert await given(db) == before


async def test_the_day_that_was_shown_is_the_day_that_is_attested(db: AsyncSession, at: Classes) -> None:
    chosen, shown = [at.ava.resident_id], at.here.ends_on - timedelta(days=1)
    with pytest.raises(Refused) as refused:
        await consent_years.attest_anew(db, at.here.id, at.okafor, chosen, until=shown, now=NOW)
    assert refused.value.refusal is Refusal.CHANGED_SINCE
    with pytest.raises(NotFound):
        await consent_years.attest_anew(db, at.here.id, at.weber, chosen, until=at.here.ends_on, now=NOW)


async def test_the_page_lists_who_is_included_and_does_it_in_one_press(fresh_sqlite: str) -> None:
    async with school(fresh_sqlite) as at:
        page = await at.okafor.get(f"{at.class_path}/pupils/consents")
        assert "consents/anew" not in page.text
        longer = at.at.here.ends_on + timedelta(weeks=4)
        async with at.okafor.database.transaction() as db:
            await db.exec(update(Consent).values(expires_at=pupils.end_of_year(at.at.here)))
        await at.change(ends_on=longer)
        page = await at.okafor.get(f"{at.class_path}/pupils/consents")
        assert f'value="{at.at.ava.resident_id}" checked' in page.text
        wrong = await at.okafor.post(f"{at.class_path}/pupils/consents/anew", until="soon")
        assert wrong.status_code == 409
        done = await at.okafor.post(
            f"{at.class_path}/pupils/consents/anew", pupil=str(at.at.ava.resident_id), until=longer.isoformat()
        )
        assert done.status_code == 303
        page = await at.okafor.get(f"{at.class_path}/pupils/consents")
        assert "consents/anew" not in page.text


async def test_what_a_colleague_has_changed_meanwhile_is_not_written_over_unseen(fresh_sqlite: str) -> None:
    async with school(fresh_sqlite) as at:
        path = f"/pupils/{at.at.ava.resident_id}"
        seen = (await at.okafor.get(path)).text.partition('name="seen"')[2].partition('value="')[2].partition('"')[0]
        form = {"first_name": "Ava", "initial": "B", "level_en": "first"}
        assert (await at.okafor.post(path, **form, seen=seen, volunteer="y")).status_code == 303
        late = await at.okafor.post(path, **{**form, "first_name": "Avina"}, seen=seen)
        assert late.status_code == 409
        assert "Avina" in late.text
        again = late.text.partition('name="seen"')[2].partition('value="')[2].partition('"')[0]
        assert (await at.okafor.post(path, **{**form, "first_name": "Avina"}, seen=again)).status_code == 303
