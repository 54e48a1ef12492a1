"""Does everything that the mail page can show have words of its own?"""

import re
from pathlib import Path

from penfriends import mail_reasons
from penfriends.mail.notices import Notice

HOME = Path(__file__).resolve().parents[2]
WHERE = ("src/penfriends/mail/mime_parts.py", "src/penfriends/mail/inbound.py", "src/penfriends/mail/confined.py",
         "workers/reading.py", "workers/letters.py")  # fmt: skip
CODE = re.compile(r'(?:TooMuch\(|quarantined?\([^"\n]*|broken == |TOO_LONG = |else |return )"([a-z]+(?:_[a-z]+)*)"')


def test_every_reason_to_set_a_mail_aside_has_a_sentence() -> None:
    found = {code for path in WHERE for code in CODE.findall((HOME / path).read_text())}
    assert {"too_deep", "too_many_parts", "took_too_long", "reader_died", "cannot_be_handled"} <= found
    assert found <= set(mail_reasons.QUARANTINED)


def test_no_notice_is_shown_by_its_code() -> None:
    assert all(" " in mail_reasons.notice_kind(notice.value) for notice in Notice)
