"""Who reads the letters in the demo, in which languages, and with which checks?"""

import enum
from dataclasses import dataclass
from datetime import date, timedelta

from penfriends.demo.files import read_json


class StaffRole(enum.StrEnum):
    """lead and deputy are the association's safeguarding lead and their deputy (rule R46)."""

    MODERATOR = "moderator"
    LEAD = "lead"
    DEPUTY = "deputy"


@dataclass(frozen=True, slots=True)
class DemoVetting:
    """A proof that was seen on a day and runs out on another (rules R38, R39)."""

    seen_by: str
    seen_on: date
    expires_on: date


@dataclass(frozen=True, slots=True)
class DemoModerator:
    """A volunteer. `check` is None for one who may not read children’s letters yet; `training` likewise. `operates`:
    sees how the mail of the installation is."""

    name: str
    address: str
    association: str
    role: StaffRole
    languages: tuple[str, ...]
    check: DemoVetting | None
    training: DemoVetting | None
    operates: bool


CHECK_DAYS = 3 * 365
TRAINING_DAYS = 365


def staff(today: date) -> tuple[DemoModerator, ...]:
    """Every moderator. Most checks are good; one runs out within a week, one has run out, one was never made."""
    return tuple(
        DemoModerator(
            name=row["name"],
            address=f"{row['address']}@team.example",
            association=row["association"],
            role=StaffRole(row["role"]),
            languages=tuple(row["languages"]),
            check=_vetting(row["check_days_ago"], CHECK_DAYS, today),
            training=_vetting(row["training_days_ago"], TRAINING_DAYS, today),
            operates=row.get("operates", False),
        )
        for row in read_json("staff")
    )


def _vetting(days_ago: int | None, lasts: int, today: date) -> DemoVetting | None:
    if days_ago is None:
        return None
    seen_on = today - timedelta(days=days_ago)
    return DemoVetting("Town hall", seen_on, seen_on + timedelta(days=lasts))
