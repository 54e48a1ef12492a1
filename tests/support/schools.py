"""Two schools of twin towns whose classes write to each other: who the tests of class mode are about."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.models.letters import Participant
from penfriends.models.moderation import Moderator
from penfriends.models.pairings import Pairing
from penfriends.models.schools import Pupil, SchoolClass
from tests import builders as b
from tests.support.desk import Twins, twins


@dataclass(frozen=True, slots=True)
class Classes:
    """Ms Okafor's 6B in Thetford and Frau Weber's 5a in Hürth; Ava and Anton write to each other."""

    towns: Twins
    here: SchoolClass
    there: SchoolClass
    okafor: Moderator
    weber: Moderator
    pairing: Pairing
    ava: Pupil
    anton: Pupil
    ava_writes: Participant
    anton_writes: Participant


async def classes(db: AsyncSession, *, now: datetime = b.NOW) -> Classes:
    """Paired, partnered, running."""
    towns = await twins(db, now=now)
    here, okafor = await b.school_class(db, towns.here, "6B", teacher="Ms Okafor", now=now)
    there, weber = await b.school_class(db, towns.there, "5a", teacher="Frau Weber", now=now)
    pairing = await b.pairing(db, here, there, now=now)
    ava = await b.pupil(db, here, okafor, "Ava", initial="B", now=now)
    anton = await b.pupil(db, there, weber, "Anton", initial="K", now=now)
    ava_writes, anton_writes = await b.partnered(db, pairing, ava, anton, now=now)
    return Classes(towns, here, there, okafor, weber, pairing, ava, anton, ava_writes, anton_writes)
