"""Which children may write, because the newest answer of a guardian is a yes that still holds? (rules R07 to R11)

Written once, as SQL, for one child, for some, and for everybody who waits.
"""

from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy import ColumnElement

from penfriends.models.classified import UTCDateTime
from penfriends.models.residents import Consent, ConsentState

_TABLE: Any = cast(Any, sa.inspect(Consent)).local_table
_NEWER: Any = _TABLE.alias("newer")
CONSENT: Any = _TABLE.c

HOLDS: tuple[ColumnElement[bool], ...] = (
    CONSENT.state == ConsentState.GIVEN,
    CONSENT.expires_at > sa.bindparam("now", type_=UTCDateTime()),
    ~sa.exists(
        sa.select(_NEWER.c.id).where(
            _NEWER.c.resident_id == CONSENT.resident_id,
            sa.tuple_(_NEWER.c.asked_at, _NEWER.c.id) > sa.tuple_(CONSENT.asked_at, CONSENT.id),
        )
    ).correlate(_TABLE),
)
"""Conditions on a row of `CONSENT`; the statement is asked with the time as `now`. A yes that was followed by another
question does not count: neither while that waits for its answer nor when the answer was a no."""
