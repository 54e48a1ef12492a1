"""Which of a forger's words in a header count, and what of a mail server's words is kept?"""

import pytest

from penfriends.mail.authentication import AuthVerdict, judge
from penfriends.mail.smtp import _short

US = "mx.town.example"


@pytest.mark.parametrize(
    "statements",
    [
        'spf=pass smtp.mailfrom="x; dmarc=pass header.from=town.example"@evil.example',
        'spf=pass smtp.mailfrom="x; dmarc=pass header.from=town.example; y"@evil.example; dmarc=none header.from=evil',
        'spf=pass smtp.mailfrom="(\\"; dmarc=pass header.from=town.example ;\\")"@evil.example',
        "spf=pass (x \\) ; dmarc=pass header.from=town.example) smtp.mailfrom=evil.example",
        "spf=pass (x ( y ) ; dmarc=pass header.from=town.example) smtp.mailfrom=evil.example",
        "dkim=pass header.d=evil.example reason=x dmarc=pass header.from=town.example",
        'spf=pass smtp.mailfrom="x; dmarc=pass header.from=town.example',
    ],
)
def test_R27_a_senders_words_inside_our_server_s_field_are_no_verdict(statements: str) -> None:
    assert judge([("Authentication-Results", f"{US}; {statements}")], "town.example", US) is AuthVerdict.UNKNOWN


def test_a_comment_that_is_opened_in_quotes_hides_no_failure() -> None:
    field = 'spf=pass smtp.mailfrom="("@evil.example; dmarc=fail (p=reject) header.from=town.example'
    assert judge([("Authentication-Results", f"{US}; {field}")], "town.example", US) is AuthVerdict.FAIL


def test_a_domain_in_quotes_is_read() -> None:
    field = 'dmarc=pass (p=none) header.from="town.example"'
    assert judge([("Authentication-Results", f"{US}; {field}")], "town.example", US) is AuthVerdict.ALIGNED_PASS


def test_the_desk_reads_no_address_in_a_mail_server_s_words() -> None:
    kept = _short("550 5.1.1 <anna.musterfrau@mail.example>: Recipient address rejected (anna.musterfrau@mail.example)")
    assert "anna" not in kept
    assert kept.startswith("550 5.1.1 <…@…>")
