"""Can an association say that a moderator's papers were seen, so that children's letters open? (rules R38, R39)"""

from datetime import timedelta

import pytest
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import eligible, staff, vetting
from penfriends.errors import NotFound
from penfriends.models.moderation import VettingKind
from penfriends.models.places import Association
from tests import builders as b

NOW = b.NOW


async def test_R38_R39_both_papers_seen_open_children_s_letters(db: AsyncSession) -> None:
    home = await b.town(db, "Thetford")
    house = await db.get_one(Association, home.association_id)
    new, _ = await staff.add_moderator(
        db, association=house.slug, email="new@team.example", name="New Reader", at=b.AT, now=NOW
    )
    for kind in sorted(eligible.NEEDED_FOR_CHILDREN):
        assert not await eligible.is_vetted(db, new, now=NOW)
        await vetting.record(
            db, association=house.slug, email="New@team.example", kind=kind, seen_by="Ilse", seen_on=NOW.date(),
            expires_on=NOW.date() + timedelta(days=300), now=NOW,
        )  # fmt: skip
    assert await eligible.is_vetted(db, new, now=NOW)
    assert not await eligible.is_vetted(db, new, now=NOW + timedelta(days=300))
    with pytest.raises(NotFound):
        await vetting.record(
            db, association=house.slug, email="stranger@team.example", kind=VettingKind.CHECK, seen_by="Ilse",
            seen_on=NOW.date(), expires_on=NOW.date(), now=NOW,
        )  # fmt: skip
