"""What does one line of the table say?"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """What was measured, the figure, the goal, and whether it is reached (None: only counted)."""

    what: str
    figure: str
    goal: str
    reached: bool | None


def share(right: int, total: int) -> str:
    """`24 of 26 (92.3 %)`."""
    return f"{right} of {total} ({100 * right / total:.1f} %)" if total else "none found"
