"""Our own mails of machines, and of people who sound like one: each ends up in its class."""

import pytest

from penfriends.mail.inbound import parse
from tests.automatic import ALL
from tests.automatic.case import Case


@pytest.mark.parametrize("case", ALL, ids=lambda case: f"{case.expected}: {case.oddity}")
def test_class(case: Case) -> None:
    assert parse(case.raw()).mail_class is case.expected


def test_the_set_is_large_and_no_case_stands_twice() -> None:
    assert len(ALL) >= 100
    assert len({case.oddity for case in ALL}) == len({case.raw() for case in ALL}) == len(ALL)
