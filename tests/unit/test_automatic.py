"""Which mails were sent by a program."""

import pytest

from penfriends.rules.automatic import is_auto_reply


@pytest.mark.parametrize(
    ("headers", "subject"),
    [
        ({"auto-submitted": "auto-replied"}, "Re: Letter"),
        ({"auto-submitted": "auto-generated; x=y"}, ""),
        ({"precedence": "auto_reply"}, ""),
        ({"precedence": "Bulk"}, ""),
        ({"x-autoreply": "yes"}, ""),
        ({"x-autorespond": "away"}, ""),
        ({"return-path": "<>"}, "Abwesenheitsnotiz: Brief"),
        ({"in-reply-to": "<1@x>"}, "Automatische Antwort: Brief"),
        ({"in-reply-to": "<1@x>"}, "Réponse automatique : Lettre"),
        ({"in-reply-to": "<1@x>"}, "Automatisch antwoord: Brief"),
        ({"in-reply-to": "<1@x>"}, "Odpowiedź automatyczna: List"),
        ({"in-reply-to": "<1@x>"}, "رد تلقائي: رسالة"),
        ({"x-auto-response-suppress": "All"}, "Out of office: Letter"),
    ],
)
def test_machines(headers: dict[str, str], subject: str) -> None:
    assert is_auto_reply(headers, subject)


@pytest.mark.parametrize(
    ("headers", "subject"),
    [
        ({}, "Re: Letter"),
        ({"auto-submitted": "no"}, "Re: Letter"),
        ({"precedence": "normal"}, "Re: Letter"),
        ({"x-auto-response-suppress": "DR, RN"}, "Re: Letter"),
        ({}, "I am out of office"),
        ({"in-reply-to": "<1@x>"}, "Re: Letter from Anna"),
    ],
)
def test_people(headers: dict[str, str], subject: str) -> None:
    assert not is_auto_reply(headers, subject)
