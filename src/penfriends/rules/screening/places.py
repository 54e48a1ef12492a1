"""Where can a pattern begin, so that it need not be tried at every character of a letter?"""

import re
import sys
from collections.abc import Iterable, Iterator


def starting_at(
    pattern: re.Pattern[str], text: str, places: Iterable[int], end: int = sys.maxsize
) -> Iterator[re.Match[str]]:
    """The matches of `pattern.finditer`, if `places` are in order, and none begins anywhere else."""
    after = 0
    for at in places:
        if at >= after and (match := pattern.match(text, at, end)):
            yield match
            after = match.end()


def windows(places: Iterable[int], back: int, ahead: int) -> Iterator[tuple[int, int]]:
    """What lies around places that are in order; windows that touch are one."""
    first, last = 0, None
    for at in places:
        if last is None or at - back > last:
            if last is not None:
                yield first, last
            first = max(0, at - back)
        last = at + ahead
    if last is not None:
        yield first, last
