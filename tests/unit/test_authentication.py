"""Rule R27: only our own server's word about DMARC lets a mail count as a resident's."""

import pytest

from penfriends.mail.authentication import AuthVerdict, judge

US = "mail.penfriends.example"
AR = "Authentication-Results"


def field(statement: str, server: str = US) -> tuple[str, str]:
    return (AR, f"{server}; {statement}")


@pytest.mark.parametrize(
    ("statement", "verdict"),
    [
        ("dmarc=pass (p=reject) header.from=town.example", AuthVerdict.ALIGNED_PASS),
        (
            "spf=pass smtp.mailfrom=x; dkim=pass header.d=y; dmarc=pass header.from=town.example",
            AuthVerdict.ALIGNED_PASS,
        ),
        ("DMARC=Pass header.from=Town.Example", AuthVerdict.ALIGNED_PASS),
        ("dmarc=fail header.from=town.example", AuthVerdict.FAIL),
        ("dmarc=pass header.from=other.example", AuthVerdict.UNKNOWN),
        ("dmarc=pass", AuthVerdict.UNKNOWN),
        ("dmarc=none header.from=town.example", AuthVerdict.UNKNOWN),
        ("dmarc=temperror header.from=town.example", AuthVerdict.UNKNOWN),
        ("spf=pass smtp.mailfrom=town.example", AuthVerdict.UNKNOWN),
        ("none", AuthVerdict.UNKNOWN),
        ("spf=fail (dmarc=pass header.from=town.example)", AuthVerdict.UNKNOWN),
        ("dmarc=pass header.from=town.example; dmarc=fail header.from=town.example", AuthVerdict.FAIL),
    ],
)
def test_statements(statement: str, verdict: AuthVerdict) -> None:
    assert judge([field(statement)], "town.example", US) is verdict


def test_a_foreign_server_says_nothing() -> None:
    forged = field("dmarc=pass header.from=town.example", "mx.attacker.example")
    assert judge([forged], "town.example", US) is AuthVerdict.UNKNOWN


def test_the_topmost_counts() -> None:
    forged = field("dmarc=pass header.from=town.example")
    assert judge([field("dmarc=fail header.from=town.example"), forged], "town.example", US) is AuthVerdict.FAIL


def test_nothing_below_a_foreign_field_counts() -> None:
    below = field("dmarc=pass header.from=town.example")
    assert judge([field("none", "other.example"), below], "town.example", US) is AuthVerdict.UNKNOWN


def test_one_field_a_method() -> None:
    fields = [field("spf=pass smtp.mailfrom=town.example"), field("dmarc=pass header.from=town.example")]
    assert judge(fields, "town.example", US) is AuthVerdict.ALIGNED_PASS


def test_without_a_name_of_our_own_nothing_counts() -> None:
    assert judge([(AR, "; dmarc=pass header.from=town.example")], "town.example", "") is AuthVerdict.UNKNOWN
