"""What did DNS say of our domains when a worker last asked? Kept in one row, so that no page has to wait for DNS."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.models.delivery import DomainCheck
from penfriends.rules.mail_domains import Finding, Level, Topic

ROW = "mail"


@dataclass(frozen=True, slots=True)
class Checked:
    """The findings, and when they were made."""

    at: datetime
    findings: Sequence[Finding]


async def keep(db: AsyncSession, findings: Sequence[Finding], *, now: datetime) -> None:
    """These are the findings now; the earlier ones are gone."""
    row = await db.get(DomainCheck, ROW) or DomainCheck(name=ROW, at=now)
    row.at, row.findings = now, [asdict(one) for one in findings]
    db.add(row)
    await db.flush()


async def latest(db: AsyncSession) -> Checked | None:
    """None where nobody has asked yet."""
    row = await db.get(DomainCheck, ROW)
    if row is None:
        return None
    return Checked(row.at, [_finding(one) for one in row.findings])


def _finding(kept: dict[str, str]) -> Finding:
    return Finding(**{**kept, "topic": Topic(kept["topic"]), "level": Level(kept["level"])})  # type: ignore[arg-type]
